"""Uniqueness: keys stay keys."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.evidence import BOOLEAN, OTHER, value_type
from catalog.quality.rules.subject import ColumnSubject, TableSubject

_ENOUGH_ROWS = 20
_ENOUGH_MOMENTS = 1000


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
    if rows >= (_ENOUGH_MOMENTS if column.family == "moment" else _ENOUGH_ROWS):
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


def measured(kind: pa.DataType) -> bool:
    """Whether values of the type are measurements, which differ without being keys."""
    return bool(pa.types.is_floating(value_type(kind)))
