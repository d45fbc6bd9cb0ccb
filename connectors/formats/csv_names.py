"""Column names from a header: kept as the file has them, made unique, and told when hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schema.model import Finding

_PLAIN = re.compile(r"[^\x00-\x1f\x7f\"'`\\;<>\u202a-\u202e\u2066-\u2069]*")
_LONGEST = 255


def column_names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """`width` unique names: the header's own; an empty one is called by its place (`column3`),
    one that was there before gets a number (`a`, `a_2`).
    """
    taken = set(header)
    names: list[str] = []
    used: set[str] = set()
    for at in range(width):
        wish = header[at] if at < len(header) and header[at] else f"column{at + 1}"
        name, number = wish, 2
        while name in used or (name != wish and name in taken):
            name = f"{wish}_{number}"
            number += 1
        names.append(name)
        used.add(name)
    return tuple(names)


def name_findings(header: Sequence[str], names: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with a header: empty, repeated and hostile names."""
    empty = [at + 1 for at, name in enumerate(header) if not name]
    if empty:
        called = (
            f"{_columns(len(empty))} no name; its place stands for it ({names[empty[0] - 1]!r})"
        )
        yield Finding("empty-name", called, f"column {empty[0]}")
    renamed = [(raw, name) for raw, name in zip(header, names, strict=False) if raw and raw != name]
    if renamed:
        raw, name = renamed[0]
        message = f"{_columns(len(renamed))} the name of another; {raw!r} is called {name!r}"
        yield Finding("duplicate-name", message)
    hostile = [name for name in header if not _PLAIN.fullmatch(name) or len(name) > _LONGEST]
    if hostile:
        what = (
            "quotes, line breaks, code, markup or signs that turn text in the name, which is kept "
            "as it is"
        )
        yield Finding("hostile-name", f"{_columns(len(hostile))} {what} ({hostile[0][:80]!r})")
    missing = len(names) - len(header)
    if header and missing > 0:
        message = f"the rows have {missing} cells more than the header; those are called by place"
        yield Finding("header-short", message)


def _columns(count: int) -> str:
    return "1 column has" if count == 1 else f"{count} columns have"
