"""Target `avro`: an Avro schema (1.12) of one row.

Names that Avro does not allow are given as the attribute `name_in_source` beside one that it does.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import Dataset, Json
from connectors.targets import module
from connectors.targets.holding import check_names, refuse
from schema.model import Schema

AvroType = str | Json

_PLAIN: dict[str, AvroType] = {
    "null": "null",
    "bool": "boolean",
    "int8": "int",
    "int16": "int",
    "int32": "int",
    "uint8": "int",
    "uint16": "int",
    "uint32": "long",
    "int64": "long",
    "uint64": {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 0},
    "halffloat": "float",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "string_view": "string",
    "binary": "bytes",
    "large_binary": "bytes",
    "binary_view": "bytes",
    "date32[day]": {"type": "int", "logicalType": "date"},
    "date64[ms]": {"type": "int", "logicalType": "date"},
    "time32[s]": {"type": "int", "logicalType": "time-millis"},
    "time32[ms]": {"type": "int", "logicalType": "time-millis"},
    "time64[us]": {"type": "long", "logicalType": "time-micros"},
    "extension<arrow.uuid>": {"type": "string", "logicalType": "uuid"},
}

_WIDER = ("int8", "int16", "uint8", "uint16", "uint32", "uint64", "halffloat", "time32[s]")

_UNITS = {"s": "millis", "ms": "millis", "us": "micros", "ns": "nanos"}


class AvroTarget:
    """Generates an Avro schema in JSON."""

    name = "avro"
    language = "json"

    def filename(self, dataset: Dataset) -> str:
        """`flights.avsc`."""
        return f"{module.label(dataset)}.avsc"

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The document. Raises UnsupportedType naming the field."""
        fields = [each.to_arrow() for each in schema]
        record = _Names().record(fields, module.label(dataset), "")
        for each, known in zip(record["fields"], schema, strict=True):
            notes = (known.description, each.get("doc"))
            if any(notes):
                each["doc"] = "; ".join(filter(None, notes))
            if known.semantic_type:
                each["semantic_type"] = known.semantic_type
        document = {
            **record,
            **({"doc": dataset.description} if dataset.description else {}),
            "x-headwater": module.origin(schema, dataset, self.name),
        }
        return json.dumps(document, indent=2) + "\n"


def avro_names(names: Iterable[str]) -> list[str]:
    """Names as Avro allows them (`[A-Za-z_][A-Za-z0-9_]*`), each another."""
    given: list[str] = []
    for name in names:
        plain = _plain_name(name)
        number, found = 2, plain
        while found in given:
            found, number = f"{plain}_{number}", number + 1
        given.append(found)
    return given


def _plain_name(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"\W", "_", letters)[:100] or "column"
    return f"_{plain}" if plain[0].isdigit() else plain


@dataclass(slots=True)
class _Names:
    """Names of records and fixed types, which Avro wants to be unique in a document."""

    taken: list[str] = field(default_factory=list)

    def new(self, words: str) -> str:
        self.taken.append(_plain_name(words))
        self.taken = avro_names(self.taken)
        return self.taken[-1]

    def record(self, fields: list[pa.Field], words: str, path: str) -> Json:
        """A record of fields, each with its name in the source where that is another."""
        names = [each.name for each in fields]
        if len(set(names)) < len(names):
            check_names("avro", names, path, fold=False)
        name = self.new(words)
        written = []
        for plain, each in zip(avro_names(names), fields, strict=True):
            inner = f"{path}.{each.name}" if path else each.name
            held = self.type(each.type, inner)
            described: Json = {
                "name": plain,
                "type": self._or_null(held) if each.nullable else held,
            }
            if each.nullable:
                described["default"] = None
            if plain != each.name:
                described["name_in_source"] = each.name
            if note := _note(each.type):
                described["doc"] = note
            written.append(described)
        return {"type": "record", "name": name, "fields": written}

    def type(self, kind: pa.DataType, path: str) -> AvroType:
        """The Avro type that holds every value of `kind`. Raises UnsupportedType."""
        if str(kind) in _PLAIN:
            return _PLAIN[str(kind)]
        for applies, convert in _TESTED:
            if applies(kind):
                return convert(kind)
        if is_.is_decimal(kind) and 0 <= kind.scale <= kind.precision:
            decimal = {"type": "bytes", "logicalType": "decimal"}
            return {**decimal, "precision": kind.precision, "scale": kind.scale}
        if is_.is_fixed_size_binary(kind):
            return {"type": "fixed", "name": self.new(path), "size": kind.byte_width}
        if is_.is_dictionary(kind) or is_.is_run_end_encoded(kind):
            return self.type(kind.value_type, path)
        if is_.is_map(kind):
            return self._map(kind, path)
        if is_.is_struct(kind):
            return self.record([kind.field(at) for at in range(kind.num_fields)], path, path)
        if is_.is_nested(kind) and not is_.is_union(kind):
            return {"type": "array", "items": self._item(kind.value_field, f"{path}.item")}
        raise refuse("avro", path, kind, "Avro has no type for")

    def _map(self, kind: pa.DataType, path: str) -> AvroType:
        if is_.is_string(kind.key_type) or is_.is_large_string(kind.key_type):
            return {"type": "map", "values": self._item(kind.item_field, f"{path}.value")}
        fields = [kind.key_field.with_name("key"), kind.item_field.with_name("value")]
        return {"type": "array", "items": self.record(fields, path, path)}

    def _item(self, item: pa.Field, path: str) -> AvroType | list[AvroType]:
        held = self.type(item.type, path)
        return self._or_null(held) if item.nullable else held

    def _or_null(self, held: AvroType) -> AvroType | list[AvroType]:
        return held if held == "null" else ["null", held]


def _note(kind: pa.DataType) -> str | None:
    if str(kind) in _WIDER:
        return f"{kind} in the source; Avro has no such type: held wider"
    if is_.is_duration(kind):
        return f"{kind} in the source; a whole number in that unit"
    if is_.is_map(kind):
        return "keys that repeat are one key" if is_.is_string(kind.key_type) else "key and value"
    if is_.is_timestamp(kind) and kind.tz and kind.tz != "UTC":
        return f"{kind} in the source; instants are kept, zone is not"
    return None


def _timestamp(kind: pa.DataType) -> AvroType:
    name = "timestamp" if kind.tz else "local-timestamp"
    return {"type": "long", "logicalType": f"{name}-{_UNITS[kind.unit]}"}


_TESTED: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.DataType], AvroType]], ...] = (
    (lambda kind: kind == pa.json_(), lambda _: "string"),
    (is_.is_timestamp, _timestamp),
    (is_.is_duration, lambda _: "long"),
)
