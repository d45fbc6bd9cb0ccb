"""Target `jsonschema`: a JSON Schema (2020-12) of one row, as Headwater gives rows in JSON.

Decimals and times are text, binary is base 64, whole numbers beyond 2^53 are text, what is no
finite number is null, maps are lists of pairs: the schema says so of each column.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import Dataset, Json
from connectors.targets import module
from connectors.targets.holding import check_names, refuse
from schema.model import Schema

EXACT = 1 << 53
"""Whole numbers beyond this are text, since JSON readers take numbers for doubles."""

_TIME = r"^\d{2}:\d{2}:\d{2}(\.\d+)?$"
_LOCAL = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$"


class JsonSchemaTarget:
    """Generates a document that validates rows as JSON objects."""

    name = "jsonschema"
    language = "json"

    def filename(self, dataset: Dataset) -> str:
        """`flights.schema.json`."""
        return f"{module.label(dataset)}.schema.json"

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The document. Raises UnsupportedType naming the field."""
        row = _struct([field.to_arrow() for field in schema], "")
        for field in schema:
            about = row["properties"][field.name]
            if field.description:
                about["description"] = field.description
            if field.semantic_type:
                about["x-semanticType"] = field.semantic_type
        document = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": dataset.name,
            **({"description": dataset.description} if dataset.description else {}),
            "x-headwater": module.origin(schema, dataset, self.name),
            **row,
        }
        return json.dumps(document, indent=2) + "\n"


def _struct(fields: list[pa.Field], path: str) -> Json:
    names = [field.name for field in fields]
    if len(set(names)) < len(names):
        check_names("jsonschema", names, path, fold=False)
    inner = f"{path}." if path else ""
    return {
        "type": "object",
        "properties": {field.name: _field(field, f"{inner}{field.name}") for field in fields},
        "required": names,
        "additionalProperties": False,
    }


def _field(field: pa.Field, path: str) -> Json:
    described = _type(field.type, path)
    return _or_null(described) if field.nullable else described


def _or_null(described: Json) -> Json:
    if "type" not in described:
        return {**described, "anyOf": [*described["anyOf"], {"type": "null"}]}
    kinds = described["type"] if isinstance(described["type"], list) else [described["type"]]
    return {**described, "type": kinds if "null" in kinds else [*kinds, "null"]}


def _type(kind: pa.DataType, path: str) -> Json:
    for applies, convert in _TYPES:
        if applies(kind):
            return convert(kind, path)
    raise refuse("jsonschema", path, kind, "JSON has no form for")


def _integer(kind: pa.DataType, _: str) -> Json:
    bits = kind.bit_width - is_.is_signed_integer(kind)
    low = -(1 << bits) if is_.is_signed_integer(kind) else 0
    high = (1 << bits) - 1
    if high <= EXACT:
        return {"type": "integer", "minimum": low, "maximum": high}
    return {
        "type": ["integer", "string"],
        "minimum": max(low, -EXACT),
        "maximum": EXACT,
        "pattern": r"^-?\d+$",
        "$comment": "text beyond 2^53, which JSON readers do not hold exactly",
    }


def _decimal(kind: pa.DataType, _: str) -> Json:
    whole = max(kind.precision - kind.scale, 1)
    fraction = rf"\.\d{{{kind.scale}}}" if kind.scale > 0 else ""
    return {"type": "string", "pattern": rf"^-?\d{{1,{whole}}}{fraction}$", "$comment": str(kind)}


def _timestamp(kind: pa.DataType, _: str) -> Json:
    if kind.tz:
        return {"type": "string", "format": "date-time", "$comment": str(kind)}
    return {"type": "string", "pattern": _LOCAL, "$comment": str(kind)}


def _text(**more: str) -> Callable[[pa.DataType, str], Json]:
    return lambda _kind, _path: {"type": "string", **more}


def _list(kind: pa.DataType, path: str) -> Json:
    described: Json = {"type": "array", "items": _field(kind.value_field, f"{path}.item")}
    if is_.is_fixed_size_list(kind):
        described |= {"minItems": kind.list_size, "maxItems": kind.list_size}
    return described


def _map(kind: pa.DataType, path: str) -> Json:
    pair = [_field(kind.key_field, f"{path}.key"), _field(kind.item_field, f"{path}.value")]
    items = {"type": "array", "prefixItems": pair, "minItems": 2, "items": False}
    return {"type": "array", "items": items, "$comment": "pairs of key and value"}


def _union(kind: pa.DataType, path: str) -> Json:
    members = [kind.field(index) for index in range(kind.num_fields)]
    return {"anyOf": [_field(each, f"{path}.{each.name}") for each in members]}


_NUMBER = {"type": ["number", "null"], "$comment": "null where it is no finite number"}

_TYPES: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType, str], Json]], ...] = (
    (is_.is_null, lambda _kind, _path: {"type": "null"}),
    (lambda kind: kind == pa.uuid(), _text(format="uuid")),
    (lambda kind: kind == pa.json_(), _text()),
    (is_.is_boolean, lambda _kind, _path: {"type": "boolean"}),
    (is_.is_integer, _integer),
    (is_.is_floating, lambda _kind, _path: dict(_NUMBER)),
    (is_.is_decimal, _decimal),
    (lambda kind: is_.is_string(kind) or is_.is_large_string(kind), _text()),
    (lambda kind: kind == pa.string_view(), _text()),
    (
        lambda kind: is_.is_binary(kind) or is_.is_large_binary(kind),
        _text(contentEncoding="base64"),
    ),
    (lambda kind: kind == pa.binary_view(), _text(contentEncoding="base64")),
    (is_.is_fixed_size_binary, _text(contentEncoding="base64")),
    (is_.is_date, _text(format="date")),
    (is_.is_time, _text(pattern=_TIME)),
    (is_.is_timestamp, _timestamp),
    (is_.is_duration, lambda _kind, _path: {"type": "number", "$comment": "in seconds"}),
    (is_.is_dictionary, lambda kind, path: _type(kind.value_type, path)),
    (is_.is_run_end_encoded, lambda kind, path: _type(kind.value_type, path)),
    (is_.is_struct, lambda kind, path: _struct([*_fields(kind)], path)),
    (is_.is_map, _map),
    (is_.is_union, _union),
    (is_.is_nested, _list),
)


def _fields(kind: pa.DataType) -> list[pa.Field]:
    return [kind.field(index) for index in range(kind.num_fields)]
