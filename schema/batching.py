"""Record batches → tables of one chunk a column, large enough for kernels and of bounded size."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import pyarrow as pa

from schema.measure import plain

_GROUP_ROWS = 131_072
_GROUP_BYTES = 64 * 2**20


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array; that of one chunk is not copied."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def grouped(batches: Iterable[pa.RecordBatch]) -> Generator[pa.Table]:
    """Tables of one chunk a column: small batches of one schema are put together. One that is full
    is given before the next is read.
    """
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if held and (
            rows + batch.num_rows > _GROUP_ROWS
            or size + batch.nbytes > _GROUP_BYTES
            or held[0].schema != batch.schema
        ):
            yield _one_chunk(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        del batch
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            table, held, rows, size = _one_chunk(held), [], 0, 0
            yield table
            del table
    if held:
        yield _one_chunk(held)


def _one_chunk(batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches)
    names = _distinct_names(table.column_names)
    if names != table.column_names:
        table = table.rename_columns(names)
    return table.unify_dictionaries().combine_chunks() if len(batches) > 1 else table


def _distinct_names(names: list[str]) -> list[str]:
    """Names made different by a number behind those that repeat."""
    seen: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen:
            candidate, number = f"{name}_{number}", number + 1
        seen.add(candidate)
        distinct.append(candidate)
    return distinct


def flat(table: pa.Table) -> pa.Table:
    """The columns that are not nested, in encodings that every kernel takes."""
    columns = [
        (field, plain(one_array(column)))
        for field, column in zip(table.schema, table.columns, strict=True)
        if not pa.types.is_nested(field.type) and not pa.types.is_null(field.type)
    ]
    arrays = [array for _, array in columns]
    kept = [field.with_type(array.type) for field, array in columns]
    # A table without columns has no rows, so one is kept to count them.
    return (
        pa.table(arrays, schema=pa.schema(kept)) if arrays else pa.table({"": pa.nulls(len(table))})
    )
