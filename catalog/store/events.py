"""Events, told in the transaction that makes them, so that all processes see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from catalog.events import Event, EventKind
from catalog.store.database import Database
from catalog.store.rows import chunks
from catalog.store.tables import events, sources

KEPT = 100_000
"""Events that stay; older ones go when a crawl ends."""

OVERLAP = 2_000
"""Numbers before the last one that are looked at again: PostgreSQL numbers events before they are
committed, so that a later number can be seen first.
"""


def note(
    connection: Connection, kind: EventKind, source_pks: Collection[int], at: datetime
) -> None:
    """Tell that something happened to those sources."""
    for chunk in chunks(source_pks, 1000):
        rows = [{"kind": kind, "source_pk": pk, "at": at} for pk in chunk]
        connection.execute(insert(events), rows)


def note_verdicts(connection: Connection, scores: Mapping[int, float], at: datetime) -> None:
    """Tell of those sources whose quality is about to become another, by source."""
    changed = []
    for chunk in chunks(scores):
        query = select(sources.c.pk, sources.c.quality).where(
            sources.c.pk.in_(chunk), sources.c.quality.is_not(None)
        )
        changed += [pk for pk, before in connection.execute(query) if before != scores[pk]]
    note(connection, EventKind.QUALITY_CHANGED, changed, at)


def prune(connection: Connection) -> None:
    """Forget the oldest events."""
    newest = connection.execute(select(func.max(events.c.pk))).scalar()
    if newest is not None and newest > KEPT:
        connection.execute(delete(events).where(events.c.pk <= newest - KEPT))


class EventLog:
    """The events of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self) -> int:
        """The number of the last event, 0 when there was none."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(events.c.pk))).scalar() or 0

    def since(self, pk: int, *, limit: int = 5_000) -> list[Event]:
        """The events after number `pk`, the oldest first, at most `limit`.

        On PostgreSQL those shortly before it too, which may have been committed since.
        """
        overlap = OVERLAP if self._database.dialect == "postgresql" else 0
        query = select(events).where(events.c.pk > pk - overlap).order_by(events.c.pk)
        with self._database.read() as connection:
            return [
                Event(EventKind(row.kind), row.at, row.source_pk, pk=row.pk)
                for row in connection.execute(query.limit(limit + overlap))
            ]
