"""Zip and tar archives as file systems: as much of fsspec's interface as listing and reading need.

Members have percent-encoded paths, so that any name can be part of a URI.
"""

from __future__ import annotations

import atexit
import io
import os
import tarfile
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from connectors.sources import zip_members
from connectors.sources.bounded import bounded
from connectors.sources.stored_file import UNREADABLE, StoredFile, reason
from schema.errors import CorruptData

ZIP, TAR = "zip", "tar"
KINDS = frozenset({ZIP, TAR})
_SUFFIXES = {
    ".zip": ZIP,
    **dict.fromkeys(
        (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"),
        TAR,
    ),
    **{f".tar.{packed}": TAR for packed in ("gz", "bz2", "xz", "zst", "lz4")},
}
DEEPEST = 3
"""Archives in archives are opened down to here; one that holds itself has no end."""

COPY_BYTES = 1 << 20
MOST_COPIES = 2
_copies: OrderedDict[object, Any] = OrderedDict()
_lock = threading.RLock()
"""Held while a copy is made, which an archive in another makes of a copy of that."""


def archive_kind(name: str) -> str | None:
    """Which kind of archive a file name says it is; None when it is none."""
    lower = name.lower()
    return next((kind for suffix, kind in _SUFFIXES.items() if lower.endswith(suffix)), None)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, and how it is opened."""

    info: dict[str, Any]
    opened: Callable[[], BinaryIO]


@dataclass(slots=True)
class Archive:
    """The files of one archive. Raises CorruptData when it has no readable directory."""

    kind: str
    file: StoredFile
    storage_options: dict[str, Any] = field(default_factory=dict)
    _key: object = field(default_factory=object, init=False)
    _members: dict[str, Member] = field(default_factory=dict, init=False)
    _folders: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._folders[""] = {}
        try:
            for path, member in self._zip() if self.kind == ZIP else self._tar():
                self._place(path, member)
        except (tarfile.TarError, *UNREADABLE) as error:
            message = f"broken {self.kind} archive ({reason(error)}); write it again"
            raise CorruptData(f"{self.file.uri}: {message}") from error

    def info(self, path: str) -> dict[str, Any]:
        path = path.strip("/")
        if path in self._members:
            return self._members[path].info
        if path in self._folders:
            return {"name": path, "type": "directory", "size": None}
        raise FileNotFoundError(path)

    def isdir(self, path: str) -> bool:
        return path.strip("/") in self._folders

    def ls(self, path: str, *, detail: bool = True) -> list[dict[str, Any]]:  # noqa: ARG002
        found = self._folders.get(path.strip("/"))
        if found is None:
            raise FileNotFoundError(path)
        return list(found.values())

    def open(self, path: str, mode: str = "rb") -> BinaryIO:  # noqa: ARG002
        """A member's bytes, unpacked. Raises FileNotFoundError, CorruptData."""
        try:
            member = self._members[path.strip("/")]
        except KeyError:
            raise FileNotFoundError(path) from None
        return member.opened()

    def _place(self, path: str, member: Member) -> None:
        parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", "."}]
        if not parts or ".." in parts:
            return
        names = [quote(part, errors="surrogateescape") for part in parts]
        for depth in range(1, len(names)):
            above, folder = "/".join(names[: depth - 1]), "/".join(names[:depth])
            if folder not in self._folders:
                self._folders[folder] = {}
                self._folders[above][folder] = {"name": folder, "type": "directory", "size": None}
        full = "/".join(names)
        info = {**member.info, "name": full, "type": "file"}
        self._members[full] = Member(info, member.opened)
        self._folders["/".join(names[:-1])][full] = info

    def _zip(self) -> Iterator[tuple[str, Member]]:
        with self._unpacked() as stream:
            found = zip_members.members(stream, self.file.uri)
        for one in found:
            place = f"{self.file.uri}, {one.filename}"

            def opened(one: Any = one, place: str = place) -> BinaryIO:
                stream = self._unpacked()
                try:
                    unpacked = zip_members.opened(stream, one, place)
                except BaseException:
                    stream.close()
                    raise
                return bounded(unpacked, one.compress_size, place)

            info = {
                "size": one.file_size,
                "sha256": f"{one.CRC:08x}-{one.file_size}",
                "modified": _moment(one.date_time),
            }
            yield one.filename, Member(info, opened)

    def _tar(self) -> Iterator[tuple[str, Member]]:
        with self._unpacked() as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
            for number, one in enumerate(archive):
                if number > zip_members.MOST_MEMBERS:
                    most = f"more than {zip_members.MOST_MEMBERS:,} files in one archive"
                    message = f"{most}; unpack it and crawl the folder"
                    raise CorruptData(f"{self.file.uri}: {message}")
                if not one.isreg():
                    continue
                start, size = one.offset_data, one.size

                def opened(start: int = start, size: int = size) -> BinaryIO:
                    return cast(
                        "BinaryIO", io.BufferedReader(_Range(self._unpacked(), start, size))
                    )

                modified = datetime.fromtimestamp(one.mtime, UTC)
                yield one.name, Member({"size": size, "modified": modified}, opened)

    def _unpacked(self) -> BinaryIO:
        """The archive's own bytes; of one that is compressed, or lies in another archive, those of
        a copy. The last few copies are kept.
        """
        raw = self.file.raw()
        if raw.seekable() and (self.kind == ZIP or self.file.compression is None):
            return raw
        raw.close()
        with _lock:
            copy = _copies.pop(self._key, None) or self._copy()
            _copies[self._key] = copy
            while len(_copies) > MOST_COPIES:
                _copies.popitem(last=False)[1].close()
            shared = os.fdopen(os.dup(copy.fileno()), "rb", buffering=0)
        size = os.fstat(shared.fileno()).st_size
        return cast("BinaryIO", io.BufferedReader(_Range(cast("BinaryIO", shared), 0, size)))

    def _copy(self) -> Any:
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed when others are kept instead
        try:
            with self.file.open() as stream:
                while data := stream.read(COPY_BYTES):
                    copy.write(data)
            copy.flush()
        except BaseException:
            copy.close()
            raise
        return copy


@atexit.register
def _close_copies() -> None:
    while _copies:
        _copies.popitem()[1].close()


class _Range(io.RawIOBase):
    """Bytes `start` to `start + size` of a stream that it owns."""

    def __init__(self, stream: BinaryIO, start: int, size: int) -> None:
        self._stream, self._start, self._size, self._at = stream, start, size, 0
        self._fileno = stream.fileno() if isinstance(stream, io.FileIO) else None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = max(0, min(len(buffer), self._size - self._at))
        if self._fileno is not None:  # a copy shares its place with other readers of it
            data = os.pread(self._fileno, count, self._start + self._at)
        else:
            self._stream.seek(self._start + self._at)
            data = self._stream.read(count)
        if count and not data:
            raise EOFError("the archive ends before its last file does")
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _moment(parts: tuple[int, ...]) -> datetime | None:
    try:
        return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
