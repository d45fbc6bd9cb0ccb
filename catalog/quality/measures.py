"""Great Expectations' metrics, answered from a stored profile: what `judge` reads its verdicts
off, and what Great Expectations is given in place of data.

Each metric has the name that Great Expectations gives it. A metric that the profile cannot answer
is None, and what needs it is left to a pass over the data. Counts of unexpected values are exact
where they are 0; else they are exact where the profile has all values, and an estimate from the
histogram (at least 1) where not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.quality.evidence import Column, Evidence, family, plain
from catalog.quality.patterns import misfits

Kwargs = Mapping[str, Any]


def row_count(evidence: Evidence) -> int:
    """Rows of the table; those seen, where a limit left others unread."""
    return evidence.rows


def repeated_rows(evidence: Evidence, kwargs: Kwargs) -> int | None:
    """Rows that another row equals in those columns, where the profile knows: in all columns of
    the table, in a key that it found in all rows, or with a column that never repeats.
    """
    asked = set(kwargs["column_list"])
    if any(_never_repeats(evidence.columns.get(name)) for name in asked):
        return 0
    keys = evidence.profile.dependencies
    if keys is not None and keys.complete and any(asked >= set(one.fields) for one in keys.keys):
        return 0
    found = evidence.profile.relations
    return found.repeated if found is not None and asked == set(evidence.columns) else None


def _never_repeats(column: Column | None) -> bool:
    if column is None or column.absent or column.profile.distinct_error:
        return False
    return column.profile.unique and column.present == column.rows


def disordered(evidence: Evidence, kwargs: Kwargs) -> int | None:
    """Rows in which `column_A` is less than `column_B`, scaled from the rows looked at."""
    high, low = (evidence.columns.get(kwargs[key]) for key in ("column_A", "column_B"))
    found = evidence.profile.relations
    if high is None or low is None or found is None:
        return None
    for order in found.orders:
        if {order.high, order.low} == {high.name, low.name}:
            right = order.high == high.name
            odd = order.violations if right else order.seen - order.violations
            rows = min(high.present, low.present)
            return max(1, round(odd * rows / order.seen)) if odd else 0
    if family(high.field.type) == family(low.field.type) and low.high is not None:
        return 0 if high.low is not None and high.low >= low.high else None
    return None


def rows_with_both(evidence: Evidence, kwargs: Kwargs) -> int | None:
    """At most so many rows have both columns."""
    both = [evidence.columns.get(kwargs[key]) for key in ("column_A", "column_B")]
    return min((one.present for one in both if one is not None), default=None)


def nulls(column: Column, _kwargs: Kwargs) -> int:
    return column.absent


def duplicates(column: Column, _kwargs: Kwargs) -> int:
    """Values beyond the first of each, at least 1 if any. Great Expectations counts the first as
    well; both are 0 for the same columns.
    """
    profile = column.profile
    if profile.unique or column.present < 2:
        return 0
    if profile.distinct_error:
        return max(1, int(column.present - column.distinct * (1 + profile.distinct_error)))
    return max(1, column.present - column.distinct)


def outside(column: Column, kwargs: Kwargs) -> int | None:
    """Values below `min_value` or above `max_value`."""
    if not column.present:
        return 0
    low, high = (bound(column, kwargs.get(name)) for name in ("min_value", "max_value"))
    least, most = column.low, column.high
    if least is None or most is None:
        return None
    try:
        if (low is None or least >= low) and (high is None or most <= high):
            return 0
    except TypeError:
        return None
    return max(1, _counted_outside(column, low, high))


def outsiders(column: Column, kwargs: Kwargs) -> list[Any]:
    """The extreme values that lie outside, at most two."""
    low, high = (bound(column, kwargs.get(name)) for name in ("min_value", "max_value"))
    least, most = column.low, column.high
    found = [least] if least is not None and low is not None and least < low else []
    return found + ([most] if most is not None and high is not None and most > high else [])


def bound(column: Column, value: Any) -> Any:
    """A bound as Great Expectations compares it with values of the column's type."""
    if isinstance(value, str):
        return plain(value, column.field.type)
    return value


def _counted_outside(column: Column, low: Any, high: Any) -> int:
    def is_outside(value: Any) -> bool:
        return (low is not None and value < low) or (high is not None and value > high)

    found = column.profile.top_values
    if found and all(one.exact for one in found) and _sum(found) == column.present:
        values = ((plain(one.value, column.field.type), one.count) for one in found)
        return sum(count for value, count in values if value is not None and is_outside(value))
    if not isinstance(column.low, int | float | Decimal):
        return 1
    total = 0.0
    for piece in column.profile.histogram:
        width = piece.high - piece.low
        inside_low = piece.low if low is None else max(piece.low, float(low))
        inside_high = piece.high if high is None else min(piece.high, float(high))
        if width:
            inside = max(0.0, inside_high - inside_low) / width
        else:
            inside = float(not is_outside(piece.low))
        total += piece.count * (1 - inside)
    return round(total)


def _sum(frequencies: Any) -> int:
    return sum(one.count for one in frequencies)


