"""Arrow type → Spark type → the Arrow type that Spark's rows have, without importing Spark.

Spark types are values in the encoding of Spark's own `DataType.jsonValue()`: `"long"`,
`"decimal(20,0)"`, `{"type": "array", …}`. Every Arrow type is held exactly, widened with a note
that the generated code repeats as a comment, or refused with UnsupportedType naming the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.types as is_

from schema.errors import UnsupportedType
from schema.model import Schema

SparkJson = str | dict[str, Any]

MAX_PRECISION = 38
"""Digits of Spark's widest decimal."""


@dataclass(frozen=True, slots=True)
class SparkType:
    """A Spark type, and what a reader of the code should know about how Arrow's became it."""

    json: SparkJson
    notes: tuple[str, ...] = ()


_EXACT: dict[str, str] = {
    "bool": "boolean",
    "int8": "byte",
    "int16": "short",
    "int32": "integer",
    "int64": "long",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "string_view": "string",
    "binary": "binary",
    "large_binary": "binary",
    "binary_view": "binary",
    "date32[day]": "date",
    "timestamp[s]": "timestamp_ntz",
    "timestamp[ms]": "timestamp_ntz",
    "timestamp[us]": "timestamp_ntz",
    "duration[s]": "interval day to second",
    "duration[ms]": "interval day to second",
    "duration[us]": "interval day to second",
}

_NANOSECONDS = "nanoseconds: a value with a part below microseconds is an error"
_TIME = "Spark has no time of day: held as ISO 8601 text"

_WIDENED: dict[str, tuple[str, str]] = {
    "null": ("string", "no value was seen: held as text, since Spark cannot write void columns"),
    "uint8": ("short", "Spark has no unsigned integers"),
    "uint16": ("integer", "Spark has no unsigned integers"),
    "uint32": ("long", "Spark has no unsigned integers"),
    "uint64": ("decimal(20,0)", "Spark has no unsigned integers, and 64 bits do not fit in long"),
    "halffloat": ("float", "Spark has no half floats"),
    "date64[ms]": ("date", "held in days"),
    "time32[s]": ("string", _TIME),
    "time32[ms]": ("string", _TIME),
    "time64[us]": ("string", _TIME),
    "time64[ns]": ("string", _TIME),
    "timestamp[ns]": ("timestamp_ntz", _NANOSECONDS),
    "duration[ns]": ("interval day to second", _NANOSECONDS),
}


def spark_type(kind: pa.DataType, path: str) -> SparkType:
    """The Spark type that holds every value of `kind`.

    Raises UnsupportedType, naming `path`, when there is none.
    """
    name = str(kind)
    if name in _EXACT:
        return SparkType(_EXACT[name])
    if name in _WIDENED:
        json, reason = _WIDENED[name]
        return SparkType(json, (f"{name} in the source; {reason}",))
    for applies, convert in _PARAMETERISED:
        if applies(kind):
            return convert(kind, path)
    raise UnsupportedType(
        f"pyspark: field {path!r}: Spark has no type for {name}; leave the field out"
    )


def spark_struct(schema: Schema) -> SparkType:
    """The `StructType` of a table; its notes name their fields."""
    fields = [(field, spark_type(field.type, field.name)) for field in schema]
    return SparkType(
        {
            "type": "struct",
            "fields": [_field(field.name, held.json, field.nullable) for field, held in fields],
        },
        tuple(f"{field.name}: {note}" for field, held in fields for note in held.notes),
    )


def arrow_type(json: SparkJson) -> pa.DataType:
    """The Arrow type of a Spark type's values, as Spark exchanges them with Python."""
    if isinstance(json, str):
        if json in _ARROW:
            return _ARROW[json]
        match = re.fullmatch(r"decimal\((\d+),(\d+)\)", json)
        if match:
            return pa.decimal128(int(match[1]), int(match[2]))
        raise UnsupportedType(f"pyspark: no Arrow type for Spark's {json}")
    if json["type"] == "struct":
        return pa.struct([arrow_field(field) for field in json["fields"]])
    if json["type"] == "array":
        item = arrow_type(json["elementType"])
        return pa.list_(pa.field("element", item, json["containsNull"]))
    if json["type"] == "map":
        item = arrow_type(json["valueType"])
        return pa.map_(
            arrow_type(json["keyType"]), pa.field("value", item, json["valueContainsNull"])
        )
    raise UnsupportedType(f"pyspark: no Arrow type for Spark's {json['type']}")


