"""The semantic type of a column, from its values, its name and its figures.

Confidence is the share of values that pass times the evidence that they do not pass by chance
(1 - chance ** n for n different values), halved again when neither the name hints at the type
nor the values are many. Below `LEAST_CONFIDENCE` a column stays unknown: no guess is better.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from schema.clipping import LONGEST
from schema.semantics.given_names import is_given, names_a_person
from schema.semantics.hints import Hint, hinted_words, hints, number_hints
from schema.semantics.model import SemanticType
from schema.semantics.registry import NUMERIC_TYPES, TEXT_TYPES

LEAST_CONFIDENCE = 0.6
MOST_VALUES = 200
"""Different values that are looked at; more would not change the answer."""

_PROBE = 12
_FEW = 5
_MANY = 12
_WEAK, _CHECKED = 0.01, 0.1
"""The chance of two check digits and of one: many values that have theirs prove a type without its
name. Of many values that are no chance, some may be wrong.
"""
_LEAST_SHARE = 0.85
_NAMELESS = frozenset(
    (
        "?",
        "-",
        "na",
        "n/a",
        "other",
        "others",
        "unknown",
        "none",
        "missing",
        "not stated",
        "various",
    )
)
_FEWEST_TELLING = 2
_CHANGED = frozenset(
    ("per", "delta", "diff", "difference", "change", "error", "err", "std", "stdev", "ratio")
)
"""Words of names that make a measure of a number: miles per gallon are no distance."""
_TOLD_APART = frozenset(
    (
        "id",
        "ids",
        "key",
        "no",
        "nr",
        "number",
        "num",
        "code",
        "count",
        "cnt",
        "type",
        "index",
        "seq",
    )
)
"""Words behind a hint that number or count what it hints at: a payment's id is no money."""
_LAX = 0.89
_WHOLE = 0.9
_HANGUL_NAME = re.compile("[가-힣]{3,4}")
_GIVEN, _PERSONS, _PERSONS_NAMED = 0.6, 0.55, 0.25
"""The share of values that must be common given names, or begin with one; the less where the
column is called a name.
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A semantic type, how sure it is, 0 to 1, and what tells it."""

    name: str
    confidence: float
    reason: str = ""


def meaning_of_text(
    name: str, values: Iterable[str], kinds: Sequence[SemanticType] = TEXT_TYPES
) -> Meaning | None:
    """The type of a column of text called `name` with those (different) values, or None."""
    texts = _telling(seen_through(values))
    if not texts:
        return None
    hinted, words = hints(name), len(hinted_words(name))
    best, sure, passed = None, 0.0, 0
    for kind in kinds:
        confidence, found = _confidence(kind, hinted.get(kind.name), words, texts)
        if confidence >= LEAST_CONFIDENCE and confidence > sure:
            best, sure, passed = kind, confidence, found
    if best is not None:
        if best.name == "first_name" and _are_whole(texts):
            return Meaning("person_name", sure, "its name says so, and its values are whole names")
        reason = _reason(best, texts, passed, named=best.name in hinted)
        return Meaning(best.name, sure, reason)
    return _meaning_of_people(name, texts) if kinds is TEXT_TYPES else None


def _telling(texts: list[str]) -> list[str]:
    """The texts without those that name what the others are not: other, unknown."""
    left = [text for text in texts if text.casefold() not in _NAMELESS]
    return left if len(left) >= _FEWEST_TELLING else texts


def seen_through(values: Iterable[str]) -> list[str]:
    """The different values, up to `MOST_VALUES`, without padding, HTML escapes and quotes."""
    whole = (value for value in values if len(value) < LONGEST)  # others are but beginnings
    return list(dict.fromkeys(_bare(value) for value in whole if value.strip()))[:MOST_VALUES]


def meaning_of_number(
    name: str,
    low: float,
    high: float,
    *,
    whole: bool,
    numbers: Iterable[float] | None = None,
) -> Meaning | None:
    """The type of a column of numbers between `low` and `high`, by its name; or None.

    `numbers` are the different ones, where they are few: a type that has a list wants them in it.
    """
    hinted = number_hints(name)
    if not hinted:
        return None
    words = hinted_words(name)
    if not _CHANGED.isdisjoint(words):
        return None
    for kind in NUMERIC_TYPES:
        hint = hinted.get(kind.name)
        if hint is None or (not hint.heads and words[-1] in _TOLD_APART):
            continue
        if not (kind.low <= low and high <= kind.high):
            continue
        among = list(numbers) if numbers is not None and (kind.whole or kind.known) else None
        if kind.whole and not whole and not (among and all(float(n).is_integer() for n in among)):
            continue
        if kind.known and not (among and all(kind.known(int(number)) for number in among)):
            continue
        sure = 0.95 if hint.words == len(words) else 0.8
        return Meaning(kind.name, sure, "its name says so, and its numbers allow it")
    return None


