"""Putting objects in the place of others on a store that cannot rename.

New objects are written to a hidden folder, then copied into place while a journal withholds them
from readers; the journal is then exchanged for one that withholds the old objects instead, which
is the one step that readers see; the old objects are deleted, and the journal last.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from connectors.sources.unpublished import JOURNAL, journal, withheld

STAGING = ".headwater-new-"
_MARKS = ("_SUCCESS", JOURNAL)
_REQUESTS = 16
"""Copies or deletions under way at the same time."""


def staging(root: str) -> str:
    """A new hidden folder within `root`."""
    return f"{root}/{STAGING}{uuid.uuid4().hex[:12]}"


def published(fs: Any, root: str) -> list[str]:
    """The paths below `root` of all objects that are part of the output, sorted."""
    there = _below(fs, root)
    hidden = (withheld(fs, root) or ()) if JOURNAL in there else ()
    return [
        path
        for path in there
        if path not in hidden and path not in _MARKS and not path.startswith(STAGING)
    ]


def recover(fs: Any, root: str) -> None:
    """Remove what a run left that was killed: before the exchange its new objects, after it the
    old ones.
    """
    there = _below(fs, root)
    if JOURNAL in there:
        _remove(fs, root, withheld(fs, root) or ())
    _remove(fs, root, [path for path in there if path.startswith(STAGING)])
    if JOURNAL in there:
        _remove(fs, root, [JOURNAL])


def publish(
    fs: Any, root: str, fresh: str, paths: Collection[str], *, replaced: Collection[str]
) -> None:
    """Put the objects `paths` of the folder `fresh` into `root`, instead of `replaced`."""
    fs.pipe_file(f"{root}/{JOURNAL}", journal(paths))
    _each(lambda path: fs.cp_file(f"{fresh}/{path}", f"{root}/{path}"), paths)
    fs.pipe_file(f"{root}/_SUCCESS", b"")
    if replaced:
        fs.pipe_file(f"{root}/{JOURNAL}", journal(replaced))
        _remove(fs, root, replaced)
    _remove(fs, root, [JOURNAL])


def _below(fs: Any, root: str) -> list[str]:
    start = f"{root}/"
    found = fs.find(root)
    return sorted(path.removeprefix(start) for path in found if path.startswith(start))


def _remove(fs: Any, root: str, paths: Iterable[str]) -> None:
    def remove(path: str) -> None:
        with suppress(FileNotFoundError):  # stores differ in whether that is an error
            fs.rm_file(f"{root}/{path}")

    _each(remove, paths)


def _each(act: Callable[[str], None], paths: Iterable[str]) -> None:
    with ThreadPoolExecutor(_REQUESTS) as pool:
        for _ in pool.map(act, paths):
            pass
