"""Consistency: the columns that there are, and their types."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Expectation
from catalog.quality.dtypes import dtype_of
from catalog.quality.rules.subject import ColumnSubject, TableSubject


def column_names(table: TableSubject) -> Iterator[Expectation]:
    """No column goes missing; new ones are welcome."""
    names = sorted(set(table.past[-1].schema.names))
    if names:
        yield table.expect(
            "expect_table_columns_to_match_set",
            "consistency",
            f"the columns {table.basis if len(table.past) == 1 else 'in the version before'}",
            column_set=names,
            exact_match=False,
        )


def column_type(column: ColumnSubject) -> Iterator[Expectation]:
    """The type stays, as pandas names what holds it exactly."""
    field = column.declared or column.now.field
    yield column.expect(
        "expect_column_type_to_be",
        "consistency",
        f"it is {field.type} {'in the version before' if column.declared else 'in this version'}",
        type_=dtype_of(field.type),
    )