def _bare(value: str) -> str:
    stripped = value.strip()
    if "&" in stripped:
        stripped = html.unescape(stripped).strip()
    if len(stripped) > 2 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return stripped[1:-1].strip() or stripped
    return stripped


def _confidence(
    kind: SemanticType, hint: Hint | None, words: int, texts: Sequence[str]
) -> tuple[float, int]:
    """How sure a type is of a column whose name has so many words, and how many of its values
    pass the type's own test: 0 where only the laxer one takes them.
    """
    many = len(texts) >= _MANY
    if kind.needs_name and not hint and not (many and _WEAK <= kind.chance <= _CHECKED):
        return 0.0, 0
    passed = found = _passed(kind, kind.test, texts, many=many)
    lax = 1.0
    if kind.hinted and hint and hint.heads and found < len(texts):
        more = _passed(kind, kind.hinted, texts, many=many)
        if _LAX * more > found:
            found, lax = more, _LAX
    if not found:
        return 0.0, 0
    share = found / len(texts)
    if kind.share < 0.5:  # a few of such values are enough to tell
        return 0.99, passed
    evidence = 1 - kind.chance**found
    if hint:
        certain = 0.75 if kind.needs_name else 0.95
        sure = lax * share * max(evidence, 0.9) * (certain + (1 - certain) * hint.words / words)
    elif kind.needs_name:
        sure = share * evidence * 0.75
    else:
        sure = share * evidence * (0.9 if found >= _FEW else 0.7)
    return sure, passed


def _passed(
    kind: SemanticType, test: Callable[[str], object], texts: Sequence[str], *, many: bool
) -> int:
    """How many values pass; 0 when too few do, which the first dozen tell of most types."""
    least = min(kind.share, _LEAST_SHARE) if many and kind.chance <= _CHECKED else kind.share
    misses = min(len(texts), _PROBE) * (1 - least) + 2
    for text in texts[:_PROBE]:
        if not test(text):
            misses -= 1
            if misses < 0:
                return 0
    found = sum(bool(test(text)) for text in texts)
    return found if found >= least * len(texts) else 0


def _are_whole(texts: Sequence[str]) -> bool:
    """Whether nearly all are names of two words or more, or Korean ones with the family's."""
    whole = sum(" " in text or bool(_HANGUL_NAME.fullmatch(text)) for text in texts)
    return whole >= _WHOLE * len(texts)


def _reason(kind: SemanticType, texts: Sequence[str], passed: int, *, named: bool) -> str:
    told = "its name says so" if named else ""
    if kind.hinted and told and passed < kind.share * len(texts):
        return f"{told}, and its values allow it"
    among = f"all {passed}" if passed == len(texts) else f"{passed} of {len(texts)}"
    if len(texts) == 1:
        return f"its one value is such{f', and {told}' if told else ''}"
    which = f" of {kind.which(texts)}" if kind.which else ""
    return f"{among} values looked at are such{which}" + (f", and {told}" if told else "")


def _meaning_of_people(name: str, texts: Sequence[str]) -> Meaning | None:
    """Names of people, told by given names that are common."""
    if not any(is_given(text) or names_a_person(text) for text in texts[: 2 * _PROBE]):
        return None
    called = "name" in hinted_words(name)
    given = sum(is_given(text) for text in texts) / len(texts)
    if given >= _GIVEN and len(texts) >= _FEW:
        return Meaning("first_name", 0.75, f"{given:.0%} of its values are common given names")
    persons = sum(names_a_person(text) for text in texts) / len(texts)
    if persons >= (_PERSONS_NAMED if called else _PERSONS) and len(texts) >= _FEW:
        reason = f"{persons:.0%} of its values begin with common given names"
        return Meaning("person_name", 0.85 if persons >= _PERSONS else 0.7, reason)
    return None
