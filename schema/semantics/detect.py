"""The semantic type of a column, from its values, its name and its figures.

Confidence is the share of values that pass times the evidence that they do not pass by chance
(1 - chance ** n for n different values), halved again when neither the name hints at the type
nor the values are many. Below `LEAST_CONFIDENCE` a column stays unknown: no guess is better.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from schema.clipping import LONGEST
from schema.semantics.model import NumericType, SemanticType
from schema.semantics.registry import NUMERIC_TYPES, TEXT_TYPES

LEAST_CONFIDENCE = 0.6
MOST_VALUES = 200
"""Different values that are looked at; more would not change the answer."""

_PROBE = 12
_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FEW = 5
_MANY = 12
_WEAK, _CHECKED = 0.01, 0.1
"""The chance of two check digits and of one: many values that have theirs prove a type without its
name. Of many values that are no chance, some may be wrong.
"""
_LEAST_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Meaning:
    """A semantic type and how sure it is, 0 to 1."""

    name: str
    confidence: float


def meaning_of_text(name: str, values: Iterable[str]) -> Meaning | None:
    """The type of a column of text called `name` with those (different) values, or None."""
    whole = (value for value in values if len(value) < LONGEST)  # others are but beginnings
    texts = list(dict.fromkeys(_seen_through(value) for value in whole if value.strip()))
    texts = texts[:MOST_VALUES]
    if not texts:
        return None
    words = name_words(name)
    found = [
        Meaning(kind.name, confidence)
        for kind in TEXT_TYPES
        if (confidence := _confidence(kind, words, texts)) >= LEAST_CONFIDENCE
    ]
    return max(found, key=lambda meaning: meaning.confidence, default=None)


def meaning_of_number(name: str, low: float, high: float, *, whole: bool) -> Meaning | None:
    """The type of a column of numbers between `low` and `high`, by its name; or None."""
    words = name_words(name)
    if "per" in words:  # a ratio: miles per gallon are no distance
        return None
    for kind in NUMERIC_TYPES:
        hint = _hint(kind, words)
        fits = kind.low <= low and high <= kind.high and (whole or not kind.whole)
        if hint and fits:
            return Meaning(kind.name, 0.95 if hint == len(words) else 0.8)
    return None


def name_words(name: str) -> tuple[str, ...]:
    """The words of a column name: `destAirport_code` → dest, airport, code."""
    return tuple(word.casefold() for word in _WORDS.findall(_CAMEL.sub(" ", name)))


def _seen_through(value: str) -> str:
    """The value without padding and HTML escapes."""
    return html.unescape(value.strip()) if "&" in value else value.strip()


def _hint(kind: SemanticType | NumericType, words: Sequence[str]) -> int:
    """How many words of the name the longest hint of the type covers, 0 for none."""
    return _longest_hint(kind.names, tuple(words)) if kind.names else 0


@lru_cache(20_000)  # the columns of one crawl are much alike
def _longest_hint(names: tuple[str, ...], words: tuple[str, ...]) -> int:
    joined = "_" + "_".join(words) + "_"
    return max((hint.count("_") + 1 for hint in names if f"_{hint}_" in joined), default=0)


def _is_likely(kind: SemanticType, probe: Sequence[str]) -> bool:
    """Whether about as many of the first values pass as must in all; most types are told apart by
    the first few.
    """
    misses = len(probe) * (1 - kind.share) + 2
    for text in probe:
        if not kind.test(text):
            misses -= 1
            if misses < 0:
                return False
    return True


def _confidence(kind: SemanticType, words: Sequence[str], texts: Sequence[str]) -> float:
    hint = _hint(kind, words)
    many = len(texts) >= _MANY
    if kind.needs_name and not hint and not (many and _WEAK <= kind.chance <= _CHECKED):
        return 0.0
    least = min(kind.share, _LEAST_SHARE) if many and kind.chance <= _CHECKED else kind.share
    probed = sum(bool(kind.test(text)) for text in texts[:_PROBE])
    if probed < least * min(len(texts), _PROBE) - 2:
        return 0.0
    passed = sum(bool(kind.test(text)) for text in texts)
    share = passed / len(texts)
    if share < least:
        return 0.0
    if kind.share < 0.5:  # a few of such values are enough to tell
        return 0.99
    evidence = 1 - kind.chance**passed
    if hint:
        certain = 0.75 if kind.needs_name else 0.95
        return share * max(evidence, 0.9) * (certain + (1 - certain) * hint / max(len(words), 1))
    if kind.needs_name:
        return share * evidence * 0.75
    return share * evidence * (0.9 if passed >= _FEW else 0.7)
