"""Why a source was found: what it has of the words, with the places where they stand.

Texts are given in pieces, each matched or not; whoever shows them escapes the pieces and marks the
matched ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog.model import Source, Version
from catalog.search import frequent_values
from catalog.terms import Term
from catalog.words import WORD, parts, plain, singular

_TEXTS = 8
"""So many columns, tags, semantic types and values are shown of a source."""

_BEFORE, _LONGEST = 40, 200
"""Characters of a description before the first match, and in all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a text, and whether it is what was looked for."""

    text: str
    matched: bool


@dataclass(frozen=True, slots=True)
class Highlight:
    """A text that a source was found by; `field` is one of `Hit.matched_fields`."""

    field: str
    pieces: tuple[Piece, ...]


def highlights(
    source: Source, version: Version | None, terms: Sequence[Term]
) -> tuple[Highlight, ...]:
    """The texts of a source that have one of the terms, in the order of `matched_fields`."""
    if not terms:
        return ()
    return tuple(
        Highlight(field, pieces)
        for field, texts, name in _texts(source, version)
        for pieces in _found(texts, terms, name=name)
    )


def marked(text: str, terms: Sequence[Term], *, name: bool = False) -> tuple[Piece, ...]:
    """A text in pieces; put together they are the text. The words of a `name` may match as one."""
    return tuple(_pieces(text, _spans(text, terms, name=name)))


def _texts(source: Source, version: Version | None) -> Iterator[tuple[str, Iterable[str], bool]]:
    """(field, texts, whether they are names)."""
    fields = version.schema.fields if version else ()
    yield "name", [source.name], True
    yield "columns", (field.name for field in fields), True
    described = [source.description, *(field.description for field in fields)]
    yield "description", (text for text in described if text), False
    yield "tags", source.tags, False
    types = dict.fromkeys(field.semantic_type for field in fields if field.semantic_type)
    yield "semanticTypes", types, False
    yield "format", [source.format] if source.format else (), False
    if version:
        yield "values", frequent_values(version.schema, version.profile), False


def _found(
    texts: Iterable[str], terms: Sequence[Term], *, name: bool
) -> Iterator[tuple[Piece, ...]]:
    count = 0
    for text in texts:
        spans = _spans(text, terms, name=name)
        if spans and count < _TEXTS:
            count += 1
            yield tuple(
                _cut(_pieces(text, spans)) if len(text) > _LONGEST else _pieces(text, spans)
            )


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    last = 0
    for start, end in spans:
        if start > last:
            yield Piece(text[last:start], matched=False)
        yield Piece(text[start:end], matched=True)
        last = end
    if last < len(text):
        yield Piece(text[last:], matched=False)


def _cut(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """A long text from shortly before its first match on."""
    left = _LONGEST
    for place, piece in enumerate(pieces):
        text = piece.text
        if place == 0 and not piece.matched and len(text) > _BEFORE:
            text = "…" + text[-_BEFORE:]
        if len(text) > left:
            yield Piece(text[: max(0, left - 1)] + "…", piece.matched)
            return
        left -= len(text)
        yield Piece(text, piece.matched)


def _spans(text: str, terms: Sequence[Term], *, name: bool) -> list[tuple[int, int]]:
    """(start, end) of what matches, in order, none within another."""
    words = list(WORD.finditer(text))
    found = [span for word in words for span in _within(word.group(), word.start(), terms)]
    if not found and name and 2 <= len(words) <= 3:
        joined = plain("".join(word.group() for word in words))
        if _length(joined, terms):
            return [(words[0].start(), words[-1].end())]
    return found


def _within(word: str, start: int, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """The spans in one word: all of it, what it begins with, or parts of it."""
    for digits in (None, False, True):
        pieces = [word] if digits is None else parts(word, digits=digits)
        spans, at = [], start
        for piece in pieces:
            bare = plain(piece)
            if length := _length(bare, terms):
                spans.append((at, at + (length if len(bare) == len(piece) else len(piece))))
            at += len(piece)
        if spans:
            yield from spans
            return


def _length(word: str, terms: Sequence[Term]) -> int:
    """How much of a plain word the terms ask for, in characters; 0 when nothing."""
    if not word:
        return 0
    ways = {word, singular(word)}
    if any(not ways.isdisjoint((*term.words, *term.alike)) for term in terms):
        return len(word)
    begun = [len(t.words[0]) for t in terms if t.prefix and word.startswith(t.words[0])]
    return max(begun, default=0)
