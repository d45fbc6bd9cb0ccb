"""Arrow schemas and types as Python source: the expressions that make them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import pyarrow as pa
import pyarrow.types as is_

from connectors.targets.module import field_comments
from connectors.targets.python_source import Call, Expression, Item, call, listing, text, value
from schema.errors import UnsupportedType
from schema.model import Schema


def schema_call(schema: Schema, notes: Mapping[str, Iterable[str]] = MappingProxyType({})) -> Call:
    """`pa.schema([…])` field by field, with what is known of each and `notes` as comments.

    Raises UnsupportedType naming the field whose type cannot be written.
    """
    fields = tuple(
        Item(
            _field(field.to_arrow(), field.name),
            "",
            field_comments(field, notes.get(field.name, ())),
        )
        for field in schema
    )
    return call("pa.schema", listing(fields))


def type_source(kind: pa.DataType, path: str) -> Expression:
    """The expression that makes `kind`. Raises UnsupportedType naming `path` when there is none."""
    for applies, write in _WRITERS:
        if applies(kind):
            return write(kind, path)
    raise UnsupportedType(f"arrow: field {path!r}: no way is known to write the type {kind}")


def _field(field: pa.Field, path: str) -> Expression:
    nullable: dict[str, Expression] = {} if field.nullable else {"nullable": "False"}
    return call("pa.field", text(field.name), type_source(field.type, path), **nullable)


def _children(kind: pa.DataType, path: str) -> Call:
    children = [kind.field(index) for index in range(kind.num_fields)]
    return listing(_field(child, f"{path}.{child.name}") for child in children)


def _inner(field: pa.Field, usual: str, path: str) -> Expression:
    """The type alone where the inner field is called as usual, else the whole field."""
    usual_shape = field.name == usual and field.nullable == (usual != "key")
    path = f"{path}.{usual}"
    return type_source(field.type, path) if usual_shape else _field(field, path)


def _list(function: str) -> Callable[[pa.DataType, str], Expression]:
    return lambda kind, path: call(function, _inner(kind.value_field, "item", path))


def _fixed_size_list(kind: pa.DataType, path: str) -> Expression:
    return call("pa.list_", _inner(kind.value_field, "item", path), str(kind.list_size))


def _map(kind: pa.DataType, path: str) -> Expression:
    parts = (_inner(kind.key_field, "key", path), _inner(kind.item_field, "value", path))
    return call("pa.map_", *parts, **({"keys_sorted": "True"} if kind.keys_sorted else {}))


def _dictionary(kind: pa.DataType, path: str) -> Expression:
    parts = (type_source(kind.index_type, path), type_source(kind.value_type, path))
    return call("pa.dictionary", *parts, **({"ordered": "True"} if kind.ordered else {}))


def _run_end_encoded(kind: pa.DataType, path: str) -> Expression:
    parts = (type_source(kind.run_end_type, path), type_source(kind.value_type, path))
    return call("pa.run_end_encoded", *parts)


def _union(kind: pa.DataType, path: str) -> Expression:
    codes = value(list(kind.type_codes))
    return call("pa.union", _children(kind, path), mode=text(kind.mode), type_codes=codes)


def _timestamp(kind: pa.DataType, _: str) -> Expression:
    return call("pa.timestamp", text(kind.unit), **({"tz": text(kind.tz)} if kind.tz else {}))


def _decimal(kind: pa.DataType, _: str) -> Expression:
    return call(f"pa.decimal{kind.bit_width}", str(kind.precision), str(kind.scale))


def _extension(kind: pa.BaseExtensionType, path: str) -> Expression:
    for make in (pa.uuid, pa.json_):
        if kind == make():
            return f"pa.{make.__name__}()"
    raise UnsupportedType(
        f"arrow: field {path!r}: the extension type {kind.extension_name} is not one of Arrow's"
    )


_PLAIN = {
    kind: f"pa.{function}()"
    for function in (
        *("null", "bool_", "float16", "float32", "float64", "date32", "date64"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("string", "large_string", "string_view", "binary", "large_binary", "binary_view"),
        "month_day_nano_interval",
    )
    for kind in (getattr(pa, function)(),)
}

_WRITERS: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType, str], Expression]], ...
] = (
    (lambda kind: isinstance(kind, pa.BaseExtensionType), _extension),
    (lambda kind: kind in _PLAIN, lambda kind, _: _PLAIN[kind]),
    (is_.is_timestamp, _timestamp),
    (is_.is_time, lambda kind, _: call(f"pa.time{kind.bit_width}", text(kind.unit))),
    (is_.is_duration, lambda kind, _: call("pa.duration", text(kind.unit))),
    (is_.is_decimal, _decimal),
    (is_.is_fixed_size_binary, lambda kind, _: call("pa.binary", str(kind.byte_width))),
    (is_.is_dictionary, _dictionary),
    (is_.is_run_end_encoded, _run_end_encoded),
    (is_.is_union, _union),
    (is_.is_struct, lambda kind, path: call("pa.struct", _children(kind, path))),
    (is_.is_map, _map),
    (is_.is_fixed_size_list, _fixed_size_list),
    (is_.is_large_list, _list("pa.large_list")),
    (is_.is_list_view, _list("pa.list_view")),
    (is_.is_large_list_view, _list("pa.large_list_view")),
    (is_.is_list, _list("pa.list_")),
)
