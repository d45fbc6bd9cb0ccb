"""Declared SQL types as Arrow types."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from sqlalchemy import types

_LARGEST_PRECISION = 38


def arrow_type(declared: types.TypeEngine[object]) -> pa.DataType:
    """The Arrow type of a reflected column type; text for what has no counterpart, as numerics
    of any precision have none.
    """
    if (own := _of_mysql(declared)) is not None:
        return own
    if isinstance(declared, types.Boolean):
        return pa.bool_()
    if isinstance(declared, types.SmallInteger):
        return pa.int16()
    if isinstance(declared, types.BigInteger):
        return pa.int64()
    if isinstance(declared, types.Integer):
        return pa.int32()
    if isinstance(declared, types.Float):
        return pa.float64()
    if isinstance(declared, types.Numeric):
        return _decimal(declared)
    if isinstance(declared, types.DateTime):
        return pa.timestamp("us", tz="UTC" if getattr(declared, "timezone", False) else None)
    if isinstance(declared, types.Date):
        return pa.date32()
    if isinstance(declared, types.Time):
        return pa.time64("us")
    if isinstance(declared, types.LargeBinary | types.BINARY | types.VARBINARY):
        return pa.binary()
    if isinstance(declared, types.ARRAY):
        return pa.list_(arrow_type(declared.item_type))
    return pa.string()


def _decimal(declared: types.Numeric[Any]) -> pa.DataType:
    if declared.precision is None or declared.precision > _LARGEST_PRECISION:
        return pa.string()
    return pa.decimal128(declared.precision, declared.scale or 0)


_MYSQL = {
    "BIT": pa.binary(),
    "MEDIUMINT": pa.int32(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),  # sessions are in UTC
    "TIME": pa.duration("us"),  # up to 838 hours, and below zero
    "TINYINT": pa.int8(),  # also tinyint(1): nothing keeps it from holding 2
    "YEAR": pa.int16(),
}
_UNSIGNED = {
    "TINYINT": pa.uint8(),
    "SMALLINT": pa.uint16(),
    "MEDIUMINT": pa.uint32(),
    "INTEGER": pa.uint32(),
    "BIGINT": pa.uint64(),
}


def _of_mysql(declared: types.TypeEngine[object]) -> pa.DataType | None:
    """The types of MySQL and MariaDB that have no like in the standard; None for all others."""
    if not type(declared).__module__.startswith("sqlalchemy.dialects.mysql"):
        return None
    name = str(getattr(declared, "__visit_name__", "")).upper()
    if getattr(declared, "unsigned", False) and name in _UNSIGNED:
        return _UNSIGNED[name]
    if name.endswith(("BLOB", "BINARY")):
        return pa.binary()
    return _MYSQL.get(name)
