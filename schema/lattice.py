"""join(a, b): the least Arrow type that holds every value of both.

A join-semilattice: associative, commutative, idempotent, with `null` at the bottom and `string`
at the top. Numbers widen without loss (int64 with double is double, as every engine has it;
uint64 with a signed integer is decimal128(20, 0)), nested types join by field name, and what has
no common type but text is text.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

import pyarrow as pa

_TOP = pa.string()
_INTEGER_DIGITS = 20  # for all widths: otherwise the digits would depend on the order of joins
_MAX_DIGITS_128 = 38
_MAX_DIGITS_256 = 76
_UNITS = ("s", "ms", "us", "ns")


def join(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """The least type that holds the values of both, in canonical form.

    Encodings are not part of a type's place in the lattice: a dictionary is its value type,
    large and view types are their plain ones. `join(a, a)` is the canonical form of `a`.
    """
    one, other = canonical(one), canonical(other)
    if one.equals(other) or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    for join_family in (_join_numbers, _join_times, _join_binary, _join_nested):
        joined = join_family(one, other)
        if joined is not None:
            return joined
    return _TOP


@lru_cache(maxsize=1024)
def canonical(kind: pa.DataType) -> pa.DataType:
    """The type without its encoding: no dictionary, run-end, view, large or extension form."""
    types = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return canonical(kind.storage_type)
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return canonical(kind.value_type)
    if kind in (pa.large_string(), pa.string_view()):
        return pa.string()
    if kind in (pa.large_binary(), pa.binary_view()):
        return pa.binary()
    if kind == pa.date64():
        return pa.date32()
    if types.is_decimal32(kind) or types.is_decimal64(kind):
        return pa.decimal128(kind.precision, kind.scale)
    if types.is_time32(kind):
        return pa.time64("us")
    if types.is_struct(kind):
        return _struct({field.name: (canonical(field.type), field.nullable) for field in kind})
    if types.is_map(kind):
        return pa.map_(canonical(kind.key_type), canonical(kind.item_type))
    if hasattr(kind, "value_field") and types.is_nested(kind):
        return pa.list_(canonical(kind.value_type))
    if types.is_union(kind):
        return _TOP
    return kind


def _join_numbers(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    types = pa.types
    if not (_is_number(one) and _is_number(other)):
        return None
    if types.is_floating(one) or types.is_floating(other):
        return _join_floats(one, other)
    if types.is_decimal(one) or types.is_decimal(other):
        return _join_decimals(*_digits(one), *_digits(other))
    return _join_integers(one, other)


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _join_floats(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if pa.types.is_floating(one) and pa.types.is_floating(other):
        return max(one, other, key=lambda kind: kind.bit_width)
    return pa.float64()


def _join_integers(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    types = pa.types
    if types.is_signed_integer(one) == types.is_signed_integer(other):
        return max(one, other, key=lambda kind: kind.bit_width)
    signed, unsigned = (one, other) if types.is_signed_integer(one) else (other, one)
    width = max(signed.bit_width, 2 * unsigned.bit_width)
    by_width = {16: pa.int16(), 32: pa.int32(), 64: pa.int64()}
    return by_width.get(width, pa.decimal128(20, 0))


def _digits(kind: pa.DataType) -> tuple[int, int]:
    """Digits before and behind the point."""
    if pa.types.is_decimal(kind):
        return kind.precision - kind.scale, kind.scale
    return _INTEGER_DIGITS, 0


def _join_decimals(whole: int, scale: int, other_whole: int, other_scale: int) -> pa.DataType:
    whole, scale = max(whole, other_whole), max(scale, other_scale)
    if whole + scale <= _MAX_DIGITS_128:
        return pa.decimal128(whole + scale, scale)
    return pa.decimal256(whole + scale, scale) if whole + scale <= _MAX_DIGITS_256 else _TOP


def _join_times(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    types = pa.types
    if types.is_time(one) and types.is_time(other):
        return pa.time64("ns")
    if types.is_duration(one) and types.is_duration(other):
        return pa.duration(_finest(one, other))
    if not (_is_moment(one) and _is_moment(other)):
        return None
    if types.is_date(one) or types.is_date(other):
        moment = other if types.is_date(one) else one
        return moment if moment.tz is None else _TOP
    if (one.tz is None) != (other.tz is None):
        return _TOP
    zone = one.tz if one.tz == other.tz else "UTC"
    return pa.timestamp(_finest(one, other), zone)


def _is_moment(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _finest(one: pa.DataType, other: pa.DataType) -> str:
    return _UNITS[max(_UNITS.index(one.unit), _UNITS.index(other.unit))]


def _join_binary(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    types = pa.types
    binary = [types.is_binary(kind) or types.is_fixed_size_binary(kind) for kind in (one, other)]
    decimal = [types.is_decimal(kind) for kind in (one, other)]
    return pa.binary() if all(binary) and not any(decimal) else None


def _join_nested(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    types = pa.types
    if types.is_list(one) and types.is_list(other):
        return pa.list_(join(one.value_type, other.value_type))
    if types.is_map(one) and types.is_map(other):
        return pa.map_(join(one.key_type, other.key_type), join(one.item_type, other.item_type))
    if not (types.is_struct(one) and types.is_struct(other)):
        return None
    fields: dict[str, tuple[pa.DataType, bool]] = {}
    for field in chain(one, other):
        known, nullable = fields.get(field.name, (pa.null(), False))
        fields[field.name] = (join(known, field.type), nullable or field.nullable)
    shared = {field.name for field in one} & {field.name for field in other}
    return _struct(
        {name: (kind, nullable or name not in shared) for name, (kind, nullable) in fields.items()}
    )


def _struct(fields: dict[str, tuple[pa.DataType, bool]]) -> pa.DataType:
    """Fields by name, so that the order in which they were met does not matter."""
    return pa.struct([pa.field(name, *fields[name]) for name in sorted(fields)])
