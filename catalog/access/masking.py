"""Masking: columns of personal data are shown as what they are, not as what they say."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from catalog.quality.personal import is_personal
from schema.model import Schema

MASK = "•••"


def masked_schema(schema: Schema) -> pa.Schema:
    """The Arrow schema that masked rows have: personal columns are text."""
    return pa.schema(
        [
            pa.field(field.name, pa.string()) if is_personal(field) else field.to_arrow()
            for field in schema
        ]
    )


def mask(batch: pa.RecordBatch, schema: Schema) -> pa.RecordBatch:
    """The batch, whose columns are the fields of `schema`, with personal values replaced.

    Nulls stay nulls, so that one sees how well a column is filled.
    """
    columns = [
        _mask(column) if is_personal(field) else column
        for field, column in zip(schema, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=masked_schema(schema))


def _mask(column: pa.Array) -> pa.Array:
    return pc.if_else(column.is_valid(), pa.scalar(MASK), pa.scalar(None, pa.string()))
