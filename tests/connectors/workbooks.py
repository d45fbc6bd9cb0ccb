"""Workbooks written from rows, in the formats that spreadsheet programs save."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[Any]]


def xlsx(sheets: Mapping[str, Rows]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def xls(sheets: Mapping[str, Rows]) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(at, column, cell)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet>%s</office:spreadsheet></office:body></office:document-content>"""

_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


def ods(sheets: Mapping[str, Rows], *, more: str = "") -> bytes:
    """`more` are rows of XML after those of each sheet."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(_ods, row))}</table:table-row>" for row in rows)
        + f"{more}</table:table>"
        for name, rows in sheets.items()
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": kind, "content.xml": _ODS % tables, "META-INF/manifest.xml": _MANIFEST}
    return zipped({name: text.encode() for name, text in parts.items()})


def _ods(cell: Any) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    text = f"<text:p>{escape(cell)}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def xlsb(sheets: Mapping[str, Rows]) -> bytes:
    """Records as [MS-XLSB] has them: a sheet's bounds, rows, numbers and texts."""
    named = list(enumerate(sheets.items(), 1))
    bundle = b"".join(
        _record(156, struct.pack("<II", 0, at) + _text(f"rId{at}") + _text(name))
        for at, (name, _) in named
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}/worksheet" Target="worksheets/sheet{at}.bin"/>'
        for at, _ in named
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "xl/workbook.bin": _record(143) + bundle + _record(144) + _record(132),
        "xl/_rels/workbook.bin.rels": (
            f'<Relationships xmlns="{package}">{relations}</Relationships>'.encode()
        ),
    }
    for at, (_, rows) in named:
        parts[f"xl/worksheets/sheet{at}.bin"] = _binary_sheet(rows)
    return zipped(parts)


def _binary_sheet(rows: Rows) -> bytes:
    width = max(map(len, rows), default=1)
    parts = [_record(148, struct.pack("<IIII", 0, len(rows), 0, width)), _record(145)]
    for at, row in enumerate(rows):
        parts.append(_record(0, struct.pack("<I", at) + b"\0" * 13))
        for column, cell in enumerate(row):
            head = struct.pack("<II", column, 0)
            if isinstance(cell, int | float):
                parts.append(_record(5, head + struct.pack("<d", cell)))
            elif cell is not None:
                parts.append(_record(6, head + _text(cell)))
    return b"".join([*parts, _record(146)])


def _record(kind: int, content: bytes = b"") -> bytes:
    size = len(content)
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    lengths = bytearray()
    while size >= 128:
        lengths.append(size & 0x7F | 0x80)
        size >>= 7
    return head + bytes([*lengths, size]) + content


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def zipped(parts: Mapping[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()
