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
    if isinstance(declared, types.LargeBinary):
        return pa.binary()
    if isinstance(declared, types.ARRAY):
        return pa.list_(arrow_type(declared.item_type))
    return pa.string()


def _decimal(declared: types.Numeric[Any]) -> pa.DataType:
    if declared.precision is None or declared.precision > _LARGEST_PRECISION:
        return pa.string()
    return pa.decimal128(declared.precision, declared.scale or 0)
