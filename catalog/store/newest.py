"""The newest versions, reports and runs of many sources at once, a statement or three each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, union

from catalog.model import QualityReport, Run, Version
from catalog.store import reports, runs
from catalog.store.annotating import entry_of
from catalog.store.database import Database
from catalog.store.rows import chunks, outlines, versions_where
from catalog.store.stored import Outline
from catalog.store.tables import entries as entry_table
from catalog.store.tables import reports as report_table
from catalog.store.tables import run_inputs, run_outputs, versions
from connectors.model import Entry

MOST_ENTRIES = 1_000
"""Entries of one source that are read with those of others."""


class Newest:
    """What a page of sources shows of each; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(
        self, source_pks: Collection[int], *, first: int = 20, after: int | None = None
    ) -> dict[int, list[Version]]:
        """The newest versions older than number `after`, by source; one statement."""
        with self._database.read() as connection:
            return versions_of(connection, source_pks, first=first, after=after)

    def outlines(self, source_pks: Collection[int]) -> dict[int, Outline]:
        """The schemas of the current versions, by source, without figures; one statement."""
        with self._database.read() as connection:
            return outlines(connection, source_pks)

    def version_counts(self, source_pks: Collection[int]) -> dict[int, int]:
        """How many versions each source has; one statement."""
        with self._database.read() as connection:
            return version_counts(connection, source_pks)

    def entries(self, source_pks: Collection[int]) -> dict[int, tuple[Entry, ...]]:
        """The entries that the last crawl listed of each source, by URI; one statement. Sources
        with more than `MOST_ENTRIES` are left out: ask for those one by one.
        """
        with self._database.read() as connection:
            return entries_of(connection, source_pks)

    def reports(
        self, source_pks: Collection[int], *, first: int = 50
    ) -> dict[int, list[QualityReport]]:
        """The newest quality reports, by source; one statement."""
        with self._database.read() as connection:
            return reports_of(connection, source_pks, first)

    def runs(
        self, source_pks: Collection[int], *, first: int = 20, after: int | None = None
    ) -> dict[int, list[Run]]:
        """The newest runs before run `after` that read or wrote each source; four statements."""
        with self._database.read() as connection:
            return runs_of(connection, source_pks, first=first, after=after)


def versions_of(
    connection: Connection, source_pks: Collection[int], *, first: int, after: int | None
) -> dict[int, list[Version]]:
    """The `first` versions of each source that are older than number `after`, newest first."""
    older = () if after is None else (versions.c.number < after,)
    found: dict[int, list[Version]] = {pk: [] for pk in source_pks}
    for chunk in chunks(found):
        ranked = _ranked(
            versions.c.pk, versions.c.source_pk, versions.c.number, chunk, *older
        ).subquery()
        wanted = select(ranked.c.pk).where(ranked.c.rank <= max(first, 0))
        for version in versions_where(
            connection,
            lambda query, wanted=wanted: query.where(versions.c.pk.in_(wanted)).order_by(  # type: ignore[misc]
                versions.c.source_pk, versions.c.number.desc()
            ),
        ):
            found[version.source_pk].append(version)
    return found


def version_counts(connection: Connection, source_pks: Collection[int]) -> dict[int, int]:
    """How many versions each of those sources has."""
    counted = select(versions.c.source_pk, func.count()).group_by(versions.c.source_pk)
    found = dict.fromkeys(source_pks, 0)
    for chunk in chunks(source_pks):
        for pk, count in connection.execute(counted.where(versions.c.source_pk.in_(chunk))):
            found[pk] = count
    return found


def entries_of(connection: Connection, source_pks: Collection[int]) -> dict[int, tuple[Entry, ...]]:
    """See `Newest.entries`."""
    column = entry_table.c
    found: dict[int, list[Entry]] = {pk: [] for pk in source_pks}
    for chunk in chunks(found):
        ranked = (
            select(entry_table, _rank(column.source_pk, column.key).label("rank"))
            .where(column.source_pk.in_(chunk))
            .subquery()
        )
        query = select(ranked).where(ranked.c.rank <= MOST_ENTRIES + 1)
        for row in connection.execute(query.order_by(ranked.c.source_pk, ranked.c.uri)):
            found[row.source_pk].append(entry_of(row))
    return {pk: tuple(some) for pk, some in found.items() if len(some) <= MOST_ENTRIES}


def reports_of(
    connection: Connection, source_pks: Collection[int], first: int
) -> dict[int, list[QualityReport]]:
    """The last `first` reports on each source, newest first."""
    column = report_table.c
    found: dict[int, list[QualityReport]] = {pk: [] for pk in source_pks}
    for chunk in chunks(found):
        ranked = _ranked(column.pk, column.source_pk, column.pk, chunk).subquery()
        wanted = select(ranked.c.pk).where(ranked.c.rank <= max(first, 0))
        for report in reports.where(connection, column.pk.in_(wanted)):
            found[report.source_pk].append(report)
    return found


def runs_of(
    connection: Connection, source_pks: Collection[int], *, first: int, after: int | None
) -> dict[int, list[Run]]:
    """The `first` runs before run `after` that read or wrote each source, newest first."""
    pks: dict[int, list[int]] = {pk: [] for pk in source_pks}
    for chunk in chunks(pks, 2000):
        touched = union(
            *(
                select(table.c.run_pk, table.c.source_pk).where(
                    table.c.source_pk.in_(chunk),
                    *(() if after is None else (table.c.run_pk < after,)),
                )
                for table in (run_inputs, run_outputs)
            )
        ).subquery()
        ranked = select(
            touched, _rank(touched.c.source_pk, touched.c.run_pk).label("rank")
        ).subquery()
        query = (
            select(ranked.c.source_pk, ranked.c.run_pk)
            .where(ranked.c.rank <= max(first, 0))
            .order_by(ranked.c.source_pk, ranked.c.run_pk.desc())
        )
        for source_pk, run_pk in connection.execute(query):
            pks[source_pk].append(run_pk)
    known = runs.by_pk(connection, {pk for found in pks.values() for pk in found})
    return {pk: [known[run] for run in found] for pk, found in pks.items()}


def _ranked(
    pk: ColumnElement[int],
    source_pk: ColumnElement[int],
    newest: ColumnElement[Any],
    chunk: Sequence[int],
    *conditions: ColumnElement[bool],
) -> Select[Any]:
    rank: ColumnElement[Any] = _rank(source_pk, newest).label("rank")
    chosen: Select[Any] = select(pk.label("pk"), rank)
    return chosen.where(source_pk.in_(chunk), *conditions)


def _rank(source_pk: ColumnElement[int], newest: ColumnElement[Any]) -> ColumnElement[int]:
    return func.row_number().over(partition_by=source_pk, order_by=newest.desc())
