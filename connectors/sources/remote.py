"""Listing any fsspec file system: every file below a path, with retries, in depth-first order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote

from connectors.model import Entry
from connectors.sources.retrying import retried
from connectors.sources.stored_file import reason
from connectors.sources.unpublished import JOURNAL, withheld
from connectors.sources.walk import Listed, Selection, hidden, unlisted
from connectors.tables.marks import marked
from schema.errors import SourceError
from schema.model import Finding

_TAGS = ("ETag", "etag", "md5Hash", "md5", "crc32c", "Content-MD5", "Digest", "sha256")
_TIMES = (
    *("LastModified", "Last-Modified", "last_modified"),
    *("mtime", "updated", "modified", "modify"),
)


def walk_remote(
    fs: Any,
    root: str,
    to_uri: Callable[[str], str],
    selection: Selection,
    findings: list[Finding],
    *,
    quoted: bool = False,
) -> Iterator[Listed]:
    """Files below a path of an fsspec file system, names sorted, each directory's files before its
    folders. A directory that stays out of reach becomes a finding, what a journal says is not
    published is passed over. `quoted`: the file system's paths are percent-encoded.

    Raises SourceError when the root itself cannot be listed.
    """
    stack = [(root, "")]
    passed: set[str] = set()
    while stack:
        directory, below = stack.pop()
        try:
            children = _published(fs, directory, passed)
        except Exception as error:  # every file system has errors of its own
            if not below:
                message = f"{to_uri(directory)}: cannot be listed: {reason(error)}"
                raise SourceError(message) from error
            findings.append(unlisted(to_uri(directory), error))
            continue
        table = marked(
            {full.rsplit("/", 1)[-1] for full, info in children if info.get("type") == "directory"},
            lambda name, directory=directory: _names(fs, f"{directory.rstrip('/')}/{name}"),  # type: ignore[misc]
        )
        if table is not None:
            if selection.wants(below.rstrip("/")):
                yield Listed(below.rstrip("/"), None, table)
            continue
        folders: list[tuple[str, str]] = []
        for full, info in children:
            name = full.rsplit("/", 1)[-1]
            name = unquote(name) if quoted else name
            path = below + name
            if hidden(name):
                continue
            if info.get("type") == "directory":
                if selection.enters(path):
                    folders.append((info["name"], path + "/"))
            elif selection.lists(path):
                yield Listed(path, remote_entry(to_uri(full), _stamped(fs, info)))
        stack.extend(reversed(folders))


def _children(fs: Any, directory: str) -> list[tuple[str, dict[str, Any]]]:
    """Path and info of what lies directly in a directory, sorted."""
    listed = retried(lambda: fs.ls(directory, detail=True))
    start = directory.rstrip("/") + "/"
    found = [(info["name"].rstrip("/"), info) for info in listed]
    inside = (pair for pair in found if pair[0].startswith(start) or not directory.strip("/"))
    return sorted((pair for pair in inside if pair[0]), key=lambda pair: pair[0])


def _published(fs: Any, directory: str, passed: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """The children without those that a journal, here or above, names; its paths go to `passed`."""
    start = directory.rstrip("/")
    while True:
        children = _children(fs, directory)
        if not any(full == f"{start}/{JOURNAL}" for full, _ in children):
            break
        found = withheld(fs, start)
        if found is not None:  # else it went since it was listed, and what it had named with it
            passed.update(f"{start}/{path}" for path in found)
            break
    return [(full, info) for full, info in children if full not in passed]


def _names(fs: Any, directory: str) -> list[str]:
    try:
        return [full.rsplit("/", 1)[-1] for full, _ in _children(fs, directory)]
    except Exception:  # noqa: BLE001 - listing it as a folder tells
        return []


def _stamped(fs: Any, info: dict[str, Any]) -> dict[str, Any]:
    """What a listing told of a file, asked for by itself where it told neither size nor time."""
    if info.get("size") is not None or any(info.get(key) for key in (*_TAGS, *_TIMES)):
        return info
    try:
        return {**info, **retried(lambda: fs.info(info["name"]))}
    except Exception:  # noqa: BLE001 - reading it will tell
        return info


def remote_entry(uri: str, info: dict[str, Any]) -> Entry:
    """An entry from what `fs.info` or `fs.ls` tells: stamped by etag or checksum where there is
    one, else by size and time.
    """
    modified = _time(info)
    size = info.get("size")
    tag = next((info[key] for key in _TAGS if info.get(key)), None)
    stamp = str(tag).strip('"') if tag else f"{size}-{modified.timestamp() if modified else ''}"
    return Entry(uri, size, stamp, modified)


def _time(info: dict[str, Any]) -> datetime | None:
    for key in _TIMES:
        found = _moment(info.get(key))
        if found is not None:
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str):
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime, _of_ftp):
        try:
            return parse(value)
        except ValueError:
            continue
    return None


def _of_ftp(value: str) -> datetime:
    """A time as the fact `modify` has it (RFC 3659), which is in UTC."""
    return datetime.strptime(value[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
