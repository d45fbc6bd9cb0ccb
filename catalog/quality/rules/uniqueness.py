"""Uniqueness: keys stay keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.evidence import BOOLEAN, MOMENT, NUMERIC, OTHER, Column, value_type
from catalog.quality.rules.subject import ColumnSubject, TableSubject

_ENOUGH_ROWS = 20
_ACCIDENTAL = (0.005, 5.0)


def unique(column: ColumnSubject) -> Iterator[Expectation]:
    """A column without a repeated value, over enough rows that this is no accident."""
    kind = "expect_column_values_to_be_unique"
    if column.key == (column.name,):
        yield column.expect(kind, "uniqueness", "it is the declared primary key")
        return
    if not column.filled or not all(version.profile.unique for version in column.filled):
        return
    if column.family in (BOOLEAN, OTHER) or measured(column.now.field.type):
        return
    rows = max(version.present for version in column.filled)
    if rows >= _ENOUGH_ROWS and not accidental(column):
        reason = f"none of {rows:,} values occurred twice {column.basis}"
        yield column.expect(kind, "uniqueness", reason)


def compound_key(table: TableSubject) -> Iterator[Expectation]:
    """The declared primary key of several columns."""
    key = table.now.schema.primary_key
    if len(key) > 1 and all(name in table.now.columns for name in key):
        yield table.expect(
            "expect_compound_columns_to_be_unique",
            "uniqueness",
            "they are the declared primary key",
            column_list=list(key),
        )


def accidental(column: ColumnSubject) -> bool:
    """Whether its numbers or moments may be different only because they are spread widely.

    Of n values drawn at random from D possible ones n² / 2D pairs are equal on average (the
    birthday problem). Far more than none of them: that none is equal is no accident. Far fewer:
    there will be none next time either. Between the two, nothing can be said.
    """
    if column.identifying or column.family not in (NUMERIC, MOMENT):
        return False
    least, most = _ACCIDENTAL
    expected = [version.present**2 / (2 * possible_values(version)) for version in column.filled]
    return any(least < pairs < most for pairs in expected)


def possible_values(column: Column) -> float:
    """Whole numbers, days or seconds from the least to the greatest value, at least 1."""
    if column.low is None or column.high is None:
        return 1.0
    span = column.high - column.low
    if isinstance(span, timedelta):
        day = timedelta(days=1) if pa.types.is_date(value_type(column.field.type)) else None
        return max(1.0, span / (day or timedelta(seconds=1)))
    return max(1.0, float(span))


def measured(kind: pa.DataType) -> bool:
    """Whether values of the type are measurements, which differ without being keys."""
    return bool(pa.types.is_floating(value_type(kind)))
