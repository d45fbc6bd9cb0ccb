"""Rows of a DataFrame as objects of a store: executors write them, without a jar or shared disk."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.layout import HIVE_NULL
from connectors.spark.names import quoted
from connectors.spark.outputs import OPTIONS

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

GROUP_BYTES = 64 << 20
"""About how much is written at once: a row group of Parquet, a stripe of ORC."""

_SENT = pa.schema([("path", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64())])
_SENT_SQL = "path string, rows long, bytes long"
_ESCAPED = frozenset("\"#%'*/:=?\\{}[]^\x7f") | frozenset(map(chr, range(32)))
"""What Spark writes as %XX in the names of partitions' folders."""


@dataclass(frozen=True, slots=True)
class Part:
    """One object that was written: its path below the folder."""

    path: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Writing:
    """What an executor needs to write its share into `folder`, a URI without a login.

    Rows have the columns `struct`, then the partitions' values as texts, one for each of `keys`.
    """

    folder: str
    credentials: str | None
    format: str
    struct: pa.Schema
    keys: tuple[str, ...]
    header: str = ""


def write_parts(
    frame: DataFrame,
    folder: str,
    form: str,
    *,
    partition_by: tuple[str, ...],
    credentials: str | None,
) -> list[Part]:
    """Write all rows as objects below `folder`; those of attempts that failed are not named.

    A frame without rows is one part that has its columns, unless it is partitioned. Raises what
    Spark raises when a task fails.
    """
    from pyspark.sql import functions as F  # noqa: N812 (what Spark code calls functions)

    from connectors.spark.shipping import ship
    from connectors.targets.spark_types import arrow_field

    columns = [name for name in frame.columns if name not in partition_by]
    fields = {field.name: field.jsonValue() for field in frame.schema.fields}
    cells = [F.col(quoted(name)) for name in columns]
    keys = [
        _key(F.col(quoted(name))).alias(f"headwater partition {at}")
        for at, name in enumerate(partition_by)
    ]
    header = ""
    if form == "csv":
        lines = F.to_csv(F.struct(*cells), OPTIONS["csv"])
        header = ",".join(map(_cell, columns))
    elif form == "json":
        lines = F.to_json(F.struct(*cells))
    if form in _TEXT:
        cells = [lines.alias("line")]
        struct = pa.schema([("line", pa.string())])
    else:
        struct = pa.schema([arrow_field(fields[name]).with_nullable(True) for name in columns])  # noqa: FBT003 (Arrow's)
    task = Writing(folder, credentials, form, struct, partition_by, header)
    rows = frame.select(*cells, *keys)
    if keys:
        rows = rows.sortWithinPartitions(*(quoted(key) for key in rows.columns[-len(keys) :]))
    ship(frame.sparkSession)
    with warnings.catch_warnings():
        # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
        warnings.simplefilter("ignore", DeprecationWarning)
        told = rows.mapInArrow(_writer(task), _SENT_SQL).collect()
    parts = sorted((Part(*row) for row in told), key=lambda part: part.path)
    if not parts and not keys:
        empty = struct.empty_table().to_batches() or [pa.RecordBatch.from_pylist([], struct)]
        parts = list(_written(task, 0, empty))
    return parts


def _writer(task: Writing) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        context = TaskContext.get()
        number = 0 if context is None else context.partitionId()
        for part in _written(task, number, batches):
            yield pa.RecordBatch.from_pylist(
                [{"path": part.path, "rows": part.rows, "bytes": part.bytes}], schema=_SENT
            )

    return write


def _written(task: Writing, number: int, batches: Iterable[pa.RecordBatch]) -> Iterator[Part]:
    """The parts of one task's rows, which are sorted by their keys: one for each combination."""
    from connectors.credentials import resolve
    from connectors.sources.filesystem import open_remote

    files = open_remote(task.folder, resolve(task.credentials), shown=task.folder)
    attempt = uuid.uuid4().hex[:12]
    for at, (keys, pieces) in enumerate(groupby(_pieces(batches, task), key=itemgetter(0))):
        pairs = zip(task.keys, keys, strict=True)
        folder = "".join(f"{_name(key)}={_name(value)}/" for key, value in pairs)
        path = f"{folder}part-{number:05d}-{attempt}-{at:03d}.{task.format}"
        with _created(files.fs, f"{files.root}/{path}") as stream:
            rows = _WRITERS[task.format](stream, (piece for _, piece in pieces), task)
            size = stream.tell()
        yield Part(path, rows, size)


