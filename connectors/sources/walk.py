"""Listing the local file system: every file below a root, streamed in depth-first order."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from connectors.context.names import is_context
from connectors.model import Entry
from connectors.sources.stored_file import reason
from connectors.tables.marks import Marked, marked
from connectors.uri import file_uri, printable, quoted_name
from schema.model import Finding

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

    `entry` None marks an empty directory, or one that is a table.
    """

    path: str
    entry: Entry | None
    table: Marked | None = None
    """Set for a folder that is a table of a table format; what it holds is not listed."""


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

    def lists(self, path: str) -> bool:
        """Whether a file is wanted, or may say something of those that are."""
        if self.wants(path):
            return True
        name = path.rpartition("/")[2]
        return bool(self.include) and is_context(name) and Selection((), self.exclude).wants(path)

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
        whole = _whole(directory, below.rstrip("/"), children)
        if whole is not None:
            if selection.wants(whole.path):
                yield whole
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
                elif child.is_file() and selection.lists(path):
                    yield Listed(path, _local_entry(prefix + quoted_name(child.name), child.stat()))
            except OSError as error:
                findings.append(unlisted(child.path, error))
        if not visible and below:
            yield Listed(below.rstrip("/"), None)
        stack.extend(reversed(folders))


def _whole(directory: str, path: str, children: list[os.DirEntry[str]]) -> Listed | None:
    """A folder that is one thing, a saved model or a table of a table format; None for others."""
    model = _model_entry(directory, children)
    if model is not None:
        return Listed(path, model)
    folders = {child.name for child in children if child.is_dir(follow_symlinks=False)}
    table = marked(folders, lambda name: _names(Path(directory, name)))
    return Listed(path, None, table) if table is not None else None


def _names(directory: Path) -> list[str]:
    try:
        return [path.name for path in directory.iterdir()]
    except OSError:
        return []


def _model_entry(directory: str, children: list[os.DirEntry[str]]) -> Entry | None:
    """The entry of a folder that holds a saved Spark ML model, told by the names in it; its
    inner tables are no data. None for any other folder.
    """
    if not any(child.name == "metadata" and child.is_dir() for child in children):
        return None
    metadata = Path(directory, "metadata")
    try:
        inside = {path.name for path in metadata.iterdir() if path.suffix != ".crc"}
        if inside != {"_SUCCESS", "part-00000"}:
            return None
        own = local_entry(str(metadata / "part-00000"))
        size = sum(path.stat().st_size for path in Path(directory).rglob("*") if path.is_file())
    except OSError:
        return None
    return Entry(own.uri, size, own.stamp, own.modified)


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


def unlisted(place: str, error: Exception) -> Finding:
    """The finding for a place that could not be listed."""
    code = "permission-denied" if isinstance(error, PermissionError) else "not-listed"
    return Finding(code, f"could not be listed: {reason(error)}", printable(place), "error")


def _left_out(path: str) -> Finding:
    message = "a link that leads out of the crawled folder; it was not followed"
    return Finding("link-outside", message, printable(path), "info")
