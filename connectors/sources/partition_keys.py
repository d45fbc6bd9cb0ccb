"""Partition values from paths as the last columns of a batch."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from connectors.model import Entry
from schema.summary import RAW


def with_keys(batch: pa.RecordBatch, entry: Entry, columns: Sequence[str] | None) -> pa.RecordBatch:
    """The batch with the entry's partition values as last columns, dictionary-encoded text.

    A column of the file that has the name of a partition key gives way to it.
    """
    if not entry.partition:
        return batch
    keys = {key: value for key, value in entry.partition if columns is None or key in columns}
    arrays = [batch.column(at) for at, name in enumerate(batch.schema.names) if name not in keys]
    fields = [
        batch.schema.field(at) for at, name in enumerate(batch.schema.names) if name not in keys
    ]
    for key, value in keys.items():
        arrays.append(_constant(value, batch.num_rows))
        fields.append(pa.field(key, arrays[-1].type, metadata=RAW))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _constant(value: str | None, rows: int) -> pa.DictionaryArray:
    import numpy as np

    if value is None:
        return pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), pa.array([], pa.string()))
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(rows, dtype=np.int32)), pa.array([value], pa.string())
    )
