"""Listing: every file below a root, streamed in depth-first order, local or of any fsspec."""

from __future__ import annotations

import fnmatch
import os
import random
import re
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from connectors.model import Entry
from connectors.sources.stored_file import reason
from connectors.uri import file_uri, printable, quoted_name
from schema.errors import SourceError
from schema.model import Finding

ATTEMPTS = 4
FIRST_WAIT_SECONDS = 0.2
PERMANENT = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)

Result = TypeVar("Result")

_HIDDEN_NAMES = frozenset(
    {
        "_SUCCESS",
        "_temporary",
        "_metadata",
        "_common_metadata",
        "_spark_metadata",
        "_delta_log",
        "_change_data",
        "__MACOSX",
        "__pycache__",
        "Thumbs.db",
        "desktop.ini",
    }
)
_HIDDEN_STARTS = (".", "~$", "_started_", "_committed_", "_temporary")
_HIDDEN_ENDS = (".crc", ".tmp", ".temp", ".part", ".partial", ".swp", ".inprogress", "~")


@dataclass(frozen=True, slots=True)
class Listed:
    """One listed thing: its path below the root with `/` between parts, and its entry.

    `entry` None marks an empty directory.
    """

    path: str
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which paths below the root are wanted."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether something below the root may be left out."""
        return bool(self.include or self.exclude)

    def wants(self, path: str) -> bool:
        if any(glob_pattern(glob).match(path) for glob in self.exclude):
            return False
        return not self.include or any(glob_pattern(glob).match(path) for glob in self.include)

    def enters(self, directory: str) -> bool:
        """Whether anything below a directory can be wanted; only an exclusion keeps it out."""
        patterns = [glob_pattern(glob) for glob in self.exclude]
        return not any(one.match(directory) or one.match(directory + "/") for one in patterns)


@cache
def glob_pattern(glob: str) -> re.Pattern[str]:
    """A glob on a path: `**/` any folders, `*` and `?` within a name, `[…]` sets.

    A glob without `/` matches the name in any folder.
    """
    if "/" not in glob:
        glob = "**/" + glob
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\])", glob.removeprefix("/"))
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    text = "".join(
        known.get(part)
        or (_set(part) if part.startswith("[") and len(part) > 1 else re.escape(part))
        for part in parts
    )
    return re.compile(text + r"\Z", re.DOTALL)


def _set(part: str) -> str:
    return fnmatch.translate(part).removeprefix("(?s:").removesuffix(r")\Z").removesuffix(r")\z")


def hidden(name: str) -> bool:
    """Whether a name is hidden, temporary or bookkeeping of a writer, and so no data."""
    return name in _HIDDEN_NAMES or name.startswith(_HIDDEN_STARTS) or name.endswith(_HIDDEN_ENDS)


def walk_local(root: str, selection: Selection, findings: list[Finding]) -> Iterator[Listed]:
    """Files below a local directory, names sorted, each directory's files before its folders.

    Links to files are followed only while they stay below the root; links to folders never, since
    what lies below the root is found at its own place. What cannot be listed becomes a finding.
    Anything but regular files (pipes, sockets, devices) is skipped.
    """
    real_root = os.path.realpath(root).rstrip("/") + "/"
    stack = [(root, "")]
    while stack:
        directory, below = stack.pop()
        try:
            with os.scandir(directory) as scan:
                children = sorted(scan, key=lambda child: child.name)
        except OSError as error:
            findings.append(unlisted(directory, error))
            continue
        folders: list[tuple[str, str]] = []
        prefix = file_uri(directory).rstrip("/") + "/"
        visible = [child for child in children if not hidden(child.name)]
        for child in visible:
            path = below + child.name
            try:
                if child.is_symlink() and not _stays_below(child.path, real_root):
                    findings.append(_left_out(child.path))
                elif child.is_dir(follow_symlinks=False):
                    if selection.enters(path):
                        folders.append((child.path, path + "/"))
                elif child.is_file() and selection.wants(path):
                    yield Listed(path, _local_entry(prefix + quoted_name(child.name), child.stat()))
            except OSError as error:
                findings.append(unlisted(child.path, error))
        if not visible and below:
            yield Listed(below.rstrip("/"), None)
        stack.extend(reversed(folders))


