"""Rows as bytes on the wire: Arrow IPC stream, Parquet, CSV and JSON, one batch at a time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from catalog.access.plain import plain, plain_rows
from catalog.access.rows import Rows


@dataclass(frozen=True, slots=True)
class Encoding:
    """How rows are sent: the media type, the suffix of a file of it, and the way there."""

    media: str
    suffix: str
    encode: Callable[[Rows], Iterator[bytes]]


class _Pipe(io.RawIOBase):
    """A file that writers write to and whose bytes are taken out as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def arrow(rows: Rows) -> Iterator[bytes]:
    """An Arrow IPC stream: the schema first, then each batch as it was read."""
    pipe = _Pipe()
    with pa.ipc.new_stream(pa.PythonFile(pipe, "w"), rows.schema) as writer:
        for batch in rows.batches:
            writer.write_batch(batch)
            yield pipe.take()
    yield pipe.take()


def parquet(rows: Rows) -> Iterator[bytes]:
    """A Parquet file, a row group a batch; its footer comes last."""
    pipe = _Pipe()
    with pyarrow.parquet.ParquetWriter(pa.PythonFile(pipe, "w"), rows.schema) as writer:
        for batch in rows.batches:
            writer.write_batch(batch)
            yield pipe.take()
    yield pipe.take()


def csv(rows: Rows) -> Iterator[bytes]:
    """CSV in UTF-8 with a header line; nested values and binary are JSON text."""
    flat = [_flat_field(field) for field in rows.schema]
    schema = pa.schema(flat)
    pipe = _Pipe()
    with pyarrow.csv.CSVWriter(pa.PythonFile(pipe, "w"), schema) as writer:
        for batch in rows.batches:
            columns = [
                _flat(column, field) for column, field in zip(batch.columns, flat, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            yield pipe.take()
    yield pipe.take()


def jsonl(rows: Rows) -> Iterator[bytes]:
    """JSON Lines: one object a row. Of columns with the same name the last one shows."""
    names = rows.schema.names
    for batch in rows.batches:
        yield b"".join(
            orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
            for row in plain_rows(batch)
        )


def json(rows: Rows) -> Iterator[bytes]:
    """One JSON document: `{"columns": […], "masked": […], "rows": [[…], …]}`."""
    head = {"columns": rows.schema.names, "masked": rows.masked}
    yield orjson.dumps(head)[:-1] + b',"rows":['
    first = True
    for batch in rows.batches:
        lines = b",".join(orjson.dumps(row) for row in plain_rows(batch))
        if lines:
            yield lines if first else b"," + lines
            first = False
    yield b"]}"


def _is_flat(kind: pa.DataType) -> bool:
    return not (
        pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_duration(kind)
        or pa.types.is_dictionary(kind)
        or pa.types.is_interval(kind)
        or pa.types.is_float16(kind)
    )


def _flat_field(field: pa.Field) -> pa.Field:
    return field if _is_flat(field.type) else pa.field(field.name, pa.string())


def _flat(column: pa.Array, field: pa.Field) -> pa.Array:
    if column.type == field.type:
        return column
    return pa.array([_text(plain(value)) for value in column.to_pylist()], pa.string())


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


ENCODINGS = {
    "arrow": Encoding("application/vnd.apache.arrow.stream", "arrows", arrow),
    "csv": Encoding("text/csv; charset=utf-8", "csv", csv),
    "json": Encoding("application/json", "json", json),
    "jsonl": Encoding("application/x-ndjson", "jsonl", jsonl),
    "parquet": Encoding("application/vnd.apache.parquet", "parquet", parquet),
}
