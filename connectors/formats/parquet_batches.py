"""How many rows of Parquet are read at a time, so that few bytes do not become very many.

Metadata of columns is not asked for: Arrow aborts the process where that is damaged (26.0), and
only says so where the column is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.sources.bounded import check

BATCH_ROWS = 64 * 1024
BATCH_BYTES = 256 << 20

LIST_BYTES = 32 << 20
"""Bytes of what is in lists that are read at a time, as many as there are on average; and where a
row group has more, at most so many rows, since lists of nulls that take no space may be of very
different lengths."""
LIST_ROWS = 1024

LONG_ROW = 64 * 1024
"""Bytes of a row from which it is odd that others are the same."""

_WIDTH = 8
"""Bytes of a value in a list, about: of texts `_row_bytes` tells more."""

PROBED_ROWS = 16
"""Rows that are read to know how long texts are which stand in a dictionary once."""


def batch_rows(
    parquet: pq.ParquetFile, groups: Sequence[int], packed: int | None, place: str
) -> int:
    """Rows to read at a time of these row groups of a file of `packed` bytes. Raises
    DecompressionBomb when long texts are in very many rows, and ArrowException where the file is
    broken.
    """
    least = BATCH_ROWS
    for at in dict.fromkeys((*groups[:1], *groups[-1:])):
        each = _row_bytes(parquet, at)
        if each > LONG_ROW:
            check(each * parquet.metadata.row_group(at).num_rows, packed, place)
        least = min(least, max(1, BATCH_BYTES // max(each, 1)))
    return min(least, _list_rows(parquet, groups))


def _list_rows(parquet: pq.ParquetFile, groups: Sequence[int]) -> int:
    """Rows to read at a time for what is in lists: bytes in the file tell nothing of nulls, of
    which 134 million take 21 kB there and 1 GB here.
    """
    widths = dict(_listed(parquet))
    names = list(dict.fromkeys(path.partition(".")[0] for path in widths.values()))
    least = BATCH_ROWS
    for at in groups if names else ():
        # What is read before its metadata is asked for raises where that is damaged.
        next(parquet.iter_batches(1, [at], names, use_threads=False), None)
        group = parquet.metadata.row_group(at)
        size = _WIDTH * sum(group.column(place).num_values for place in widths)
        if size:
            least = min(least, max(1, LIST_BYTES * group.num_rows // size))
        if size > LIST_BYTES:
            least = min(least, LIST_ROWS)
    return least


def _listed(parquet: pq.ParquetFile) -> Iterator[tuple[int, str]]:
    """Where the columns that repeat within a row are, and their paths."""
    columns = parquet.metadata.schema
    for place in range(len(columns)):
        column = columns.column(place)
        if column.max_repetition_level:
            yield place, column.path


def _row_bytes(parquet: pq.ParquetFile, at: int) -> int:
    """Bytes of a row's texts, by the first rows of a row group; 0 where they cannot be too many."""
    group = parquet.metadata.row_group(at)
    names = [field.name for field in parquet.schema_arrow if _is_text(field.type)]
    if not names or group.total_byte_size * min(group.num_rows, BATCH_ROWS) <= BATCH_BYTES:
        return 0
    rows = PROBED_ROWS if group.total_byte_size * PROBED_ROWS < BATCH_BYTES else 1
    first = next(parquet.iter_batches(rows, [at], names, use_threads=False), None)
    if first is None or not first.num_rows:
        return 0
    return int(sum(map(_plain_bytes, first.columns)) // first.num_rows)


def _is_text(kind: pa.DataType) -> bool:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(
        test(plain)
        for test in (
            *(pa.types.is_string, pa.types.is_large_string),
            *(pa.types.is_binary, pa.types.is_large_binary),
        )
    )


def _plain_bytes(values: pa.Array) -> int:
    """Bytes of values once each of them stands by itself."""
    plain = values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
    return int(plain.nbytes)