def _stays_below(path: str, real_root: str) -> bool:
    return (os.path.realpath(path) + "/").startswith(real_root)


def local_entry(path: str) -> Entry:
    """The entry of one local file. Raises OSError."""
    return _local_entry(file_uri(path), Path(path).stat())


def _local_entry(uri: str, status: os.stat_result) -> Entry:
    return Entry(
        uri,
        status.st_size,
        f"{status.st_size}-{status.st_mtime_ns}",
        datetime.fromtimestamp(status.st_mtime, UTC),
    )


def is_regular(path: str) -> bool:
    """Whether a path is a file that ends: no FIFO, socket or device."""
    return stat.S_ISREG(Path(path).stat().st_mode)


def walk_remote(
    fs: Any, root: str, to_uri: Callable[[str], str], selection: Selection, findings: list[Finding]
) -> Iterator[Listed]:
    """Files below a path of an fsspec file system, names sorted; directories are listed one by
    one, each with retries, and a directory that stays out of reach becomes a finding.
    """
    stack = [(root, "")]
    first = True
    while stack:
        directory, below = stack.pop()
        try:
            children = retried(lambda d=directory: fs.ls(d, detail=True))  # type: ignore[misc]
        except OSError as error:
            if first:
                raise SourceError(
                    f"{to_uri(directory)}: cannot be listed: {reason(error)}"
                ) from error
            findings.append(unlisted(to_uri(directory), error))
            continue
        first = False
        folders: list[tuple[str, str]] = []
        for child in sorted(children, key=lambda child: child["name"]):
            full = child["name"].rstrip("/")
            name = full.rsplit("/", 1)[-1]
            if not name or hidden(name) or full == directory.rstrip("/"):
                continue
            path = below + name
            if child.get("type") == "directory":
                if selection.enters(path):
                    folders.append((full, path + "/"))
            elif selection.wants(path):
                yield Listed(path, remote_entry(to_uri(full), child))
        stack.extend(reversed(folders))


def remote_entry(uri: str, info: dict[str, Any]) -> Entry:
    """An entry from what `fs.info` or `fs.ls` tells: stamped by etag or checksum where there is
    one, else by size and time.
    """
    modified = _time(info)
    size = info.get("size")
    tag = next(
        (
            info[key]
            for key in ("ETag", "etag", "md5Hash", "md5", "crc32c", "sha256")
            if info.get(key)
        ),
        None,
    )
    stamp = str(tag).strip('"') if tag else f"{size}-{modified.timestamp() if modified else ''}"
    return Entry(uri, size, stamp, modified)


def _time(info: dict[str, Any]) -> datetime | None:
    for key in ("LastModified", "last_modified", "mtime", "updated", "modified", "created"):
        value = info.get(key)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            try:
                parsed = datetime.fromisoformat(value)
            except ValueError:
                continue
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return None


def retried(call: Callable[[], Result], permanent: tuple[type[OSError], ...] = PERMANENT) -> Result:
    """What `call` returns, tried up to four times with growing waits while it raises OSError.

    A missing place or a refusal (`permanent`) is not tried again. Raises the last error.
    """
    for attempt in range(ATTEMPTS):
        try:
            return call()
        except permanent:
            raise
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(FIRST_WAIT_SECONDS * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries
    raise AssertionError("the last attempt returns or raises")


def unlisted(place: str, error: OSError) -> Finding:
    """The finding for a place that could not be listed."""
    code = "permission-denied" if isinstance(error, PermissionError) else "not-listed"
    return Finding(code, f"could not be listed: {reason(error)}", printable(place), "error")


def _left_out(path: str) -> Finding:
    message = "a link that leads out of the crawled folder; it was not followed"
    return Finding("link-outside", message, printable(path), "info")
