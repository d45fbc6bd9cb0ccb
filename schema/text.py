"""Text → typed values, by the same rules as the inference, and raw batches → a schema."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.errors import SchemaError
from schema.facets import kind_of
from schema.kind import Kind
from schema.kinds import KINDS, NULL_CODES, classify, parse_kind, read_all
from schema.model import Schema
from schema.notation import CODED, TEXT, parse_written

__all__ = ["NULL_CODES", "cast_batch", "parse"]

_READ_AS: dict[Kind, tuple[Kind, ...]] = {
    Kind.BOOL: (Kind.BOOL,),
    Kind.INT: (Kind.INT,),
    Kind.UINT: (Kind.UINT, Kind.INT),
    Kind.DOUBLE: (Kind.DOUBLE, Kind.INT, Kind.UINT, Kind.DECIMAL),
    Kind.DECIMAL: (Kind.DECIMAL, Kind.DOUBLE, Kind.INT, Kind.UINT),
    Kind.DATE: (Kind.DATE,),
    Kind.TIME: (Kind.TIME,),
    Kind.TIMESTAMP: (Kind.TIMESTAMP, Kind.DATE),
    Kind.TIMESTAMPTZ: (Kind.TIMESTAMPTZ,),
}


def parse(values: pa.Array, target: pa.DataType, notation: str | None = None) -> pa.Array:
    """Texts as `target`, null where a text is empty, a code for missing, or does not fit. They are
    written in a notation of `schema.notation`, or plainly.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_null(target):
        return pa.nulls(len(values))
    if pa.types.is_string(target) or pa.types.is_large_string(target):
        texts = pc.cast(values, target)
        return _without_codes(texts) if notation == CODED else texts
    kind = kind_of(target)
    if kind not in _READ_AS and notation is None:
        raise SchemaError(f"text cannot be read as {target}")
    if values.null_count == len(values):
        return pa.nulls(len(values), target)
    if notation is not None and notation != TEXT:
        return parse_written(values, target, notation)
    typed = read_all(values, kind)
    if typed is None:
        typed = _parse_fitting(_only(values, kind), kind, target)
    return typed if typed.type == target else pc.cast(typed, target, safe=False)


def _without_codes(texts: pa.Array) -> pa.Array:
    codes = pa.array(sorted(NULL_CODES), texts.type)
    return pc.if_else(pc.is_in(texts, codes), pa.scalar(None, texts.type), texts)


def _only(values: pa.Array, kind: Kind) -> pa.Array:
    """The texts that can be read as `kind`, null in the place of the others."""
    present = values.drop_null()
    codes = classify(present)
    fits = np.isin(codes, [KINDS.index(read) for read in _READ_AS[kind]])
    if kind is Kind.UINT:
        fits &= ~pc.starts_with(present, "-").to_numpy(zero_copy_only=False)
    mask = np.zeros(len(values), dtype=bool)
    mask[values.is_valid().to_numpy(zero_copy_only=False)] = fits
    return pc.if_else(pa.array(mask), values, pa.scalar(None, values.type))


def _parse_fitting(values: pa.Array, kind: Kind, target: pa.DataType) -> pa.Array:
    match kind:
        case Kind.BOOL:
            return pc.if_else(values.is_valid(), parse_kind(values, kind), None)
        case Kind.TIME:
            return parse_kind(values, kind)
        case Kind.INT | Kind.UINT:
            return pc.cast(values, pa.uint64() if kind is Kind.UINT else pa.int64())
        case _:
            return pc.cast(values, target)


def cast_batch(
    batch: pa.RecordBatch, schema: Schema, notations: Mapping[str, str] = MappingProxyType({})
) -> pa.RecordBatch:
    """A batch as its format gave it, brought to the fields of `schema` in their order.

    Text becomes typed by `parse`, in the notation of its column if it has one; a column that the
    batch lacks is null, others are cast.
    Raises SchemaError naming the column whose type cannot become the field's.
    """
    names = batch.schema.names
    columns = []
    for field in schema:
        if field.name not in names:
            columns.append(pa.nulls(batch.num_rows, field.type))
            continue
        notation = notations.get(field.name)
        column = batch.column(names.index(field.name))
        columns.append(_cast(column, field.name, field.type, notation))
    return pa.RecordBatch.from_arrays(columns, schema=schema.to_arrow())


def _cast(
    column: pa.Array, name: str, target: pa.DataType, notation: str | None = None
) -> pa.Array:
    if column.type == target and notation != CODED:
        return column
    try:
        if _is_text(column.type):
            return parse(column, target, notation)
        if pa.types.is_dictionary(column.type):
            return _cast(column.dictionary_decode(), name, target, notation)
        if pa.types.is_null(target):
            return pa.nulls(len(column))
        return pc.cast(column, target)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        message = f"column {name!r}: {column.type} cannot become {target}: {error}"
        raise SchemaError(message) from error


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(value) or pa.types.is_large_string(value) or value == pa.string_view()
    )
