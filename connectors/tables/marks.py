"""Which folders are tables of a format that keeps metadata of its own, told by names alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from connectors import registry
from connectors.tables.model import TableFormat


@dataclass(frozen=True, slots=True)
class Marked:
    """The table format of a folder, and the names of its metadata files."""

    format: str
    marks: tuple[str, ...]


def marked(folders: Collection[str], inside: Callable[[str], Iterable[str]]) -> Marked | None:
    """The table format of a folder that holds `folders`; None when it is of none. `inside` lists
    the names in one of them, and is asked only where its name speaks for a format.
    """
    for form in _formats():
        if form.folder in folders:
            names = sorted(inside(form.folder))
            found = [name for name in names if any(fnmatchcase(name, one) for one in form.marks)]
            if found:
                return Marked(form.name, tuple(found))
    return None


@cache
def _formats() -> tuple[TableFormat, ...]:
    return tuple(registry.load("tables", name) for name in registry.table("tables"))
