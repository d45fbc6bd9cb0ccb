"""Consistency of columns with each other: what was never less than another column stays so."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Expectation
from catalog.quality.rules.distribution import calendar
from catalog.quality.rules.subject import TableSubject

_ENOUGH_ROWS = 100
_MOST = 20


def ordered(table: TableSubject) -> Iterator[Expectation]:
    """A greatest value is not below the least, an end not before its start."""
    known = [found for version in table.past if (found := version.profile.relations)]
    if not known:
        return
    rows: dict[tuple[str, str], int] = {}
    broken: set[tuple[str, str]] = set()
    for found in known:
        for order in found.orders:
            pair = order.high, order.low
            broken.add(pair[::-1])
            if order.violations:
                broken.add(pair)
            rows[pair] = max(rows.get(pair, 0), order.seen)
    sure = [(pair, seen) for pair, seen in rows.items() if pair not in broken]
    sure = [(pair, seen) for pair, seen in sure if seen >= _ENOUGH_ROWS]
    told = [(pair, seen) for pair, seen in sure if _comparable(table, *pair)]
    for (high, low), seen in told[:_MOST]:
        yield table.expect(
            "expect_column_pair_values_a_to_be_greater_than_b",
            "consistency",
            f"{high} was never less than {low} in {seen:,} rows {table.basis}",
            column_A=high,
            column_B=low,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )


def _comparable(table: TableSubject, high: str, low: str) -> bool:
    """Whether the order says something: both columns are there, neither names things nor is a part
    of dates, and the middle of the lower one lies well within the other.
    """
    if high not in table.now.columns or low not in table.now.columns:
        return False
    for name in (high, low):
        subject = table.column(name)
        if subject.identifying or calendar(subject):
            return False
    last = table.past[-1].columns
    spread = [last[name].profile.distribution for name in (high, low) if name in last]
    if len(spread) < 2 or not all(one and one.points for one in spread):
        return False
    upper, lower = (one.points for one in spread if one)
    return lower[len(lower) // 2] > upper[len(upper) // 20]
