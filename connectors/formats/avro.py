"""Apache Avro container files: types as their schema declares them, read block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from connectors.formats.avro_blocks import MAGIC, unpacked
from connectors.formats.avro_types import VALUE, converted, is_record, record_fields
from connectors.formats.packages import package
from connectors.model import Evidence, Examined, File, Options, Reading
from schema.errors import CorruptData, DecompressionBomb
from schema.model import Finding, Schema

EXTRA = "avro"
BATCH_ROWS = 16 * 1024
BATCH_BYTES = 16 << 20


class Avro:
    """Apache Avro container files."""

    name = "avro"
    suffixes = (".avro",)

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By the first four bytes."""
        if head.startswith(MAGIC):
            return 1.0, "starts with Obj and version 1"
        return 0.0, "does not start with Obj and version 1"

    def examine(self, file: File, options: Options) -> Examined:
        """The declared schema from the header. A header that is broken is a finding."""
        try:
            with file.open() as stream:
                reader, schema = _opened(file, stream)
                codec = reader.metadata.get("avro.codec", "null")
        except CorruptData as error:
            message = str(error).removeprefix(f"{file.uri}: ")
            return Examined(options, findings=(Finding("avro-corrupt", message, None, "error"),))
        evidence = Evidence("schema", "declared", f"header: codec {codec}")
        return Examined(options, Schema.from_arrow(schema), (evidence,))

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Batches of native types, at least one. Raises CorruptData where the file is broken."""
        return Reading(_read(file, columns), [])


def _read(file: File, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with file.open() as stream:
        reader, schema = _opened(file, stream)
        fields = [field for field in schema if columns is None or field.name in columns]
        chosen = pa.schema(fields)
        some = False
        try:
            whole = is_record(reader.writer_schema)
            for found in _blocks(_of_unpacked(reader, stream, file)):
                some = True
                rows = found if whole else [{VALUE: value} for value in found]
                yield _batch(rows, chosen)
        except DecompressionBomb:
            raise
        except Exception as error:  # fastavro trusts bytes: whatever Python stops it with
            raise _corrupt(file, error) from error
        if not some:
            yield pa.RecordBatch.from_pylist([], schema=chosen)


def _blocks(reader: Any) -> Iterator[list[Any]]:
    """Rows of at most BATCH_ROWS and about BATCH_BYTES at once; smaller blocks are put together."""
    rows: list[Any] = []
    size = 0
    for block in reader:
        start = 0
        for row in block:
            rows.append(row)
            if len(rows) == BATCH_ROWS or size + block.bytes_.tell() - start > BATCH_BYTES:
                yield rows
                rows, size, start = [], 0, block.bytes_.tell()
        size += block.bytes_.tell() - start
    if rows:
        yield rows


def _batch(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    if not schema.names:
        return pa.record_batch([pa.nulls(len(rows))], ["none"]).select([])
    arrays = []
    for field in schema:
        values = [row[field.name] for row in rows]
        way = converted(field.type)
        arrays.append(pa.array(values if way is None else map(way, values), field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _of_unpacked(reader: Any, stream: Any, file: File) -> Any:
    """A reader of the same blocks that has them unpacked within a bound."""
    return package("fastavro", EXTRA).block_reader(unpacked(stream, reader._header, file.uri))


def _opened(file: File, stream: Any) -> tuple[Any, pa.Schema]:
    """A reader of blocks, and the Arrow schema of its rows."""
    fastavro = package("fastavro", EXTRA)
    try:
        reader = fastavro.block_reader(stream)
        schema = pa.schema(record_fields(reader.writer_schema))
        schema.to_string()
    except Exception as error:  # fastavro trusts bytes: whatever Python stops it with
        raise _corrupt(file, error) from error
    return reader, schema


def _corrupt(file: File, error: BaseException) -> CorruptData:
    text = " ".join(str(error).split())[:200].rstrip(". ") or type(error).__name__
    return CorruptData(f"{file.uri}: broken Avro ({text}); write it again or restore it")
