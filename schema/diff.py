"""Two schemas → what changed, and who is broken by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

import pyarrow as pa

from schema.lattice import canonical, join
from schema.model import Change, Field, Schema

_SIMILAR_NAME = 0.6
_SIMILAR_CONTENT = 0.8
_ALLOWED_CONTENT = 0.4
"""From here on the content does not speak against a rename that a similar name tells."""


class Compatibility(StrEnum):
    """As Avro and the Confluent registry class it.

    BACKWARD: readers with the new schema can read the old data. FORWARD: readers with the old
    schema can read the new data. FULL: both. BREAKING: neither.
    """

    FULL = "FULL"
    BACKWARD = "BACKWARD"
    FORWARD = "FORWARD"
    BREAKING = "BREAKING"


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """The changes from one schema to another, and their compatibility as a whole.

    A change is `breaking` when a reader made for the earlier schema can no longer read the data
    without loss: a column is gone or renamed, holds more than it did, or may now be null.
    """

    compatibility: Compatibility
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    change: Change
    backward: bool


def diff(
    before: Schema, after: Schema, *, alike: Callable[[str, str], float | None] | None = None
) -> SchemaDiff:
    """What changed from `before` to `after`, in the order of fields.

    `alike(old, new)` tells how much of the content of two columns is alike (0 to 1, None where that
    is not known); with it a rename is recognised by content, without it by a similar name in the
    same type. The surest renames are taken first.
    """
    old = {field.name: field for field in before}
    new = {field.name: field for field in after}
    gone = [field for field in before if field.name not in new]
    added = [field for field in after if field.name not in old]
    judged: list[_Judged] = []
    renames = _renames(gone, added, alike)
    for field in tuple(gone):
        if field.name in renames:
            successor, why = renames[field.name]
            gone.remove(field)
            added.remove(successor)
            names = (field.name, successor.name)
            change = Change("renamed", field.name, *names, breaking=True, reason=why)
            judged.append(_Judged(change, backward=False))
            judged.extend(_compare(field, successor))
    for field in gone:
        change = Change("removed", field.name, str(field.type), None, breaking=True)
        judged.append(_Judged(change, backward=True))
    for field in before:
        if field.name in new:
            judged.extend(_compare(field, new[field.name]))
    for field in added:
        change = Change("added", field.name, None, str(field.type), breaking=False)
        judged.append(_Judged(change, backward=field.nullable))
    judged.extend(_moves(before, after))
    return SchemaDiff(_classify(judged), tuple(item.change for item in judged))


def _classify(judged: list[_Judged]) -> Compatibility:
    backward = all(item.backward for item in judged)
    forward = not any(item.change.breaking for item in judged)
    if backward and forward:
        return Compatibility.FULL
    if backward:
        return Compatibility.BACKWARD
    return Compatibility.FORWARD if forward else Compatibility.BREAKING


def _renames(
    gone: list[Field], added: list[Field], alike: Callable[[str, str], float | None] | None
) -> dict[str, tuple[Field, str]]:
    """The successor of each field that was renamed, and what tells so."""
    found = []
    for old in gone:
        for new in added:
            if canonical(new.type) == canonical(old.type):
                surety, why = _likeness(old.name, new.name, alike)
                if surety >= 1:
                    found.append((surety, old.name, new, why))
    renames: dict[str, tuple[Field, str]] = {}
    taken: set[str] = set()
    for _, name, new, why in sorted(found, key=lambda one: -one[0]):
        if name not in renames and new.name not in taken:
            taken.add(new.name)
            renames[name] = new, why
    return renames


def _likeness(
    old: str, new: str, alike: Callable[[str, str], float | None] | None
) -> tuple[float, str]:
    """How surely, from 1 on, one name followed another, and why. Names tell where content does not
    speak against it.
    """
    named = SequenceMatcher(None, old.casefold(), new.casefold()).ratio() / _SIMILAR_NAME
    content = alike(old, new) if alike is not None else None
    if content is None:
        return named, "the names are alike"
    held = content / _SIMILAR_CONTENT
    if held >= 1:
        return held + named / 100, f"{content:.0%} of the content is alike"
    if content >= _ALLOWED_CONTENT and named >= 1:
        return 1.0, f"the names are alike, and {content:.0%} of the content"
    return 0.0, ""


def _compare(old: Field, new: Field) -> list[_Judged]:
    found = []
    if old.type != new.type:
        change = Change(
            "type", new.name, str(old.type), str(new.type), breaking=not _holds(old.type, new.type)
        )
        found.append(_Judged(change, backward=_holds(new.type, old.type)))
    if old.nullable != new.nullable:
        change = Change(
            "nullable",
            new.name,
            _nullable(old),
            _nullable(new),
            breaking=new.nullable,
        )
        found.append(_Judged(change, backward=new.nullable))
    return found


def _nullable(field: Field) -> str:
    return "nullable" if field.nullable else "not null"


def _holds(wide: pa.DataType, narrow: pa.DataType) -> bool:
    """Whether every value of `narrow` is one of `wide` (text holds text only)."""
    if pa.types.is_string(canonical(wide)) != pa.types.is_string(canonical(narrow)):
        return bool(pa.types.is_null(narrow))
    return bool(join(wide, narrow) == canonical(wide))


def _moves(before: Schema, after: Schema) -> list[_Judged]:
    names = set(before.names) & set(after.names)
    old = [name for name in before.names if name in names]
    new = [name for name in after.names if name in names]
    if old == new:
        return []
    return [
        _Judged(
            Change("moved", name, str(old.index(name)), str(position), breaking=False),
            backward=True,
        )
        for position, name in enumerate(new)
        if old.index(name) != position
    ]
