"""One file of an fsspec file system, opened as a binary stream that decompresses by content."""

from __future__ import annotations

import io
import lzma
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

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


UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, pa.ArrowException)
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
        with self._raw() as stream:
            return _compression(stream.read(_MAGIC_BYTES))

    def open(self) -> BinaryIO:
        """A new binary stream, decompressed. Raises SourceError when it cannot be opened."""
        raw = self._raw()
        try:
            compression = _compression(raw.read(_MAGIC_BYTES))
            raw.seek(0)
        except OSError as error:
            raw.close()
            raise SourceError(f"{self.label}: cannot be read: {reason(error)}") from error
        return raw if compression is None else _decompressed(raw, compression)

    def head(self, count: int = HEAD_BYTES) -> bytes:
        """The first `count` decompressed bytes, fewer at the end.

        Raises CorruptData when the compressed stream is broken from the start.
        """
        with self.open() as stream:
            return read_up_to(stream, count, self.uri)

    def _raw(self) -> BinaryIO:
        try:
            if self.fs is None:
                return Path(self.path).open("rb")
            return cast("BinaryIO", self.fs.open(self.path, "rb"))
        except FileNotFoundError:
            raise SourceError(f"{self.label}: gone since it was listed; crawl again") from None
        except OSError as error:
            raise SourceError(f"{self.label}: cannot be opened: {reason(error)}") from error

    @property
    def label(self) -> str:
        return printable(self.path)


def _compression(magic: bytes) -> str | None:
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


def _decompressed(raw: BinaryIO, compression: str) -> BinaryIO:
    stream: Any
    if compression == "gzip":
        import gzip

        stream = gzip.GzipFile(fileobj=raw)
    elif compression == "bz2":
        import bz2

        stream = bz2.BZ2File(raw)
    elif compression == "xz":
        import lzma

        stream = lzma.LZMAFile(raw)  # noqa: SIM115 - closed with what is returned
    else:
        stream = pa.CompressedInputStream(pa.PythonFile(raw, "r"), compression)
    return cast("BinaryIO", io.BufferedReader(_Decompressed(stream, raw)))


class _Decompressed(io.RawIOBase):
    """A decompressing stream that closes the one below it too."""

    def __init__(self, stream: Any, raw: BinaryIO) -> None:
        self._stream = stream
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            self._raw.close()
        super().close()
