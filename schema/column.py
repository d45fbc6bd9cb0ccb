"""ColumnSummary: everything that is learned about one column, as a value that merges."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from schema.kind import Kind
from schema.ordering import Stretches, merged
from schema.sketches import Distinct, Keys

MAX_VALUES = 1024
MAX_EXAMPLES = 3

Plain = int | float | str | bytes | Decimal
"""A value without its Arrow type: days of a date, nanoseconds of a time, timestamp or duration."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Count, total, and sums of squared and cubed deviations (`m2`, `m3`) of finite numbers.

    Merged by Chan, Golub and LeVeque (1979) and Terriberry (2007). The total of integers is exact;
    that of doubles has a relative error below 1e-12 of the sum of magnitudes.
    """

    count: int
    total: int | float
    m2: float
    m3: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        if not self.count or not other.count:
            return other if not self.count else self
        count = self.count + other.count
        delta = other.mean - self.mean
        m2 = self.m2 + other.m2 + delta * delta * self.count * other.count / count
        mine, theirs = self.count / count, other.count / count
        m3 = self.m3 + other.m3 + delta * delta * delta * self.count * theirs * (mine - theirs)
        m3 += 3 * delta * (mine * other.m2 - theirs * self.m2)
        return Moments(count, self.total + other.total, m2, m3)

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else math.nan

    @property
    def std(self) -> float | None:
        """The sample standard deviation (n - 1), None for fewer than two values."""
        return math.sqrt(max(self.m2, 0.0) / (self.count - 1)) if self.count > 1 else None

    @property
    def skewness(self) -> float | None:
        """The adjusted Fisher-Pearson coefficient, as pandas and Excel have it; None for fewer
        than three values or where all are equal. To nine decimals: what is beyond them
        depends on the order in which parts were added.
        """
        count, spread = self.count, self.m2
        if count < 3 or not (math.isfinite(self.m3) and math.isfinite(spread)):
            return None
        if spread <= count * (1e-9 * self.mean) * (1e-9 * self.mean):
            return None
        biased = math.sqrt(count) * (self.m3 / spread) / math.sqrt(spread)
        return round(biased * math.sqrt(count * (count - 1)) / (count - 2), 9) + 0.0


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A value and where it stands: the entry and the row in it, counted from 1."""

    place: str
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Facet:
    """What is known of a column's values of one kind. `nan` counts those not a number.

    `integer_digits` and `scale` are the most digits before and behind the point; `fine` says
    that some need nanoseconds, `exponent` that some are written with one.
    """

    count: int
    low: Plain | None
    high: Plain | None
    moments: Moments | None = None
    integer_digits: int = 0
    scale: int = 0
    fine: bool = False
    exponent: bool = False
    nan: int = 0
    examples: tuple[Example, ...] = ()
    least_scale: int = 0
    """The fewest digits behind the point."""
    units: tuple[str, ...] = ()
    """Signs of money and share beside numbers, '' where some have none; sorted."""
    days: int = 0
    """How many integers are dates of eight digits or times of fourteen."""
    other: tuple[Plain | None, Plain | None] | None = None
    """Bounds by the other reading, the month before the day; of integers that are times of
    fourteen digits, of the last six."""

    def __add__(self, other: Facet) -> Facet:
        moments = (
            self.moments + other.moments
            if self.moments and other.moments
            else self.moments or other.moments
        )
        return Facet(
            self.count + other.count,
            least(self.low, other.low),
            greatest(self.high, other.high),
            moments,
            max(self.integer_digits, other.integer_digits),
            max(self.scale, other.scale),
            self.fine or other.fine,
            self.exponent or other.exponent,
            self.nan + other.nan,
            tuple(sorted({*self.examples, *other.examples}))[:MAX_EXAMPLES],
            min(self.least_scale, other.least_scale),
            tuple(sorted({*self.units, *other.units})),
            self.days + other.days,
            _both(self.other, other.other),
        )


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of values: characters of text, bytes of binary, items of lists."""

    count: int
    total: int
    low: int
    high: int

    def __add__(self, other: Lengths) -> Lengths:
        return Lengths(
            self.count + other.count,
            self.total + other.total,
            min(self.low, other.low),
            max(self.high, other.high),
        )


Values = Mapping[Plain, int]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnSummary:
    """The evidence of one column or nested path.

    `count` rows hold a value, `nulls` none. `raw` says that values are text that may stand for
    another type (CSV cells, partition keys); `types` counts the rows by declared Arrow type.
    `kinds` has a facet by kind; `missing` counts the codes for missing. `values` has the exact
    frequency of each value, None once there were more than `MAX_VALUES`. `low_text` and
    `high_text` are over everything that is text, whatever its kind.
    """

    count: int = 0
    nulls: int = 0
    raw: bool = False
    empties: int = 0
    types: Mapping[pa.DataType, int] = field(default_factory=dict)
    kinds: Mapping[Kind, Facet] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    lengths: Lengths | None = None
    low_text: str | None = None
    high_text: str | None = None
    distinct: Distinct = field(default_factory=Distinct)
    values: Values | None = field(default_factory=dict)
    optional: bool = True
    """False when every batch declared the column as never null."""
    keys: Keys | None = None
    """Of text too different for `values`; see `schema.keys`, which makes them of the others."""
    stretches: Stretches | None = ()
    """Where its values rise or fall; see `schema.ordering`."""

    def __add__(self, other: ColumnSummary) -> ColumnSummary:
        values = merge_values(self.values, other.values)
        keys = None
        if values is None and (Kind.TEXT in self.kinds or Kind.TEXT in other.kinds):
            from schema.keys import keys_of

            keys = keys_of(self) + keys_of(other)
        return ColumnSummary(
            self.count + other.count,
            self.nulls + other.nulls,
            self.raw or other.raw,
            self.empties + other.empties,
            _added(self.types, other.types),
            _added(self.kinds, other.kinds),
            _added(self.missing, other.missing),
            self.lengths + other.lengths
            if self.lengths and other.lengths
            else self.lengths or other.lengths,
            least(self.low_text, other.low_text),
            greatest(self.high_text, other.high_text),
            self.distinct + other.distinct,
            values,
            self.optional or other.optional,
            keys,
            merged(self.stretches, other.stretches),
        )

    def absent(self, rows: int) -> ColumnSummary:
        """The same where `rows` more rows do not have the column at all."""
        return replace(self, nulls=self.nulls + rows, optional=True) if rows else self

    @property
    def dominant(self) -> Kind | None:
        """The kind of most values, None without any."""
        present = {kind: facet.count for kind, facet in self.kinds.items()}
        return max(present, key=present.__getitem__) if present else None


Bounds = tuple[Plain | None, Plain | None]


def _both(one: Bounds | None, other: Bounds | None) -> Bounds | None:
    if one is None or other is None:
        return one or other
    return least(one[0], other[0]), greatest(one[1], other[1])


def merge_values(one: Values | None, other: Values | None) -> Values | None:
    """Frequencies of both, None when they are too many to keep."""
    if one is None or other is None:
        return None
    merged = _added(one, other)
    return merged if len(merged) <= MAX_VALUES else None


def add_counts(values: dict[Plain, int], keys: Iterable[Plain], counts: np.ndarray) -> None:
    """Count values that may be one although they are written in several ways (`0` and `-0`)."""
    for key, count in zip(keys, counts.tolist(), strict=True):
        values[key] = values.get(key, 0) + count


def least(one: Any, other: Any) -> Any:
    """The lesser of two values of one kind, None standing for no value."""
    return other if one is None else one if other is None else min(one, other)


def greatest(one: Any, other: Any) -> Any:
    """The greater of two values of one kind, None standing for no value."""
    return other if one is None else one if other is None else max(one, other)


def _added(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> dict[Any, Any]:
    merged = dict(one)
    for key, value in other.items():
        merged[key] = merged[key] + value if key in merged else value
    return merged
