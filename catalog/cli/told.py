"""What `headwater show` prints of what people and documents say of a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from catalog.model import Version

SHOWN = ("title", "package", "license", "owner", "source")
"""What is shown of the facts beside data without being asked for."""


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


def _fixed(version: Version) -> str:
    """The reader options that a user fixed, and how to take them back; empty without any."""
    from connectors.model import SET_BY_USER

    told = [one for one in version.dataset.evidence if one.reason == SET_BY_USER]
    if not told:
        return ""
    shown = ", ".join(f"{one.choice}={one.value}" for one in told)
    return f"fixed: {shown} (`headwater crawl … --no-option {told[0].choice}` takes it back)"
