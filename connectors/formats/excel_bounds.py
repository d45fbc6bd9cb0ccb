"""How much a spreadsheet unpacks to, found out before its reader, which holds all of it, is asked.

The parts of a book are unpacked and counted here, never kept. Its reader lays a sheet out as one
rectangle from its first to its last cell: two cells at opposite corners would take 512 GB.
"""

from __future__ import annotations

import pyexpat
import re
import zipfile
import zlib
from typing import BinaryIO

from schema.errors import CorruptData

MOST_BYTES = 2 << 30
BOMB_RATIO = 1000
FEWEST_BYTES = 64 << 20
MOST_PARTS = 10_000
MOST_CELLS = 32 << 20
"""A cell takes 32 bytes: 1 GiB."""

CHUNK_BYTES = 1 << 20

_ROW = re.compile(rb'<row[^>]*?\br="([0-9]{1,9})"')
_WIDE = re.compile(rb'\br="([A-Z]{2,7})[0-9]')
_LETTERS = 26
"""Addresses of cells with one letter are not looked at."""

_OVERLAP = 256


def check(stream: BinaryIO, place: str) -> None:
    """Raise CorruptData, saying why, for a book that is not to be opened."""
    try:
        with zipfile.ZipFile(stream) as book:
            parts = book.infolist()
            if len(parts) > MOST_PARTS:
                raise CorruptData(f"{place}: {len(parts)} parts in one book; not opened")
            total = 0
            for part in parts:
                total += _count(book, part, place, total)
    except zipfile.BadZipFile as error:
        raise CorruptData(f"{place}: broken spreadsheet ({error}); save it again") from error
    except (
        *(EOFError, NotImplementedError, OSError, RuntimeError, zlib.error),
        pyexpat.ExpatError,
    ) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise CorruptData(f"{place}: broken spreadsheet ({text}); save it again") from error


def _count(book: zipfile.ZipFile, part: zipfile.ZipInfo, place: str, before: int) -> int:
    """The bytes that a part unpacks to, whatever it says of itself."""
    sheet = _extent(part.filename)
    said = part.file_size
    part.file_size = MOST_BYTES + 1
    done = 0
    try:
        with book.open(part) as stream:
            while data := stream.read(CHUNK_BYTES):
                done += len(data)
                most = max(FEWEST_BYTES, part.compress_size * BOMB_RATIO)
                if done > most or before + done > MOST_BYTES:
                    message = (
                        f"{part.filename!r} unpacks to more than "
                        f"{min(most, MOST_BYTES) >> 20} MiB; not opened (a decompression bomb?)"
                    )
                    raise CorruptData(f"{place}: {message}")
                sheet.add(data)
    finally:
        part.file_size = said
    if sheet.cells > MOST_CELLS:
        message = (
            f"{part.filename!r} spans {sheet.rows:,} rows and {sheet.columns:,} columns, "
            "too many to be read at once; delete stray cells far off, or save it as CSV"
        )
        raise CorruptData(f"{place}: {message}")
    return done


class _Extent:
    """The most rows and columns that a sheet spans, found out while its bytes pass."""

    def __init__(self) -> None:
        self.rows = self.columns = 0

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    def add(self, data: bytes) -> None:
        """Look at the next bytes."""


class _Xlsx(_Extent):
    """Of a sheet of Office Open XML, by the addresses of its rows and cells."""

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""
        self._first = 0

    def add(self, data: bytes) -> None:
        text = self._rest + data
        for found in _ROW.finditer(text):
            row = int(found[1])
            self._first = min(self._first or row, row)
            self.rows = max(self.rows, row - self._first + 1)
        self.columns = max(self.columns, _LETTERS)
        for found in _WIDE.finditer(text):
            self.columns = max(self.columns, _number(found[1]))
        self._rest = text[-_OVERLAP:]


class _Ods(_Extent):
    """Of the sheets of an OpenDocument, by how often rows and cells that hold something repeat."""

    def __init__(self) -> None:
        super().__init__()
        self._parser = pyexpat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._row = self._repeat = self._column = self._filled = 0

    def add(self, data: bytes) -> None:
        self._parser.Parse(data)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._row = 0
        elif name == "table:table-row":
            self._repeat = _repeats(attributes, "table:number-rows-repeated")
            self._column = self._filled = 0
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._column += _repeats(attributes, "table:number-columns-repeated")
            if "office:value-type" in attributes or "calcext:value-type" in attributes:
                self._filled = self._column

    def _end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._repeat
            if self._filled:
                self.rows = max(self.rows, self._row)
                self.columns = max(self.columns, self._filled)


class _Xlsb(_Extent):
    """Of a sheet of binary records ([MS-XLSB] 2.1.4): a row's header, and its cells."""

    _ROW_HEADER = 0
    _CELLS = range(1, 12)

    def __init__(self) -> None:
        super().__init__()
        self._rest = b""
        self._first: int | None = None

    def add(self, data: bytes) -> None:
        text, at = self._rest + data, 0
        while (head := _record(text, at)) is not None:
            kind, size, start = head
            if start + size > len(text):
                break
            if size >= 4 and kind <= self._CELLS.stop:
                number = int.from_bytes(text[start : start + 4], "little")
                if kind == self._ROW_HEADER:
                    self._first = number if self._first is None else min(self._first, number)
                    self.rows = max(self.rows, number - self._first + 1)
                elif kind in self._CELLS:
                    self.columns = max(self.columns, number + 1)
            at = start + size
        self._rest = text[at:]
        if len(self._rest) > FEWEST_BYTES:
            raise CorruptData("a record that is too long")


def _record(text: bytes, at: int) -> tuple[int, int, int] | None:
    """Kind, size and start of the content of the record at a place; None where it is cut off."""
    if at + 6 > len(text):
        return None
    kind = text[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | (text[at] & 0x7F) << 7
        at += 1
    size = 0
    for shift in (0, 7, 14, 21):
        if at >= len(text):
            return None
        byte = text[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return kind, size, at


def _extent(name: str) -> _Extent:
    if name.startswith("xl/worksheets/"):
        return _Xlsb() if name.endswith(".bin") else _Xlsx()
    return _Ods() if name == "content.xml" else _Extent()


def _repeats(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return min(int(text), 1 << 40) if text.isdecimal() else 1


def _number(name: bytes) -> int:
    value = 0
    for letter in name:
        value = value * 26 + letter - 64
    return value
