"""What `headwater show` prints of what people and documents say of a source, and of its columns'
past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from catalog.model import Version

SHOWN = ("title", "package", "license", "owner", "source")
"""What is shown of the facts beside data without being asked for."""

MOST_NAMED = 5
"""Columns that are named before the others are counted."""


def said(version: Version, *, every: bool) -> Iterator[Text]:
    """What is said of it beside the data: a few facts, or with `every` all, a line each."""
    from catalog.cli.output import printable, text

    facts = version.dataset.context
    if every:
        for one in facts:
            about = f"{one.field}: " if one.field is not None else ""
            yield text(f"{about}{one.what} = {printable(one.value)} ({one.origin})", "dim")
        return
    first = {one.what: one for one in reversed(facts) if one.field is None}
    if told := [f"{what} {printable(first[what].value)}" for what in SHOWN if what in first]:
        yield text("; ".join(told), "dim")
    if kept := _fixed(version):
        yield text(printable(kept), "dim")


def changed(version: Version) -> Iterator[Text]:
    """Which columns came after the first version, whose type changed, and in which version the
    content of each changed last; nothing of a first version.
    """
    from catalog.cli.output import text
    from catalog.store.history import histories

    kept = {name: one for (name, _), one in histories(version.figures).items()}
    if version.number == 1 or not kept:
        return
    if came := [(one.first_version, name) for name, one in kept.items() if one.first_version > 1]:
        yield text(f"came later: {_by_version(came)}")
    if retyped := [
        f"{name} (version {one.type_version}, {one.previous_type} before)"
        for name, one in kept.items()
        if one.type_version
    ]:
        yield text(f"type changed: {_few(retyped)}")
    last = [(one.last_version if one.changes else 0, name) for name, one in kept.items()]
    yield text(f"content changed last: {_by_version(last)}", "dim")


def _by_version(columns: Iterable[tuple[int, str]]) -> str:
    """`version 4: a, b; never: c`, the newest first."""
    by: dict[int, list[str]] = {}
    for number, name in columns:
        by.setdefault(number, []).append(name)
    told = (
        f"{f'version {number}' if number else 'never'}: {_few(names)}"
        for number, names in sorted(by.items(), reverse=True)
    )
    return "; ".join(told)


def _few(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _fixed(version: Version) -> str:
    """The reader options that a user fixed, and how to take them back; empty without any."""
    from connectors.model import SET_BY_USER

    told = [one for one in version.dataset.evidence if one.reason == SET_BY_USER]
    if not told:
        return ""
    shown = ", ".join(f"{one.choice}={one.value}" for one in told)
    return f"fixed: {shown} (`headwater crawl … --no-option {told[0].choice}` takes it back)"
