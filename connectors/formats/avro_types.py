"""Avro schemas as Arrow types, and values where the two differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

AvroSchema = Any
"""A parsed Avro schema: a name, a dict with `type`, or a list of the branches of a union."""

DEEPEST = 64
VALUE = "value"
"""The only column of a file whose schema is no record."""

MOST_DIGITS = 76

_OPEN = object()
"""In place of the schema of a record while its own fields are looked at."""

_PLAIN = {
    "null": pa.null(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "string": pa.string(),
}
_LOGICAL = {
    "int-date": pa.date32(),
    "int-time-millis": pa.time32("ms"),
    "long-time-micros": pa.time64("us"),
    "long-timestamp-millis": pa.timestamp("ms", "UTC"),
    "long-timestamp-micros": pa.timestamp("us", "UTC"),
    "long-timestamp-nanos": pa.timestamp("ns", "UTC"),
    "long-local-timestamp-millis": pa.timestamp("ms"),
    "long-local-timestamp-micros": pa.timestamp("us"),
    "long-local-timestamp-nanos": pa.timestamp("ns"),
}


def record_fields(schema: AvroSchema) -> list[pa.Field]:
    """The fields of the record that a file holds; of other values a field `value`. Records in
    themselves are text. Raises ValueError for a schema that is nested deeper than 64.
    """
    named: dict[str, AvroSchema] = {}
    if not is_record(schema):
        return [_field(VALUE, schema, named, 0)]
    return _fields(schema, named, 0)


def is_record(schema: AvroSchema) -> bool:
    """Whether values of a schema are rows by themselves."""
    return isinstance(schema, Mapping) and schema.get("type") in {"record", "error"}


def _fields(schema: Mapping[str, Any], named: dict[str, AvroSchema], depth: int) -> list[pa.Field]:
    name = str(schema.get("name"))
    named[name] = _OPEN
    fields = []
    for one in schema["fields"]:
        kind, nullable = _type(one["type"], named, depth + 1)
        doc = one.get("doc")
        metadata = {"description": doc} if isinstance(doc, str) and doc else None
        fields.append(pa.field(one["name"], kind, nullable, metadata))
    named[name] = schema
    return fields


def _type(schema: AvroSchema, named: dict[str, AvroSchema], depth: int) -> tuple[pa.DataType, bool]:
    """The Arrow type that holds a value of an Avro schema, and whether it may be null."""
    if depth > DEEPEST:
        raise ValueError(f"its schema is nested deeper than {DEEPEST} levels")
    if isinstance(schema, str):
        return _of_name(schema, named, depth)
    if isinstance(schema, list):
        branches = [one for one in schema if one != "null"]
        kinds = [_type(one, named, depth + 1)[0] for one in branches]
        return _one_of(kinds), len(branches) < len(schema)
    name = schema["type"]
    if isinstance(name, (dict, list)):
        return _type(name, named, depth + 1)
    logical = _logical(name, schema)
    if "name" in schema:
        named[str(schema["name"])] = schema
    if logical is not None:
        return logical, False
    match name:
        case "record" | "error":
            return pa.struct(_fields(schema, named, depth)), False
        case "enum":
            return pa.dictionary(pa.int32(), pa.string()), False
        case "fixed":
            return pa.binary(int(schema["size"])), False
        case "array":
            return pa.list_(_field("item", schema["items"], named, depth)), False
        case "map":
            return pa.map_(pa.string(), _field("value", schema["values"], named, depth)), False
    return _type(name, named, depth + 1)


def _of_name(name: str, named: dict[str, AvroSchema], depth: int) -> tuple[pa.DataType, bool]:
    if name in _PLAIN:
        return _PLAIN[name], name == "null"
    if named[name] is _OPEN:
        return pa.string(), False
    return _type(named[name], named, depth + 1)


def _field(name: str, schema: AvroSchema, named: dict[str, AvroSchema], depth: int) -> pa.Field:
    kind, nullable = _type(schema, named, depth + 1)
    return pa.field(name, kind, nullable)


def _logical(name: str, schema: Mapping[str, Any]) -> pa.DataType | None:
    logical = schema.get("logicalType")
    if logical == "decimal" and name in {"bytes", "fixed"}:
        digits, scale = int(schema["precision"]), int(schema.get("scale", 0))
        if not 0 < digits <= MOST_DIGITS or not 0 <= scale <= digits:
            return None
        return pa.decimal128(digits, scale) if digits <= 38 else pa.decimal256(digits, scale)
    return _LOGICAL.get(f"{name}-{logical}")


def _one_of(kinds: Sequence[pa.DataType]) -> pa.DataType:
    """One type for the branches of a union: that of one branch, of numbers, else text."""
    distinct = list(dict.fromkeys(kinds))
    if not distinct:
        return pa.null()
    if len(distinct) == 1:
        return distinct[0]
    if all(pa.types.is_integer(kind) for kind in distinct):
        return pa.int64()
    if all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in distinct):
        return pa.float64()
    return pa.string()


def converted(kind: pa.DataType) -> Callable[[Any], Any] | None:
    """What makes a value that fastavro reads one that Arrow takes as `kind`; None for nothing."""
    if pa.types.is_string(kind):
        return _text
    if pa.types.is_struct(kind):
        inner = {one.name: one_way for one in kind if (one_way := converted(one.type)) is not None}
        return _struct(inner) if inner else None
    if pa.types.is_map(kind):
        way = converted(kind.item_type)
        return lambda value: None if value is None else _pairs(value, way)
    if pa.types.is_list(kind):
        way = converted(kind.value_type)
        return (
            None if way is None else lambda value: None if value is None else list(map(way, value))
        )
    return None


def _struct(inner: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def way(value: Any) -> Any:
        if value is None:
            return None
        return value | {name: one(value.get(name)) for name, one in inner.items()}

    return way


def _pairs(value: Mapping[str, Any], way: Callable[[Any], Any] | None) -> list[tuple[str, Any]]:
    return [(key, one if way is None else way(one)) for key, one in value.items()]


def _text(value: Any) -> str | None:
    """A value of a union of several kinds as text: JSON where it is nested."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return value.hex() if isinstance(value, bytes) else str(value)
