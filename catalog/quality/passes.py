"""A pass over a source's rows by one of Great Expectations' own engines, where the rows are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from catalog.connect import in_database
from catalog.model import Expectation, Version
from catalog.quality import orphans
from catalog.quality.judge import Verdict
from catalog.quality.references import KIND, Reference
from schema.errors import InvalidInput, RunError, SourceError

if TYPE_CHECKING:
    from catalog.store import Store
    from connectors.sources.sql import SqlSource

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

    def plain(asked: Sequence[Expectation]) -> Verdicts:
        return list(engine.on_data(frames.frame_of(table), asked))

    def referring(asked: Sequence[Expectation]) -> Verdicts:
        added = orphans.asked(asked, named)
        try:
            beside = orphans.in_arrow(store, table, added, most_cells=most_cells)
        except (SourceError, InvalidInput):  # it is the other source that cannot be read
            return [None] * len(asked)
        return list(engine.on_data(frames.frame_of(beside), orphans.as_nulls(asked, added)))

    return _in_turn(expectations, plain, referring), table.num_rows


Judge = Callable[[Sequence[Expectation]], Verdicts]


def _in_turn(expectations: Sequence[Expectation], plain: Judge, referring: Judge) -> Verdicts:
    """Verdicts in order: references are judged on a table with columns that the others must not
    see.
    """
    references = [one for one in expectations if one.type == KIND]
    rest = [one for one in expectations if one.type != KIND]
    referred = iter(referring(references) if references else ())
    others = iter(plain(rest) if rest else ())
    return [next(referred if one.type == KIND else others) for one in expectations]


def by_sql(store: Store, version: Version, expectations: Sequence[Expectation]) -> Verdicts:
    """Verdicts of the database that holds the table, which computes them itself; None for what it
    has no means for, and for references to what it does not hold. Raises InvalidInput where no
    database does, SourceError when it fails.
    """
    from catalog.quality.engines import on_sql
    from connectors.reading import open_dataset

    if not in_database(version.dataset):
        raise InvalidInput(
            f"{version.dataset.name}: not a table of a database, so there is none to ask; use "
            "--engine summary, pandas or spark"
        )
    source = cast("SqlSource", open_dataset(version.dataset))
    database, table, columns = source.selectable(version.dataset)

    def plain(asked: Sequence[Expectation]) -> Verdicts:
        return on_sql(database, table, columns, asked)

    def referring(asked: Sequence[Expectation]) -> Verdicts:
        parents = store.current_versions({Reference.of(one.kwargs).source for one in asked})
        beside = {pk: one for pk, one in parents.items() if _same_database(version, one)}
        others = {pk: source.selectable(one.dataset)[1:] for pk, one in beside.items()}
        here = [Reference.of(one.kwargs).source in others for one in asked]
        told = [one for one, is_here in zip(asked, here, strict=True) if is_here]
        added = orphans.asked(told, version.schema.names)
        more = columns | orphans.in_sql(added, version.schema, columns, others)
        found = iter(on_sql(database, table, more, orphans.as_nulls(told, added)) if told else ())
        return [next(found) if is_here else None for is_here in here]

    try:
        return _in_turn(expectations, plain, referring)
    finally:
        database.dispose()


def _same_database(one: Version, other: Version) -> bool:
    uris = (one.dataset.uri.partition("#"), other.dataset.uri.partition("#"))
    return uris[0][:2] == uris[1][:2]


def by_spark(
    store: Store,
    version: Version,
    expectations: Sequence[Expectation],
    *,
    master: str = "local[*]",
) -> Verdicts:
    """Verdicts of a Spark session on `master`, which reads the source by its connector.

    Raises RunError where it cannot, MissingDependency without pyspark or Great Expectations.
    """
    from catalog.quality.engines import on_spark
    from connectors.spark.cluster import Cluster
    from connectors.spark.failure import one_line
    from connectors.spark.session import session

    added = orphans.asked(expectations, version.schema.names)
    parents = store.current_versions({one.source for one in added.values()})
    read, others = _reader(version), {pk: _reader(one) for pk, one in parents.items()}
    with session(Cluster(master), "headwater quality") as spark:
        try:
            frame = read(spark)

            def referring(asked: Sequence[Expectation]) -> Verdicts:
                frames = {pk: read_other(spark) for pk, read_other in others.items()}
                beside = orphans.in_spark(frame, added, version.schema, frames)
                return on_spark(beside, orphans.as_nulls(asked, added))

            return _in_turn(expectations, lambda asked: on_spark(frame, asked), referring)
        except _failures() as error:
            raise RunError(f"{version.dataset.name}: {one_line(error)}") from error


def _reader(version: Version) -> Callable[[Any], Any]:
    """What reads a version as a frame, given a Spark session: its connector."""
    from catalog.connect import connector

    made = connector(version, "pyspark")
    module: dict[str, Any] = {"__name__": "headwater_quality"}
    exec(compile(made.code, made.filename, "exec"), module)  # noqa: S102  what it generated itself
    read: Callable[[Any], Any] = module["read"]
    return read


def _failures() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)


def columns_named(kwargs: Mapping[str, Any]) -> list[str]:
    """The columns that an expectation with those arguments names, each once."""
    single = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return list(dict.fromkeys([*single, *kwargs.get("column_list", ())]))
