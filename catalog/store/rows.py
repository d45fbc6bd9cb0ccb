"""Rows to values: Source and Version, many at once in one statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    Text,
    and_,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite

from catalog.model import Source, Version
from catalog.store.places import OPTION, PKS
from catalog.store.stored import Outline, StoredSource, StoredVersion
from catalog.store.tables import listings, namespaces, sources, versions
from schema.errors import NotFound

T = TypeVar("T")
P = TypeVar("P", bound=Collection[Any])

CHUNK = 5000
"""Parameters in one statement: PostgreSQL allows 65,535, SQLite 32,766."""

_SHOWN = (
    sources.c.pk,
    sources.c.status,
    sources.c.version_pk,
    sources.c.row_count,
    sources.c.byte_count,
    sources.c.quality,
)
_SHOWN_TIMES = (sources.c.first_seen, sources.c.last_seen, sources.c.changed_at)
_SHOWN_TEXTS = (
    *(sources.c.name, sources.c.uri, sources.c.format, sources.c.description),
    *(sources.c.user_description, sources.c.owner, sources.c.tags),
    *(namespaces.c.namespace, listings.c.findings),
)

SOURCE_ROWS = (
    # as they are stored: StoredSource decodes what is asked for
    select(
        *_SHOWN,
        *(type_coerce(column, Text).label(column.name) for column in _SHOWN_TEXTS),
        *(type_coerce(column, BigInteger).label(column.name) for column in _SHOWN_TIMES),
    )
    .join(namespaces, namespaces.c.pk == sources.c.namespace_pk)
    .join(listings, listings.c.source_pk == sources.c.pk)
)

_AS_STORED = {
    "schema": LargeBinary,
    "profile": LargeBinary,
    "dataset": Text,
    "findings": Text,
    "created_at": BigInteger,
}

_VERSION = (
    select(
        *(
            type_coerce(column, _AS_STORED[column.name]).label(column.name)
            if column.name in _AS_STORED
            else column
            for column in versions.c
        ),
        *(
            type_coerce(column, Text).label(column.name)
            for column in (sources.c.name, sources.c.uri, namespaces.c.namespace)
        ),
    )
    .join(sources, sources.c.pk == versions.c.source_pk)
    .join(namespaces, namespaces.c.pk == sources.c.namespace_pk)
)


# Made once: to put a statement together takes longer than to run it, and so does to write a
# parameter for each number.
_THESE: ColumnElement[bool] = sources.c.pk.in_([literal_column(PKS, BigInteger)])
_BY_PK = SOURCE_ROWS.where(_THESE)
_CURRENT = _VERSION.where(_THESE, sources.c.version_pk == versions.c.pk)
_OUTLINES = (
    "SELECT v.source_pk, v.fingerprint, v.schema FROM sources s "
    "JOIN versions v ON v.pk = s.version_pk WHERE s.pk IN ({})"
)


def _these(pks: Iterable[int]) -> dict[str, Any]:
    """The options of an execution that put those numbers in the place of `PKS`."""
    return {OPTION: (PKS, _numbers(pks))}


def _numbers(pks: Iterable[int]) -> str:
    return ", ".join([f"{pk:d}" for pk in pks]) or "NULL"


def now() -> datetime:
    return datetime.now(UTC)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size` values."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def within(parts: Iterable[P], most: int) -> Iterator[list[P]]:
    """The same parts in lists that have, a part or more, at most so many different items."""
    group: list[P] = []
    held: set[Any] = set()
    for part in parts:
        if group and len(held.union(part)) > most:
            yield group
            group, held = [], set()
        group.append(part)
        held.update(part)
    if group:
        yield group


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
    found: dict[int, Source] = {
        row.pk: StoredSource.of(row)
        for chunk in chunks(pk for pk in dict.fromkeys(pks) if is_pk(pk))
        for row in connection.execute(_BY_PK, execution_options=_these(chunk)).all()
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
    return [StoredSource.of(row) for row in connection.execute(narrow(SOURCE_ROWS))]


def current_versions(connection: Connection, source_pks: Collection[int]) -> dict[int, Version]:
    """The current version of each source that has one, by source."""
    return {
        row.source_pk: StoredVersion.of(row)
        for chunk in chunks(source_pks)
        for row in connection.execute(_CURRENT, execution_options=_these(chunk)).all()
    }


def outlines(connection: Connection, source_pks: Collection[int]) -> dict[int, Outline]:
    """The schema of the current version of each source that has one, by source."""
    return {
        pk: Outline(fingerprint, packed)
        for chunk in chunks(source_pks)
        for pk, fingerprint, packed in connection.exec_driver_sql(
            _OUTLINES.format(_numbers(chunk))
        ).all()
    }


def versions_where(
    connection: Connection, narrow: Callable[[Select[Any]], Select[Any]]
) -> list[Version]:
    """The versions of a narrowed selection."""
    return [StoredVersion.of(row) for row in connection.execute(narrow(_VERSION))]
