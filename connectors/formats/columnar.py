"""What formats that declare Arrow's types share: a check of the schema, batches of a size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

BATCH_ROWS = 64 * 1024

BROKEN = (pa.ArrowException, OSError, ValueError, MemoryError)
"""What Arrow's readers raise where a file is damaged; MemoryError for lengths that cannot be."""

_MOST_DIGITS = 76


def check_declared(schema: pa.Schema) -> None:
    """Raise ValueError for a schema that only a damaged file has: names that are no text, decimals
    with a scale beyond all digits.
    """
    level = list(schema)
    while level:
        for field in level:
            _ = field.name
            if pa.types.is_decimal(field.type) and abs(field.type.scale) > _MOST_DIGITS:
                raise ValueError(f"a decimal with a scale of {field.type.scale}")
        level = [one.type.field(at) for one in level for at in range(one.type.num_fields)]


def select(schema: pa.Schema, columns: Sequence[str] | None) -> list[int]:
    """Where the fields that are called as one of `columns` are; None chooses all."""
    return [at for at, name in enumerate(schema.names) if columns is None or name in columns]


def slices(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, columns: Sequence[str] | None
) -> Iterator[pa.RecordBatch]:
    """The wanted columns in batches of at most BATCH_ROWS, at least one: an empty one of `schema`.

    Each batch is validated first, since Arrow's kernels trust offsets, indices and texts.
    """
    some = False
    for batch in batches:
        batch.validate(full=True)
        kept = select(batch.schema, columns)
        for start in range(0, batch.num_rows, BATCH_ROWS):
            some = True
            yield batch.slice(start, BATCH_ROWS).select(kept)
    if not some:
        fields = [schema.field(at) for at in select(schema, columns)]
        nothing = [pa.nulls(0, field.type) for field in fields]
        yield pa.RecordBatch.from_arrays(nothing, schema=pa.schema(fields))
