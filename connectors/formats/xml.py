"""XML of repeated records: nested elements become structs, repeated ones lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pyarrow as pa

from connectors.formats.json_columns import Columns
from connectors.formats.xml_records import BrokenXml, Path, Records, Shape, Shaping, chunks
from connectors.model import Evidence, Examined, File, Options, Reading
from connectors.sources.stored_file import read_up_to
from schema.errors import CorruptData
from schema.model import Finding
from schema.summary import RAW

EXAMINED_BYTES = 1 << 20
BATCH_ROWS = 8 * 1024

_HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html)", re.IGNORECASE)
_BEGINNING = re.compile(rb"\s*<[?!a-zA-Z_]")


class Xml:
    """XML documents."""

    name = "xml"
    suffixes = (".xml", ".rss", ".atom", ".kml", ".gpx")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:  # noqa: ARG002
        """By elements that repeat; HTML is no data."""
        text = head.removeprefix(b"\xef\xbb\xbf")
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = head.decode("utf-16", "replace").lstrip("\ufeff").encode()
        if not _BEGINNING.match(text) or _HTML.match(text):
            return 0.0, "does not start as XML does"
        shape, error = _shape(head)
        if not shape.counts:
            certain = text.startswith(b"<?xml") or "entities" in (error or "")
            return (0.92, f"XML ({error})") if certain else (0.0, "no element")
        where = "/" + "/".join(shape.record)
        many = shape.counts[shape.record]
        if many > 1:
            return 0.97, f"XML with {many} elements {where} in its first 64 KiB"
        declared = text.startswith(b"<?xml")
        return (0.92 if declared else 0.6), f"XML in which nothing repeats below {where}"

    def examine(self, file: File, options: Options) -> Examined:
        """Where the records are."""
        with file.open() as stream:
            head = read_up_to(stream, EXAMINED_BYTES, file.uri)
        if not head.strip():
            finding = Finding("empty-file", "the file holds nothing; there is no table to read")
            return Examined(options, findings=(finding,))
        shape, error = _shape(head)
        if not shape.counts or (error and "entities" in error):
            message = f"broken XML ({error or 'no element'}); write it again or restore it"
            return Examined(options, findings=(Finding("xml-corrupt", message, None, "error"),))
        given = dict(options)
        record = given.get("record", "/" + "/".join(shape.record))
        reason = f"{shape.counts[shape.record]} elements in the first MiB, the least deep to repeat"
        kept = tuple(sorted({**given, "record": record}.items()))
        return Examined(kept, None, (Evidence("record", record, reason),))

    def batches(
        self, file: File, options: Options, *, columns: Sequence[str] | None = None
    ) -> Reading:
        """Batches of text whose types are found out, structs and lists; a first pass over the file
        finds what repeats.

        Raises CorruptData when there is no record to read.
        """
        findings: list[Finding] = []
        record = tuple(dict(options).get("record", "").strip("/").split("/"))
        return Reading(_read(file, record, columns, findings), findings)


def _read(
    file: File, record: Path, columns: Sequence[str] | None, findings: list[Finding]
) -> Iterator[pa.RecordBatch]:
    lists = _whole_shape(file).lists(record)
    known = Columns()
    counted = 0
    found = Records(record, lists)
    for rows in _rows(file, found, findings):
        counted += len(rows)
        batch = known.batch(rows)
        fields = [
            field.with_metadata(RAW) if pa.types.is_string(field.type) else field
            for field in batch.schema
        ]
        kept = [at for at, one in enumerate(fields) if columns is None or one.name in columns]
        if not kept:
            yield pa.record_batch([pa.nulls(len(rows))], ["none"]).select([])
            continue
        yield pa.RecordBatch.from_arrays(
            [batch.column(at) for at in kept], schema=pa.schema([fields[at] for at in kept])
        )
    if not counted:
        reason = findings.pop().message if findings else f"no element /{'/'.join(record)}"
        raise CorruptData(f"{file.uri}: broken XML ({reason}); write it again or restore it")
    if found.too_deep:
        message = f"{found.too_deep} elements are nested too deep and kept as text"
        findings.append(Finding("xml-too-deep", message))
    if known.conflicts:
        names = ", ".join(map(repr, sorted(known.conflicts)[:5]))
        message = f"values of several kinds in {names}; read as text where they conflict"
        findings.append(Finding("xml-mixed-types", message))


def _rows(file: File, found: Records, findings: list[Finding]) -> Iterator[list[dict[str, Any]]]:
    """Records by the batch; where the text breaks, those before it come first."""
    rows: list[dict[str, Any]] = []
    with file.open() as stream:
        for data, last in chunks(stream):
            try:
                rows += found.feed(data, last=last)
            except BrokenXml as error:
                rows += found.rows
                message = f"the XML is broken ({error}); what follows is not read"
                findings.append(Finding("xml-broken", message, severity="error"))
                break
            if len(rows) >= BATCH_ROWS:
                yield rows
                rows = []
    if rows:
        yield rows


def _shape(head: bytes) -> tuple[Shape, str | None]:
    """The shape of the start of a document, and what is wrong with it."""
    shaping = Shaping()
    try:
        shaping.feed(head)
    except BrokenXml as error:
        return shaping.shape, str(error)
    return shaping.shape, None


def _whole_shape(file: File) -> Shape:
    shaping = Shaping()
    with file.open() as stream, suppress(BrokenXml):
        for data, last in chunks(stream):
            shaping.feed(data, last=last)
    return shaping.shape
