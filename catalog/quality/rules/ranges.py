"""Validity of numbers: the range that their meaning gives, else the one learned."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.evidence import NUMERIC, Column, family, value_type
from catalog.quality.margins import Slack, drifting, extreme, outward
from catalog.quality.personal import is_personal
from catalog.quality.rules.subject import ColumnSubject, is_sequence

KIND = "expect_column_values_to_be_between"
_SLACK = Slack(first=1.0, least=0.25, most=1.0)
_LEAST_SCALE = 0.2
"""Of the greatest magnitude: numbers that lie close together may still move by so much."""
_MAGNITUDE = 10
_ENOUGH_IDENTIFIERS = 100
_ENOUGH_VALUES = 10

_NATURAL: tuple[tuple[tuple[str, ...], float, float], ...] = (
    (("day",), 1, 31),
    (("hour",), 0, 24),
    (("lat", "latitude"), -90, 90),
    (("lon", "lng", "long", "longitude"), -180, 180),
    (("minute",), 0, 60),
    (("month",), 1, 12),
    (("percent", "percentage", "pct"), 0, 100),
    (("quarter",), 1, 4),
    (("second",), 0, 60),
    (("week",), 0, 53),
    (("weekday", "day_of_week"), 0, 7),
)
"""Names of columns or semantic types, and the range that every such value lies in."""

_PLACES = frozenset(("lat", "lon"))
"""Natural ranges in which a table has its own part."""

_YEAR = re.compile(r"(?:^|_)(?:year|yr)$", re.IGNORECASE)
_YEARS = (1000, 2999)
_GENERATION = 30
_CLOCK = re.compile(r"(?:^|_)(?:epoch|timestamp|unixtime|ts|time_ms|time_us)$|_at$", re.IGNORECASE)


def natural_bounds(column: ColumnSubject) -> tuple[float, float, str] | None:
    """The range that the column's meaning gives, if all values so far lie in it."""
    if column.family != NUMERIC:
        return None
    meant = {(column.now.field.semantic_type or "").lower(), column.name.lower()}
    for names, low, high in _NATURAL:
        fits = not meant.isdisjoint(names)
        if fits and all(within(version, low, high) for version in column.filled):
            return low, high, names[0]
    return None


def within(column: Column, low: float, high: float) -> bool:
    """Whether all its values are numbers between, both included. What is not known is not."""
    numbers = family(column.field.type) == NUMERIC and finite(column)
    return bool(numbers and low <= column.low and column.high <= high)


def natural_range(column: ColumnSubject) -> Iterator[Expectation]:
    """Months are 1 to 12 and latitudes −90 to 90, whatever was seen."""
    bounds = natural_bounds(column)
    if bounds and column.filled:
        low, high, meaning = bounds
        reason = f"every {meaning} is {low:g} to {high:g}"
        yield column.expect(KIND, "validity", reason, min_value=low, max_value=high)


def learned_range(column: ColumnSubject) -> Iterator[Expectation]:
    """Numbers stay about where they were; identifiers and counters go where they like."""
    natural = natural_bounds(column)
    if column.family != NUMERIC or column.identifying or is_year(column):
        return
    if natural and natural[2] not in _PLACES:
        return
    known = [version for version in column.filled if finite(version)]
    if not known or max(version.present for version in known) < _ENOUGH_VALUES:
        return
    if _CLOCK.search(column.name):
        return
    lows = [float(version.low) for version in known]
    highs = [float(version.high) for version in known]
    span = max(highs) - min(lows)
    magnitude = max(abs(max(highs)), abs(min(lows)))
    scale = max(span, _LEAST_SCALE * magnitude) or 1.0
    low = extreme(lows, scale=scale, slack=_SLACK, upper=False)
    high = extreme(highs, scale=scale, slack=_SLACK, upper=True)
    low = min(low, lows[-1] - drifting(lows, most=2 * scale))
    high = max(high, highs[-1] + drifting(highs, most=2 * scale))
    if min(lows) >= 0:
        low = max(low, 0.0)
    if max(highs) <= 0:
        high = min(high, 0.0)
    whole = pa.types.is_integer(value_type(column.now.field.type))
    seen = f"values were {text(min(lows), whole=whole)} to {text(max(highs), whole=whole)}"
    if is_personal(column.now.field):
        seen = "a margin around the values"
    yield column.expect(
        KIND,
        "validity",
        f"{seen} {column.basis}",
        min_value=rounded(low, up=False, whole=whole),
        max_value=rounded(high, up=True, whole=whole),
    )


def magnitude_of_identifiers(column: ColumnSubject) -> Iterator[Expectation]:
    """Numbers that name things go where they like, but not to ten times the greatest, nor below
    zero where none was.
    """
    if column.family != NUMERIC or not column.identifying or natural_bounds(column):
        return
    known = [version for version in column.filled if finite(version)]
    if not known or max(version.present for version in known) < _ENOUGH_IDENTIFIERS:
        return
    low, high = min(version.low for version in known), max(version.high for version in known)
    if low < 0 or high <= 0 or any(is_sequence(version) for version in known):
        return
    whole = pa.types.is_integer(value_type(column.now.field.type))
    seen = "" if is_personal(column.now.field) else f" up to {text(float(high), whole=whole)}"
    yield column.expect(
        KIND,
        "validity",
        f"it names things, by numbers{seen} {column.basis}",
        min_value=0,
        max_value=rounded(float(high) * _MAGNITUDE, up=True, whole=whole),
    )


def is_year(column: ColumnSubject) -> bool:
    """Whether its numbers are years of our time."""
    named = _YEAR.search(column.name) or column.now.field.semantic_type == "year"
    return bool(named) and all(within(version, *_YEARS) for version in column.filled)


def year_range(column: ColumnSubject) -> Iterator[Expectation]:
    """Years move forward, at most to the next one if none was later when it was recorded."""
    if column.family != NUMERIC or not column.filled or not is_year(column):
        return
    low = min(int(version.low) for version in column.filled)
    reached = (version.at and version.high <= version.at.year + 1 for version in column.filled)
    at = column.now.at
    yield column.expect(
        KIND,
        "validity",
        f"the earliest year was {low} {column.basis}",
        min_value=low - _GENERATION,
        max_value=at.year + 1 if at and all(reached) else None,
    )


def rounded(value: float, *, up: bool, whole: bool) -> float | int:
    """A bound that reads well and excludes nothing that `value` includes."""
    if whole and abs(value) < 1000:
        return math.ceil(value) if up else math.floor(value)
    found = outward(value, up=up)
    return int(found) if whole and found.is_integer() else found


def text(value: float, *, whole: bool) -> str:
    return f"{int(value):,}" if whole else f"{value:,.6g}"


def finite(column: Column) -> bool:
    """Whether it has a least and a greatest value that can be reckoned with."""
    return all(value is not None and math.isfinite(value) for value in (column.low, column.high))
