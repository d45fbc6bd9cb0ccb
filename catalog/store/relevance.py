"""How well a source fits, worked out alike by both databases; the mark of labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, replace

from catalog.search import Document
from catalog.terms import Term

LABEL = "\u00b6"
"""Before a word: the word as one of a label, the last part of a name. Both databases would
otherwise look at every source that has the word anywhere to find those that are called so.
"""

_WEIGHTS = {
    "name": 3.0, "fields": 4.0, "description": 2.0, "tags": 6.0, "semantic_types": 3.0,
    "format": 1.0, "frequent": 1.0,
}  # fmt: skip
_LABEL_WEIGHT = 9.0
_EACH = 10.0
"""For having a term at all: two terms in columns outweigh one in the label."""

_ALIKE = 0.5
_WHOLE = "whole"
"""All texts of a source as one."""


def stored(document: Document) -> tuple[str, ...]:
    """The texts of the columns: behind the words of the name, those of the label, marked."""
    name, *others, label = astuple(document)
    return " ".join([*name.split(), *(LABEL + word for word in label.split())]), *others


def read(name: str, *others: str) -> Document:
    """The document that was stored as those texts."""
    words, mark, label = name.partition(LABEL)
    marked = (mark + label).replace(LABEL, "")
    return replace(Document(words.rstrip(), *others), label=marked)


def relevance(place_of: str, terms: Sequence[Term], rarities: Sequence[float]) -> str:
    """SQL for the weights of the parts that have each term, times its rarity; below 6,000 for 12.

    `place_of` is the function that tells where one text stands in another, from 1. FTS5's own
    `bm25` counts all sources with a word for each query, 300 ms for one that a million have. It
    is text, since SQLAlchemy takes 30 ms for the hundred conditions of three words; words are of
    letters and digits only.

    Most sources that have one of several words have no other one, so each word is looked for in
    all texts together first, and in each of them only if it is there.
    """
    parts = [*((name, "", weight) for name, weight in _WEIGHTS.items()),
             ("name", LABEL, _LABEL_WEIGHT)]  # fmt: skip
    worth = []
    for term, rarity in zip(terms, rarities, strict=True):
        each = [(part, mark, weight * rarity) for part, mark, weight in parts]
        if len(terms) > 1:
            each.append((_WHOLE, "", _EACH * rarity))
        had = " + ".join(
            f"{weight!r} * {_had(place_of, term, part, mark)}" for part, mark, weight in each
        )
        anywhere = _any_of(place_of, _WHOLE, [*_spelled(term, ""), *_around(term.alike, "")])
        worth.append(f"CASE WHEN {anywhere} THEN {had} ELSE 0.0 END" if len(terms) > 1 else had)
    texts = ", ".join(f"' ' || search_documents.{name} || ' ' AS {name}" for name in _WEIGHTS)
    whole = " || ' ' || ".join(f"search_documents.{name}" for name in _WEIGHTS)
    # LIMIT keeps both databases from writing the inner query out in the outer one again
    within = f"(SELECT {texts}, ' ' || {whole} || ' ' AS {_WHOLE} LIMIT 1) AS texts"
    return f"(SELECT {' + '.join(worth)} FROM {within})"


def _had(place_of: str, term: Term, part: str, mark: str) -> str:
    """SQL for how far a text has a term: 1 as it is spelled, half for a word like it, else 0."""
    ways = ((1.0, [*_spelled(term, mark)]), (_ALIKE, [*_around(term.alike, mark)]))
    found = " ".join(
        f"WHEN {_any_of(place_of, part, words)} THEN {level!r}" for level, words in ways if words
    )
    return f"CASE {found} ELSE 0.0 END"


def _any_of(place_of: str, part: str, words: Iterable[str]) -> str:
    return " OR ".join(f"{place_of}({part}, {_quoted(word)}) > 0" for word in words)


def _quoted(word: str) -> str:
    bare = word.strip().removeprefix(LABEL)
    if not bare.isalnum():
        raise AssertionError(f"not a word: {word!r}")
    return f"'{word}'"


def _spelled(term: Term, mark: str) -> Iterator[str]:
    """What a text holds, within spaces, that has a term."""
    first, *others = _around(term.words, mark)
    yield first.rstrip() if term.prefix else first
    yield from others


def _around(words: Iterable[str], mark: str) -> Iterator[str]:
    return (f" {mark}{word} " for word in words)
