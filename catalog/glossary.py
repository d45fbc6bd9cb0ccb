"""The glossary: terms of the users' own, and which columns mean them.

A term is suggested to a column by its name, as names of joins are compared, or by its semantic
type; what users accept or decline of it is kept over crawls.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.joins.names import alike, ends_with, words_of
from schema.errors import InvalidInput
from schema.model import Field, Schema

if TYPE_CHECKING:
    from catalog.model import Source
    from catalog.store import Store

MOST_TERMS = 10_000
MOST_SYNONYMS = 50
MOST_SUGGESTED = 3
LONGEST_NAME = 100
LONGEST_DEFINITION = 10_000
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_COLUMNS = {
    "name": ("term", "name"),
    "definition": ("definition", "description", "meaning"),
    "synonyms": ("synonyms", "synonym", "aliases"),
    "semantic_type": ("semantic_type", "semantictype", "type"),
}


class State(StrEnum):
    """What is thought of a term for a column."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Term:
    """What a word of the users means; `semantic_type` is the one that its columns have."""

    name: str
    definition: str | None = None
    synonyms: tuple[str, ...] = ()
    semantic_type: str | None = None
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """A term for a column of a source; `confidence` 0 to 1 and the `reason` of a suggestion."""

    field: str
    term: Term
    state: State
    confidence: float | None = None
    reason: str | None = None


_SHORT = {"no": "number", "nr": "number", "num": "number", "cd": "code", "ids": "id"}

Decided = Mapping[tuple[str, int], State]
"""What users have said, by column and primary key of the term."""


def meanings(schema: Schema, terms: Sequence[Term], decided: Decided) -> list[Meaning]:
    """The terms of each field, in the order of the fields: those accepted, then at most
    `MOST_SUGGESTED` others, surest first. What was declined is not there.
    """
    index = _Index(terms)
    found: list[Meaning] = []
    for field in schema:
        accepted = [
            Meaning(field.name, term, State.ACCEPTED)
            for term in terms
            if decided.get((field.name, term.pk)) is State.ACCEPTED
        ]
        near = [one for one in index.near(field) if (field.name, one.term.pk) not in decided]
        near.sort(key=lambda one: (-(one.confidence or 0), one.term.name))
        found += accepted + ([] if accepted else near[:MOST_SUGGESTED])
    return found


class _Index:
    """Terms by how the last word of what they are called begins, and by semantic type."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_end: dict[str, list[tuple[tuple[str, ...], str, Term]]] = {}
        self._by_type: dict[str, list[Term]] = {}
        for term in terms:
            for called in (term.name, *term.synonyms):
                words = _words(called)
                if words:
                    for key in {words[-1][:2], "".join(words)}:
                        self._by_end.setdefault(key, []).append((words, called, term))
                    self._by_type.setdefault("_".join(words), []).append(term)
            if term.semantic_type:
                self._by_type.setdefault(term.semantic_type, []).append(term)

    def near(self, field: Field) -> list[Meaning]:
        """The suggestions for a field, each term once."""
        best: dict[int, Meaning] = {}
        words = _words(field.name)
        if words:
            for key in (words[-1][:2], "".join(words)):
                for called_words, called, term in self._by_end.get(key, ()):
                    if alike(words, called_words):
                        told = "its name" if called == term.name else f"the synonym {called!r}"
                        _keep(best, field, term, 0.95, f"is called as {told} says")
                    elif ends_with(words, called_words):
                        _keep(best, field, term, 0.7, f"its name ends with {called!r}")
        if field.semantic_type:
            sure = 0.85 * (field.semantic_confidence or 1.0)
            for term in self._by_type.get(field.semantic_type, ()):
                _keep(best, field, term, sure, f"its values are of type {field.semantic_type}")
        return list(best.values())


def _keep(best: dict[int, Meaning], field: Field, term: Term, sure: float, reason: str) -> None:
    before = best.get(term.pk)
    if before is None or (before.confidence or 0) < sure:
        best[term.pk] = Meaning(field.name, term, State.SUGGESTED, round(sure, 2), reason)


def _words(name: str) -> tuple[str, ...]:
    """The words of a name, `no` and its like written out."""
    return tuple(_SHORT.get(word, word) for word in words_of(name))


def read_terms(path: Path) -> list[Term]:
    """The terms of a CSV file with the columns `term`, `definition`, `synonyms` (with `;` or `|`
    between) and `semantic_type`, of which all but the first may be missing.

    Raises InvalidInput that names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            columns = _columns_of(rows.fieldnames or (), path)
            found = [_read(row, columns, f"{path}, line {rows.line_num}") for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path}: cannot be read as CSV in UTF-8: {error}") from error
    if not found:
        raise InvalidInput(f"{path}: has no terms; a line is `term,definition,synonyms`")
    return found


def _columns_of(names: Sequence[str], path: Path) -> dict[str, str]:
    given = {name.strip().lower(): name for name in names}
    columns = {
        key: given[one]
        for key, called in _COLUMNS.items()
        if (one := next((name for name in called if name in given), None)) is not None
    }
    if "name" not in columns:
        raise InvalidInput(
            f"{path}: has no column called term; its header is {', '.join(names) or 'empty'}"
        )
    return columns


def _read(row: Mapping[str, str | None], columns: Mapping[str, str], place: str) -> Term:
    given = {key: (row.get(name) or "").strip() for key, name in columns.items()}
    synonyms = given.get("synonyms", "").replace("|", ";").split(";")
    return checked(
        Term(
            given["name"],
            given.get("definition") or None,
            tuple(synonyms),
            given.get("semantic_type") or None,
        ),
        place,
    )


def checked(term: Term, place: str) -> Term:
    """The term with what is blank taken away. Raises InvalidInput that begins with `place`."""
    name = " ".join(term.name.split())
    if not 0 < len(name) <= LONGEST_NAME or not words_of(name):
        raise InvalidInput(f"{place}: not a term: {name[:80]!r}; it has 1 to 100 characters")
    synonyms = tuple(dict.fromkeys(" ".join(one.split()) for one in term.synonyms if one.strip()))
    if len(synonyms) > MOST_SYNONYMS or any(len(one) > LONGEST_NAME for one in synonyms):
        raise InvalidInput(
            f"{place}: {name!r} has too many or too long synonyms; {MOST_SYNONYMS} of "
            f"{LONGEST_NAME} characters are the most"
        )
    if len(term.definition or "") > LONGEST_DEFINITION:
        raise InvalidInput(
            f"{place}: the definition of {name!r} is longer than {LONGEST_DEFINITION} characters"
        )
    semantic = _type_name(term.semantic_type, place)
    return Term(name, (term.definition or "").strip() or None, synonyms, semantic, term.pk)


def _type_name(name: str | None, place: str) -> str | None:
    if not name:
        return None
    if not _TYPE.fullmatch(name):
        raise InvalidInput(f"{place}: not the name of a semantic type: {name[:80]!r}")
    return name


def choose(store: Store, source: Source, field: str, name: str, state: State) -> Term:
    """Accept or decline a term for a column of a source; SUGGESTED takes back what was said.

    Raises NotFound where there is no such term, InvalidInput where no such column.
    """
    version = store.current_versions([source.pk]).get(source.pk)
    names = version.schema.names if version else ()
    if field not in names:
        some = ", ".join(names[:20]) or "none"
        raise InvalidInput(f"{source.label} has no column {field[:80]!r}; it has: {some}")
    return store.glossary.choose(source.pk, field, name, state)
