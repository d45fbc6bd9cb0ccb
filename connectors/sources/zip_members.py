"""Members of zip archives as streams, each opened by itself, so that none waits for another."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from schema.errors import CorruptData

MAGIC = b"PK\x03\x04"
MOST_MEMBERS = 200_000
_END = b"PK\x05\x06"
_SMALLEST_RECORD = 46
_ENCRYPTED = 0x1


def members(stream: BinaryIO, place: str) -> list[zipfile.ZipInfo]:
    """The files in an archive, folders and what programs leave beside them left out.

    Raises CorruptData when there is no directory, or one with too many members.
    """
    try:
        _check_count(stream, place)
        with zipfile.ZipFile(stream) as archive:
            return list(_files(archive))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise CorruptData(f"{place}: broken zip archive ({error}); write it again") from error


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    for info in archive.infolist():
        if not info.is_dir() and not info.filename.startswith("__MACOSX/"):
            yield info


def single(stream: BinaryIO, place: str) -> zipfile.ZipInfo | None:
    """The only file of an archive, which is a way to compress it; None where there are more."""
    try:
        found = members(stream, place)
    except CorruptData:
        return None
    return found[0] if len(found) == 1 else None


def opened(stream: BinaryIO, info: zipfile.ZipInfo, place: str) -> BinaryIO:
    """A member, unpacked; closing it closes the stream. Raises CorruptData."""
    if info.flag_bits & _ENCRYPTED:
        message = f"{info.filename!r} is protected by a password; save it without one"
        raise CorruptData(f"{place}: {message}")
    stream.seek(info.header_offset)
    head = stream.read(30)
    if len(head) < 30 or not head.startswith(MAGIC):
        raise CorruptData(f"{place}: broken zip archive (no member at {info.header_offset})")
    skipped = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    stream.seek(skipped, io.SEEK_CUR)
    try:
        return cast("BinaryIO", zipfile.ZipExtFile(stream, "r", info, close_fileobj=True))
    except NotImplementedError as error:
        raise CorruptData(f"{place}: {error}; pack it with deflate") from error


def _check_count(stream: BinaryIO, place: str) -> None:
    """Raise CorruptData for a directory that would take too much memory."""
    end = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, end - 65_557))
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END)
    if at < 0:
        return
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if size > MOST_MEMBERS * _SMALLEST_RECORD * 4:
        message = f"more than {MOST_MEMBERS:,} files in one archive; unpack it and crawl the folder"
        raise CorruptData(f"{place}: {message}")
