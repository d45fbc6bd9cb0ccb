"""Arrow → pandas, so that every value stays what it is: integers with nulls stay integers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from catalog.quality.dtypes import OBJECT, dtype_of
from catalog.quality.evidence import is_short_decimal, value_type
from schema.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd


def collect(batches: Iterable[pa.RecordBatch], schema: pa.Schema, *, most_cells: int) -> pa.Table:
    """All rows in memory. Raises InvalidInput as soon as they are more than `most_cells` cells."""
    kept, rows = [], 0
    for batch in batches:
        rows += batch.num_rows
        if rows * max(len(schema), 1) > most_cells:
            raise InvalidInput(
                f"more than {most_cells:,} cells; too many to validate in memory: "
                "validate on the stored summary, or raise the limit"
            )
        kept.append(batch)
    return pa.Table.from_batches(kept, schema)


def frame_of(table: pa.Table) -> pd.DataFrame:
    """The table as pandas has it, with the dtypes that `dtype_of` names.

    Of columns that share a name the first is kept, since pandas cannot tell them apart.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for field, column in zip(table.schema, table.columns, strict=True):
        if field.name not in columns:
            columns[field.name] = _series(_decoded(column), dtype_of(field.type))
    return pd.DataFrame(columns, index=range(table.num_rows))


def _series(column: pa.ChunkedArray, dtype: str) -> pd.Series[Any]:
    import pandas as pd

    target = pd.api.types.pandas_dtype(dtype)
    if dtype == OBJECT:
        return pd.Series(column.to_pandas(date_as_object=True), dtype=object)
    if isinstance(target, pd.api.extensions.ExtensionDtype) and hasattr(target, "__from_arrow__"):
        return pd.Series(target.__from_arrow__(column), dtype=target)
    return pd.Series(column.to_pandas(), dtype=target)


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values without dictionary, run-end, view or extension encoding; half floats and
    decimals of at most 15 digits as doubles.
    """
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        chunks = [chunk.storage for chunk in column.chunks]
        return _decoded(pa.chunked_array(chunks, kind.storage_type))
    if pa.types.is_run_end_encoded(kind):
        chunks = [pc.run_end_decode(chunk) for chunk in column.chunks]
        return _decoded(pa.chunked_array(chunks, kind.value_type))
    if pa.types.is_dictionary(kind):
        return _decoded(column.cast(value_type(kind)))
    if pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    if is_short_decimal(kind):
        return column.cast(pa.float64())
    return column.cast(pa.float32()) if pa.types.is_float16(kind) else column
