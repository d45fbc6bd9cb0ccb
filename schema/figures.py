"""The figures of one column, read off its summary in the type that was decided for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, reduce
from heapq import nsmallest
from operator import add
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.bins import edges_of_numbers, edges_of_times
from schema.coded_text import bounds, lengths
from schema.column import ColumnSummary, Facet, Lengths, Moments, greatest, least
from schema.decide import Decision
from schema.facets import kind_of, plain_values
from schema.kind import Kind
from schema.kinds import KINDS, NUMERIC, TEMPORAL, classify
from schema.lattice import canonical
from schema.notation import COMPACT, COMPACT_TIME, read_as
from schema.sketches import RowSample
from schema.text import parse
from schema.written import NO, YES

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP_VALUES = 10
MOST_EXACT_VALUES = 50
_SHOWN_AS_THEY_ARE = frozenset({Kind.INT, Kind.UINT})
_DAY_NS = 86_400 * 10**9
_DAY_SECONDS = 86_400.0
_IN_A_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_LONG = (Kind.BINARY, Kind.NESTED)
_SINCE_1970 = frozenset({Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ})


@dataclass(frozen=True)
class Figures:
    """One column or nested path: its evidence, the decided type, the sample it is in (if any)."""

    path: str
    column: ColumnSummary
    decision: Decision
    sample: RowSample | None

    @cached_property
    def kind(self) -> Kind:
        """The kind that values of the decided type have."""
        decided = canonical(self.decision.type)
        if pa.types.is_nested(decided) or pa.types.is_null(decided):
            return Kind.NESTED
        return kind_of(decided)

    @cached_property
    def text(self) -> bool:
        """Whether the decided type is text."""
        return self.decision.text

    @property
    def keeps_codes(self) -> bool:
        """Whether a code for missing is a value of the column."""
        return self.decision.keeps_codes

    @cached_property
    def lengths(self) -> Lengths | None:
        """Of text, binary and lists."""
        if self.text and not self.keeps_codes:
            return lengths(self.column, self.sampled)
        return self.column.lengths if self.text or self.kind in _LONG else None

    @cached_property
    def _kept(self) -> dict[str, int]:
        """The codes for missing that are values, with their counts: of text those that it
        keeps, and the empty one.
        """
        missing = self.column.missing
        if not self.text:
            return {}
        return {code: missing[code] for code in missing if self.keeps_codes or not code}

    @cached_property
    def missing(self) -> int:
        """Rows that hold a code for missing that is no value."""
        return sum(self.column.missing.values()) - sum(self._kept.values())

    @cached_property
    def count(self) -> int:
        return sum(facet.count for facet in self._facets) + sum(self._kept.values())

    @cached_property
    def _read_facets(self) -> list[tuple[Kind, Facet]]:
        return self.decision.facets(self.column)

    @property
    def _facets(self) -> list[Facet]:
        return [facet for _, facet in self._read_facets]

    def bounds(self) -> tuple[Any, Any]:
        """The least and the greatest value, JSON-ready."""
        if self.text:
            return bounds(self.column, coded=not self.keeps_codes)
        if self.kind is Kind.BOOL:
            values = sorted(self.frequencies or ())
            return (values[0], values[-1]) if values else (None, None)
        low = high = None
        for kind, facet in self._read_facets:
            low = least(low, self._aligned(kind, facet.low))
            high = greatest(high, self._aligned(kind, facet.high))
        return self.shown(low), self.shown(high)

    def _aligned(self, kind: Kind, value: Any) -> Any:
        """A plain value of `kind` as a plain value of the decided type."""
        if value is None:
            return None
        if kind is Kind.DATE and self.kind is not Kind.DATE:
            return value * _DAY_NS
        if self.kind is Kind.DECIMAL and not isinstance(value, Decimal):
            return Decimal(repr(value) if isinstance(value, float) else value)
        return value

    def moments(self) -> Moments | None:
        """Moments over all numbers, None for what is not numeric or boolean."""
        if self.kind not in NUMERIC and self.kind is not Kind.BOOL:
            return None
        found: list[Moments] = [facet.moments for facet in self._facets if facet.moments]
        return reduce(add, found) if found else None

    def number(self, value: float | None) -> float | None:
        """A finite number or None."""
        return value if value is not None and math.isfinite(value) else None

    @cached_property
    def frequencies(self) -> dict[Any, int] | None:
        """Each value (JSON-ready) with its exact count; None if there are too many."""
        if self.column.values is None or self.kind in (Kind.NESTED, Kind.BINARY):
            return None
        totals: dict[Any, int] = {}
        same = self.text or self.kind in _SHOWN_AS_THEY_ARE
        for value, count in self._typed(self.column.values.items()):
            shown = value if same else self.shown(value)
            shown = str(value) if shown is None else shown  # JSON holds no infinite numbers
            totals[shown] = totals.get(shown, 0) + count
        for code, count in self._kept.items():
            totals[code] = totals.get(code, 0) + count
        return totals

    def _typed(self, pairs: Iterable[tuple[Any, int]]) -> Iterable[tuple[Any, int]]:
        """Values in the decided type, with their counts."""
        if self.text:
            return ((str(value), count) for value, count in pairs)
        if self.kind is Kind.BOOL:
            read = ((_truth(value), count) for value, count in pairs)
            return (pair for pair in read if pair[0] is not None)
        found: list[tuple[Any, int]] = []
        texts: list[str] = []
        counts: list[int] = []
        whole = not self.column.raw or Kind.INT in self.decision.kinds
        days = self.decision.notation in (COMPACT, COMPACT_TIME)
        for value, count in pairs:
            if isinstance(value, str):
                texts.append(value)
                counts.append(count)
            elif days:
                texts.append(str(value))
                counts.append(count)
            elif whole or not isinstance(value, int):  # else an integer where none belongs
                found.append((value, count))
        if texts:
            found += self._read(texts, counts)
        return found

    def _read(self, texts: list[str], counts: list[int]) -> Iterator[tuple[Any, int]]:
        array = pa.array(texts)
        if len(self.column.kinds) == 1:
            (only,) = self.column.kinds
            codes = np.full(len(array), KINDS.index(only))
        else:
            codes = classify(array)
        for kind in self.decision.kinds:
            chosen = np.flatnonzero(codes == KINDS.index(kind))
            if len(chosen):
                read = read_as(array.take(pa.array(chosen)), kind, self.decision.notation)
                plain = kind_of(read.type)
                for index, value in zip(chosen.tolist(), plain_values(read, plain), strict=True):
                    yield self._aligned(plain, value), counts[index]

    @cached_property
    def distinct_count(self) -> int | None:
        if self.kind is Kind.NESTED:
            return 0 if not self.count else None
        if self.frequencies is not None:
            return len(self.frequencies)
        return min(self.column.distinct.estimate + len(self._kept), self.count)

    @property
    def distinct_error(self) -> float:
        return 0.0 if self.frequencies is not None else self.column.distinct.error

    @property
    def unique(self) -> bool:
        """No value occurs twice: certain when distinct is exact, else as far as sketches see."""
        if self.kind is Kind.NESTED or not self.count:
            return False
        if self.distinct_error == 0:
            return self.distinct_count == self.count
        return not self.column.distinct.repeats

    @cached_property
    def sampled(self) -> pa.Array | None:
        """The sampled values of the column in the decided type, without nulls."""
        return None if self.aligned is None else self.aligned.drop_null()

    @cached_property
    def aligned(self) -> pa.Array | None:
        """One value for each row of the sample, null where it has none of the decided type."""
        sample = self.sample
        if sample is None or not len(sample.rows) or self.kind is Kind.NESTED:
            return None
        if sample.rows.schema.get_field_index(self.path) < 0:
            return None
        values = sample.rows[self.path].combine_chunks()
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if self.column.raw:
            return parse(pc.cast(values, pa.string()), self.decision.type, self.decision.notation)
        return values

    @property
    def quantile_error(self) -> float:
        values = self.sampled
        if self.sample is None or values is None:
            return 0.0
        return self.sample.rank_error(len(values))

    def quantiles(self) -> list[tuple[float, Any]]:
        """Values at `QUANTILES` of numbers and times, from the sample."""
        values = self.sampled
        if values is None or not len(values) or self.kind not in NUMERIC | TEMPORAL:
            return []
        ordered = sorted(self._plain(values))
        if not ordered:
            return []
        last = len(ordered) - 1
        return [(q, self.shown(ordered[round(q * last)])) for q in QUANTILES]

    def _plain(self, values: pa.Array) -> list[Any]:
        plain = plain_values(values, kind_of(values.type))
        return [value for value in plain if value == value]  # noqa: PLR0124  NaN is not itself

    def histogram(self) -> list[tuple[float, float, float]]:
        """At most about 20 bins of equal width over numbers and times, at round edges; times
        are seconds, of dates and timestamps those since 1970 began.

        Counts are scaled from the sample to all values.
        """
        numbers = self._on_a_line()
        if not len(numbers):
            return []
        low, high = float(numbers.min()), float(numbers.max())
        if low == high or not math.isfinite(high - low):
            return [(low, high, float(self.count))]
        if self.kind in TEMPORAL:
            edges = edges_of_times(low, high, calendar=self.kind in _SINCE_1970)
        else:
            edges = edges_of_numbers(low, high, whole=self.kind in (Kind.INT, Kind.UINT))
        counts, _ = np.histogram(numbers, bins=edges)
        scale = self.count / len(numbers)
        pairs = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
        return [(lower, upper, count * scale) for lower, upper, count in pairs]

    def _on_a_line(self) -> np.ndarray:
        """The finite sampled numbers, times in seconds; none of what is neither."""
        values = self.sampled
        if values is None or self.kind not in NUMERIC | TEMPORAL or not len(values):
            return np.empty(0)
        if self.kind in TEMPORAL:
            return _seconds(values)
        numbers: np.ndarray = pc.cast(values, pa.float64(), safe=False).to_numpy()
        return np.asarray(numbers[np.isfinite(numbers)])

    def top_values(self) -> list[tuple[Any, int, bool]]:
        """The most frequent values: exact while there are few, else those that stand out."""
        if self.frequencies is not None:
            most = MOST_EXACT_VALUES if len(self.frequencies) <= MOST_EXACT_VALUES else TOP_VALUES
            found = nsmallest(most, self.frequencies.items(), key=_most_frequent_first)
            return [(value, count, True) for value, count in found]
        values = self.sampled
        if values is None or not len(values) or self.kind in (Kind.NESTED, Kind.BINARY):
            return []
        counted = pc.value_counts(values)
        counts = counted.field(1).to_numpy()
        order = np.argsort(-counts, kind="stable")[:TOP_VALUES]
        order = order[counts[order] > 1]
        chosen = plain_values(counted.field(0).take(pa.array(order)), kind_of(values.type))
        scale = self.count / len(values)
        estimates = [round(float(count) * scale) for count in counts[order]]
        return [(self.shown(v), n, False) for v, n in zip(chosen, estimates, strict=True)]

    def shown(self, value: Any) -> Any:
        """A plain value of the decided type, JSON-ready."""
        if value is None or isinstance(value, str):
            return value.lower() == "true" if self.kind is Kind.BOOL and value else value
        match self.kind:
            case Kind.DATE:
                return str(np.datetime64(value, "D"))
            case Kind.TIMESTAMP | Kind.TIMESTAMPTZ:
                return _moment(value, zone=self.kind is Kind.TIMESTAMPTZ)
            case Kind.TIME:
                return _clock(value)
            case Kind.DURATION:
                return value / 10**9
            case Kind.DECIMAL:
                return f"{value:.{canonical(self.decision.type).scale}f}"
            case Kind.BINARY:
                return bytes(value).hex() if isinstance(value, bytes) else None
            case Kind.DOUBLE:
                return self.number(float(value))
            case _:
                return value


def _truth(value: Any) -> Any:
    """The text of a truth value in whatever language as that of true or false; None for others."""
    if isinstance(value, bool) or (isinstance(value, str) and value.lower() in {"true", "false"}):
        return value
    return "true" if value in YES else "false" if value in NO else None


def _seconds(values: pa.Array) -> np.ndarray:
    """Dates and times without nulls as seconds."""
    kind = values.type
    narrow = pa.types.is_date32(kind) or pa.types.is_time32(kind)
    counted: np.ndarray = values.view(pa.int32() if narrow else pa.int64()).to_numpy()
    if pa.types.is_date32(kind):
        seconds = counted * _DAY_SECONDS
    else:
        seconds = counted / _IN_A_SECOND["ms" if pa.types.is_date64(kind) else kind.unit]
    return np.asarray(seconds)


def _most_frequent_first(pair: tuple[Any, int]) -> tuple[int, str]:
    return -pair[1], str(pair[0])


def _moment(nanoseconds: int, *, zone: bool) -> str:
    seconds, rest = divmod(nanoseconds, 10**9)
    text = str(np.datetime64(seconds, "s"))
    return text + _fraction(rest) + ("Z" if zone else "")


def _clock(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 10**9)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return text + _fraction(rest)


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
