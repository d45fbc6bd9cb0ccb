"""What is learned from earlier versions: only what was not found faulty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from catalog.model import Version
from catalog.quality.evidence import Evidence

if TYPE_CHECKING:
    from catalog.store import Store

NEW_NORMAL = 3
"""A column that was found faulty in so many versions in a row is as it is now."""

Fields = frozenset[str | None]


def sound(store: Store, source_pk: int, versions: Sequence[Version]) -> list[Evidence]:
    """Evidence of versions (newest first), oldest first, with what was faulty in each.

    A column (or the table) is faulty in a version whose last report does not meet an expectation
    of it, unless a user has accepted the version, or it was so in the newest three alike: then
    that is how it is now.
    """
    unmet = store.unmet(source_pk)
    accepted = {
        choice.key for choice in store.choices(source_pk).values() if choice.state == "accepted"
    }
    faulty = [
        frozenset() if f"version:{one.number}" in accepted else unmet.get(one.pk, frozenset())
        for one in versions
    ]
    normal = lasting(faulty)
    return [
        Evidence.of(version, fields - normal)
        for version, fields in zip(reversed(versions), reversed(faulty), strict=True)
    ]


def lasting(faulty: Sequence[Fields]) -> Fields:
    """What was faulty in each of the newest `NEW_NORMAL` versions, given newest first."""
    newest = faulty[:NEW_NORMAL]
    return frozenset.intersection(*newest) if len(newest) == NEW_NORMAL else frozenset()


def last_good(unmet: Mapping[int, Fields], versions: Sequence[Version]) -> Version | None:
    """The newest version of which the last report met everything."""
    return next((one for one in versions if not unmet.get(one.pk)), None)
