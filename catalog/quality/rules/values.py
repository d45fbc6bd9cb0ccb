"""Validity of text: the set it is from, or the lengths it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.model import Expectation
from catalog.quality.evidence import TEXT, Column
from catalog.quality.personal import is_personal
from catalog.quality.rules.subject import ColumnSubject

_MOST_VALUES = 50
_EACH_SEEN = 3
_ROWS_A_VALUE = 10
_LONGEST_VALUE = 100
_ENOUGH_VALUES = 20
_MANY_VALUES = 500


def closed_set(column: ColumnSubject) -> list[Any] | None:
    """The values that the column is drawn from, None when others are to be expected.

    Good and Turing (Good, 1953): what has not been seen yet has about the share of what has been
    seen once; so a set in which every value was seen several times is as good as complete.
    """
    if column.family != TEXT or is_personal(column.now.field) or not column.filled:
        return None
    counts: dict[str, int] = {}
    sizes = []
    for version in column.filled:
        values = complete_values(version)
        if values is None:
            return None
        for value, count in values.items():
            counts[value] = counts.get(value, 0) + count
        sizes.append(len(counts))
    rows = sum(version.present for version in column.filled)
    if len(counts) > _MOST_VALUES or rows < _ROWS_A_VALUE * len(counts):
        return None
    if min(counts.values()) < _EACH_SEEN or (len(sizes) > 1 and sizes[-1] > sizes[-2]):
        return None
    return sorted(counts)


def complete_values(column: Column) -> dict[str, int] | None:
    """Every value of the column with its exact count, None when the profile has not all."""
    found = column.profile.top_values
    total = sum(frequency.count for frequency in found)
    if not all(frequency.exact for frequency in found) or total != column.present:
        return None
    short = all(isinstance(one.value, str) and len(one.value) <= _LONGEST_VALUE for one in found)
    return {frequency.value: frequency.count for frequency in found} if short else None


def value_set(column: ColumnSubject) -> Iterator[Expectation]:
    """Few values, each seen several times: no other is expected."""
    values = closed_set(column)
    if values:
        known = "the same" if len(values) == 1 else f"one of these {len(values)}"
        reason = f"every value was {known} {column.basis}"
        yield column.expect(
            "expect_column_values_to_be_in_set", "validity", reason, value_set=values
        )


def lengths(column: ColumnSubject) -> Iterator[Expectation]:
    """Codes keep their length; other text is not suddenly cut off, emptied or run together."""
    known = [version for version in column.filled if version.profile.max_length is not None]
    if column.family != TEXT or not known or closed_set(column):
        return
    rows = sum(version.present for version in known)
    if rows < _ENOUGH_VALUES:
        return
    shortest = min(version.profile.min_length or 0 for version in known)
    longest = max(version.profile.max_length or 0 for version in known)
    kind = "expect_column_value_lengths_to_be_between"
    if shortest == longest:
        reason = f"each of {rows:,} values had {longest} characters {column.basis}"
        low, high = shortest, longest
    else:
        reason = f"values had {shortest} to {longest} characters {column.basis}"
        fewer = max(1, shortest // 10) if rows >= _MANY_VALUES else shortest - shortest // 2
        low, high = shortest - fewer, longest + max(longest, 5)
        low = max(low, 1) if shortest else 0
    yield column.expect(kind, "validity", reason, min_value=low, max_value=high)
