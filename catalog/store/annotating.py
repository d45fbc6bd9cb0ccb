"""What users say of sources, stubs of sources, and the entries of one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalog.context import owner as told_owner
from catalog.context import words
from catalog.joins.keys import place_of
from catalog.model import Source, Version
from catalog.store import codec, counting, indexing, joining
from catalog.store.claiming import claim_many
from catalog.store.rows import now, source_by_pk, versions_where
from catalog.store.tables import entries, sources, versions
from catalog.store.tables import tags as tag_table
from connectors.model import Dataset, Entry
from schema.errors import InvalidInput

_TAG_LENGTH = 100


def annotate(
    connection: Connection,
    source_pk: int,
    *,
    description: str | None,
    tags: Collection[str] | None,
    owner: str | None,
) -> Source:
    """See `Store.annotate`."""
    source = source_by_pk(connection, source_pk)
    values: dict[str, object] = {}
    if description is not None:
        values["user_description"] = description.strip() or None
    if owner is not None:
        values["user_owner"] = owner.strip() or None
        values["owner"] = values["user_owner"] or _told_owner(connection, source)
    if tags is not None:
        values["tags"] = _set_tags(connection, source_pk, tags)
    if values:
        connection.execute(update(sources).where(sources.c.pk == source_pk).values(**values))
    counting.settle(connection)
    source = source_by_pk(connection, source_pk)
    reindex(connection, source)
    return source


def delete_source(connection: Connection, source_pk: int) -> Source:
    """See `Store.delete_source`."""
    source = source_by_pk(connection, source_pk)
    indexing.forget(connection, source_pk)
    joining.forget(connection, source_pk, place_of(source.namespace, source.name))
    # the tables that speak of it are emptied by their foreign keys
    connection.execute(delete(sources).where(sources.c.pk == source_pk))
    counting.settle(connection)
    return source


def _told_owner(connection: Connection, source: Source) -> str | None:
    """Who answers for a source by what is told beside its data."""
    version = _current(connection, source)
    return told_owner(version.dataset) if version else None


def _current(connection: Connection, source: Source) -> Version | None:
    found = versions_where(connection, lambda query: query.where(versions.c.pk == source.version))
    return found[0] if found else None


def reindex(connection: Connection, source: Source) -> None:
    """Make a source findable by what its row and its current version say."""
    version = _current(connection, source)
    indexing.index(
        connection,
        source,
        version.schema if version else None,
        version.profile if version else None,
        words(version.dataset) if version else (),
    )


def stub(connection: Connection, namespace: str, name: str, uri: str) -> Source:
    """See `Store.stub_source`."""
    (claimed,) = claim_many(connection, [Dataset(namespace, name, uri, ())], now())
    source = source_by_pk(connection, claimed.pk)
    if source.version is None:
        indexing.index(connection, source, None, None)
    return source


def entries_of(connection: Connection, source_pk: int) -> tuple[Entry, ...]:
    """See `Store.entries`."""
    query = select(entries).where(entries.c.source_pk == source_pk).order_by(entries.c.uri)
    return tuple(entry_of(row) for row in connection.execute(query))


def entry_of(row: Row[Any]) -> Entry:
    """The entry of a row of `entries`."""
    partition = codec.decode_partition(row.partition)
    return Entry(row.uri, row.size, row.stamp, row.modified, partition)


def _set_tags(connection: Connection, source_pk: int, chosen: Collection[str]) -> list[str]:
    wanted = sorted({tag.strip() for tag in chosen})
    for tag in wanted:
        if not tag or len(tag) > _TAG_LENGTH:
            raise InvalidInput(f"not a tag: {tag[:80]!r}; a tag has 1 to {_TAG_LENGTH} characters")
    connection.execute(delete(tag_table).where(tag_table.c.source_pk == source_pk))
    if wanted:
        rows = [{"source_pk": source_pk, "tag": tag} for tag in wanted]
        connection.execute(insert(tag_table), rows)
    return wanted
