"""One JSON document: an array of objects, or an object that holds one array of objects."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson
import pyarrow as pa

from connectors.formats import json_values
from connectors.formats.encoding import UTF8, Utf8Stream
from connectors.formats.json_columns import Columns
from connectors.formats.json_cursor import BrokenJson, Cursor
from connectors.formats.json_head import read_head
from connectors.model import Evidence, Examined, File, Options, Reading
from connectors.sources.stored_file import HEAD_BYTES
from schema.errors import CorruptData
from schema.model import Finding, Schema

EXAMINED_ROWS = 1000
BATCH_ROWS = 16 * 1024
BATCH_CHARACTERS = 4 << 20
ROOT = "$"
DEEPEST = 3
"""Objects nested deeper than this are not searched for arrays of rows."""

_ROWS = re.compile(rb"\[\s*\{")


class Json:
    """A JSON document."""

    name = "json"
    suffixes = (".json", ".geojson")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By how it begins: an array of objects; an object that does not end with its line."""
        text = _utf8(head).lstrip()
        if _ROWS.match(text):
            return 0.95, "an array of objects"
        if not text.startswith(b"{"):
            return json_values.recognise(text, whole=len(head) < HEAD_BYTES)
        lines = [line for line in text.split(b"\n")[:50] if line.strip()]
        if len(lines) > 1 and sum(map(_is_object, lines)) * 2 >= len(lines) - 1:
            return 0.1, "lines that are objects"
        paths = _paths(text)
        if len(paths) == 1:
            return 0.98, f"an object with rows at {paths[0]}"
        if len(lines) == 1:
            return 0.5, "one object"  # as good a line of JSON Lines
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
        if path is None:
            paths = _paths(text)
            path, reason = _chosen(text, paths)
            if len(paths) > 1:
                several = f"several arrays of objects ({', '.join(paths[:5])})"
                message = f"{several}; read as one row; choose one with --option path={paths[0]}"
                findings.append(Finding("json-many-tables", message, severity="info"))
        if path == ROOT and json_values.OPTION[0] not in given and json_values.is_values(text):
            given |= [json_values.OPTION]
        rows = _first(text, path, values=json_values.OPTION in given.items())
        table = Columns().batch(rows)
        evidence = (
            head.evidence,
            Evidence("path", path, reason),
            _items_told(rows, table.num_columns, values=json_values.OPTION in given.items()),
        )
        kept = tuple(sorted({**given, "encoding": head.encoding, "path": path}.items()))
        return Examined(kept, Schema.from_arrow(table.schema), evidence, tuple(findings))

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
    path, values = options.get("path", ROOT), json_values.OPTION in options.items()
    with Utf8Stream(file.open(), options.get("encoding", UTF8)) as stream:
        cursor = Cursor(stream)
        try:
            for rows in _blocks(cursor, path, findings, values=values):
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
    if values and cursor.documents > 1:
        message = f"{cursor.documents} documents one after the other; their items are the rows"
        findings.append(Finding("json-many-documents", message))
    if cursor.constants:
        words = ", ".join(sorted(cursor.constants))
        message = f"{words} is no JSON; read as the number that it names elsewhere"
        findings.append(Finding("json-not-standard", message))
    findings += known.findings()


def _blocks(
    cursor: Cursor, path: str, findings: list[Finding], *, values: bool
) -> Iterator[list[dict[str, Any]]]:
    """Rows by the block; where the text breaks, those before it come first. With `values` every
    item is one.
    """
    rows: list[dict[str, Any]] = []
    others, row_number, start = 0, 0, 0
    first = 0
    broken = None
    found = _values(cursor, path.split(".")[1:])
    while True:
        try:
            value = next(found, _END)
        except BrokenJson as error:
            broken = error
            break
        if value is _END:
            break
        row_number += 1
        if values:
            rows.append(json_values.row(value))
        elif isinstance(value, dict):
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
        message = f"{others} values are no JSON objects and set aside (first at value {first})"
        findings.append(Finding("json-bad-value", message, f"value {first}"))
    if broken is not None:
        raise broken


_END = object()


def _values(cursor: Cursor, keys: list[str]) -> Iterator[Any]:
    """The values at a path of every document in the text: the items of an array, or one value."""
    while cursor.peek():
        cursor.documents += 1
        _enter(cursor, keys)
        yield from _items(cursor)
        for _ in keys:
            while cursor.take(","):
                cursor.value()
                cursor.expect(":")
                cursor.value()
            cursor.expect("}")


def _enter(cursor: Cursor, keys: list[str]) -> None:
    """Go to the value at a path of keys. Raises BrokenJson when it is not there."""
    for key in keys:
        cursor.expect("{")
        while True:
            found = cursor.value()
            cursor.expect(":")
            if found == key:
                break
            cursor.value()
            if not cursor.take(","):
                raise BrokenJson(f"no key {key!r} where the rows should be")


def _items(cursor: Cursor) -> Iterator[Any]:
    if not cursor.take("["):
        yield cursor.value()
        return
    if cursor.take("]"):
        return
    while True:
        yield cursor.value()
        if not cursor.take(","):
            cursor.expect("]")
            return


def _paths(text: bytes) -> list[str]:
    """Where the arrays of objects are in the objects of a document that may be cut off."""
    found: list[str] = []
    with suppress(BrokenJson):
        _search(Cursor(io.BytesIO(text)), ROOT, found)
    return found


def _search(cursor: Cursor, path: str, found: list[str]) -> None:
    if not cursor.take("{") or cursor.take("}"):
        return
    while True:
        key = cursor.value()
        cursor.expect(":")
        below = f"{path}.{key}"
        if cursor.peek() == "{" and path.count(".") < DEEPEST - 1:
            _search(cursor, below, found)
        elif cursor.peek() == "[" and "." not in str(key):
            cursor.expect("[")
            if cursor.peek() == "{":
                found.append(below)
            _pass_items(cursor)
        else:
            cursor.value()
        if not cursor.take(","):
            cursor.expect("}")
            return


def _pass_items(cursor: Cursor) -> None:
    while not cursor.take("]"):
        cursor.value()
        if not cursor.take(","):
            cursor.expect("]")
            return


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        return isinstance(orjson.loads(line), dict)
    except ValueError:
        return False


def _chosen(text: bytes, paths: Sequence[str]) -> tuple[str, str]:
    if text.lstrip().startswith(b"["):
        return ROOT, "the document is an array"
    if len(paths) == 1:
        return paths[0], "the only array of objects in the document"
    return ROOT, "the document is one object, and so one row"


def _items_told(rows: Sequence[Any], columns: int, *, values: bool) -> Evidence:
    if values:
        return Evidence(*json_values.OPTION, f"the first {len(rows)} items are no objects")
    return Evidence("keys", str(columns), "keys of the first objects")


def _first(text: bytes, path: str, *, values: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with suppress(BrokenJson):
        for value in _values(Cursor(io.BytesIO(text)), path.split(".")[1:]):
            if values:
                rows.append(json_values.row(value))
            elif isinstance(value, dict):
                rows.append(value)
            if len(rows) == EXAMINED_ROWS:
                break
    return rows


def _utf8(head: bytes, encoding: str | None = None) -> bytes:
    """The head as UTF-8 without a byte order mark."""
    if encoding is None:
        encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else UTF8
    return head.decode(encoding, "replace").lstrip("\ufeff").encode()