def arrow_field(field: dict[str, Any]) -> pa.Field:
    """The Arrow field of a Spark `StructField` in its JSON form."""
    return pa.field(field["name"], arrow_type(field["type"]), field["nullable"])


_ARROW: dict[str, pa.DataType] = {
    "void": pa.null(),
    "boolean": pa.bool_(),
    "byte": pa.int8(),
    "short": pa.int16(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "interval day to second": pa.duration("us"),
}


def _field(name: str, json: SparkJson, nullable: bool) -> dict[str, Any]:  # noqa: FBT001
    return {"name": name, "type": json, "nullable": nullable, "metadata": {}}


def _zoned(kind: pa.DataType, _: str) -> SparkType:
    notes = [] if kind.tz == "UTC" else [f"{kind} in the source; instants are kept, zone is not"]
    if kind.unit == "ns":
        notes.append(f"{kind} in the source; {_NANOSECONDS}")
    return SparkType("timestamp", tuple(notes))


def _decimal(kind: pa.DataType, path: str) -> SparkType:
    # Spark wants 0 <= scale <= precision: a negative scale has its zeros written out.
    scale = max(kind.scale, 0)
    precision = max(
        kind.precision + scale - kind.scale if kind.scale < 0 else kind.precision, scale
    )
    if precision > MAX_PRECISION:
        raise UnsupportedType(
            f"pyspark: field {path!r}: {kind} has more than Spark's {MAX_PRECISION} digits; "
            "leave the field out or cast it at the source"
        )
    same = (precision, scale) == (kind.precision, kind.scale)
    note = f"{kind} in the source; Spark wants a scale between 0 and the precision"
    return SparkType(f"decimal({precision},{scale})", () if same else (note,))


def _array(kind: pa.DataType, path: str) -> SparkType:
    item = spark_type(kind.value_type, f"{path}[]")
    json = {
        "type": "array",
        "elementType": item.json,
        "containsNull": kind.value_field.nullable,
    }
    return SparkType(json, item.notes)


def _map(kind: pa.DataType, path: str) -> SparkType:
    key = spark_type(kind.key_type, f"{path}.key")
    item = spark_type(kind.item_type, f"{path}.value")
    json = {
        "type": "map",
        "keyType": key.json,
        "valueType": item.json,
        "valueContainsNull": kind.item_field.nullable,
    }
    return SparkType(json, (*key.notes, *item.notes))


def _struct(kind: pa.DataType, path: str) -> SparkType:
    children = [kind.field(index) for index in range(kind.num_fields)]
    names = [child.name for child in children]
    if len(set(names)) < len(names):
        raise UnsupportedType(
            f"pyspark: field {path!r}: Spark cannot tell fields of one struct that share a name "
            "apart; leave the field out"
        )
    held = [spark_type(child.type, f"{path}.{child.name}") for child in children]
    fields = [
        _field(child.name, each.json, child.nullable)
        for child, each in zip(children, held, strict=True)
    ]
    return SparkType(
        {"type": "struct", "fields": fields}, tuple(note for each in held for note in each.notes)
    )


def _encoded(kind: pa.DataType, path: str) -> SparkType:
    return spark_type(kind.value_type, path)


def _extension(kind: pa.DataType, path: str) -> SparkType:
    held = spark_type(kind.storage_type, path)
    return SparkType(
        held.json, (f"{kind.extension_name} in the source; held as stored", *held.notes)
    )


_PARAMETERISED: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType, str], SparkType]], ...
] = (
    (lambda kind: isinstance(kind, pa.BaseExtensionType), _extension),
    (is_.is_timestamp, _zoned),
    (is_.is_decimal, _decimal),
    (is_.is_fixed_size_binary, lambda _kind, _path: SparkType("binary")),
    (is_.is_dictionary, _encoded),
    (is_.is_run_end_encoded, _encoded),
    (is_.is_struct, _struct),
    (is_.is_map, _map),
    (is_.is_list, _array),
    (is_.is_large_list, _array),
    (is_.is_fixed_size_list, _array),
    (is_.is_list_view, _array),
    (is_.is_large_list_view, _array),
)
