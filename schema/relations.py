"""What columns say together: rows that repeat, and columns that are never above another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.distribution import seconds_of
from schema.kind import Kind
from schema.kinds import NUMERIC

if TYPE_CHECKING:
    from schema.figures import Figures
    from schema.summary import Summary

MOST_COLUMNS = 24
MOST_ROWS = 4096
LEAST_ROWS = 20
_MOMENTS = (Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ)


@dataclass(frozen=True, slots=True)
class Order:
    """Of `seen` rows that have both, so many have less in `high` than in `low`."""

    high: str
    low: str
    seen: int
    violations: int


@dataclass(frozen=True, slots=True)
class Relations:
    """`repeated` counts the rows that another row equals in all columns, itself among them, and
    `duplicates` those that equal one before them: None where that is not known (nested columns).
    `duplicate_error` bounds how far its share of the rows is off at 99 % confidence, 0 when exact.
    """

    repeated: int | None = None
    orders: tuple[Order, ...] = ()
    duplicates: int | None = None
    duplicate_error: float = 0.0

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Relations:
        """The inverse of `dataclasses.asdict`, after JSON too."""
        orders = tuple(Order(**one) for one in value["orders"])
        duplicates, error = value.get("duplicates"), value.get("duplicate_error", 0.0)
        return cls(value["repeated"], orders, duplicates, error)


def relations(summary: Summary, columns: Sequence[Figures]) -> Relations:
    """Of the top-level columns: rows that repeat of all rows, orders of the sample."""
    orders = tuple(_orders(columns))
    rows = summary.sample.rows
    if summary.sample.complete:
        counted = _repeated(rows) if set(rows.column_names) == set(summary.names) else None
        repeated, duplicates = counted or (None, None)
        return Relations(repeated, orders, duplicates)
    known = summary.repeats_below()
    if known.repeated is None or known.share is None:
        return Relations(None, orders)
    repeated, duplicates = round(known.repeated * summary.rows), round(known.share * summary.rows)
    return Relations(repeated, orders, duplicates, float(f"{known.error:.3g}"))


def _repeated(rows: pa.Table) -> tuple[int, int] | None:
    if not rows.num_rows:
        return 0, 0
    counted = rows.append_column("", pa.array(np.ones(rows.num_rows, np.int64)))
    try:
        groups = pa.TableGroupBy(counted, rows.column_names, use_threads=False)
        sizes = groups.aggregate([("", "sum")])["_sum"].to_numpy()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid, pa.ArrowKeyError):
        return None
    return int(sizes[sizes > 1].sum()), int((sizes - 1).sum())


def _orders(columns: Sequence[Figures]) -> list[Order]:
    """Pairs of which the ranges overlap, so that their order says something."""
    for family in (NUMERIC, frozenset(_MOMENTS)):
        chosen = [column for column in columns if column.kind in family][:MOST_COLUMNS]
        numbers: dict[str, np.ndarray] = {
            one.path: values for one in chosen if (values := _numbers(one)) is not None
        }
        found = [
            order
            for one, other in combinations(numbers, 2)
            if (order := _order(one, numbers[one], other, numbers[other])) is not None
        ]
        if found:
            return found
    return []


def _order(one: str, left: np.ndarray, other: str, right: np.ndarray) -> Order | None:
    known = np.isfinite(left) & np.isfinite(right)
    seen = int(known.sum())
    if seen < LEAST_ROWS:
        return None
    left, right = left[known], right[known]
    if left.min() > right.max() or right.min() > left.max():
        return None
    below, above = int((left < right).sum()), int((left > right).sum())
    return Order(one, other, seen, below) if below <= above else Order(other, one, seen, above)


def _numbers(column: Figures) -> np.ndarray | None:
    """The column's values in the first rows of the sample as doubles, NaN where there is none."""
    if column.aligned is None:
        return None
    values = column.aligned.slice(0, MOST_ROWS)
    if column.kind in _MOMENTS:
        return seconds_of(values)
    if not (pa.types.is_primitive(values.type) or pa.types.is_decimal(values.type)):
        return None
    return np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
