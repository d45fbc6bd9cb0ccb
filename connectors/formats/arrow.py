"""Arrow IPC: files (Feather 2) and streams, types as they declare them, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import pyarrow as pa

from connectors.context.embedded import embedded_facts
from connectors.formats.columnar import BROKEN, check_declared, select, slices
from connectors.formats.seekable import arrow_file
from connectors.model import Evidence, Examined, File, Options, Reading
from schema.errors import CorruptData
from schema.model import Finding, Schema

FILE_MAGIC = b"ARROW1"
FEATHER_1_MAGIC = b"FEA1"
STREAM_START = b"\xff\xff\xff\xff"
LONGEST_SCHEMA_BYTES = 64 << 20


class ArrowIpc:
    """Arrow IPC files and streams."""

    name = "arrow"
    suffixes = (".arrow", ".arrows", ".feather", ".ipc")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By the magic of a file; a stream by the length of its first message, a schema."""
        if head.startswith(FILE_MAGIC):
            return 1.0, "starts with ARROW1"
        if head.startswith(FEATHER_1_MAGIC):
            return 1.0, "starts with FEA1"
        length = int.from_bytes(head[4:8], "little")
        if head.startswith(STREAM_START) and 0 < length < LONGEST_SCHEMA_BYTES and length % 8 == 0:
            return 0.95, f"starts with an Arrow message of {length} bytes"
        return 0.0, "starts with neither ARROW1 nor an Arrow message"

    def examine(self, file: File, options: Options) -> Examined:
        """The declared schema. A file that is cut off or broken is a finding."""
        try:
            with _opened(file) as source:
                schema, reason = source.schema, _told(source)
                rowless = _is_file(source) and source.num_record_batches == 0
        except CorruptData as error:
            message = str(error).removeprefix(f"{file.uri}: ")
            return Examined(options, findings=(Finding("arrow-corrupt", message, None, "error"),))
        findings = (Finding("no-rows", "a schema and no rows", None, "info"),) if rowless else ()
        evidence = Evidence("schema", "declared", reason)
        context = tuple(embedded_facts(schema.metadata, "arrow metadata"))
        return Examined(options, Schema.from_arrow(schema), (evidence,), findings, context)

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Batches of native types, at least one. Raises CorruptData where the file is broken."""
        return Reading(_read(file, columns), [])


_Source: TypeAlias = Any
"""pyarrow.ipc's RecordBatchFileReader or RecordBatchStreamReader."""


def _read(file: File, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    with _opened(file, columns) as source:
        whole = range(source.num_record_batches) if _is_file(source) else None
        batches = iter(source) if whole is None else map(source.get_batch, whole)
        try:
            yield from slices(batches, source.schema, columns)
        except BROKEN as error:
            raise _corrupt(file, error) from error


@contextmanager
def _opened(file: File, columns: Sequence[str] | None = None) -> Iterator[_Source]:
    with arrow_file(file) as raw:
        try:
            source = _reader(raw, columns)
            check_declared(source.schema)
        except BROKEN as error:
            raise _corrupt(file, error) from error
        yield source


def _reader(raw: pa.NativeFile, columns: Sequence[str] | None) -> _Source:
    """The file's or stream's reader, told to leave out top-level columns that are not wanted."""
    magic = raw.read(len(FILE_MAGIC))
    raw.seek(0)
    if magic.startswith(FEATHER_1_MAGIC):
        raise pa.ArrowInvalid("Feather version 1, which is no Arrow file")
    opened = pa.ipc.open_file if magic == FILE_MAGIC else pa.ipc.open_stream
    source = opened(raw)
    if not columns:
        return source
    wanted = select(source.schema, columns)
    if not wanted or len(wanted) == len(source.schema.names):
        return source
    raw.seek(0)
    return opened(raw, options=pa.ipc.IpcReadOptions(included_fields=wanted, use_threads=False))


def _is_file(source: _Source) -> bool:
    return isinstance(source, pa.ipc.RecordBatchFileReader)


def _told(source: _Source) -> str:
    if _is_file(source):
        return f"footer of an Arrow file: {source.num_record_batches} batches"
    return "first message of an Arrow stream"


def _corrupt(file: File, error: Exception) -> CorruptData:
    text = " ".join(str(error).split())[:200].rstrip(". ")
    return CorruptData(f"{file.uri}: broken Arrow file ({text}); write it again or restore it")
