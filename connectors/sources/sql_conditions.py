"""Ranges of a key and terms of a filter as conditions of SQL."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.types as is_
import sqlalchemy as sa

from connectors.model import KeyRange, Term
from connectors.sources.sql_columns import Column

_Clause = sa.ColumnElement[bool]

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def conditions(
    columns: Sequence[Column], within: KeyRange | None, terms: Sequence[Term], dialect: str
) -> Iterator[_Clause]:
    """What rows must meet: exactly the range, and as much of the terms as means the same, or less,
    to the database as it does to us.
    """
    known = {column.name: column for column in columns}
    if within is not None:
        yield from _range(known.get(within.column), within)
    for term in terms:
        if term.column in known:
            yield from _term(known[term.column], term, dialect)


def _range(column: Column | None, within: KeyRange) -> Iterator[_Clause]:
    if column is None or column.as_text or not _has_order(column.type):
        # The key is no longer one that can be cut: the first range has all rows.
        if within.low is not None:
            yield sa.false()
        return
    value: sa.ColumnElement[Any] = sa.column(column.name)
    if within.low is not None:
        yield value >= _bound(within.low, column.type)
    if within.high is not None:
        below = value < _bound(within.high, column.type)
        yield below if within.low is not None else sa.or_(below, value.is_(None))


def _has_order(kind: pa.DataType) -> bool:
    return bool(is_.is_integer(kind) or is_.is_date32(kind) or is_.is_timestamp(kind))


def _bound(value: int | str, kind: pa.DataType) -> Any:
    return value if isinstance(value, int) else pa.scalar(value).cast(kind).as_py()


def _term(column: Column, term: Term, dialect: str) -> Iterator[_Clause]:
    value: sa.ColumnElement[Any] = sa.column(column.name)
    if term.operator == "valid":
        yield value.is_not(None)
    elif column.as_text:
        return
    elif term.operator == "in":
        if all(_comparable(column.type, one, dialect, "==") for one in term.value):
            yield value.in_(term.value)
    elif _comparable(column.type, term.value, dialect, term.operator):
        yield _OPERATORS[term.operator](value, term.value)


def _comparable(kind: pa.DataType, value: object, dialect: str, by: str) -> bool:
    """Whether a database finds every row that we would. Text has the order and the equality of a
    collation, which is never stricter than ours in what is equal; SQLite compares a value as it
    is stored, whatever the column says.
    """
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return bool(is_.is_integer(kind) or is_.is_floating(kind))
    if isinstance(value, float):
        return bool(is_.is_floating(kind))
    if isinstance(value, str):
        return dialect != "sqlite" and by == "==" and bool(is_.is_string(kind))
    return dialect != "sqlite" and bool(is_.is_date32(kind))
