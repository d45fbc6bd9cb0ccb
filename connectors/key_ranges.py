"""Where to cut a table into parts, by what is known of its key. Decides only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import KeyRanges
from schema.model import Schema
from schema.profile import ColumnProfile, TableProfile

ROWS = 50_000
"""About how many rows a part has; fewer are not worth another query."""

MOST = 64
"""Parts of one table."""


def key_ranges(schema: Schema, profile: TableProfile, *, rows: int = ROWS) -> KeyRanges | None:
    """Cuts of the primary key's first column, else of a column whose values all differ.

    It must hold whole numbers, days or times: databases order these as we do. None for a small
    table, and for one without such a key, which is read as one.
    """
    count = profile.row_count or profile.rows_seen
    parts = min(MOST, count // rows)
    for column in _candidates(schema, profile):
        if parts > 1 and (cuts := tuple(_cuts(column, schema, parts))):
            return KeyRanges(column.name, cuts)
    return None


def even_ranges(
    column: str, kind: pa.DataType, least: Any, greatest: Any, count: int, *, rows: int = ROWS
) -> KeyRanges | None:
    """Ranges as wide as each other between two values of a key, for a table whose profile nobody
    knows yet; None where it is small, or the key is not one that databases order as we do.
    """
    parts = min(MOST, count // rows)
    if parts < 2 or least is None or greatest is None or not _has_order(kind):
        return None
    ends = [(0.0, _ordinal(least, kind)), (1.0, _ordinal(greatest, kind))]
    if ends[0][1] == ends[1][1]:
        return None
    return KeyRanges(column, tuple(_at_shares(ends, kind, parts)))


def _candidates(schema: Schema, profile: TableProfile) -> Iterator[ColumnProfile]:
    declared = schema.primary_key[:1]
    unique = [one.name for one in profile.columns if one.unique and not one.null_count]
    for name in dict.fromkeys((*declared, *unique)):
        column = profile.column(name)
        if column is not None and name in schema.names and column.misfit_count == 0:
            yield column


def _cuts(column: ColumnProfile, schema: Schema, parts: int) -> Iterator[int | str]:
    """Values at equal shares of the rows, between the quantiles by a straight line."""
    kind = schema.field(column.name).type
    if not _has_order(kind):
        return
    known = [
        (0.0, column.min),
        *((one.q, one.value) for one in column.quantiles),
        (1.0, column.max),
    ]
    points = [(share, _number(value, kind)) for share, value in known if value is not None]
    yield from _at_shares(points, kind, parts)


def _has_order(kind: pa.DataType) -> bool:
    return bool(is_.is_integer(kind) or is_.is_date32(kind) or is_.is_timestamp(kind))


def _at_shares(
    points: Sequence[tuple[float, int]], kind: pa.DataType, parts: int
) -> Iterator[int | str]:
    last = None
    for part in range(1, parts):
        cut = _between(points, part / parts)
        if cut is not None and cut != last:
            last = cut
            yield _value(cut, kind)


def _between(points: Sequence[tuple[float, int]], share: float) -> int | None:
    for (low, first), (high, last) in pairwise(points):
        if low <= share <= high and high > low:
            return first + round((last - first) * (share - low) / (high - low))
    return None


def _number(value: Any, kind: pa.DataType) -> int:
    """A value of a profile as a whole number: days or the units of the type for time."""
    return _ordinal(value if is_.is_integer(kind) else _time(value, kind), kind)


def _ordinal(value: Any, kind: pa.DataType) -> int:
    return int(value) if is_.is_integer(kind) else int(pa.scalar(value, kind).value)


def _time(value: str, kind: pa.DataType) -> date | datetime:
    return date.fromisoformat(value) if is_.is_date32(kind) else datetime.fromisoformat(value)


def _value(number: int, kind: pa.DataType) -> int | str:
    if is_.is_integer(kind):
        return number
    storage = pa.int32() if is_.is_date32(kind) else pa.int64()
    moment: date | datetime = pa.scalar(number, storage).cast(kind).as_py()
    return moment.isoformat()
