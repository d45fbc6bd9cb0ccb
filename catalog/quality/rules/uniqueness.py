"""Uniqueness: keys stay keys."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.evidence import (
    BOOLEAN,
    MOMENT,
    NUMERIC,
    OTHER,
    Column,
    Evidence,
    value_type,
)
from catalog.quality.measures import proportion_unique
from catalog.quality.rules.subject import ColumnSubject, TableSubject
from schema.relations import Relations

_ENOUGH_ROWS = 20
_ENOUGH_VALUES = 100
_NEARLY = 0.95
_OFTEN = 0.05
_ENOUGH_VERSIONS, _MOST_KEYS = 2, 2
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
    """Rows come twice no more often than they did, unless a key says that none does.

    Where rows were counted in a sample the share may be off by its bound, in the versions before
    and in the one that is judged.
    """
    known = [(found, version) for version in table.past if (found := version.profile.relations)]
    shares = [share for pair in known if (share := _repeated_share(*pair)) is not None]
    if not shares or len(shares) < len(known) or table.now.schema.primary_key:
        return
    rows = max(version.rows for version in table.past)
    names = list(table.now.columns)
    alike = all(set(version.columns) == set(names) for version in table.past)
    share, error = max(shares), max(2 * found.duplicate_error for found, _ in known)
    if rows < _ENOUGH_ROWS or len(names) < 2 or not alike or share > _OFTEN:
        return
    if any(one for name in names for one in unique(table.column(name))):
        return
    least = min(version.rows for version in table.past)
    chance = 3 * math.sqrt(share * (1 - share) / least) if share else 0.0
    margin = 0.5 * share + max(chance, 2 * error)
    told = f"{100 * share:.2g} %" if share else "none"
    about = "a sample of " if error else ""
    yield table.expect(
        "expect_compound_columns_to_be_unique",
        "uniqueness",
        f"{told} of {about}{rows:,} rows {'were' if share else 'was'} as another {table.basis}",
        column_list=names,
        **({"mostly": math.floor((1 - share - margin) * 10_000) / 10_000} if margin else {}),
    )


def _repeated_share(found: Relations, version: Evidence) -> float | None:
    """The share of rows that another equals; None where that is not known."""
    if found.repeated is None:
        return None
    return found.repeated / version.rows if version.rows else 0.0


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


def found_keys(table: TableSubject) -> Iterator[Expectation]:
    """Columns that together told rows apart in all versions, where nothing else does."""
    versions = [one.profile.dependencies for one in table.past]
    if any(one is None or not one.complete for one in versions) or table.now.schema.primary_key:
        return
    every = [{key.fields for key in one.keys} for one in versions if one is not None]
    rows = max(version.rows for version in table.past)
    if rows < _ENOUGH_ROWS or len(table.past) < _ENOUGH_VERSIONS:
        return
    for fields in sorted(set.intersection(*every))[:_MOST_KEYS]:
        if all(name in table.now.columns for name in fields):
            yield table.expect(
                "expect_compound_columns_to_be_unique",
                "uniqueness",
                f"none of {rows:,} rows had the same {' and '.join(fields)} {table.basis}",
                column_list=list(fields),
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
