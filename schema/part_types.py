"""Parts of one table that declare a column otherwise: told, since engines' own readers mind."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from schema.lattice import canonical
from schema.model import Field, Finding, Schema
from schema.summary import Summary

WIDENED = "types-widened"
"""Arrow's readers take every one of the types for the column's own."""

CONFLICT = "types-conflict"
"""They do not."""


def part_type_findings(summary: Summary, schema: Schema) -> Iterator[Finding]:
    """A finding for each column that parts declare with different types, encodings aside.

    For summaries of several entries that declare their types: of others the types are those that
    a batch happened to show.
    """
    for field in schema:
        column = summary.columns.get(field.name)
        if column is None or column.raw:
            continue
        kinds = {canonical(kind): None for kind in column.types}
        if len(kinds) < 2:
            continue
        shown = ", ".join(sorted(map(str, kinds)))
        message = f"column {field.name!r} is {shown} in different parts; it is read as {field.type}"
        if all(_promotes(kind, field) for kind in kinds):
            yield Finding(WIDENED, message, severity="info")
        else:
            yield Finding(CONFLICT, message)


def _promotes(kind: pa.DataType, field: Field) -> bool:
    """Whether Arrow unifies a type with the field's into the field's own."""
    both = [pa.schema([pa.field(field.name, one)]) for one in (kind, canonical(field.type))]
    try:
        unified = pa.unify_schemas(both, promote_options="permissive")
    except pa.ArrowException:
        return False
    return bool(unified.field(0).type == canonical(field.type))
