"""The columns that are kept to be joined, and the index that finds them by 64-bit keys."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, insert, select, text

from catalog.joins.keys import index_keys, shape_keys
from catalog.joins.model import KeyColumn
from catalog.store import referrers
from catalog.store.database import Database
from catalog.store.rows import chunks, within
from catalog.store.tables import join_columns, join_shapes
from schema.sketches import Keys

Place = tuple[int, int]
"""Source and position of a column; the position of a source as a whole is `SHAPE`."""

_Row = tuple[int, int, int, int]  # key, rank, source, position

SHAPE = -1
MOST_PER_KEY = 64
"""Columns that are looked at of all that share a key: the unique ones first, which can be
referred to, then those recorded first. A value that a million columns hold tells nothing."""

MOST_KEYS = 10_000
"""Keys in one statement: what they find is held at once."""

_POSITIONS = 65_536
"""More than a source has positions: a source and a position are one number in SQLite's answers."""


class JoinIndex:
    """What is asked of the index; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def columns(self, source_pk: int) -> list[KeyColumn]:
        """The columns of a source that can be joined by, in its order."""
        return self.columns_of((source_pk,)).get(source_pk, [])

    def columns_of(self, source_pks: Collection[int]) -> dict[int, list[KeyColumn]]:
        """The same of many sources, by source."""
        with self._database.read() as connection:
            return of_sources(connection, source_pks)

    def near(self, questions: Sequence[Mapping[int, float]], *, most: int) -> list[list[Place]]:
        """For each question, keys with their weights, the places that share the most of them."""
        with self._database.read() as connection:
            asked = sharing(connection, questions)
            return [[place for place in found if place[1] != SHAPE][:most] for found in asked]

    def at(self, places: Collection[Place]) -> dict[Place, KeyColumn]:
        """Those of the columns that exist; one statement for each 5,000."""
        with self._database.read() as connection:
            return columns(connection, places)

    def referrers(self, source_pks: Collection[int]) -> set[int]:
        """The sources that refer to one of those, by their last reports."""
        with self._database.read() as connection:
            return referrers.of_sources(connection, source_pks)

    def alike(self, questions: Sequence[Collection[int]], *, most: int) -> list[list[int]]:
        """For each question, keys of the column names of a source, the sources that share the most
        of them, by number.
        """
        with self._database.read() as connection:
            asked = sharing(connection, [dict.fromkeys(keys, 1.0) for keys in questions])
        return [[pk for pk, position in found if position == SHAPE][:most] for found in asked]


_SQLITE_AT = text(
    "SELECT join_columns.* FROM json_each(:places) AS place CROSS JOIN join_columns "
    "ON source_pk = json_extract(place.value, '$[0]') "
    "AND position = json_extract(place.value, '$[1]')"
).columns(*join_columns.c)
_POSTGRES_AT = text(
    "SELECT join_columns.* FROM unnest(CAST(:pks AS bigint[]), CAST(:positions AS smallint[])) "
    "AS place(source_pk, position) JOIN join_columns USING (source_pk, position)"
).columns(*join_columns.c)


@dataclass(frozen=True, slots=True)
class Joinable:
    """Where a source stands, its columns that can be joined by, and the names of all of them."""

    place: str
    columns: Sequence[KeyColumn]
    names: Sequence[str]


def write_many(connection: Connection, work: Mapping[int, Joinable]) -> None:
    """Make the columns of sources findable; nothing is written of those that are as before."""
    old, shapes = of_sources(connection, work), _shapes(connection, work)
    stale: set[_Row] = set()
    fresh: set[_Row] = set()
    changed = [pk for pk, new in work.items() if not _same(old.get(pk, []), new.columns)]
    rows = []
    for pk in changed:
        new = work[pk]
        stale.update(row for column in old.get(pk, ()) for row in _rows(column, pk, new.place))
        fresh.update(row for column in new.columns for row in _rows(column, pk, new.place))
        rows += [_column_row(pk, column) for column in new.columns]
    reshaped = {
        pk: keys
        for pk, new in work.items()
        if (keys := shape_keys(new.names)) != shapes.get(pk, [])
    }
    for pk, keys in reshaped.items():
        stale.update((key, 0, pk, SHAPE) for key in shapes.get(pk, ()))
        fresh.update((key, 0, pk, SHAPE) for key in keys)
    for table, pks in ((join_columns, changed), (join_shapes, list(reshaped))):
        for chunk in chunks(pks):
            connection.execute(delete(table).where(table.c.source_pk.in_(chunk)))
    for some in chunks(rows, 1000):
        connection.execute(insert(join_columns), some)
    if kept := [{"source_pk": pk, "found_by": keys} for pk, keys in reshaped.items() if keys]:
        connection.execute(insert(join_shapes), kept)
    _change(connection, stale - fresh, fresh - stale)


def forget(connection: Connection, source_pk: int, place: str) -> None:
    """Make the columns of a source findable no more."""
    write_many(connection, {source_pk: Joinable(place, (), ())})


def _shapes(connection: Connection, pks: Collection[int]) -> dict[int, list[int]]:
    query = select(join_shapes)
    return {
        row.source_pk: row.found_by
        for chunk in chunks(pks)
        for row in connection.execute(query.where(join_shapes.c.source_pk.in_(chunk)))
    }


def _column_row(source_pk: int, column: KeyColumn) -> dict[str, Any]:
    return {
        "source_pk": source_pk,
        "position": column.position,
        "theta": np.uint64(column.keys.theta).view(np.int64).item(),
        "facts": column.facts(),
        "hashes": column.keys.hashes.tobytes(),
    }


def _same(old: Sequence[KeyColumn], new: Sequence[KeyColumn]) -> bool:
    return len(old) == len(new) and all(
        (one.position, one.facts(), one.keys.theta)
        == (other.position, other.facts(), other.keys.theta)
        and np.array_equal(one.keys.hashes, other.keys.hashes)
        for one, other in zip(old, new, strict=True)
    )


def _rows(column: KeyColumn, source_pk: int, place: str) -> Iterable[_Row]:
    rank = 0 if column.unique else 1
    return ((key, rank, source_pk, column.position) for key in index_keys(column, place))


def _change(
    connection: Connection,
    stale: Collection[_Row],
    fresh: Collection[_Row],
) -> None:
    """Straight to the driver: these are the many rows of a recording."""
    if connection.dialect.name == "postgresql":
        listed = "unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::smallint[])"
        columns = "(key, rank, source_pk, position)"
        if stale:
            connection.exec_driver_sql(
                f"DELETE FROM join_keys WHERE {columns} IN (SELECT * FROM {listed})", _arrays(stale)
            )
        if fresh:
            connection.exec_driver_sql(
                f"INSERT INTO join_keys {columns} SELECT * FROM {listed} ON CONFLICT DO NOTHING",
                _arrays(fresh),
            )
        return
    if stale:
        connection.exec_driver_sql(
            "DELETE FROM join_keys WHERE key = ? AND rank = ? AND source_pk = ? AND position = ?",
            list(stale),
        )
    if fresh:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO join_keys VALUES (?, ?, ?, ?)", sorted(fresh)
        )


def _arrays(rows: Collection[_Row]) -> tuple[Any, ...]:
    return tuple(list(column) for column in zip(*sorted(rows), strict=True))


def of_sources(connection: Connection, source_pks: Collection[int]) -> dict[int, list[KeyColumn]]:
    """The columns of sources that are kept to be joined, by source, in their order."""
    found: dict[int, list[KeyColumn]] = {}
    query = select(join_columns).order_by(join_columns.c.position)
    for chunk in chunks(source_pks):
        for row in connection.execute(query.where(join_columns.c.source_pk.in_(chunk))):
            found.setdefault(row.source_pk, []).append(_column(row))
    return found


def columns(connection: Connection, places: Iterable[Place]) -> dict[Place, KeyColumn]:
    """Those of the columns that exist."""
    return {(row.source_pk, row.position): _column(row) for row in _at(connection, places)}


def _at(connection: Connection, places: Iterable[Place]) -> Iterator[Any]:
    if connection.dialect.name == "postgresql":
        for chunk in chunks(places):
            pks, positions = zip(*chunk, strict=True)
            yield from connection.execute(
                _POSTGRES_AT, {"pks": list(pks), "positions": list(positions)}
            )
        return
    # Of a list of row values SQLite reads the whole table: 250 ms at 60,000 columns against 2 ms.
    listed = json.dumps(list(places))
    yield from connection.execute(_SQLITE_AT, {"places": listed})


def _column(row: Any) -> KeyColumn:
    theta = np.int64(row.theta).view(np.uint64).item()
    keys = Keys(np.frombuffer(row.hashes, dtype=np.uint64), theta)
    return KeyColumn.from_facts(row.facts, keys, row.source_pk, row.position)


def sharing(connection: Connection, questions: Sequence[Mapping[int, float]]) -> list[list[Place]]:
    """For each question, keys with their weights, the places found by any of them, those first
    that share keys of the most weight; at most `MOST_PER_KEY` of each key. One statement for each
    10,000 keys.
    """
    answers: list[list[Place]] = []
    for group in within(questions, MOST_KEYS):
        found = _places(connection, {key for weights in group for key in weights})
        for weights in group:
            heavy: defaultdict[Place, float] = defaultdict(float)
            for key, weight in weights.items():
                for place in found.get(key, ()):
                    heavy[place] += weight
            answers.append(_heaviest(heavy))
    return answers


_SQLITE_PLACES = text(
    # SQLite has no LATERAL to stop a key's rows early; a subquery that gives one text does.
    f"SELECT asked.value, (SELECT group_concat(source_pk * {_POSITIONS} + position + 1) FROM "
    "(SELECT source_pk, position FROM join_keys WHERE join_keys.key = asked.value "
    "ORDER BY rank, source_pk, position LIMIT :most)) FROM json_each(:keys) AS asked"
)
_POSTGRES_PLACES = text(
    "SELECT asked.key, found.source_pk, found.position "
    "FROM unnest(CAST(:keys AS bigint[])) AS asked(key) CROSS JOIN LATERAL "
    "(SELECT source_pk, position FROM join_keys WHERE join_keys.key = asked.key "
    "ORDER BY rank, source_pk, position LIMIT :most) AS found"
)


def _places(connection: Connection, keys: Collection[int]) -> dict[int, list[Place]]:
    """The places that each key finds; keys that find none are left out."""
    if not keys:
        return {}
    if connection.dialect.name == "postgresql":
        found: dict[int, list[Place]] = {}
        asked = {"keys": list(keys), "most": MOST_PER_KEY}
        for key, source_pk, position in connection.execute(_POSTGRES_PLACES, asked):
            found.setdefault(key, []).append((source_pk, position))
        return found
    listed = {"keys": json.dumps(list(keys)), "most": MOST_PER_KEY}
    return {
        key: [
            (place // _POSITIONS, place % _POSITIONS - 1) for place in map(int, places.split(","))
        ]
        for key, places in connection.execute(_SQLITE_PLACES, listed)
        if places
    }


def _heaviest(found: Mapping[Place, float]) -> list[Place]:
    return sorted(found, key=lambda place: (-found[place], place))
