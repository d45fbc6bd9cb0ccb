"""What a database says of its tables: of a few one by one, of many all at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SQLAlchemyError

MOST_ALONE = 8
"""Tables that are asked about one by one, before all of their schema are."""

_LISTED = frozenset({"mariadb", "mysql", "oracle", "postgresql"})
"""Dialects that tell all tables of a schema in a few statements, or in as many as one by one."""


@dataclass(frozen=True, slots=True)
class Reflected:
    """Columns, primary key, foreign keys and comment of one table, as SQLAlchemy has them."""

    columns: Sequence[Any]
    key: Mapping[str, Any]
    foreign: Sequence[Mapping[str, Any]]
    comment: str | None


class Reflection:
    """The tables of one database. What is asked once of a whole schema is given out once: who asks
    again wants it as it is then.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str | None, int] = {}
        self._waiting: dict[tuple[str | None, str], Reflected] = {}

    def of(self, connection: sa.Connection, table: str, schema: str | None) -> Reflected:
        """What is told of a table or view. Raises SQLAlchemyError."""
        with self._lock:
            asked = self._asked[schema] = self._asked.get(schema, 0) + 1
            if asked == MOST_ALONE + 1 and connection.dialect.name in _LISTED:
                self._waiting.update(_all_of(connection, schema))
            found = self._waiting.pop((schema, table), None)
        return found if found is not None else _one(connection, table, schema)


def _one(connection: sa.Connection, table: str, schema: str | None) -> Reflected:
    inspector = sa.inspect(connection)
    try:
        comment = inspector.get_table_comment(table, schema).get("text")
    except NotImplementedError:
        comment = None
    return Reflected(
        inspector.get_columns(table, schema),
        inspector.get_pk_constraint(table, schema),
        inspector.get_foreign_keys(table, schema),
        comment,
    )


def _all_of(
    connection: sa.Connection, schema: str | None
) -> dict[tuple[str | None, str], Reflected]:
    """All tables and views of a schema; none where one of them is at fault, which is then found by
    asking for each.
    """
    inspector = sa.inspect(connection)
    try:
        with connection.begin_nested():
            columns = inspector.get_multi_columns(schema, kind=ObjectKind.ANY)
            keys = inspector.get_multi_pk_constraint(schema, kind=ObjectKind.ANY)
            foreign = inspector.get_multi_foreign_keys(schema, kind=ObjectKind.ANY)
            comments: Mapping[Any, Mapping[str, Any]] = inspector.get_multi_table_comment(
                schema, kind=ObjectKind.ANY
            )
    except (SQLAlchemyError, NotImplementedError):
        return {}
    return {
        table: Reflected(
            found,
            keys.get(table) or {},
            foreign.get(table) or (),
            comments.get(table, {}).get("text"),
        )
        for table, found in columns.items()
    }
