"""A pass over a source's rows by one of Great Expectations' own engines, where the rows are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from catalog.model import Expectation, Version
from catalog.quality.judge import Verdict
from schema.errors import InvalidInput, RunError

if TYPE_CHECKING:
    from catalog.store import Store

MOST_CELLS = 2_000_000
"""Rows times columns that are read into memory for the pandas engine."""

Verdicts = list[Verdict | None]


def by_pandas(
    store: Store,
    version: Version,
    expectations: Sequence[Expectation],
    *,
    columns: Sequence[str] | None = None,
    most_cells: int = MOST_CELLS,
) -> tuple[Verdicts, int]:
    """Verdicts in order, and how many rows they are of; of `columns` only where these are given.

    Raises InvalidInput where these are more than `most_cells`, SourceError when they cannot be
    read, MissingDependency without Great Expectations.
    """
    from catalog.quality import engine, frames
    from connectors.reading import read_dataset

    named = tuple(version.schema.names if columns is None else columns)
    cells = version.profile.rows_seen * max(len(named), 1)
    if cells > most_cells:
        raise InvalidInput(
            f"{version.dataset.name}: {cells:,} cells are more than the {most_cells:,} that are "
            "validated in memory; use --engine summary, sql (tables of databases) or spark"
        )
    engine.load()
    entries = store.entries(version.source_pk)
    batches = read_dataset(version.dataset, version.schema, entries=entries, columns=named)
    typed = version.schema.select(named).to_arrow()
    table = frames.collect(batches, typed, most_cells=most_cells)
    return list(engine.on_data(frames.frame_of(table), expectations)), table.num_rows


def by_sql(version: Version, expectations: Sequence[Expectation]) -> Verdicts:
    """Verdicts of the database that holds the table, which computes them itself; None for what
    it has no means for. Raises InvalidInput where no database does, SourceError when it fails.
    """
    from catalog.quality.engines import on_sql
    from connectors.reading import open_dataset
    from connectors.sources.sql import SqlSource

    if not in_database(version):
        raise InvalidInput(
            f"{version.dataset.name}: not a table of a database, so there is none to ask; use "
            "--engine summary, pandas or spark"
        )
    source = cast("SqlSource", open_dataset(version.dataset))
    database, table, columns = source.selectable(version.dataset)
    try:
        return on_sql(database, table, columns, expectations)
    finally:
        database.dispose()


def in_database(version: Version) -> bool:
    """Whether a database holds the source."""
    from connectors.sources.sql import SqlSource

    return "#" in version.dataset.uri and SqlSource.claims(version.dataset.uri)


def by_spark(
    version: Version, expectations: Sequence[Expectation], *, master: str = "local[*]"
) -> Verdicts:
    """Verdicts of a Spark session on `master`, which reads the source by its connector.

    Raises RunError where it cannot, MissingDependency without pyspark or Great Expectations.
    """
    from catalog.connect import connector
    from catalog.quality.engines import on_spark
    from connectors.spark.cluster import Cluster
    from connectors.spark.failure import one_line
    from connectors.spark.session import session

    made = connector(version, "pyspark")
    module: dict[str, Any] = {"__name__": "headwater_quality"}
    exec(compile(made.code, made.filename, "exec"), module)  # noqa: S102  what it generated itself
    read: Callable[..., Any] = module["read"]
    with session(Cluster(master), "headwater quality") as spark:
        try:
            return on_spark(read(spark), expectations)
        except _failures() as error:
            raise RunError(f"{version.dataset.name}: {one_line(error)}") from error


def _failures() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)


def columns_named(kwargs: Mapping[str, Any]) -> list[str]:
    """The columns that an expectation with those arguments names, each once."""
    single = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return list(dict.fromkeys([*single, *kwargs.get("column_list", ())]))
