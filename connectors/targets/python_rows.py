"""Rows as Python values: names fit for attributes, and the functions that yield them."""

from __future__ import annotations

import builtins
import re
import unicodedata
from collections.abc import Collection, Iterable
from keyword import iskeyword, issoftkeyword

import pyarrow as pa
import pyarrow.types as is_

from connectors.targets.arrow_reading import Reading
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT
from connectors.targets.python_source import assignment
from schema.model import Field, Schema

IMPORTS = (
    "from collections.abc import Iterator, Sequence",
    "from typing import Any, Literal",
    "import pyarrow as pa",
    "import pyarrow.compute as pc",
)

_ROWS = """
def _rows(
    columns: Sequence[str] | None,
    where: pc.Expression | None,
    %s,
) -> Iterator[dict[str, Any]]:
    for batch in _batches(columns, where, on_drift):
        %s
"""

_BATCHES = """
def _batches(
    columns: Sequence[str] | None,
    where: pc.Expression | None,
    %s,
) -> Iterator[pa.RecordBatch]:
    %s
"""

_AS_THEY_ARE = "yield from batch.to_pylist()"
_IN_MICROSECONDS = """shape = pa.schema([PYTHON.field(name) for name in batch.schema.names])
        yield from batch.cast(shape).to_pylist()"""

_RESERVED = frozenset(
    (
        *dir(builtins),
        *("dt", "decimal", "uuid", "sa", "pa", "pc", "metadata", "registry", "query"),
        *("copy", "dict", "json", "schema", "construct", "validate", "from_orm", "schema_json"),
        *("parse_file", "parse_obj", "parse_raw", "update_forward_refs"),
        *("Base", "Row", "Any", "Mapped", "Annotated", "ConfigDict", "BaseModel", "Field"),
    )
)
"""Names that mean something where models are defined, whichever library they are of."""


def microseconds(schema: Schema) -> Schema:
    """The schema with times to the microsecond, as Python has them."""
    return Schema(
        tuple(Field(each.name, _microseconds(each.type), each.nullable) for each in schema)
    )


def bare(schema: Schema) -> Schema:
    """Names and types alone: descriptions stand in the model."""
    return Schema(tuple(Field(each.name, each.type, each.nullable) for each in schema))


def constants(schema: Schema) -> tuple[str, ...]:
    """`PYTHON`, the types that rows are cast to, where they differ from SCHEMA's."""
    python = microseconds(schema)
    if _same(python, schema):
        return ()
    why = "# Python has microseconds: a time with a part below is an error, not rounded."
    return (f"{why}\n{assignment('PYTHON', schema_call(python))}",)


def functions(schema: Schema, reading: Reading) -> tuple[str, ...]:
    """`_rows(columns, where, on_drift)` and what it calls."""
    kind = ON_DRIFT.partition(" = ")[0]
    same = _same(microseconds(schema), schema)
    return (
        _ROWS % (kind, _AS_THEY_ARE if same else _IN_MICROSECONDS),
        _BATCHES % (kind, reading.batches),
        *reading.functions,
    )


def attributes(names: Iterable[str]) -> list[str]:
    """Names of attributes for columns, each another, none that a model or Python uses."""
    given: list[str] = []
    for name in names:
        given.append(_free(attribute(name), given))
    return given


def attribute(name: str) -> str:
    """`name` as an attribute: itself where it can be, else like it."""
    plain = unicodedata.normalize("NFKC", name)
    if not (plain.isidentifier() and plain.isascii() and plain == name):
        letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"\W+", "_", letters)
    plain = plain.strip("_")[:60] or "column"
    if plain[0].isdigit():
        plain = f"column_{plain}"
    if plain.startswith("model_"):
        plain = f"the_{plain}"
    return f"{plain}_" if _is_reserved(plain) else plain


def class_name(words: str, taken: Collection[str] = ()) -> str:
    """`FlightsDaily` of `flights_daily`."""
    parts = re.findall(r"[A-Za-z0-9]+", attribute(words))
    name = "".join(part[0].upper() + part[1:] for part in parts) or "Row"
    name = f"Row{name}" if name[0].isdigit() or name in _RESERVED else name
    return _free(name, taken)


def _free(name: str, taken: Collection[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name.rstrip('_')}_{number}", number + 1
    return found


def _is_reserved(name: str) -> bool:
    return iskeyword(name) or issoftkeyword(name) or name in _RESERVED


def _same(one: Schema, other: Schema) -> bool:
    return [field.type for field in one] == [field.type for field in other]


def _microseconds(kind: pa.DataType) -> pa.DataType:
    if is_.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if is_.is_time64(kind):
        return pa.time64("us")
    if is_.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if is_.is_dictionary(kind):
        return pa.dictionary(kind.index_type, _microseconds(kind.value_type), kind.ordered)
    if is_.is_struct(kind):
        return pa.struct([_field(kind.field(index)) for index in range(kind.num_fields)])
    if is_.is_map(kind):
        return pa.map_(_field(kind.key_field), _field(kind.item_field), kind.keys_sorted)
    if is_.is_fixed_size_list(kind):
        return pa.list_(_field(kind.value_field), kind.list_size)
    if is_.is_list(kind):
        return pa.list_(_field(kind.value_field))
    if is_.is_large_list(kind):
        return pa.large_list(_field(kind.value_field))
    return kind


def _field(field: pa.Field) -> pa.Field:
    return field.with_type(_microseconds(field.type))
