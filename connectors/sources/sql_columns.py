"""Columns of a table: reflected types as Arrow types, and rows of a driver as Arrow batches."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from connectors.sources.sql_types import arrow_type
from schema.model import Finding

_AS_TEXT = (sa.types.String, sa.types.Enum)
_ZERO = re.compile("^[0-9]{4}-(00-|[0-9]{2}-00)")
"""A day that MySQL keeps and no calendar has: zero, or of a month or day of zero."""

_STORAGE = {
    pa.int64(): ("integer",),
    pa.float64(): ("real", "integer"),
    pa.bool_(): ("integer",),
    pa.binary(): ("blob", "text"),
    pa.string(): ("text",),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how it is selected and what type its values become."""

    name: str
    type: pa.DataType
    nullable: bool
    comment: str | None
    as_text: bool = False
    """The database itself turns the values into text: no driver type has a counterpart."""

    def clause(self) -> sa.ColumnElement[Any]:
        column: sa.ColumnElement[Any] = sa.column(self.name)
        if self.as_text:
            return sa.cast(column, sa.Text).label(self.name)
        return column


def columns_of(
    connection: sa.Connection, table: str, found: Sequence[Any]
) -> tuple[tuple[Column, ...], tuple[Finding, ...]]:
    """The columns of a table by what is reflected of them, and findings where stored values do not
    fit what is declared.

    Raises SQLAlchemyError.
    """
    if connection.dialect.name == "sqlite":
        return _sqlite_columns(connection, table, found)
    columns = []
    for one in found:
        kind = arrow_type(one["type"])
        as_text = kind == pa.string() and not isinstance(one["type"], _AS_TEXT)
        columns.append(
            Column(one["name"], kind, bool(one.get("nullable", True)), one.get("comment"), as_text)
        )
    return tuple(columns), ()


def _sqlite_columns(
    connection: sa.Connection, table: str, found: Sequence[Any]
) -> tuple[tuple[Column, ...], tuple[Finding, ...]]:
    """SQLite keeps any value in any column: what is stored is counted, and a column that holds
    other kinds than declared becomes the type that holds them, text if need be.
    """
    names = [one["name"] for one in found]
    counts = _stored(connection, table, names)
    columns, findings = [], []
    for one in found:
        name, declared = one["name"], _sqlite_type(one["type"])
        stored = {kind: count for kind, count in counts[name].items() if count}
        fits = _STORAGE.get(declared, ("text",))
        others = sum(count for kind, count in stored.items() if kind not in fits)
        kind = _holding(set(stored)) if others else declared
        if others and not isinstance(one["type"], sa.types.NullType):
            many = "1 value is" if others == 1 else f"{others} values are"
            message = f"{many} not {declared}, as declared; the column is read as {kind}"
            findings.append(Finding("declared-type-misfit", message, name))
        columns.append(Column(name, kind, bool(one.get("nullable", True)), one.get("comment")))
    return tuple(columns), tuple(findings)


def _stored(
    connection: sa.Connection, table: str, names: Sequence[str]
) -> dict[str, dict[str, int]]:
    """How many values of each storage class every column holds."""
    kinds = ("integer", "real", "text", "blob")
    quoted = connection.dialect.identifier_preparer.quote_identifier
    found: dict[str, dict[str, int]] = {}
    for start in range(0, len(names), 100):
        part = names[start : start + 100]
        # As text: building it of SQLAlchemy's expressions took a quarter of reading a small table.
        sums = ", ".join(
            f"coalesce(sum(typeof({quoted(name)}) = '{kind}'), 0)"
            for name in part
            for kind in kinds
        )
        query = f"SELECT {sums} FROM {quoted(table)}"
        row = list(connection.exec_driver_sql(query).one())
        for at, name in enumerate(part):
            found[name] = dict(zip(kinds, row[at * 4 : at * 4 + 4], strict=True))
    return found


def _sqlite_type(declared: Any) -> pa.DataType:
    if isinstance(declared, sa.types.Boolean):
        return pa.bool_()
    if isinstance(declared, sa.types.Integer):
        return pa.int64()
    if isinstance(declared, sa.types.Numeric | sa.types.Float):
        return pa.float64()
    if isinstance(declared, sa.types.LargeBinary):
        return pa.binary()
    return pa.string()


def _holding(stored: set[str]) -> pa.DataType:
    if stored == {"integer"}:
        return pa.int64()
    if stored <= {"integer", "real"}:
        return pa.float64()
    return pa.binary() if stored == {"blob"} else pa.string()


def to_batch(
    rows: Sequence[Sequence[Any]], columns: Sequence[Column], misfits: dict[str, int]
) -> pa.RecordBatch:
    """Rows of a driver as a batch; a column with a value that does not fit its type becomes text,
    and is counted in `misfits`. Days that no calendar has are null, `zero_days` counts them.
    """
    values = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    arrays = [_array(column, cells, misfits) for column, cells in zip(columns, values, strict=True)]
    fields = [pa.field(one.name, array.type) for one, array in zip(columns, arrays, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def zero_days(
    rows: Sequence[Sequence[Any]], columns: Sequence[Column], counts: dict[str, int]
) -> None:
    """Count, by column, the days and times of a driver's rows that no calendar has."""
    for at, column in enumerate(columns):
        if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
            found = sum(isinstance(row[at], str) and bool(_ZERO.search(row[at])) for row in rows)
            if found:
                counts[column.name] = counts.get(column.name, 0) + found


def _array(column: Column, cells: Sequence[Any], misfits: dict[str, int]) -> pa.Array:
    if pa.types.is_string(column.type):
        return pa.array([_text(cell) for cell in cells], pa.string())
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        cells = [None if isinstance(cell, str) and _ZERO.search(cell) else cell for cell in cells]
    try:
        if pa.types.is_boolean(column.type):
            return pa.array([None if cell is None else bool(cell) for cell in cells], pa.bool_())
        if pa.types.is_binary(column.type):
            return pa.array([_bytes(cell) for cell in cells], pa.binary())
        return pa.array(cells, column.type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        misfits[column.name] = misfits.get(column.name, 0) + len(cells)
        return pa.array([_text(cell) for cell in cells], pa.string())


def _bytes(cell: Any) -> bytes | None:
    if cell is None:
        return None
    return cell.encode() if isinstance(cell, str) else bytes(cell)


def _text(cell: Any) -> str | None:
    """A value of a driver as text."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bytes | bytearray | memoryview):
        return bytes(cell).decode("utf-8", "backslashreplace")
    if isinstance(cell, dict | list | tuple):
        return json.dumps(cell, default=str, ensure_ascii=False)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
