"""What a database says of its tables: comments and keys to other tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from connectors.context.model import Fact, facts_of

if TYPE_CHECKING:
    from connectors.model import ForeignKey


def database_facts(comment: str | None, keys: Sequence[ForeignKey], origin: str) -> Iterator[Fact]:
    """The comment of a table, and each foreign key: `carrier → airlines (carrier)`."""
    yield from facts_of({"description": comment}, origin)
    for key in keys:
        ours, theirs = ", ".join(key.columns), ", ".join(key.referred_columns)
        yield from facts_of({"foreign key": f"{ours} → {key.referred} ({theirs})"}, origin)
