"""What a crawl tells of sources that it did not read: seen unchanged, or gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, case, select, update

from catalog.alerts.model import Event
from catalog.events import EventKind
from catalog.model import Outcome, Status
from catalog.store import counting, events, known
from catalog.store.alerts import enqueue
from catalog.store.rows import chunks, now, sources_by_pk
from catalog.store.tables import sources


def record_unchanged(connection: Connection, source_pks: Collection[int]) -> None:
    """See `Store.record_unchanged`."""
    at = now()
    readable = case((sources.c.version_pk.is_(None), Status.FAILED), else_=Status.UNCHANGED)
    status = case((sources.c.status == Status.FAILED, Status.FAILED), else_=readable)
    for chunk in chunks(sorted(source_pks)):
        these = sources.c.pk.in_(chunk)
        in_order = select(sources.c.pk).where(these).order_by(sources.c.pk).with_for_update()
        connection.execute(in_order)  # an update locks rows in any order, and so two may deadlock
        connection.execute(update(sources).where(these).values(last_seen=at, status=status))


def mark_gone(
    connection: Connection,
    namespace: str,
    name_prefix: str,
    seen: Collection[int],
    since: datetime | None = None,
) -> list[Outcome]:
    """See `Store.mark_gone`."""
    kept = set(seen)
    unseen = () if since is None else (sources.c.last_seen < since,)
    gone = [
        pk
        for pk, status in known.pks_below(connection, namespace, name_prefix, *unseen)
        if status != Status.GONE and pk not in kept
    ]
    marked: list[int] = []
    for chunk in chunks(gone):
        change = update(sources).where(sources.c.pk.in_(chunk), *unseen)
        found = connection.execute(change.values(status=Status.GONE).returning(sources.c.pk))
        marked += found.scalars()
    events.note(connection, EventKind.SOURCE_GONE, marked, now())
    events.prune(connection)
    counting.settle(connection)
    there = sources_by_pk(connection, sorted(marked))
    at = now().isoformat()
    for source in there.values():
        enqueue(connection, source, [Event("gone", "", "it is no longer there")], stamp=at)
    return [Outcome(source, Status.GONE, ()) for source in there.values()]
