"""Arrow types as JSON and back.

A type without parameters that need a structure is the text that pyarrow prints (`int64`,
`timestamp[us, tz=UTC]`, `decimal128(10, 2)`); a nested type is an object with a `kind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from schema.errors import SchemaError

EncodedType = str | dict[str, Any]

_PLAIN: dict[str, pa.DataType] = {
    str(plain): plain
    for plain in (
        *(pa.null(), pa.bool_(), pa.float16(), pa.float32(), pa.float64()),
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        *(pa.string(), pa.large_string(), pa.string_view()),
        *(pa.binary(), pa.large_binary(), pa.binary_view()),
        *(pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"), pa.time64("us")),
        *(pa.time64("ns"), pa.month_day_nano_interval()),
        *(pa.duration(unit) for unit in ("s", "ms", "us", "ns")),
        *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns")),
    )
}

_PARAMETERISED: tuple[tuple[re.Pattern[str], Callable[..., pa.DataType]], ...] = (
    (re.compile(r"timestamp\[(s|ms|us|ns), tz=(.*)\]", re.DOTALL), pa.timestamp),
    (re.compile(r"fixed_size_binary\[(\d+)\]"), lambda size: pa.binary(int(size))),
    *(
        (
            re.compile(rf"decimal{bits}\((\d+), (-?\d+)\)"),
            lambda precision, scale, make=make: make(int(precision), int(scale)),
        )
        for bits, make in (
            (32, pa.decimal32),
            (64, pa.decimal64),
            (128, pa.decimal128),
            (256, pa.decimal256),
        )
    ),
)


def encode_type(kind: pa.DataType) -> EncodedType:
    """`kind` as JSON-ready text or object. Raises SchemaError for a type that Arrow added since."""
    if isinstance(kind, pa.BaseExtensionType):
        return {
            "kind": "extension",
            "name": kind.extension_name,
            "message": pa.schema([("value", kind)]).serialize().to_pybytes().hex(),
        }
    for is_kind, encode in _NESTED_ENCODERS:
        if is_kind(kind):
            return encode(kind)
    text = str(kind)
    if text in _PLAIN or any(pattern.fullmatch(text) for pattern, _ in _PARAMETERISED):
        return text
    raise SchemaError(f"type {text} cannot be encoded")


def decode_type(value: EncodedType) -> pa.DataType:
    """The type that `encode_type` encoded. Raises SchemaError when `value` is not one."""
    try:
        return _decode_text(value) if isinstance(value, str) else _DECODERS[value["kind"]](value)
    except (KeyError, TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        raise SchemaError(f"not an encoded type: {value!r} ({error})") from error


def _decode_text(text: str) -> pa.DataType:
    if text in _PLAIN:
        return _PLAIN[text]
    for pattern, make in _PARAMETERISED:
        if match := pattern.fullmatch(text):
            return make(*match.groups())
    raise KeyError(text)


def _encode_field(field: pa.Field) -> dict[str, Any]:
    return {"name": field.name, "type": encode_type(field.type), "nullable": field.nullable}


def _decode_field(value: dict[str, Any]) -> pa.Field:
    return pa.field(value["name"], decode_type(value["type"]), value["nullable"])


def _children(kind: pa.DataType) -> list[dict[str, Any]]:
    return [_encode_field(kind.field(index)) for index in range(kind.num_fields)]


def _encode_item(name: str) -> Callable[[pa.DataType], dict[str, Any]]:
    return lambda kind: {"kind": name, "item": _encode_field(kind.value_field)}


def _decode_item(make: Callable[[pa.Field], pa.DataType]) -> Callable[[dict[str, Any]], Any]:
    return lambda value: make(_decode_field(value["item"]))


def _decode_union(value: dict[str, Any]) -> pa.DataType:
    children = [_decode_field(child) for child in value["fields"]]
    return pa.union(children, mode=value["mode"], type_codes=value["codes"])


def _decode_extension(value: dict[str, Any]) -> pa.DataType:
    # Arrow's own schema message: a registered extension type comes back as itself, an unknown
    # one as its storage type, as every Arrow reader has it.
    message = pa.py_buffer(bytes.fromhex(value["message"]))
    kind: pa.DataType = pa.ipc.read_schema(message).field(0).type
    return kind


_NESTED_ENCODERS: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], dict[str, Any]]], ...
] = (
    (pa.types.is_struct, lambda kind: {"kind": "struct", "fields": _children(kind)}),
    (
        pa.types.is_map,
        lambda kind: {
            "kind": "map",
            "key": _encode_field(kind.key_field),
            "item": _encode_field(kind.item_field),
            "sorted": kind.keys_sorted,
        },
    ),
    (
        pa.types.is_fixed_size_list,
        lambda kind: {
            "kind": "fixed_size_list",
            "item": _encode_field(kind.value_field),
            "size": kind.list_size,
        },
    ),
    (pa.types.is_large_list, _encode_item("large_list")),
    (pa.types.is_list_view, _encode_item("list_view")),
    (pa.types.is_large_list_view, _encode_item("large_list_view")),
    (pa.types.is_list, _encode_item("list")),
    (
        pa.types.is_dictionary,
        lambda kind: {
            "kind": "dictionary",
            "index": encode_type(kind.index_type),
            "value": encode_type(kind.value_type),
            "ordered": kind.ordered,
        },
    ),
    (
        pa.types.is_run_end_encoded,
        lambda kind: {
            "kind": "run_end_encoded",
            "run_end": encode_type(kind.run_end_type),
            "value": encode_type(kind.value_type),
        },
    ),
    (
        pa.types.is_union,
        lambda kind: {
            "kind": "union",
            "mode": kind.mode,
            "codes": list(kind.type_codes),
            "fields": _children(kind),
        },
    ),
)

_DECODERS: dict[str, Callable[[dict[str, Any]], pa.DataType]] = {
    "struct": lambda value: pa.struct([_decode_field(child) for child in value["fields"]]),
    "map": lambda value: pa.map_(
        _decode_field(value["key"]), _decode_field(value["item"]), value["sorted"]
    ),
    "fixed_size_list": lambda value: pa.list_(_decode_field(value["item"]), value["size"]),
    "large_list": _decode_item(pa.large_list),
    "list_view": _decode_item(pa.list_view),
    "large_list_view": _decode_item(pa.large_list_view),
    "list": _decode_item(pa.list_),
    "dictionary": lambda value: pa.dictionary(
        decode_type(value["index"]), decode_type(value["value"]), value["ordered"]
    ),
    "run_end_encoded": lambda value: pa.run_end_encoded(
        decode_type(value["run_end"]), decode_type(value["value"])
    ),
    "union": _decode_union,
    "extension": _decode_extension,
}
