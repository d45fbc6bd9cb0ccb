"""Great Expectations' SQL and Spark engines: the data is judged where it is.

Both are given the columns under names that Great Expectations takes literally. Types of columns
have other names in each engine, so they are judged from the stored summary alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.model import Expectation
from catalog.quality import engine
from catalog.quality.aliases import Aliases
from catalog.quality.judge import Verdict

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from sqlalchemy import ColumnElement, Engine, FromClause

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
    database: Engine,
    table: FromClause,
    columns: Mapping[str, ColumnElement[Any]],
    expectations: Sequence[Expectation],
) -> list[Verdict | None]:
    """Verdicts of the SQL engine on a table of which `columns` are asked for by name, in order;
    None for expectations about types, and for those that the database has no means for (regular
    expressions in some). Nothing is written, not even a temporary table. Raises
    MissingDependency without Great Expectations.
    """
    import sqlalchemy as sa

    aliases = Aliases.of(columns, expectations)
    named = [column.label(aliases.alias(name)) for name, column in columns.items()]
    query = sa.select(*named).select_from(table).compile(database)
    # Great Expectations takes text, in which a colon starts a parameter and percent signs are
    # doubled for the driver once more.
    text = str(query).replace(":", "\\:")
    if database.dialect.paramstyle in ("format", "pyformat"):
        text = text.replace("%%", "%")

    def batch(context: Any) -> Any:
        from great_expectations.core.batch import Batch
        from great_expectations.execution_engine import SqlAlchemyExecutionEngine
        from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData

        running = SqlAlchemyExecutionEngine(engine=database, create_temp_table=False)
        data = SqlAlchemyBatchData(running, query=text, create_temp_table=False)
        running.load_batch_data("data", data)
        return _Batch(context, running, Batch(data=data))

    return _judged(batch, expectations, aliases)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Data behind an execution engine that has no data source: one that is connected already."""

    context: Any
    engine: Any
    batch: Any

    def validate(self, suite: Any, result_format: Mapping[str, Any]) -> Any:
        from great_expectations.validator.validator import Validator

        validator = Validator(self.engine, batches=[self.batch], data_context=self.context)
        return validator.validate(expectation_suite=suite, result_format=dict(result_format))


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