def not_in_set(column: Column, kwargs: Kwargs) -> int | None:
    """Values that are none of `value_set`: exact when the profile has all values, else at least
    those among the frequent ones that it has.
    """
    known = value_counts(column)
    if known is not None:
        allowed = set(kwargs["value_set"])
        return sum(count for value, count in known.items() if value not in allowed)
    allowed = set(kwargs["value_set"])
    if column.distinct * (1 - column.profile.distinct_error) > len(allowed):
        strange = sum(one.count for one in column.profile.top_values if one.value not in allowed)
        return max(1, strange)
    return None


def strangers(column: Column, kwargs: Kwargs) -> list[Any]:
    """The frequent values that are none of `value_set`."""
    allowed = set(kwargs["value_set"])
    return [one.value for one in column.profile.top_values if one.value not in allowed]


def odd_lengths(column: Column, kwargs: Kwargs) -> int | None:
    """Values shorter than `min_value` or longer than `max_value`: 0, or at least 1."""
    if not column.present:
        return 0
    shortest, longest = column.profile.min_length, column.profile.max_length
    if shortest is None or longest is None:
        return None
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if (low is None or shortest >= low) and (high is None or longest <= high):
        return 0
    known = value_counts(column)
    if known is None:
        return 1
    return max(1, sum(count for value, count in known.items() if _odd(len(value), low, high)))


def _odd(length: int, low: int | None, high: int | None) -> bool:
    return (low is not None and length < low) or (high is not None and length > high)


def not_matching(column: Column, kwargs: Kwargs) -> int | None:
    """Values that a regular expression does not match: at least so many of those looked at, scaled
    to all values.
    """
    if not column.present:
        return 0
    found = column.profile.distribution
    odd = misfits(found, kwargs["regex"]) if found else None
    if found is None or odd is None:
        return None
    return odd if found.complete else round(odd * column.present / found.seen)


def proportion_unique(column: Column, _kwargs: Kwargs) -> float | None:
    """Different values over values: exact while few, else by the multiplicities in the sketch."""
    if not column.profile.distinct_error:
        return column.distinct / column.present if column.present else None
    found = column.profile.distribution
    return found.distinct_share if found else None


def mean(column: Column, _kwargs: Kwargs) -> float | None:
    return column.profile.mean


def deviation(column: Column, _kwargs: Kwargs) -> float | None:
    return column.profile.std


def distinct_count(column: Column, _kwargs: Kwargs) -> int | None:
    return column.profile.distinct_count


def quantiles(column: Column, asked: Kwargs) -> list[float] | None:
    """The values at the asked quantiles, from the order statistics that are kept."""
    found = column.profile.distribution
    if found is None or not found.points:
        return None if column.present else [math.nan for _ in asked["quantiles"]]
    last = len(found.points) - 1
    return [found.points[round(q * last)] for q in asked["quantiles"]]


def value_counts(column: Column) -> Mapping[Any, int] | None:
    """Every value with its exact count, None where the profile has not all."""
    found = column.profile.top_values
    if not all(one.exact for one in found) or _sum(found) != column.present:
        return None
    return {one.value: one.count for one in found}


def divergence(column: Column, kwargs: Kwargs) -> float | None:
    """Kullback and Leibler's divergence of the values from a partition, in nats, with a share
    held out for values that it has not.
    """
    counts = value_counts(column)
    if not counts:
        return None
    asked = kwargs["partition_object"]
    expected = dict(zip(asked["values"], asked["weights"], strict=True))
    new = [value for value in counts if value not in expected]
    held_out = kwargs.get("tail_weight_holdout", 0.0)
    if new:
        expected = {value: weight * (1 - held_out) for value, weight in expected.items()}
        expected |= dict.fromkeys(new, held_out / len(new))
    whole = sum(expected.values())
    terms = (
        count / column.present * math.log(count / column.present / (expected[value] / whole))
        for value, count in counts.items()
    )
    return sum(terms) if held_out or not new else math.inf


def least(column: Column, _kwargs: Kwargs) -> Any:
    return column.low


def greatest(column: Column, _kwargs: Kwargs) -> Any:
    return column.high


AGGREGATES: dict[str, Callable[[Column, Kwargs], Any]] = {
    "column.distinct_values.count": distinct_count,
    "column.max": greatest,
    "column.mean": mean,
    "column.min": least,
    "column.standard_deviation": deviation,
    "column.unique_proportion": proportion_unique,
}
"""One figure of a column."""

UNEXPECTED: dict[str, Callable[[Column, Kwargs], int | None]] = {
    "column_values.between": outside,
    "column_values.in_set": not_in_set,
    "column_values.match_regex": not_matching,
    "column_values.nonnull": nulls,
    "column_values.unique": duplicates,
    "column_values.value_length.between": odd_lengths,
}
"""How many values of a column are not as expected."""

EXAMPLES: dict[str, Callable[[Column, Kwargs], list[Any]]] = {
    "column_values.between": outsiders,
    "column_values.in_set": strangers,
}
"""Some of those values, where the profile knows them."""


def json_ready(value: Any) -> Any:
    """Numbers, booleans and text as they are; dates as ISO 8601; what is left as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(value) if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "item"):  # a scalar of numpy
        return json_ready(value.item())
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, dict):
        return {str(key): json_ready(item) for key, item in value.items()}
    return str(value)
