"""Rows to values: Source and Version, many at once in one statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite

from catalog.model import Source, Status, Version
from catalog.store import codec
from catalog.store.columns import loads, unescape
from catalog.store.stored import StoredVersion
from catalog.store.tables import listings, namespaces, sources, versions
from schema.errors import NotFound

T = TypeVar("T")

CHUNK = 5000
"""Parameters in one statement: PostgreSQL allows 65,535, SQLite 32,766."""

_SHOWN = (
    sources.c.pk,
    sources.c.status,
    sources.c.version_pk,
    sources.c.row_count,
    sources.c.byte_count,
    sources.c.quality,
    sources.c.first_seen,
    sources.c.last_seen,
    sources.c.changed_at,
)
_SHOWN_TEXTS = (
    *(sources.c.name, sources.c.uri, sources.c.format, sources.c.description),
    *(sources.c.user_description, sources.c.owner, sources.c.tags),
    *(namespaces.c.namespace, listings.c.findings),
)

SOURCE_ROWS = (
    # texts as they are stored: to unescape them by a column type takes twice as long
    select(*_SHOWN, *(type_coerce(column, Text).label(column.name) for column in _SHOWN_TEXTS))
    .join(namespaces, namespaces.c.pk == sources.c.namespace_pk)
    .join(listings, listings.c.source_pk == sources.c.pk)
)

_AS_STORED = {
    "schema": LargeBinary,
    "profile": LargeBinary,
    "dataset": Text,
    "findings": Text,
}

_VERSION = (
    select(
        *(
            type_coerce(column, _AS_STORED[column.name]).label(column.name)
            if column.name in _AS_STORED
            else column
            for column in versions.c
        ),
        sources.c.name,
        sources.c.uri,
        namespaces.c.namespace,
    )
    .join(sources, sources.c.pk == versions.c.source_pk)
    .join(namespaces, namespaces.c.pk == sources.c.namespace_pk)
)


# Made once: to put a statement together takes longer than to run it.
_BY_PK = SOURCE_ROWS.where(sources.c.pk.in_(bindparam("pks", expanding=True)))
_CURRENT = _VERSION.where(
    sources.c.pk.in_(bindparam("pks", expanding=True)), sources.c.version_pk == versions.c.pk
)


def now() -> datetime:
    return datetime.now(UTC)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` values."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT of the database at hand that takes `on_conflict_do_update` and `…_do_nothing`."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def is_pk(number: int) -> bool:
    """Whether it can be the number of a row at all: the databases refuse larger ones."""
    return 0 < number < 2**63


def begins(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """By a range, which an index serves whatever the database makes of LIKE."""
    return and_(column >= start, column <= start + "\U0010ffff")


def sources_by_pk(connection: Connection, pks: Collection[int]) -> dict[int, Source]:
    """Those that exist, in the order asked for; one statement for each 5,000."""
    found = {
        row.pk: to_source(row)
        for chunk in chunks(pk for pk in dict.fromkeys(pks) if is_pk(pk))
        for row in connection.execute(_BY_PK, {"pks": chunk})
    }
    return {pk: found[pk] for pk in dict.fromkeys(pks) if pk in found}


def source_by_pk(connection: Connection, pk: int) -> Source:
    """Raises NotFound when there is none."""
    found = sources_by_pk(connection, [pk])
    if not found:
        raise NotFound(f"no source has the number {pk}; `headwater search` lists them")
    return found[pk]


def sources_where(
    connection: Connection, narrow: Callable[[Select[Any]], Select[Any]]
) -> list[Source]:
    """The sources of a narrowed selection."""
    return [to_source(row) for row in connection.execute(narrow(SOURCE_ROWS))]


def to_source(row: Row[Any]) -> Source:
    return Source(
        pk=row.pk,
        namespace=unescape(row.namespace),
        name=unescape(row.name),
        uri=unescape(row.uri),
        format=row.format and unescape(row.format),
        description=unescape(row.user_description or row.description or "") or None,
        tags=tuple(loads(row.tags)) if row.tags != "[]" else (),
        owner=row.owner and unescape(row.owner),
        status=Status(row.status),
        version=row.version_pk,
        row_count=row.row_count,
        byte_count=row.byte_count,
        quality=row.quality,
        findings=codec.decode_findings(loads(row.findings)) if row.findings != "[]" else (),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        changed_at=row.changed_at,
    )


def current_versions(connection: Connection, source_pks: Collection[int]) -> dict[int, Version]:
    """The current version of each source that has one, by source."""
    return {
        row.source_pk: StoredVersion.of(row)
        for chunk in chunks(source_pks)
        for row in connection.execute(_CURRENT, {"pks": chunk})
    }


def versions_where(
    connection: Connection, narrow: Callable[[Select[Any]], Select[Any]]
) -> list[Version]:
    """The versions of a narrowed selection."""
    return [StoredVersion.of(row) for row in connection.execute(narrow(_VERSION))]
