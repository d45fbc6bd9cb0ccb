"""What is known of datasets before a crawl reads them: their stamps and summaries."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from catalog.model import Known, Settled, Status
from catalog.store import codec
from catalog.store.columns import digest, shorten
from catalog.store.naming import below
from catalog.store.rows import SOURCE_ROWS, begins, chunks
from catalog.store.stored import StoredSource
from catalog.store.tables import entries, listings, namespaces, sources, summaries


def by_name(connection: Connection, names: Collection[tuple[str, str]]) -> Iterator[Known]:
    """What is known of those datasets, by (namespace, name)."""
    for chunk in chunks(names, 1000):
        keys = [digest(*name) for name in chunk]
        yield from _known(connection, sources.c.key.in_(keys))


def there(connection: Connection, names: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the names that sources have which are not gone."""
    by_key = {digest(*name): name for name in names}
    found: set[tuple[str, str]] = set()
    for chunk in chunks(by_key, 1000):
        query = select(sources.c.key).where(
            sources.c.key.in_(chunk), sources.c.status != Status.GONE
        )
        found.update(by_key[key] for key in connection.execute(query).scalars())
    return found


def settled(
    connection: Connection, names: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Settled]:
    """See `Store.settled`."""
    found = {}
    for chunk in chunks(names, 1000):
        keys = [digest(*name) for name in chunk]
        narrowed = SOURCE_ROWS.add_columns(listings.c.settled).where(
            sources.c.key.in_(keys), listings.c.settled.is_not(None)
        )
        for row in connection.execute(narrowed):
            source = StoredSource.of(row)
            found[source.namespace, source.name] = Settled(source, row.settled)
    return found


def by_pk(connection: Connection, pks: Collection[int]) -> Iterator[Known]:
    yield from _known(connection, sources.c.pk.in_(pks))


def _known(connection: Connection, which: Any) -> Iterator[Known]:
    query = (
        select(
            sources.c.pk,
            sources.c.version_pk,
            sources.c.status,
            sources.c.name,
            sources.c.uri,
            namespaces.c.namespace,
            listings.c.dataset,
            listings.c.findings,
        )
        .join(namespaces, namespaces.c.pk == sources.c.namespace_pk)
        .join(listings, listings.c.source_pk == sources.c.pk)
        .where(which)
    )
    rows = connection.execute(query).all()
    stamps: dict[int, dict[str, str]] = {row.pk: {} for row in rows}
    for chunk in chunks(stamps):
        found = select(entries.c.source_pk, entries.c.uri, entries.c.stamp).where(
            entries.c.source_pk.in_(chunk)
        )
        for source_pk, uri, stamp in connection.execute(found):
            stamps[source_pk][uri] = stamp
    for row in rows:
        yield Known(
            source_pk=row.pk,
            version=row.version_pk,
            dataset=codec.decode_dataset(row.dataset, row.namespace, row.name, row.uri),
            stamps=stamps[row.pk],
            status=Status(row.status),
            findings=codec.decode_findings(row.findings),
        )


def pks_below(
    connection: Connection, namespace: str, prefix: str, *which: ColumnElement[bool]
) -> list[tuple[int, str]]:
    """Number and status of the sources whose name is `prefix` or below it, by whole parts."""
    prefix = prefix.rstrip("/")
    query = (
        select(sources.c.pk, sources.c.status, sources.c.name, sources.c.uri)
        .join(namespaces, namespaces.c.pk == sources.c.namespace_pk)
        .where(namespaces.c.key == digest(namespace))
        .where(begins(sources.c.sort_name, shorten(prefix)), *which)
        .order_by(sources.c.pk)
    )
    return [
        (row.pk, row.status)
        for row in connection.execute(query)
        if below(row.name, row.uri, prefix)
    ]


def part_summaries(
    connection: Connection, source_pk: int, entry_uris: Collection[str]
) -> list[tuple[str, bytes]]:
    """The stored summaries of those entries; an entry without one is left out."""
    query = (
        select(entries.c.uri, summaries.c.summary)
        .join(
            summaries,
            and_(summaries.c.source_pk == entries.c.source_pk, summaries.c.key == entries.c.key),
        )
        .where(entries.c.source_pk == source_pk)
        .where(entries.c.key.in_([digest(uri) for uri in entry_uris]))
    )
    return [(row.uri, row.summary) for row in connection.execute(query)]
