"""Completeness: rows there are, and values in them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from catalog.model import Expectation
from catalog.quality.margins import none_seen, share_above
from catalog.quality.rules.subject import ColumnSubject, TableSubject

_ENOUGH_ROWS = 100
_MOSTLY_NULL = 0.95


def not_empty(table: TableSubject) -> Iterator[Expectation]:
    """A table without rows is a fault whatever went before."""
    known = table.now.complete and any(version.rows for version in table.past)
    if not table.learned or not known:
        yield table.expect(
            "expect_table_row_count_to_be_between",
            "completeness",
            "a table has rows",
            min_value=1,
        )


def not_null(column: ColumnSubject) -> Iterator[Expectation]:
    """Nulls stay about as rare as they were."""
    past = [version for version in column.past if version.rows]
    if not past:
        return
    kind = "expect_column_values_to_not_be_null"
    rows = sum(version.rows for version in past)
    promised = not past[-1].field.nullable or column.name in column.key
    if not any(version.absent for version in past):
        sure = promised or rows >= _ENOUGH_ROWS
        reason = (
            "it is declared never to be null"
            if promised
            else f"none of {rows:,} values was null {column.basis}"
        )
        mostly = None if sure else rounded_down(1 - none_seen(rows))
        if mostly is None or mostly > 0:
            yield column.expect(kind, "completeness", reason, mostly=mostly)
        return
    worst = max(version.null_share for version in past)
    bound = share_above([(version.null_share, version.rows) for version in past])
    mostly = rounded_down(1 - bound)
    if worst < _MOSTLY_NULL and mostly > 0:
        reason = f"at most {percent(worst)} of the values were null {column.basis}"
        yield column.expect(kind, "completeness", reason, mostly=mostly)


def rounded_down(share: float) -> float:
    """To four decimals, never more than `share`."""
    return max(0.0, math.floor(share * 10_000) / 10_000)


def percent(share: float) -> str:
    """`0.0234` → `2.3 %`; small shares keep one significant digit."""
    value = share * 100
    return f"{value:.1f} %" if value >= 0.1 or value == 0 else f"{value:.1g} %"
