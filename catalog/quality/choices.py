"""What users say of expectations: silence, pin and set them, and bring their own.

Kept by the key of an expectation, over crawls: `not_be_null:delay`, `be_between:lat#2`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from catalog.model import Expectation
from schema.errors import InvalidInput

SILENCED, PINNED, OWN, ACCEPTED = "silenced", "pinned", "own", "accepted"
STATES = (SILENCED, PINNED, OWN, ACCEPTED)


@dataclass(frozen=True, slots=True)
class Choice:
    """`silenced`: not judged. `pinned`: judged with these arguments, whatever is learned. `own`:
    brought by a user. `accepted`: a version (key `version:3`) that is right although it did not
    meet everything.
    """

    key: str
    state: str
    expectation: Expectation | None
    reason: str | None
    chosen_at: datetime | None = None


def keys(expectations: Iterable[Expectation]) -> list[str]:
    """A key for each: its type and field, with a number where these repeat."""
    seen: Counter[str] = Counter()
    found = []
    for one in expectations:
        if one.key is not None:
            found.append(one.key)
            continue
        base = f"{short(one.type)}:{one.field}" if one.field is not None else short(one.type)
        seen[base] += 1
        found.append(base if seen[base] == 1 else f"{base}#{seen[base]}")
    return found


def short(kind: str) -> str:
    """`expect_column_values_to_not_be_null` → `not_be_null`."""
    for start in ("expect_column_values_to_", "expect_column_", "expect_table_", "expect_"):
        if kind.startswith(start):
            return kind.removeprefix(start)
    return kind


def chosen(
    derived: Sequence[Expectation], choices: Mapping[str, Choice]
) -> tuple[Expectation, ...]:
    """What is judged: what was derived, as users want it, then what is theirs."""
    return tuple(_chosen(derived, choices))


def _chosen(derived: Sequence[Expectation], choices: Mapping[str, Choice]) -> Iterator[Expectation]:
    used = set()
    for key, one in zip(keys(derived), derived, strict=True):
        choice = choices.get(key)
        used.add(key)
        if choice is None:
            yield replace(one, key=key)
        elif choice.state == PINNED and choice.expectation is not None:
            yield replace(choice.expectation, key=key)
    for key, choice in choices.items():
        if key not in used and choice.state in (PINNED, OWN) and choice.expectation is not None:
            yield replace(choice.expectation, key=key)


def found(expectations: Sequence[Expectation], key: str) -> Expectation:
    """The expectation of that key. Raises InvalidInput with near ones."""
    known = dict(zip(keys(expectations), expectations, strict=True))
    if key in known:
        return known[key]
    from difflib import get_close_matches

    near = ", ".join(get_close_matches(key, known, 5, 0.5)) or ", ".join(list(known)[:5])
    raise InvalidInput(f"there is no expectation {key!r}; near: {near}")


def changed(one: Expectation, arguments: Mapping[str, Any]) -> Expectation:
    """The expectation with other arguments; those that are None are taken away."""
    merged = {**one.kwargs, **arguments}
    kept = {name: value for name, value in merged.items() if value is not None}
    return replace(one, kwargs=kept, reason="set by a user", false_alarms=None)


def suite(document: Mapping[str, Any]) -> list[Expectation]:
    """The expectations of a suite of Great Expectations as JSON has it (`ExpectationSuite
    .to_json_dict()`, or a file of its store). Raises InvalidInput when it is none.
    """
    listed = document.get("expectations")
    if not isinstance(listed, list):
        raise InvalidInput("no suite of Great Expectations: it has no list of `expectations`")
    made = []
    for number, item in enumerate(listed, 1):
        kind = item.get("type") or item.get("expectation_type") if isinstance(item, dict) else None
        kwargs = item.get("kwargs", {}) if isinstance(item, dict) else None
        if not isinstance(kind, str) or not isinstance(kwargs, dict):
            raise InvalidInput(f"expectation {number} of the suite has no `type` and `kwargs`")
        kept = {name: value for name, value in kwargs.items() if name != "batch_id"}
        named = str(document.get("name") or "a suite of their own")
        notes = item.get("notes") or f"a user expects it, in {named}"
        told = " ".join(notes) if isinstance(notes, list) else str(notes)
        made.append(Expectation(kind, kept.get("column"), kept, told, _dimension(kind)))
    return made


def _dimension(kind: str) -> str:
    for word, dimension in _DIMENSIONS:
        if word in kind:
            return dimension
    return "validity"


_DIMENSIONS = (
    ("null", "completeness"),
    ("row_count", "completeness"),
    ("unique", "uniqueness"),
    ("type", "consistency"),
    ("table_column", "consistency"),
    ("pair", "consistency"),
    ("mean", "stability"),
    ("quantile", "stability"),
    ("divergence", "stability"),
)
