"""When a dataset is as it was: the stamps of its entries and of what lies beside them, all at once,
and findings that last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from catalog.store.columns import digest
from connectors.model import SET_BY_USER, Dataset, Entry
from schema.model import Finding

RETRIED = frozenset({"missing-package", "not-listed", "permission-denied", "unreachable"})
"""Findings that may be over when the same content is looked at again."""


def content_stamp(listed: Iterable[Entry]) -> str:
    """32 hexadecimal digits over the URIs and stamps of entries, in any order."""
    pairs = sorted((entry.uri, entry.stamp) for entry in listed)
    return digest(*(part for pair in pairs for part in pair)).hex()


def marks(listed: Iterable[Entry]) -> set[tuple[str, str]]:
    """Entries as far as they tell whether anything has changed."""
    return {(entry.uri, entry.stamp) for entry in listed}


def limited_stamp(entry: Entry, rows: int | None) -> str:
    """The stamp of an entry read up to a limit of rows: another than that of all of it."""
    return entry.stamp if rows is None else f"{entry.stamp};rows={rows}"


def listed_stamps(dataset: Dataset, rows: int | None) -> set[str]:
    """The content stamps of what is listed now, as it is known after reading all of it or up to
    the limit of rows.
    """
    beside = dataset.beside or ()
    found = {content_stamp((*dataset.entries, *beside))}
    if rows is not None:
        limited = (replace(entry, stamp=limited_stamp(entry, rows)) for entry in dataset.entries)
        found.add(content_stamp((*limited, *beside)))
    return found


def settled_stamp(dataset: Dataset, findings: tuple[Finding, ...]) -> str | None:
    """The content stamp that alone tells, when it is listed again, that nothing need be read.

    None where more has to be looked at: options that a user fixed, faults that may be over.
    """
    fixed = any(one.reason == SET_BY_USER for one in dataset.evidence)
    if fixed or any(one.code in RETRIED for one in findings):
        return None
    return content_stamp((*dataset.entries, *(dataset.beside or ())))
