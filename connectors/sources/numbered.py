"""Files whose names differ in a number alone: parts of one table, or tables of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from connectors.layout import Group
from connectors.model import Entry

FORMATS = frozenset(("csv", "json", "jsonl"))
"""Formats that are looked into; readers of others may crash, which a listing must not."""

SMALL = 9
"""Of so few files all are looked into, of more the first, the last and one between them."""

MOST_FILES = 1000
"""Files looked into in one listing; of further ones names alone decide."""

SHARED = 0.5
"""The share of the columns of the narrower of two parts which the other one must have too."""

Columns = Callable[[Entry], Sequence[str] | None]
"""The names of columns in an entry; None when it cannot be read or has no names."""

Known = Callable[[Collection[str]], Collection[str]]
"""Those of the paths whose files, or groups, are datasets in the catalog."""


@dataclass(slots=True)
class Numbered:
    """Looks into numbered files that the catalog does not have yet, up to a limit in all."""

    columns: Columns
    known: Known
    looked_at: int = 0

    def settled(self, group: Group, form: str | None) -> Iterator[Group]:
        """The group, or each of its files when they do not have enough columns in common. What
        the catalog has as one, or apart, stays so.
        """
        if not group.paths or form not in FORMATS or self._together(group):
            yield group
        else:
            yield from group.apart()

    def _together(self, group: Group) -> bool:
        files = dict(zip(group.paths, group.entries, strict=True))
        if len(files) > SMALL:
            first, between, last = group.paths[0], group.paths[len(files) // 2], group.paths[-1]
            files = {path: files[path] for path in (first, between, last)}
        known = self.known((group.base, *files))
        if group.base in known or len(known) > 1:
            return group.base in known
        if self.looked_at >= MOST_FILES:
            return True
        self.looked_at += len(files)
        found = [self.columns(entry) for entry in files.values()]
        return are_parts([frozenset(names) for names in found if names])


def are_parts(tables: Sequence[frozenset[str]]) -> bool:
    """Whether each table shares columns with others, by steps of which all are reached: what
    drifts over time does so from one part to the next.
    """
    if not tables:
        return True
    reached, left = [tables[0]], list(tables[1:])
    while near := [one for one in left if any(_alike(one, other) for other in reached)]:
        reached += near
        left = [one for one in left if one not in near]
    return not left


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SHARED * min(len(one), len(other))
