"""Cells of a spreadsheet as Arrow columns: the type that all cells of a column have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from connectors.formats.grid import text_of
from schema.summary import RAW

EXACT = 1 << 53
"""Whole numbers from here on are not exact in a spreadsheet, which counts in doubles."""

_WHOLE = object()
_TYPES: dict[frozenset[object], pa.DataType] = {
    frozenset((_WHOLE,)): pa.int64(),
    frozenset((float,)): pa.float64(),
    frozenset((_WHOLE, float)): pa.float64(),
    frozenset((bool,)): pa.bool_(),
    frozenset((str,)): pa.string(),
    frozenset((date,)): pa.date32(),
    frozenset((datetime,)): pa.timestamp("us"),
    frozenset((date, datetime)): pa.timestamp("us"),
    frozenset((time,)): pa.time64("us"),
    frozenset((timedelta,)): pa.duration("us"),
    frozenset((time, timedelta)): pa.duration("us"),
    frozenset(): pa.null(),
}


class Kinds:
    """The kinds of cells seen in each of `width` columns."""

    def __init__(self, width: int) -> None:
        self._seen: list[set[object]] = [set() for _ in range(width)]

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            for seen, cell in zip(self._seen, row, strict=False):
                if cell != "":
                    seen.add(_kind(cell))

    def fields(self, names: Sequence[str]) -> pa.Schema:
        """The type that holds all cells of each column; what no type holds is text, whose types
        are found as those of other text are.
        """
        fields = []
        for name, seen in zip(names, self._seen, strict=True):
            kind = _TYPES.get(frozenset(seen))
            metadata = None if kind is not None else RAW
            fields.append(pa.field(name, kind or pa.string(), metadata=metadata))
        return pa.schema(fields)


def batch(rows: Sequence[Sequence[Any]], at: Sequence[int], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of cells as a batch of the columns at those places."""
    arrays = [
        _array([row[place] if place < len(row) else "" for row in rows], field)
        for place, field in zip(at, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _kind(cell: Any) -> object:
    kind = type(cell)
    if kind is int or (kind is float and cell.is_integer() and abs(cell) < EXACT):
        return _WHOLE
    return kind


def _array(cells: Sequence[Any], field: pa.Field) -> pa.Array:
    kind = field.type
    if pa.types.is_string(kind):
        return pa.array([None if cell == "" else text_of(cell) for cell in cells], kind)
    values = (None if cell == "" else cell for cell in cells)
    if pa.types.is_integer(kind):
        return pa.array([None if cell is None else int(cell) for cell in values], kind)
    if pa.types.is_timestamp(kind):
        return pa.array([_moment(cell) for cell in values], kind)
    if pa.types.is_duration(kind):
        return pa.array([_duration(cell) for cell in values], kind)
    return pa.array(values, kind)


def _moment(cell: Any) -> datetime | None:
    if cell is None or isinstance(cell, datetime):
        return cell
    return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  a sheet knows no zone


def _duration(cell: Any) -> timedelta | None:
    if cell is None or isinstance(cell, timedelta):
        return cell
    return timedelta(
        hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
    )
