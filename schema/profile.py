"""Summary → TableProfile and ColumnProfile: reads off only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Frequency:
    """A value and how many rows hold it; `count` is exact when `exact`."""

    value: Any
    count: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which a share `q` (0 to 1) of the non-null values lie."""

    q: float
    value: Any


@dataclass(frozen=True, slots=True)
class Bin:
    """Estimated count of the values in [low, high) (the last bin is closed)."""

    low: float
    high: float
    count: float


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Figures of one column, in its inferred type.

    Values (`min`, `max`, frequencies, quantiles) are JSON-ready: numbers, booleans, text, with
    temporal values and decimals as canonical text. Lengths are characters of text, bytes of
    binary, items of lists. `distinct_error` is the relative error bound at 99 % confidence, 0
    when exact; `quantile_error` is the rank error, likewise. Nested columns are profiled by path
    too (`address.city`, `tags[]`).
    """

    name: str
    type: str
    count: int
    null_count: int
    empty_count: int
    distinct_count: int
    distinct_error: float
    min: Any
    max: Any
    mean: float | None
    std: float | None
    quantiles: tuple[Quantile, ...]
    quantile_error: float
    histogram: tuple[Bin, ...]
    top_values: tuple[Frequency, ...]
    min_length: int | None
    max_length: int | None
    mean_length: float | None
    misfit_count: int
    misfit_examples: tuple[str, ...]
    unique: bool

    def to_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class TableProfile:
    """Figures of one table. `row_count` is None when a limit kept part of it unread."""

    rows_seen: int
    row_count: int | None
    byte_count: int | None
    columns: tuple[ColumnProfile, ...]

    def to_dict(self) -> dict[str, Any]: ...
