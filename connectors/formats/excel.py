"""Spreadsheets (xlsx, xlsm, xlsb, xls, ods): a table for each region of cells on a sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from connectors.formats.cells import Kinds, batch
from connectors.formats.csv_names import column_names, name_findings
from connectors.formats.excel_book import (
    OLE_MAGIC,
    ZIP_MAGIC,
    Book,
    Protected,
    Sheet,
    ole_names,
    opened,
)
from connectors.formats.grid import Region, text_of
from connectors.formats.seekable import seekable
from connectors.model import Evidence, Examined, File, Options, Reading
from connectors.sources.stored_file import UNREADABLE
from schema.errors import CorruptData, SourceError
from schema.model import Finding

BATCH_ROWS = 16 * 1024
MIXED = "excel-mixed-types"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


class Excel:
    """Workbooks of spreadsheet programs."""

    name = "excel"
    suffixes = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:
        """By what the container holds: parts of a workbook."""
        if head.startswith(OLE_MAGIC):
            with seekable(file) as stream:
                names = ole_names(stream)
            if any(name in {"Workbook", "Book"} for name in names):
                return 1.0, "a compound file with a workbook"
            if "EncryptedPackage" in names and file.uri.lower().endswith(self.suffixes):
                return 1.0, "an Office document that a password protects"
            return 0.0, "a compound file without a workbook"
        if not head.startswith(ZIP_MAGIC):
            return 0.0, "neither a zip archive nor a compound file"
        return _in_zip(head, file)

    def tables(self, file: File) -> tuple[str, ...]:
        """Names of the tables: the sheet's, and for another on the same sheet where it begins.

        Raises CorruptData when the book cannot be opened.
        """
        with opened(file) as book:
            return tuple(name for name, _, _ in _tables(book))

    def examine(self, file: File, options: Options) -> Examined:
        """Which cells are the table, and whether its first row is names."""
        try:
            with opened(file) as book:
                name, sheet, region = _chosen(book, file.table)
                names, raw = _names(sheet, region)
        except Protected as error:
            return Examined(options, findings=(_finding("excel-protected", error, file),))
        except CorruptData as error:
            return Examined(options, findings=(_finding("excel-corrupt", error, file),))
        if not region.height:
            finding = Finding(
                "empty-file", "no sheet of it holds a cell; there is no table to read"
            )
            return Examined(options, findings=(finding,))
        header = "true" if region.header else "false"
        evidence = [
            Evidence("table", f"{name} {region.span}", "cells that blank ones surround"),
            Evidence("header", header, region.reason),
        ]
        if region.title:
            evidence.append(Evidence("title", region.title, "text above the table"))
        findings = [*name_findings(raw, names)]
        if region.first_row == region.bottom:
            findings.append(Finding("no-rows", "a header and no rows below it"))
        return Examined(options, None, tuple(evidence), tuple(findings))

    def batches(
        self,
        file: File,
        options: Options,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Batches of the types that the cells have; a column of several kinds is text.

        Raises CorruptData when the book cannot be opened.
        """
        findings: list[Finding] = []
        return Reading(_read(file, columns, findings), findings)


def _read(
    file: File, columns: Sequence[str] | None, findings: list[Finding]
) -> Iterator[pa.RecordBatch]:
    with opened(file) as book:
        _, sheet, region = _chosen(book, file.table)
        names, _ = _names(sheet, region)
        kinds = Kinds(region.width)
        kinds.add(row[region.left : region.right] for row in _rows(sheet, region))
        whole = kinds.fields(names)
        mixed = [field.name for field in whole if field.metadata]
        if mixed:
            shown = ", ".join(map(repr, mixed[:5]))
            message = f"cells of several kinds in {shown}; read as text, whose types are found out"
            findings.append(Finding(MIXED, message, severity="info"))
        at = [place for place, name in enumerate(names) if columns is None or name in columns]
        schema = pa.schema([whole.field(place) for place in at])
        places = [region.left + place for place in at]
        rows = _rows(sheet, region)
        part = list(islice(rows, BATCH_ROWS))
        while True:
            if places:
                yield batch(part, places, schema)
            else:
                yield pa.record_batch([pa.nulls(len(part))], ["none"]).select([])
            if not (part := list(islice(rows, BATCH_ROWS))):
                return


def _rows(sheet: Sheet, region: Region) -> Iterator[list[Any]]:
    """The rows of a table, blank ones left out."""
    for row in sheet.rows(region.first_row, region.bottom):
        if any(cell != "" for cell in row[region.left : region.right]):
            yield row


def _tables(book: Book) -> Iterator[tuple[str, Sheet, Region]]:
    for name, sheet in book.sheets():
        for number, region in enumerate(sheet.tables()):
            yield (f"{name}!{region.address}" if number else name), sheet, region


def _chosen(book: Book, table: str | None) -> tuple[str, Sheet, Region]:
    """A table by its name; None is the first. Raises CorruptData when it is not there."""
    sheet = Sheet(None)
    for name, sheet, region in _of_sheets(book, table):
        if table is None or name == table:
            return name, sheet, region
    if table is None:
        return "", sheet, Region(0, 0, 0, 0)
    raise CorruptData(f"{book.place}: it has no table {table!r} any more; crawl again")


def _of_sheets(book: Book, table: str | None) -> Iterator[tuple[str, Sheet, Region]]:
    """The tables of the sheets that one of that name can be on."""
    if table is None:
        yield from _tables(book)
        return
    for sheet in dict.fromkeys((table, table.rpartition("!")[0])):
        if sheet in book.book.sheet_names:
            found = book.sheet(sheet)
            for number, region in enumerate(found.tables()):
                yield (f"{sheet}!{region.address}" if number else sheet), found, region


def _names(sheet: Sheet, region: Region) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Unique names of the columns, and the header's cells as text."""
    if not region.header:
        return column_names((), region.width), ()
    (row,) = sheet.rows(region.top, region.top + 1)
    raw = tuple(text_of(cell) for cell in row[region.left : region.right])
    return column_names(raw, region.width), raw


def _in_zip(head: bytes, file: File) -> tuple[float, str]:
    kind = b""
    try:
        with seekable(file) as stream, zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and "content.xml" in names:
                with archive.open("mimetype") as part:
                    kind = part.read(256)
    except (zipfile.BadZipFile, *UNREADABLE, ValueError, RuntimeError, SourceError):
        names = {"xl/workbook.xml"} if b"xl/w" in head else set()
        kind = _OPEN_DOCUMENT if _OPEN_DOCUMENT in head[:256] else b""
    if names & {"xl/workbook.xml", "xl/workbook.bin"}:
        return 1.0, "a zip archive with the parts of a workbook"
    if kind.startswith(_OPEN_DOCUMENT):
        return 1.0, "an OpenDocument spreadsheet"
    return 0.0, "a zip archive without a workbook"


def _finding(code: str, error: CorruptData, file: File) -> Finding:
    return Finding(code, str(error).removeprefix(f"{file.uri}: "), None, "error")
