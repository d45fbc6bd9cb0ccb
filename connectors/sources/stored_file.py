"""One file of an fsspec file system, opened as a binary stream that decompresses by content."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from connectors.sources import zip_members
from connectors.sources.bounded import bounded
from connectors.sources.opening import opened
from connectors.sources.retrying import patient
from connectors.uri import printable
from schema.errors import CorruptData, SourceError

HEAD_BYTES = 64 * 1024

_MAGIC_BYTES = 8

_MAGIC = {
    b"BZh": "bz2",
    b"\x1f\x8b": "gzip",
    b"\x04\x22\x4d\x18": "lz4",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


UNREADABLE = (
    *(EOFError, OSError, zlib.error, lzma.LZMAError),
    *(pa.ArrowException, zipfile.BadZipFile),
)
"""What the readers of broken files raise: of their content, their packing or their place."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at `path` of an fsspec file system; `fs` None means the local one. `table` is one of
    several tables in it.
    """

    uri: str
    path: str
    size: int | None
    fs: Any = None
    table: str | None = None

    @property
    def local_path(self) -> str | None:
        """The path when it is local and not compressed, so that C libraries read what we do."""
        return self.path if self.fs is None and self.compression is None else None

    @property
    def compression(self) -> str | None:
        """How the content is compressed, told by its first bytes; None when it is not."""
        with self.raw() as stream:
            return _compression(stream, self.uri)

    def open(self) -> BinaryIO:
        """A new binary stream, decompressed. Raises SourceError when it cannot be opened."""
        raw = self.raw()
        try:
            compression = _compression(raw, self.uri)
        except OSError as error:
            raw.close()
            raise SourceError(f"{self.label}: cannot be read: {reason(error)}") from error
        if compression is None:
            return raw
        return bounded(_unpacking(raw, compression, self.uri), self.size, self.label, raw)

    def head(self, count: int = HEAD_BYTES) -> bytes:
        """The first `count` decompressed bytes, fewer at the end.

        Raises CorruptData when the compressed stream is broken from the start.
        """
        with self.open() as stream:
            return read_up_to(stream, count, self.uri)

    def raw(self) -> BinaryIO:
        """A new stream of the bytes as they are stored. Raises SourceError."""
        try:
            if self.fs is None:
                return Path(self.path).open("rb")
            if not hasattr(self.fs, "protocol"):  # an archive
                return cast("BinaryIO", self.fs.open(self.path, "rb"))
            return patient(lambda: opened(self.fs, self.path))
        except FileNotFoundError:
            raise SourceError(f"{self.label}: gone since it was listed; crawl again") from None
        except OSError as error:
            raise SourceError(f"{self.label}: cannot be opened: {reason(error)}") from error

    @property
    def label(self) -> str:
        return printable(self.path)


def _compression(stream: BinaryIO, place: str) -> str | None:
    """How the bytes are compressed, by the first of them; the stream stays at its start. A zip
    archive of one file is a compressed file.
    """
    if not stream.seekable():  # itself unpacked from an archive
        magic = cast("io.BufferedReader", stream).peek(_MAGIC_BYTES)
    else:
        magic = stream.read(_MAGIC_BYTES)
        if magic.startswith(zip_members.MAGIC):
            single = zip_members.single(stream, place)
            stream.seek(0)
            return None if single is None else "zip"
        stream.seek(0)
    return next((name for start, name in _MAGIC.items() if magic.startswith(start)), None)


def read_up_to(stream: BinaryIO, count: int, place: str) -> bytes:
    """Read until `count` bytes or the end; short reads of a stream are joined.

    A compressed stream that ends too early gives what could be read; one that gives nothing
    raises CorruptData.
    """
    parts: list[bytes] = []
    missing = count
    while missing > 0:
        try:
            part = stream.read(missing)
        except UNREADABLE as error:
            if out_of_reach(error):
                raise SourceError(f"{place}: cannot be reached: {reason(error)}") from error
            if parts:
                break
            raise CorruptData(f"{place}: cannot be read: {reason(error)}") from error
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def reason(error: BaseException) -> str:
    """One line that says what went wrong, without paths repeated or addresses of objects."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:300]


def out_of_reach(error: BaseException) -> bool:
    """Whether a fault is one of reaching the bytes, not of the bytes: trying again may mend it."""
    if isinstance(error, SourceError):
        return not isinstance(error, CorruptData)
    if isinstance(error, ConnectionError | TimeoutError | PermissionError | FileNotFoundError):
        return True
    # Arrow and gzip tell of broken content by an OSError too, but by one without a number.
    return isinstance(error, OSError) and error.errno is not None


def _unpacking(raw: BinaryIO, compression: str, place: str) -> Any:
    """A stream of what is compressed."""
    if compression == "gzip":
        import gzip

        return gzip.GzipFile(fileobj=raw)
    if compression == "bz2":
        import bz2

        return bz2.BZ2File(raw)
    if compression == "xz":
        import lzma

        return lzma.LZMAFile(raw)
    if compression == "zip":
        member = zip_members.single(raw, place)
        assert member is not None
        return zip_members.opened(raw, member, place)
    return pa.CompressedInputStream(pa.PythonFile(raw, "r"), compression)
