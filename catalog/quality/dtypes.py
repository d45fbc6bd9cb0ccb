"""The pandas dtype that holds each Arrow type exactly, by name, without importing pandas.

Nullable dtypes, so that integers with nulls stay integers. What pandas has no dtype for (dates,
times of day, binary, nested values) is held as Python objects; decimals only if they have more
than 15 digits, since Great Expectations takes 1.5 ms for each value of a mean of Decimals.
"""

from __future__ import annotations

import pyarrow as pa

from catalog.quality.evidence import is_short_decimal, is_text, value_type

OBJECT = "object"

_PLAIN: dict[pa.DataType, str] = {
    pa.bool_(): "boolean",
    pa.float16(): "Float32",
    pa.float32(): "Float32",
    pa.float64(): "Float64",
    **{getattr(pa, f"int{bits}")(): f"Int{bits}" for bits in (8, 16, 32, 64)},
    **{getattr(pa, f"uint{bits}")(): f"UInt{bits}" for bits in (8, 16, 32, 64)},
}


def dtype_of(kind: pa.DataType) -> str:
    """The name of the pandas dtype for an Arrow type: `Int64`, `string`, `datetime64[us, UTC]`."""
    kind = value_type(kind)
    if is_text(kind):
        return "string"
    if pa.types.is_timestamp(kind):
        return f"datetime64[{kind.unit}, {kind.tz}]" if kind.tz else f"datetime64[{kind.unit}]"
    if pa.types.is_duration(kind):
        return f"timedelta64[{kind.unit}]"
    if is_short_decimal(kind):
        return "Float64"
    return _PLAIN.get(kind, OBJECT)
