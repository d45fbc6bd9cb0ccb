"""Uniqueness: keys stay keys."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.evidence import BOOLEAN, MOMENT, NUMERIC, OTHER, Column, value_type
from catalog.quality.measures import proportion_unique
from catalog.quality.rules.subject import ColumnSubject, TableSubject

_ENOUGH_ROWS = 20
_ENOUGH_VALUES = 100
_NEARLY = 0.95
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


def nearly_unique(column: ColumnSubject) -> Iterator[Expectation]:
    """Hardly a value repeats: rows that come twice show as values that do."""
    known = [version for version in column.filled if version.present >= _ENOUGH_VALUES]
    shares = [share for version in known if (share := proportion_unique(version, {})) is not None]
    if not shares or column.family in (BOOLEAN, OTHER) or column.key == (column.name,):
        return
    least = min(shares)
    if least < _NEARLY or all(version.profile.unique for version in column.filled):
        return
    margin = max(1 - least, 0.0) * 0.5 + 3 * math.sqrt(least * (1 - least) / known[-1].present)
    yield column.expect(
        "expect_column_proportion_of_unique_values_to_be_between",
        "uniqueness",
        f"at most {100 * (1 - least):.2g} % of the values were repetitions {column.basis}",
        min_value=math.floor(max(least - margin, 0.0) * 10_000) / 10_000,
    )


def no_repeated_rows(table: TableSubject) -> Iterator[Expectation]:
    """No row comes twice where none did, unless a key says so already."""
    known = [found for version in table.past if (found := version.profile.relations)]
    if not known or any(found.repeated != 0 for found in known) or table.now.schema.primary_key:
        return
    rows = max(version.rows for version in table.past)
    names = list(table.now.columns)
    alike = all(set(version.columns) == set(names) for version in table.past)
    if rows < _ENOUGH_ROWS or len(names) < 2 or not alike:
        return
    if any(one for name in names for one in unique(table.column(name))):
        return
    yield table.expect(
        "expect_compound_columns_to_be_unique",
        "uniqueness",
        f"none of {rows:,} rows was as another {table.basis}",
        column_list=names,
    )


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
