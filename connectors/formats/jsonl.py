"""JSON Lines: one JSON object a line; nested values become structs and lists.

A block of lines goes through Arrow's reader with the types seen so far. A block that does not fit
them (a new key, a number where text stood, a broken line) is read line by line with orjson, and
the types are widened for the blocks after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.json as pa_json

from connectors.formats.encoding import UTF8, Utf8Stream
from connectors.formats.json_columns import Columns
from connectors.formats.json_head import read_head
from connectors.formats.lines import Block, blocks
from connectors.model import Evidence, Examined, File, Options, Reading
from schema.model import Finding, Schema

BLOCK_BYTES = 4 << 20
LONGEST_LINE_BYTES = 64 << 20


class JsonLines:
    """Newline-delimited JSON objects."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonlines")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By the first lines: each a whole JSON object."""
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = head.decode("utf-16", "replace").lstrip("\ufeff \t\r\n").encode()
        if not text.startswith(b"{"):
            return 0.0, "does not start with {"
        lines = [line for line in text.split(b"\n")[:50] if line.strip()]
        whole = lines[:-1] if len(lines) > 1 and len(head) >= 64 * 1024 else lines
        good = sum(_object(line) is not None for line in whole)
        if good == 0:
            return 0.1, "starts with {, but no line is an object by itself"
        if good * 2 >= len(whole):
            return 0.97, f"{good} of the first {len(whole)} lines are JSON objects"
        return 0.6, f"only {good} of the first {len(whole)} lines are JSON objects"

    def examine(self, file: File, options: Options) -> Examined:
        """Encoding and the types of the first MiB."""
        head = read_head(file, options)
        if isinstance(head, Examined):
            return head
        columns = Columns()
        lines = head.data.decode(head.encoding, "replace").encode().split(b"\n")
        rows = [row for line in lines if (row := _object(line)) is not None]
        table = columns.batch(rows)
        evidence = (
            head.evidence,
            Evidence("keys", str(table.num_columns), f"keys of the first {len(rows)} objects"),
        )
        kept = tuple(sorted({**dict(options), "encoding": head.encoding}.items()))
        return Examined(kept, Schema.from_arrow(table.schema), evidence, head.findings)

    def batches(
        self, file: File, options: Options, *, columns: Sequence[str] | None = None
    ) -> Reading:
        """Batches of native Arrow types; a column whose values conflict is JSON text."""
        findings: list[Finding] = []
        encoding = dict(options).get("encoding", UTF8)
        return Reading(_read(file, encoding, columns, findings), findings)


@dataclass(slots=True)
class _Faults:
    """Lines that were set aside: how many, and where and why the first was."""

    bad: int = 0
    first: tuple[int, str] | None = None
    texts: set[str] = field(default_factory=set)

    def count(self, line: int, why: str) -> None:
        self.bad += 1
        self.first = self.first or (line, why)


def _read(
    file: File, encoding: str, columns: Sequence[str] | None, findings: list[Finding]
) -> Iterator[pa.RecordBatch]:
    known = Columns()
    faults = _Faults()
    with Utf8Stream(file.open(), encoding) as stream:
        for block in blocks(stream, BLOCK_BYTES, LONGEST_LINE_BYTES):
            if block.too_long:
                faults.count(block.line, f"longer than {LONGEST_LINE_BYTES >> 20} MiB")
                continue
            batch = _fast(block, known) or known.batch(_slow(block, faults))
            if batch.num_rows:
                yield (
                    batch
                    if columns is None
                    else batch.select([name for name in columns if name in batch.schema.names])
                )
    if faults.first:
        line, why = faults.first
        many = "1 line is" if faults.bad == 1 else f"{faults.bad} lines are"
        message = f"{many} no JSON object and set aside (first at line {line}: {why})"
        findings.append(Finding("json-bad-line", message, f"line {line}"))
    findings += known.findings()


def _fast(block: Block, known: Columns) -> pa.RecordBatch | None:
    """The block by Arrow's reader with the types known so far; None when it does not fit them."""
    schema = known.schema()
    if schema is None or not _is_utf8(block.data):
        return None
    try:
        table = pa_json.read_json(
            pa.py_buffer(block.data),
            pa_json.ReadOptions(use_threads=False, block_size=len(block.data) + 1),
            pa_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
        )
        table.validate()  # a list that has only ever held nulls comes out shorter than it is
    except (pa.ArrowException, OSError):
        return None
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else None


def _slow(block: Block, faults: _Faults) -> list[dict[str, Any]]:
    rows = []
    for at, line in enumerate(block.data.split(b"\n")):
        if not line.strip():
            continue
        row = _object(line)
        if row is None:
            faults.count(block.line + at, _why(line))
        else:
            rows.append(row)
    return rows


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = orjson.loads(line)
    except (orjson.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _why(line: bytes) -> str:
    try:
        value = orjson.loads(line)
    except (orjson.JSONDecodeError, RecursionError) as error:
        return " ".join(str(error).split())[:120]
    return f"a {type(value).__name__}, not an object"


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
