"""Great Expectations' SQL and Spark engines: the data is judged where it is.

Both are given the columns under names that Great Expectations takes literally. Types of columns
have other names in each engine, so they are judged from the stored summary alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from catalog.model import Expectation
from catalog.quality import engine
from catalog.quality.aliases import Aliases
from catalog.quality.judge import Verdict

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from sqlalchemy import Engine

TYPED = frozenset(("expect_column_type_to_be", "expect_column_values_to_be_of_type"))
"""Expectations that name a type of one engine."""


def on_spark(frame: DataFrame, expectations: Sequence[Expectation]) -> list[Verdict | None]:
    """Verdicts of the Spark engine in order; None for expectations about types. Raises
    MissingDependency without Great Expectations.
    """
    aliases = Aliases.of(frame.columns, expectations)
    renamed = frame.toDF(*map(aliases.alias, frame.columns))

    def batch(context: Any) -> Any:
        source = context.data_sources.add_spark("headwater", persist=False)
        definition = source.add_dataframe_asset("data").add_batch_definition_whole_dataframe("all")
        return definition.get_batch({"dataframe": renamed})

    return _judged(batch, expectations, aliases)


def on_sql(
    database: Engine, table: str, columns: Sequence[str], expectations: Sequence[Expectation]
) -> list[Verdict | None]:
    """Verdicts of the SQL engine on a table (as the database quotes it) in order; None for
    expectations about types, and for those that the database has no means for (regular
    expressions in SQLite). Raises MissingDependency without Great Expectations.
    """
    aliases = Aliases.of(columns, expectations)
    quote = database.dialect.identifier_preparer.quote_identifier
    listed = ", ".join(f"{quote(name)} AS {quote(aliases.alias(name))}" for name in columns)
    url = database.url.render_as_string(hide_password=False)

    def batch(context: Any) -> Any:
        source = context.data_sources.add_sql("headwater", connection_string=url)
        asset = source.add_query_asset("data", query=f"SELECT {listed} FROM {table}")
        return asset.add_batch_definition_whole_table("all").get_batch()

    return _judged(batch, expectations, aliases)


def _judged(
    batch_of: Callable[[Any], Any], expectations: Sequence[Expectation], aliases: Aliases
) -> list[Verdict | None]:
    gx = engine.load()
    with engine.lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        suite = gx.ExpectationSuite(
            name="headwater",
            expectations=[
                engine.build(one, index, aliases)
                for index, one in enumerate(expectations)
                if one.type not in TYPED
            ],
        )
        found = batch_of(context).validate(suite, result_format=engine.FORMAT).results
    verdicts = {
        one.expectation_config.meta[engine.INDEX]: engine.verdict(one, aliases) for one in found
    }
    return [verdicts.get(index) for index in range(len(expectations))]
