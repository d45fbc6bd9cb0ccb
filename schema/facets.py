"""Facets: bounds, moments and digits of typed values of one kind, over whole arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema import written
from schema.column import Facet, Lengths, Moments
from schema.errors import CorruptData
from schema.kind import Kind
from schema.kinds import NUMERIC
from schema.octets import digits, has_letter
from schema.written.compact import (
    EARLIEST,
    FIRST_STAMP,
    LAST_STAMP,
    LATEST,
    compact_days,
    compact_times,
)
from schema.written.numbers import scale as number_scale
from schema.written.numbers import units as number_units

_SAFE_TOTAL = 2**62
_PIECE = 8192
_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@dataclass(frozen=True, slots=True)
class Weighted:
    """Values without nulls, each standing for `counts` rows (one each when None)."""

    values: pa.Array
    counts: np.ndarray | None = None

    @property
    def rows(self) -> int:
        return len(self.values) if self.counts is None else int(self.counts.sum())

    def where(self, mask: np.ndarray) -> Weighted:
        counts = None if self.counts is None else self.counts[mask]
        return Weighted(self.values.filter(pa.array(mask)), counts)


def kind_of(native: pa.DataType) -> Kind:
    """The kind of the values of a (flat) Arrow type."""
    types = pa.types
    if types.is_unsigned_integer(native):
        return Kind.UINT if native == pa.uint64() else Kind.INT
    if types.is_timestamp(native):
        return Kind.TIMESTAMPTZ if native.tz else Kind.TIMESTAMP
    for test, kind in (
        (types.is_integer, Kind.INT),
        (types.is_floating, Kind.DOUBLE),
        (types.is_decimal, Kind.DECIMAL),
        (types.is_boolean, Kind.BOOL),
        (types.is_date, Kind.DATE),
        (types.is_time, Kind.TIME),
        (types.is_duration, Kind.DURATION),
        (types.is_string, Kind.TEXT),
        (types.is_large_string, Kind.TEXT),
    ):
        if test(native):
            return kind
    return Kind.BINARY


def facet(kind: Kind, found: Weighted) -> Facet:
    """Count, bounds and moments of typed values of one kind."""
    values = found.values
    if kind is Kind.YES_OR_NO:
        kind = Kind.BOOL
    if kind is Kind.DOUBLE:
        return _double_facet(Weighted(pc.cast(values, pa.float64()), found.counts))
    if kind is Kind.BINARY and not pa.types.is_large_binary(values.type):
        values = pc.cast(values, pa.large_binary()) if _is_binary(values.type) else None
    if values is None:
        return Facet(found.rows, None, None)
    ordered = pc.cast(values, pa.int64()) if kind is Kind.DURATION else values
    bounds = pc.min_max(ordered)
    ends = pa.array([bounds["min"], bounds["max"]], ordered.type).cast(values.type)
    low, high = plain_values(ends, kind) if kind is not Kind.BOOL else (None, None)
    fine = kind in (Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ) and values.type.unit == "ns"
    moments = _moments(kind, found, low, high)
    made = Facet(found.rows, low, high, moments, fine=fine)
    return _with_days(made, found) if kind is Kind.INT else made


def _with_days(made: Facet, found: Weighted) -> Facet:
    """The facet of integers with how many of them are dates of eight digits, or times of fourteen
    with the first and last of their clocks.
    """
    low, high = made.low, made.high
    if not isinstance(low, int) or not isinstance(high, int):
        return made
    clocks = None
    if low >= EARLIEST and high <= LATEST:
        days = compact_days(found.values)
    elif low >= FIRST_STAMP and high <= LAST_STAMP:
        days = compact_times(found.values)
        clock = found.values.to_numpy(zero_copy_only=False) % 10**6
        clocks = int(clock.min()), int(clock.max())
    else:
        return made
    known = days.is_valid().to_numpy(zero_copy_only=False)
    count = int(known.sum() if found.counts is None else found.counts[known].sum())
    return replace(made, days=count, other=clocks)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _double_facet(found: Weighted) -> Facet:
    bounds = pc.min_max(found.values)
    low, high = bounds["min"].as_py(), bounds["max"].as_py()
    numbers = found.values.to_numpy()
    rows, nan = found.rows, 0
    if not (np.isfinite(low) and np.isfinite(high)) or np.isnan(numbers.sum()):
        finite = np.isfinite(numbers)
        nan = found.where(np.isnan(numbers)).rows
        found = found.where(finite)
        numbers = numbers[~np.isnan(numbers)]
        low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (None, None)
    return Facet(rows, low, high, _moments(Kind.DOUBLE, found, low, high), nan=nan)


def _moments(kind: Kind, found: Weighted, low: Any, high: Any) -> Moments | None:
    if kind not in NUMERIC and kind is not Kind.BOOL:
        return None
    values, counts = found.values, found.counts
    if not len(values):
        return Moments(0, 0, 0.0)
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy()
    if counts is None:
        spread = pc.variance(numbers).as_py() * len(values)
        whole = _total(kind, values, low, high)
        return Moments(len(values), whole, spread, _cubed(numbers, whole / len(values)))
    rows = int(counts.sum())
    total: int | float
    if kind in (Kind.INT, Kind.UINT, Kind.BOOL):
        pairs = zip(values.to_pylist(), counts.tolist(), strict=True)
        total = sum(value * count for value, count in pairs)
    else:
        total = float((numbers * counts).sum())
    deviations = numbers - total / rows
    squared = deviations * deviations * counts
    return Moments(rows, total, float(squared.sum()), float(np.dot(squared, deviations)))


def _cubed(numbers: np.ndarray, mean: float) -> float:
    """The sum of cubed deviations, in pieces that stay in the processor's cache: 12 ns a value
    otherwise, with the memory that is asked for.
    """
    total = 0.0
    for start in range(0, len(numbers), _PIECE):
        deviations = numbers[start : start + _PIECE] - mean
        total += float(np.dot(deviations * deviations, deviations))
    return total


def _total(kind: Kind, values: pa.Array, low: Any, high: Any) -> int | float:
    if kind is Kind.BOOL:
        return int(values.true_count)
    if kind in (Kind.DOUBLE, Kind.DECIMAL):
        return float(pc.sum(pc.cast(values, pa.float64())).as_py())
    if max(abs(low), abs(high)) * len(values) < _SAFE_TOTAL:
        return int(pc.sum(values).as_py())
    numbers = values.to_numpy().astype(np.uint64 if kind is Kind.UINT else np.int64)
    shift = numbers.dtype.type(32)
    upper, lower = numbers >> shift, numbers & numbers.dtype.type(0xFFFFFFFF)
    return (int(upper.sum()) << 32) + int(lower.sum())


def plain_values(values: pa.Array, kind: Kind) -> list[Any]:
    """Values without their Arrow type, as `schema.column.Plain` says. Raises CorruptData where a
    type has a scale that no decimal can have.
    """
    if kind is Kind.DATE:
        return list(pc.cast(values, pa.int32()).to_pylist())
    if kind in (Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ, Kind.DURATION):
        factor = _NANOSECONDS[values.type.unit]
        ticks = pc.cast(values, pa.int32() if values.type.bit_width == 32 else pa.int64())
        return [tick if tick is None else tick * factor for tick in ticks.to_pylist()]
    if kind is Kind.BOOL:
        return [str(value).lower() for value in values.to_pylist()]
    try:
        return list(values.to_pylist())
    except InvalidOperation as error:
        raise CorruptData(f"values of {values.type} cannot be read") from error


def with_texts(read: Facet, kind: Kind, texts: pa.Array) -> Facet:
    """Adds to a numeric facet what only the text shows: digits, scale, exponents."""
    if kind is Kind.INT or kind is Kind.UINT:
        most = max(len(str(abs(end))) for end in (read.low, read.high) if isinstance(end, int))
        return replace(read, integer_digits=most)
    if kind not in (Kind.DOUBLE, Kind.DECIMAL):
        return read
    whole, scale, least = digits(texts)
    return replace(
        read, exponent=has_letter(texts), integer_digits=whole, scale=scale, least_scale=least
    )


def written_facet(kind: Kind, texts: Weighted) -> Facet:
    """The facet of texts of a written kind, by their first reading and with the other's bounds."""
    typed = written.parse(texts.values, kind)
    read = facet(kind_of(typed.type), Weighted(typed, texts.counts))
    if kind in written.NUMBER_KINDS:
        units, scale = number_units(texts.values), number_scale(texts.values, kind)
        return replace(read, units=units, scale=scale, least_scale=scale)
    if kind in (Kind.DATE_EITHER, Kind.STAMP_EITHER):
        second = Weighted(written.parse(texts.values, kind, other=True))
        also = facet(kind_of(second.values.type), second)
        return replace(read, other=(also.low, also.high))
    return read


def lengths_of(lengths: pa.Array, counts: np.ndarray | None) -> Lengths | None:
    if not len(lengths):
        return None
    bounds = pc.min_max(lengths)
    rows = len(lengths) if counts is None else int(counts.sum())
    numbers = lengths.to_numpy(zero_copy_only=False).astype(np.int64)
    total = int(numbers.sum() if counts is None else (numbers * counts).sum())
    return Lengths(rows, total, bounds["min"].as_py(), bounds["max"].as_py())
