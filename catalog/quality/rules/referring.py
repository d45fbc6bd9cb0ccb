"""Referential integrity: what refers to another source finds its key there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from catalog.model import Expectation
from catalog.quality.references import KIND
from catalog.quality.rules.subject import TableSubject


def refers(table: TableSubject) -> Iterator[Expectation]:
    """Values that are keys of another source stay so: no orphans."""
    for one in table.now.references:
        reference = one.reference
        if not all(name in table.now.columns for name in reference.fields):
            continue
        key = " and ".join(reference.key)
        reason = (
            f"it is declared to refer to {key} of {reference.table}"
            if reference.declared
            else f"every value was a {key} of {reference.table}"
        )
        made = table.expect(KIND, "consistency", reason, **reference.arguments())
        yield replace(made, field=reference.fields[0])
