"""Field, Schema, Finding and Change: the values that the rest of Headwater passes around."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa

from schema.codec import decode_type, encode_type
from schema.errors import SchemaError

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name as the source has it, its Arrow type, and what is known about it.

    `semantic_type` is the name of a semantic type (`email`, `airport_iata`), None when unknown;
    `semantic_confidence` is how sure that is, 0 to 1, and `semantic_reason` what told it.
    """

    name: str
    type: pa.DataType
    nullable: bool = True
    description: str | None = None
    semantic_type: str | None = None
    semantic_confidence: float | None = None
    semantic_reason: str | None = None

    def to_arrow(self) -> pa.Field:
        """The Arrow field, with the description as field metadata."""
        metadata = {"description": self.description} if self.description else None
        return pa.field(self.name, self.type, self.nullable, metadata)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; the inverse of `from_dict`. Keys that are None are left out."""
        extra = {
            "description": self.description,
            "semanticType": self.semantic_type,
            "semanticConfidence": self.semantic_confidence,
            "semanticReason": self.semantic_reason,
        }
        return {
            "name": self.name,
            "type": encode_type(self.type),
            "nullable": self.nullable,
            **{key: value for key, value in extra.items() if value is not None},
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Field:
        """The field that `to_dict` encoded. Raises SchemaError when it is not one."""
        try:
            return cls(
                value["name"],
                decode_type(value["type"]),
                value["nullable"],
                value.get("description"),
                value.get("semanticType"),
                value.get("semanticConfidence"),
                value.get("semanticReason"),
            )
        except (KeyError, TypeError) as error:
            raise SchemaError(f"not an encoded field: {value!r} ({error})") from error


@dataclass(frozen=True)
class Schema:
    """Ordered fields of one table, with its primary key if one is declared or known.

    Names may repeat and may hold any character; order is part of the schema.
    """

    fields: tuple[Field, ...]
    primary_key: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """The first field called `name`. Raises SchemaError with the known names."""
        for field in self.fields:
            if field.name == name:
                return field
        raise SchemaError(f"no field {name!r}; the fields are {', '.join(map(repr, self.names))}")

    def select(self, names: tuple[str, ...]) -> Schema:
        """The schema of those fields alone, in the order given."""
        return replace(self, fields=tuple(self.field(name) for name in names), primary_key=())

    def to_arrow(self) -> pa.Schema:
        return pa.schema([field.to_arrow() for field in self.fields])

    @classmethod
    def from_arrow(cls, schema: pa.Schema) -> Schema:
        """Fields of an Arrow schema; a description or comment in field metadata is kept."""
        return cls(tuple(_from_arrow(field) for field in schema))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; the inverse of `from_dict`."""
        value: dict[str, Any] = {"fields": [field.to_dict() for field in self.fields]}
        if self.primary_key:
            value["primaryKey"] = list(self.primary_key)
        return value

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> Schema:
        """The schema that `to_dict` encoded. Raises SchemaError when it is not one."""
        try:
            fields = tuple(Field.from_dict(field) for field in value["fields"])
        except (KeyError, TypeError) as error:
            raise SchemaError(f"not an encoded schema: {error}") from error
        return cls(fields, tuple(value.get("primaryKey", ())))

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no white space, so equal schemas have equal texts."""
        return _canonical(self.to_dict())

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """The schema that `to_json` encoded. Raises SchemaError when it is not one."""
        try:
            return cls.from_dict(json.loads(text))
        except json.JSONDecodeError as error:
            raise SchemaError(f"not JSON: {error}") from error

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over names, types, nullability and order; not over descriptions."""
        shape = [[field.name, encode_type(field.type), field.nullable] for field in self.fields]
        return hashlib.sha256(_canonical(shape).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in data or in reaching it, as a value.

    `code` is stable and kebab-case (`csv-ragged-row`), `message` says what and what to do,
    `place` says where (`a.csv, row 1204`).
    """

    code: str
    message: str
    place: str | None = None
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two schemas; `before` and `after` as pyarrow prints types."""

    kind: Literal["added", "removed", "renamed", "type", "nullable", "moved"]
    field: str
    before: str | None
    after: str | None
    breaking: bool
    reason: str | None = None
    """Of a rename, what tells that it is one."""


_DESCRIPTIONS = (b"description", b"comment", b"doc")
"""Keys of field metadata, as Headwater, Delta Lake and Iceberg write them."""


def _from_arrow(field: pa.Field) -> Field:
    metadata = field.metadata or {}
    description = next((metadata[key] for key in _DESCRIPTIONS if metadata.get(key)), None)
    text = description.decode("utf-8", "replace") if description else None
    return Field(field.name, field.type, field.nullable, text)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