_Piece = tuple[tuple[str, ...], pa.RecordBatch]


def _pieces(batches: Iterable[pa.RecordBatch], task: Writing) -> Iterator[_Piece]:
    """The rows in pieces that have the same keys, which are cut off."""
    width = len(task.struct)
    for batch in batches:
        rows = pa.RecordBatch.from_arrays(
            [pc.cast(batch.column(at), field.type) for at, field in enumerate(task.struct)],
            schema=task.struct,
        )
        if not task.keys:
            yield (), rows
            continue
        keys = batch.columns[width:]
        cuts = [0, *_changes(keys), batch.num_rows]
        for start, stop in pairwise(cuts):
            if start < stop:
                values = tuple(key[start].as_py() for key in keys)
                yield values, rows.slice(start, stop - start)


def _changes(columns: list[pa.Array]) -> list[int]:
    """The rows at which a value of a column differs from the one before."""
    changed = pa.array([False] * max(len(columns[0]) - 1, 0), pa.bool_())
    for column in columns:
        changed = pc.or_(changed, pc.not_equal(column[1:], column[:-1]))
    return [at + 1 for at in pc.indices_nonzero(changed).to_pylist()]


@contextmanager
def _created(fs: Any, path: str) -> Iterator[Any]:
    """A new object; one that fails in the middle is not stored."""
    stream = fs.open(path, "wb")
    try:
        yield stream
    except BaseException:
        if hasattr(stream, "discard"):
            stream.discard()
        stream.closed = True  # or it would be stored as it is when it is forgotten
        raise
    stream.close()


def _text(stream: Any, pieces: Iterable[pa.RecordBatch], task: Writing) -> int:
    rows = 0
    if task.header:
        stream.write(f"{task.header}\n".encode())
    for piece in pieces:
        rows += piece.num_rows
        stream.write("".join(f"{line}\n" for line in piece.column(0).to_pylist()).encode())
    return rows


def _parquet(stream: Any, pieces: Iterable[pa.RecordBatch], task: Writing) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(stream, task.struct) as writer:
        return _grouped(writer.write_table, pieces)


def _orc(stream: Any, pieces: Iterable[pa.RecordBatch], task: Writing) -> int:
    from pyarrow import orc

    with orc.ORCWriter(stream) as writer:
        rows = _grouped(writer.write, pieces)
        if not rows:
            writer.write(task.struct.empty_table())
    return rows


def _grouped(write: Callable[[pa.Table], None], pieces: Iterable[pa.RecordBatch]) -> int:
    """Pieces are small: as many together as make a group."""
    rows, held = 0, list[pa.RecordBatch]()
    for piece in pieces:
        held.append(piece)
        rows += piece.num_rows
        if sum(one.nbytes for one in held) >= GROUP_BYTES:
            write(pa.Table.from_batches(held))
            held.clear()
    if held:
        write(pa.Table.from_batches(held))
    return rows


_TEXT = frozenset(("csv", "json"))
_WRITERS: dict[str, Callable[[Any, Iterable[pa.RecordBatch], Writing], int]] = {
    "csv": _text,
    "json": _text,
    "orc": _orc,
    "parquet": _parquet,
}


def _key(column: Column) -> Column:
    """A partition's value as Spark names it."""
    from pyspark.sql import functions as F  # noqa: N812 (what Spark code calls functions)

    text = column.cast("string")
    return F.when(text.isNull() | (text == ""), F.lit(HIVE_NULL)).otherwise(text)


def _name(text: str) -> str:
    return "".join(f"%{ord(letter):02X}" if letter in _ESCAPED else letter for letter in text)


def _cell(text: str) -> str:
    if text and not any(letter in text for letter in ',"\r\n') and text == text.strip():
        return text
    return '"' + text.replace('"', '""') + '"'
