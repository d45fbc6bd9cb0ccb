"""JSON objects as Arrow columns whose types widen as more is seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa

from schema.model import Finding

DEEPEST = 64
"""Values nested deeper than this are kept as JSON text."""

WIDEST = 1000
"""Values with more fields than this, at all depths together, are kept as JSON text: their keys
are data, not names.
"""


class Columns:
    """The keys seen so far, in order, with the types that hold what was seen of each.

    `conflicts` names the keys whose values no one type holds, `wide` those of too many fields;
    both are text from then on.
    """

    def __init__(self) -> None:
        self._types: dict[str, pa.DataType] = {}
        self.conflicts: set[str] = set()
        self.wide: set[str] = set()

    def schema(self) -> pa.Schema | None:
        """The types as an Arrow schema; None while nothing is known or a key is JSON text."""
        if not self._types or self.conflicts or self.wide:
            return None
        return pa.schema(list(self._types.items()))

    def findings(self) -> list[Finding]:
        """What there is to say of keys whose values are kept as text."""
        found = []
        if self.conflicts:
            message = f"values of several kinds in {_listed(self.conflicts)}; read as text"
            found.append(Finding("json-mixed-types", f"{message} where they conflict"))
        if self.wide:
            message = f"objects with over {WIDEST:,} keys in {_listed(self.wide)}; kept as JSON"
            found.append(Finding("json-many-keys", f"{message} text", severity="info"))
        return found

    def batch(self, rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
        """Objects as one batch; types and conflicts are widened to hold them."""
        for row in rows:
            for key in row:
                self._types.setdefault(key, pa.null())
        arrays = [self._column(key, [row.get(key) for row in rows]) for key in self._types]
        if not arrays:
            return pa.RecordBatch.from_pylist([])
        fields = [pa.field(key, array.type) for key, array in zip(self._types, arrays, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))

    def _column(self, key: str, values: list[Any]) -> pa.Array:
        if key not in self.conflicts and key not in self.wide:
            known = self._types[key]
            array = _typed(values, known)
            if array is not None and _fields(array.type) <= WIDEST:
                self._types[key] = array.type
                return array
            (self.conflicts if array is None else self.wide).add(key)
            self._types[key] = pa.string()
        return pa.array([_text(value) for value in values], pa.string())


def _typed(values: list[Any], known: pa.DataType) -> pa.Array | None:
    """Values as the known type, or one that holds it and them; None when there is none."""
    try:
        found = pa.infer_type(values)
        if _depth(found) > DEEPEST:
            return None
        wide = _wider(known, found)
        return None if wide is None else pa.array(values, wide)
    except (pa.ArrowException, TypeError, ValueError, OverflowError, RecursionError):
        return None


def _wider(a: pa.DataType, b: pa.DataType) -> pa.DataType | None:
    """The least type of JSON values that holds both; None for values of different kinds."""
    if a == b or pa.types.is_null(b):
        return a
    if pa.types.is_null(a):
        return b
    if _is_number(a) and _is_number(b):
        return pa.float64()
    if pa.types.is_list(a) and pa.types.is_list(b):
        item = _wider(a.value_type, b.value_type)
        return None if item is None else pa.list_(item)
    if pa.types.is_struct(a) and pa.types.is_struct(b):
        fields = {field.name: field.type for field in a}
        for field in b:
            wide = _wider(fields.get(field.name, pa.null()), field.type)
            if wide is None:
                return None
            fields[field.name] = wide
        return pa.struct(list(fields.items()))
    return None


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _depth(kind: pa.DataType) -> int:
    depth = 0
    level = [kind]
    while level and depth <= DEEPEST:
        depth += 1
        level = [kind.field(at).type for kind in level for at in range(kind.num_fields)]
    return depth


def _fields(kind: pa.DataType) -> int:
    """How many fields of structs there are in a type, at all depths."""
    own = kind.num_fields if pa.types.is_struct(kind) else 0
    return own + sum(_fields(kind.field(at).type) for at in range(kind.num_fields))


def _listed(names: set[str]) -> str:
    return ", ".join(map(repr, sorted(names)[:5]))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # nested deeper than orjson writes
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
