"""What columns have to do with each other: correlation of numbers, and what is missing together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.kinds import NUMERIC

if TYPE_CHECKING:
    from schema.figures import Figures
    from schema.sketches import RowSample

MOST_COLUMNS = 32
MOST_PAIRS = 20
MOST_PATTERNS = 10
LEAST_ROWS = 8
LEAST_CORRELATION = 0.1
_Z_99 = 2.576  # standard normal quantile of 99 % two-sided confidence


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's coefficient of two columns of numbers over the rows that have both.

    `error` bounds the coefficient at 99 % confidence (Fisher's transformation, 1921), 0 where all
    rows were looked at.
    """

    field: str
    other: str
    coefficient: float
    error: float


@dataclass(frozen=True, slots=True)
class Missing:
    """The share of rows, 0 to 1, in which exactly those columns have no value."""

    fields: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Association:
    """Read off the sample of rows, of all rows where `complete`: the strongest correlations, at
    least `LEAST_CORRELATION`, and the most frequent patterns of missing values.
    """

    correlations: tuple[Correlation, ...] = ()
    missing: tuple[Missing, ...] = ()
    complete: bool = True

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Association:
        """The inverse of `dataclasses.asdict`, after JSON too."""
        return cls(
            tuple(Correlation(**one) for one in value["correlations"]),
            tuple(Missing(tuple(one["fields"]), one["share"]) for one in value["missing"]),
            value["complete"],
        )


def association(sample: RowSample, columns: Sequence[Figures]) -> Association:
    """Of the top-level columns, of which the first `MOST_COLUMNS` of numbers are compared."""
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is left out
        correlations = tuple(_correlations(sample, columns))
    return Association(correlations, tuple(_patterns(columns)), sample.complete)


def _correlations(sample: RowSample, columns: Sequence[Figures]) -> list[Correlation]:
    numbers = [(one.path, values) for one in columns if (values := _numbers(one)) is not None]
    numbers = numbers[:MOST_COLUMNS]
    found = [
        one
        for at, (field, mine) in enumerate(numbers)
        for other, theirs in numbers[at + 1 :]
        if (one := _correlation(field, mine, other, theirs, complete=sample.complete))
    ]
    return sorted(found, key=lambda one: -abs(one.coefficient))[:MOST_PAIRS]


def _numbers(column: Figures) -> np.ndarray | None:
    """The sampled values as doubles, NaN where there is none; None where all are equal."""
    if column.kind not in NUMERIC or column.aligned is None:
        return None
    values = pc.cast(column.aligned, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    finite = values[np.isfinite(values)]
    if len(finite) < LEAST_ROWS or finite.min() == finite.max():
        return None
    return np.asarray(values)


def _correlation(
    field: str, mine: np.ndarray, other: str, theirs: np.ndarray, *, complete: bool
) -> Correlation | None:
    both = np.isfinite(mine) & np.isfinite(theirs)
    rows = int(both.sum())
    if rows < LEAST_ROWS:
        return None
    left, right = (values[both] - values[both].mean() for values in (mine, theirs))
    spread = math.sqrt(float(np.dot(left, left))) * math.sqrt(float(np.dot(right, right)))
    if not spread or not math.isfinite(spread):
        return None
    coefficient = min(1.0, max(-1.0, float(np.dot(left, right)) / spread))
    if abs(coefficient) < LEAST_CORRELATION:
        return None
    error = 0.0
    if not complete and abs(coefficient) < 1:
        least = math.tanh(math.atanh(abs(coefficient)) - _Z_99 / math.sqrt(rows - 3))
        error = abs(coefficient) - least
    return Correlation(field, other, round(coefficient, 6), round(error, 6))


def _patterns(columns: Sequence[Figures]) -> list[Missing]:
    """The most frequent sets of columns that are missing in one row, that of none left out."""
    absent = [
        (one.path, one.aligned.is_null().to_numpy(zero_copy_only=False))
        for one in columns
        if one.aligned is not None and one.aligned.null_count
    ]
    if not absent:
        return []
    marks = np.packbits(np.stack([mask for _, mask in absent], axis=1), axis=1)
    counted = Counter(row.tobytes() for row in marks)
    found = []
    for packed, count in counted.most_common(MOST_PATTERNS + 1):
        bits = np.unpackbits(np.frombuffer(packed, np.uint8))[: len(absent)]
        fields = tuple(path for (path, _), bit in zip(absent, bits, strict=True) if bit)
        if fields:
            found.append(Missing(fields, round(count / len(marks), 6)))
    return found[:MOST_PATTERNS]
