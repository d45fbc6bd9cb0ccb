"""One JSON document: an array of objects, or an object that holds one array of objects."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

import orjson
import pyarrow as pa

from connectors.formats import json_places, json_shapes
from connectors.formats.encoding import UTF8, Utf8Stream
from connectors.formats.json_columns import Columns
from connectors.formats.json_cursor import BrokenJson, Cursor
from connectors.formats.json_head import EXAMINED_BYTES, Head, read_head
from connectors.formats.json_places import ROOT
from connectors.formats.json_shape_of import shape_of
from connectors.formats.json_single import recognise_value
from connectors.formats.jsonl import JsonLines
from connectors.layout import suffix_of
from connectors.model import Evidence, Examined, File, Options, Reading
from connectors.sources.stored_file import HEAD_BYTES
from schema.errors import CorruptData, InvalidInput
from schema.model import Finding, Schema

EXAMINED_ROWS = 1000
BATCH_ROWS = 16 * 1024
BATCH_CHARACTERS = 4 << 20
_ROWS = re.compile(rb"\[\s*\{")


class Json:
    """A JSON document."""

    name = "json"
    suffixes = (".json", ".geojson")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:
        """By how it begins: an array of objects; an object that does not end with its line."""
        text = _utf8(head).lstrip()
        if _ROWS.match(text):
            return 0.95, "an array of objects"
        if not text.startswith(b"{"):
            return recognise_value(text, whole=len(head) < HEAD_BYTES)
        lines = [line for line in text.split(b"\n")[:50] if line.strip()]
        if len(lines) > 1 and sum(map(_is_object, lines)) * 2 >= len(lines) - 1:
            return 0.1, "lines that are objects"
        path, _ = json_places.chosen(text, json_places.paths(text))
        if path != ROOT:
            return 0.98, f"an object with rows at {path}"
        if len(lines) == 1:
            told = None if _is_lines(file) else shape_of(Cursor(io.BytesIO(text)))
            # without a shape it is as good a line of JSON Lines
            return (0.98, told[1]) if told else (0.5, "one object")
        return 0.8, "an object over several lines"

    def examine(self, file: File, options: Options) -> Examined:
        """Encoding, where the rows are, and the types of the first of them."""
        head = read_head(file, options)
        if isinstance(head, Examined):
            return head
        given = dict(options)
        findings = list(head.findings)
        text = _utf8(head.data, head.encoding)
        path, reason = given.get("path"), "told by the user"
        paths = [] if path else json_places.paths(text)
        if path is None:
            path, reason = json_places.chosen(text, paths)
        items, told = given.get(json_shapes.OPTION), "told by the user"
        if items is None and (found := _shape(file, head, path)):
            items, told = found
            reason = "the whole document" if path == ROOT else reason
        elif items not in (None, *json_shapes.SHAPES):
            known = ", ".join(sorted(json_shapes.SHAPES))
            raise InvalidInput(f"{file.uri}: option items is {items!r}; it may be {known}")
        if len(paths) > 1 and items is None:
            others = [one for one in paths if one != path]
            several = f"several arrays of objects ({', '.join(others[:5])})"
            read = "read as one row" if path == ROOT else f"{path} is read"
            message = f"{several}; {read}; choose one with --option path={others[0]}"
            findings.append(Finding("json-many-tables", message, severity="info"))
        rows = _first(text, path, items)
        table = Columns().batch(rows)
        evidence = (
            head.evidence,
            Evidence("path", path, reason),
            *([Evidence(json_shapes.OPTION, items, told)] if items else ()),
            Evidence("keys", str(table.num_columns), f"keys of the first {len(rows)} rows"),
        )
        fixed = {**given, "encoding": head.encoding, "path": path}
        fixed |= {json_shapes.OPTION: items} if items else {}
        schema = Schema.from_arrow(table.schema)
        return Examined(tuple(sorted(fixed.items())), schema, evidence, tuple(findings))

    def batches(
        self, file: File, options: Options, *, columns: Sequence[str] | None = None
    ) -> Reading:
        """Batches of native Arrow types; a column whose values conflict is JSON text.

        Raises CorruptData when there is no row to read.
        """
        findings: list[Finding] = []
        return Reading(_read(file, dict(options), columns, findings), findings)


def _read(
    file: File, options: dict[str, str], columns: Sequence[str] | None, findings: list[Finding]
) -> Iterator[pa.RecordBatch]:
    known = Columns()
    counted = 0
    path, items = options.get("path", ROOT), options.get(json_shapes.OPTION)
    with Utf8Stream(file.open(), options.get("encoding", UTF8)) as stream:
        cursor = Cursor(stream)
        try:
            for rows in _blocks(cursor, path, items, findings):
                batch = known.batch(rows)
                counted += batch.num_rows
                yield (
                    batch
                    if columns is None
                    else batch.select([name for name in batch.schema.names if name in columns])
                )
        except BrokenJson as error:
            if not counted:
                message = f"{file.uri}: broken JSON ({error}); write it again or restore it"
                raise CorruptData(message) from error
            message = f"the JSON is broken ({error}); what follows is not read"
            findings.append(Finding("json-broken", message, f"after row {counted}", "error"))
    if items and cursor.documents > 1:
        message = f"{cursor.documents} documents one after the other; their items are the rows"
        findings.append(Finding("json-many-documents", message))
    if cursor.constants:
        words = ", ".join(sorted(cursor.constants))
        message = f"{words} is no JSON; read as the number that it names elsewhere"
        findings.append(Finding("json-not-standard", message))
    findings += known.findings()


def _blocks(
    cursor: Cursor, path: str, items: str | None, findings: list[Finding]
) -> Iterator[list[dict[str, Any]]]:
    """Rows by the block; where the text breaks, those before it come first."""
    rows: list[dict[str, Any]] = []
    others, row_number, start = 0, 0, 0
    first = 0
    broken = None
    found = _values(cursor, path, items)
    while True:
        try:
            value = next(found, _END)
        except BrokenJson as error:
            broken = error
            break
        if value is _END:
            break
        row_number += 1
        if isinstance(value, dict):
            rows.append(value)
        else:
            others += 1
            first = first or row_number
        if len(rows) >= BATCH_ROWS or cursor.passed - start > BATCH_CHARACTERS:
            start = cursor.passed
            if rows:
                yield rows
            rows = []
    if rows:
        yield rows
    if others:
        message = f"{others} values are no rows and set aside (first at value {first})"
        findings.append(Finding("json-bad-value", message, f"value {first}"))
    if broken is not None:
        raise broken


_END = object()


def _values(cursor: Cursor, path: str, items: str | None) -> Iterator[Any]:
    """The rows at a path of every document in the text, in the shape that `items` names."""
    keys = path.split(".")[1:]
    rows_of = json_shapes.SHAPES.get(items or "", json_shapes.objects)
    while cursor.peek():
        cursor.documents += 1
        json_places.enter(cursor, keys)
        yield from rows_of(cursor)
        json_places.leave(cursor, keys)


def _shape(file: File, head: Head, path: str) -> tuple[str, str] | None:
    """The shape of what is at the path: from the head where it is all of the file."""
    if len(head.data) < EXAMINED_BYTES:
        text: BinaryIO | Utf8Stream = io.BytesIO(_utf8(head.data, head.encoding))
    else:
        text = Utf8Stream(file.open(), head.encoding)
    with text as stream, suppress(BrokenJson):
        cursor = Cursor(stream)
        json_places.enter(cursor, path.split(".")[1:])
        return shape_of(cursor)
    return None


def _is_lines(file: File | None) -> bool:
    return file is not None and suffix_of(file.uri) in JsonLines.suffixes


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(orjson.loads(line), dict)
    except ValueError:
        return False


def _first(text: bytes, path: str, items: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with suppress(BrokenJson):
        for value in _values(Cursor(io.BytesIO(text)), path, items):
            if isinstance(value, dict):
                rows.append(value)
            if len(rows) == EXAMINED_ROWS:
                break
    return rows


def _utf8(head: bytes, encoding: str | None = None) -> bytes:
    """The head as UTF-8 without a byte order mark."""
    if encoding is None:
        encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else UTF8
    return head.decode(encoding, "replace").lstrip("\ufeff").encode()
