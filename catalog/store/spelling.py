"""What is meant by words that no source has: two written as one, one as two, another ending, a
typing error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, func, select

from catalog.spelling import halves, inflections, near, stem
from catalog.store.rows import begins
from catalog.store.tables import words
from catalog.terms import Term, term_of

_CANDIDATES = 5000
_LONGER = 4
"""So many characters an ending may add."""


def understood(
    connection: Connection, terms: Sequence[Term]
) -> tuple[tuple[Term, ...], dict[str, tuple[str, ...]]]:
    """The terms to look for, and for each that no source has: the words looked for instead."""
    terms = _glued(connection, terms)
    known = _known(connection, _spellings(terms))
    found: list[Term] = []
    instead: dict[str, tuple[str, ...]] = {}
    for term in terms:
        word = term.words[0]
        if not known.isdisjoint((*term.words, *term.alike)) or (
            term.prefix and _has_prefix(connection, word)
        ):
            found.append(term)
        elif others := _inflected(connection, word):
            found.append(Term(others))
            instead[word] = others
        elif parted := _parted(connection, word):
            found += [term_of(part) for part in parted]
            instead[word] = (" ".join(parted),)
        elif others := near(word, _candidates(connection, word)):
            found.append(Term(others))
            instead[word] = others
        else:
            found.append(term)
    return tuple(found), instead


def _spellings(terms: Iterable[Term]) -> list[str]:
    return [word for term in terms for word in (*term.words, *term.alike)]


def _known(connection: Connection, spellings: Iterable[str]) -> set[str]:
    """Those that some source has or had."""
    query = select(words.c.word).where(words.c.word.in_(list(spellings)))
    return set(connection.execute(query).scalars())


def _has_prefix(connection: Connection, word: str) -> bool:
    query = select(words.c.word).where(begins(words.c.word, word)).limit(1)
    return connection.execute(query).first() is not None


def _glued(connection: Connection, terms: Sequence[Term]) -> list[Term]:
    """Two terms in a row are both satisfied by one word that is made of them: `tail number` also by
    `tailnum`.
    """
    ways = {
        one + other: at
        for at, (left, right) in enumerate(pairwise(terms))
        for one in (*left.words, *left.alike)
        for other in (*right.words, *right.alike)
    }
    glued = list(terms)
    for word in sorted(_known(connection, ways)) if ways else ():
        for at in (ways[word], ways[word] + 1):
            glued[at] = replace(glued[at], alike=(*glued[at].alike, word))
    return glued


def _parted(connection: Connection, word: str) -> tuple[str, str] | None:
    """The two known words that one is made of, `airtime` of `air` and `time`."""
    ways = halves(word)
    known = _known(connection, {part for way in ways for part in way}) if ways else set()
    return next((way for way in ways if known.issuperset(way)), None)


def _inflected(connection: Connection, word: str) -> tuple[str, ...]:
    """The words that differ from one by their ending only."""
    root = stem(word)
    begun = select(words.c.word).where(
        begins(words.c.word, root), func.length(words.c.word) <= len(root) + _LONGER
    )
    return inflections(word, connection.execute(begun.limit(_CANDIDATES)).scalars())


def _candidates(connection: Connection, word: str) -> set[str]:
    """Words that share the beginning or the end: one error leaves one half whole, two errors
    mostly a third at either end.
    """
    if len(word) < 4:
        return set()
    errors = 1 if len(word) < 8 else 2
    whole = max(1, (len(word) - 1) // (errors + 1))

    def begun(column: ColumnElement[str], start: str) -> Iterable[str]:
        near_length = func.length(column).between(len(word) - errors, len(word) + errors)
        query = select(column).where(begins(column, start), near_length).limit(_CANDIDATES)
        return connection.execute(query).scalars()

    ends = begun(words.c.reversed, word[::-1][:whole])  # read off the index alone
    return {*begun(words.c.word, word[:whole]), *(end[::-1] for end in ends)}
