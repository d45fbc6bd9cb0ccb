"""Expectations worth having, from a stored profile and its history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from catalog.model import Expectation, Version
from catalog.quality.evidence import Column, Evidence, family
from catalog.quality.rules import COLUMN_RULES, TABLE_RULES, ColumnSubject, TableSubject

MOST_VERSIONS = 20
"""How far back the history is looked at."""


def derive(
    version: Version | Evidence, history: Sequence[Version | Evidence] = ()
) -> tuple[Expectation, ...]:
    """What is expected of `version`, each with its reason and dimension.

    With a history (in any order; versions from `version` on are left aside) everything is
    learned from the versions before, so that what changed for the worse fails. A first version,
    and a column that is new or means another thing than before, is judged by general rules and by
    bounds from itself, which it meets; they are what the next version is compared with.

    Table expectations come first, then column by column in the order of the schema. The types are
    those of Great Expectations, the arguments JSON-ready.
    """
    now = _evidence(version)
    past = tuple(_before(version, history))[-MOST_VERSIONS:] or (now,)
    table = TableSubject(now, _sound(past, None))
    found = [expectation for rule in TABLE_RULES for expectation in rule(table)]
    for column in now.columns.values():
        subject = _subject(column, now, past)
        found.extend(expectation for rule in COLUMN_RULES for expectation in rule(subject))
    return tuple(found)


def _evidence(version: Version | Evidence) -> Evidence:
    return Evidence.of(version) if isinstance(version, Version) else version


def _before(
    version: Version | Evidence, history: Sequence[Version | Evidence]
) -> Iterable[Evidence]:
    """The versions before, oldest first. Evidence has no number: it is taken in order."""
    numbered = sorted(
        (one for one in history if isinstance(one, Version)), key=lambda one: one.number
    )
    for one in numbered:
        if not isinstance(version, Version) or one.number < version.number:
            yield Evidence.of(one)
    yield from (one for one in history if isinstance(one, Evidence))


def _sound(past: tuple[Evidence, ...], name: str | None) -> tuple[Evidence, ...]:
    """The versions in which that column, or the table (None), was not found faulty; all of them
    where none is left.
    """
    return tuple(version for version in past if name not in version.faulty) or past


def _subject(column: Column, now: Evidence, past: tuple[Evidence, ...]) -> ColumnSubject:
    versions = _sound(past, column.name)
    before = [one.columns[column.name] for one in versions if column.name in one.columns]
    comparable = [one for one in before if family(one.field.type) == family(column.field.type)]
    if past[0] is now or not before:
        return ColumnSubject(column, (column,), now.schema.primary_key)
    declared = before[-1].field
    # A column whose type changed to mean another thing fails that one expectation alone.
    same = bool(comparable) and comparable[-1] is before[-1]
    return ColumnSubject(
        column, tuple(comparable) if same else (column,), now.schema.primary_key, declared
    )
