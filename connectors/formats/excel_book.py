"""Workbooks of spreadsheet programs, opened by calamine; one sheet is held at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

from connectors.formats import excel_bounds
from connectors.formats.grid import Mask, Region, tables
from connectors.formats.packages import package
from connectors.formats.seekable import seekable
from connectors.model import File
from schema.errors import CorruptData

EXTRA = "excel"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
_PROTECTED = (
    "protected by a password; save it without one, or leave it out with --exclude and its name"
)


class Protected(CorruptData):
    """A book that a password protects."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, held by calamine; rows begin at the first row, columns at the first column."""

    sheet: Any

    def rows(self, first: int = 0, last: int | None = None) -> Iterator[list[Any]]:
        """Rows of cells; an empty cell is an empty text."""
        if self.sheet is None or self.sheet.start is None:
            return
        before = [""] * self.sheet.start[1]
        for row in islice(self.sheet.iter_rows(), first, last):
            yield before + row

    def tables(self) -> list[Region]:
        return tables(self._filled(), self._cells)

    def _filled(self) -> Mask:
        rows = [
            np.fromiter((cell != "" for cell in row), dtype=np.bool_, count=len(row))
            for row in self.rows()
        ]
        return np.array(rows, dtype=np.bool_) if rows else np.zeros((0, 0), dtype=np.bool_)

    def _cells(self, first: int, last: int) -> Sequence[Sequence[Any]]:
        return list(self.rows(first, last))


@dataclass(frozen=True, slots=True)
class Book:
    """An opened workbook."""

    book: Any
    place: str

    def sheets(self) -> Iterator[tuple[str, Sheet]]:
        """Sheets of cells by name, those that are hidden or hold charts left out."""
        for about in self.book.sheets_metadata:
            if str(about.typ).endswith("WorkSheet") and str(about.visible).endswith(".Visible"):
                yield about.name, self.sheet(about.name)

    def sheet(self, name: str) -> Sheet:
        """Raises CorruptData when there is none of that name, or it is broken."""
        with _told(self.place):
            return Sheet(self.book.get_sheet_by_name(name))


@contextmanager
def opened(file: File) -> Iterator[Book]:
    """The book in a file. Raises CorruptData (Protected) when it cannot be opened."""
    calamine = package("python_calamine", EXTRA)
    with ExitStack() as stack:
        stream = stack.enter_context(seekable(file))
        _check(stream, file.uri)
        stream.seek(0)
        with _told(file.uri):
            book = calamine.CalamineWorkbook.from_filelike(stream)
        yield Book(book, file.uri)


def _check(stream: BinaryIO, place: str) -> None:
    magic = stream.read(len(OLE_MAGIC))
    if magic.startswith(ZIP_MAGIC):
        excel_bounds.check(stream, place)
    elif magic != OLE_MAGIC:
        raise CorruptData(f"{place}: not a spreadsheet that can be read; save it again")
    elif any("EncryptedPackage" in name for name in ole_names(stream)):
        raise Protected(f"{place}: {_PROTECTED}")


@contextmanager
def _told(place: str) -> Iterator[None]:
    """What calamine raises, as CorruptData; a Rust panic is no Exception."""
    try:
        yield
    except (Exception, BaseException) as error:
        if isinstance(error, (CorruptData, KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        if type(error).__name__ == "PasswordError":
            raise Protected(f"{place}: {_PROTECTED}") from error
        text = " ".join(str(error).split())[:200] or type(error).__name__
        raise CorruptData(f"{place}: broken spreadsheet ({text}); save it again") from error


def ole_names(stream: BinaryIO) -> list[str]:
    """Names in the first directory sectors of a compound file ([MS-CFB] 2.6); none if broken."""
    stream.seek(0)
    head = stream.read(512)
    if len(head) < 512:
        return []
    size = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    stream.seek((int.from_bytes(head[48:52], "little") + 1) * size)
    sector = stream.read(4096)
    names = []
    for at in range(0, len(sector) - 127, 128):
        length = int.from_bytes(sector[at + 64 : at + 66], "little")
        names.append(sector[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace"))
    return names
