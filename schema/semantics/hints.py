"""Which semantic types the name of a column hints at, with how much of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from schema.semantics.moments import MomentType
from schema.semantics.registry import MOMENT_TYPES, NUMERIC_TYPES, TEXT_TYPES
from schema.semantics.vocabulary import said

_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d+$)")
_NEUTRAL = frozenset(("1", "2", "3", "name", "nm", "title"))
_MOST_WORDS = 4
_SHORTEST_ENDING = 5
"""Shorter words end others by chance: velocity is no city, and a package has no age."""
_SHORT = {"nm": "name", "amt": "amount", "addr": "address"}
_FOLDED = str.maketrans("łøđßæœıħ", "lodsaoih")


@dataclass(frozen=True, slots=True)
class Hint:
    """How many words of a name say the type; `heads` when they are what the name is about."""

    words: int
    heads: bool


def name_words(name: str) -> tuple[str, ...]:
    """The words of a column name: `destAirport_code` → dest, airport, code."""
    return tuple(word.casefold() for word in _WORDS.findall(_CAMEL.sub(" ", name)))


@lru_cache(20_000)  # the columns of one crawl are much alike
def hinted_words(name: str) -> tuple[str, ...]:
    """The words whole and without accents, numbers apart: `Prénom2_nm` → prenom, 2, name."""
    name = name.replace("%", " percent ")
    if name.isascii():
        plain = name
    else:
        parts = unicodedata.normalize("NFKD", name)
        plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
        plain = unicodedata.normalize("NFC", plain)  # 'ド' and 'й' lose their marks everywhere
    return tuple(
        _SHORT.get(part, part).translate(_FOLDED)
        for word in name_words(plain)
        for part in _DIGITS.sub(" ", word).split()
    )


def hints(name: str) -> Mapping[str, Hint]:
    """The types of texts that the name hints at: by words that it has, or that one ends with."""
    return _hints(name, numbers=False)


def number_hints(name: str) -> Mapping[str, Hint]:
    """The types of numbers that the name hints at, likewise."""
    return _hints(name, numbers=True)


@lru_cache(20_000)
def moment_of(name: str) -> MomentType | None:
    """The type of a column of dates that the name ends with; None where it says nothing."""
    words = hinted_words(name)
    return next((kind for kind in MOMENT_TYPES if any(_ends(words, n) for n in kind.names)), None)


def _ends(words: tuple[str, ...], phrase: str) -> bool:
    wanted = tuple(phrase.split("_"))
    return words[-len(wanted) :] == wanted


@lru_cache(20_000)
def _hints(name: str, *, numbers: bool) -> Mapping[str, Hint]:
    words = hinted_words(name)
    known = _known(numbers=numbers)
    found: dict[str, Hint] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + _MOST_WORDS) + 1):
            heads = all(word in _NEUTRAL for word in words[end:])
            phrase = "_".join(words[start:end])
            for kind in known.get(phrase, ()):
                _keep(found, kind, Hint(end - start, heads))
        for kind in _ending(words[start], known):
            _keep(found, kind, Hint(1, start == len(words) - 1))
    return found


def _keep(found: dict[str, Hint], kind: str, hint: Hint) -> None:
    before = found.get(kind)
    if before is None or (hint.words, hint.heads) > (before.words, before.heads):
        found[kind] = hint


def _ending(word: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    for start in range(2, len(word) - _SHORTEST_ENDING + 1):
        if found := known.get(word[start:]):
            return found
    return ()


@cache
def _known(*, numbers: bool) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for kind in NUMERIC_TYPES if numbers else TEXT_TYPES:
        for name in (*kind.names, *said(kind.name)):
            for phrase in {name, "_".join(hinted_words(name))}:
                types = found.setdefault(phrase, [])
                if kind.name not in types:
                    types.append(kind.name)
    return {phrase: tuple(types) for phrase, types in found.items()}
