"""How alike the contents of two columns are, by their profiles: what a rename is recognised by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from schema.profile import ColumnProfile, TableProfile

FEWEST_VALUES = 4
"""Columns of fewer different values are alike by chance."""

_UNSURE = 0.7


def likeness(before: TableProfile, after: TableProfile) -> Callable[[str, str], float | None]:
    """A function of an older and a newer column that tells how much of their content is alike, 0 to
    1; None where their profiles do not tell.
    """
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}

    def alike(one: str, other: str) -> float | None:
        mine, theirs = old.get(one), new.get(other)
        return None if mine is None or theirs is None else _alike(mine, theirs)

    return alike


def _alike(mine: ColumnProfile, theirs: ColumnProfile) -> float | None:
    """The mean of what can be compared: values that are frequent, the range, lengths, how many are
    different and how many missing. Rows may have been added meanwhile, so counts matter little.
    """
    if not mine.count or not theirs.count or (mine.min is None and not mine.top_values):
        return None
    if mine.unique is not theirs.unique:
        return 0.0
    parts = [(2.0, _ratio(mine.distinct_count, theirs.distinct_count))]
    if not mine.unique and mine.top_values and theirs.top_values:
        parts.append((3.0, _shared(mine, theirs)))
    if (overlap := _overlap(mine, theirs)) is not None:
        parts.append((3.0, overlap))
    if mine.mean_length is not None and theirs.mean_length is not None:
        parts.append((1.0, _ratio(mine.mean_length, theirs.mean_length)))
    parts.append((1.0, 1 - abs(_missing(mine) - _missing(theirs))))
    score = sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)
    few = min(mine.distinct_count or 0, theirs.distinct_count or 0) < FEWEST_VALUES
    words = any(isinstance(one.value, str) for one in mine.top_values)
    return min(score, _UNSURE) if few and not words else score


def _ratio(one: float | None, other: float | None) -> float:
    if not one or not other:
        return 1.0 if one == other else 0.0
    return min(one, other) / max(one, other)


def _missing(column: ColumnProfile) -> float:
    return column.null_count / max(column.count + column.null_count, 1)


def _shared(mine: ColumnProfile, theirs: ColumnProfile) -> float:
    """The share of the most frequent values, by weight, that are frequent in both."""
    one = {str(item.value): item.count / mine.count for item in mine.top_values}
    other = {str(item.value): item.count / theirs.count for item in theirs.top_values}
    common = sum(min(one[value], other[value]) for value in one.keys() & other.keys())
    return min(1.0, common / max(min(sum(one.values()), sum(other.values())), 1e-9))


def _overlap(mine: ColumnProfile, theirs: ColumnProfile) -> float | None:
    """How much of the two ranges is common, with the middle within it where that is known."""
    ends = [_number(end) for end in (mine.min, mine.max, theirs.min, theirs.max)]
    if any(end is None for end in ends):
        if mine.min is None or theirs.min is None:
            return None
        return (float(mine.min == theirs.min) + float(mine.max == theirs.max)) / 2
    low, high, least, most = (float(end) for end in ends if end is not None)
    whole = max(high, most) - min(low, least)
    if not whole:
        return 1.0
    ranges = max(0.0, min(high, most) - max(low, least)) / whole
    middle, other = _middle(mine), _middle(theirs)
    if middle is None or other is None:
        return ranges
    apart = 4 * abs(middle - other) / whole
    return float(ranges + max(0.0, 1 - apart)) / 2


def _middle(column: ColumnProfile) -> float | None:
    return next((_number(one.value) for one in column.quantiles if one.q == 0.5), None)


def _number(value: Any) -> float | None:
    """A number, or a moment as seconds; None for other texts."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        parsers: tuple[Callable[[str], float], ...] = (float, _seconds)
        for parse in parsers:
            try:
                return parse(value)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
