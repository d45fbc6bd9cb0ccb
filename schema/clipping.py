"""Long values cut off, so that what is kept of a column is bounded whatever it holds."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 4096
"""Characters, or bytes, of a value that are kept. Cutting keeps the order of values, so that the
least of cut values is the least value, cut."""


def clipped(table: pa.Table) -> pa.Table:
    """The table with its texts and bytes cut to their beginnings."""
    for at, field in enumerate(table.schema):
        column = _clipped(table.column(at), field.type)
        if column is not None:
            table = table.set_column(at, field, column)
    return table


def _clipped(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    """The column cut; None when there is nothing to cut."""
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not text and not pa.types.is_binary(kind) and not pa.types.is_large_binary(kind):
        return None
    longest = pc.max(pc.binary_length(column)).as_py()
    if longest is None or longest <= LONGEST:
        return None
    cut = pc.utf8_slice_codeunits if text else pc.binary_slice
    return cut(column, 0, LONGEST)
