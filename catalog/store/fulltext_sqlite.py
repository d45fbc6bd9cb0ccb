"""Full text in SQLite: one FTS5 table whose rowid is the source's number.

Its tokenizer is `ascii`, which leaves the words of `catalog.search.words_of` as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Text,
    case,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.sql.visitors import replacement_traverse

from catalog.search import Document, Term
from catalog.store.rarity import NAMED, rarities_by
from catalog.store.rows import chunks
from catalog.store.tables import sources

_COLUMNS = "name, fields, description, tags, semantic_types, format, frequent"
_WEIGHTS = (10.0, 4.0, 2.0, 6.0, 3.0, 1.0, 1.0)  # in the order of _COLUMNS


def remove(connection: Connection, source_pk: int) -> None:
    """Find a source no more."""
    connection.execute(text("DELETE FROM search_documents WHERE rowid = :pk"), {"pk": source_pk})


def put(
    connection: Connection, found: Mapping[int, Document], *, replaced: Collection[int]
) -> None:
    """Set what sources are found by; those in `replaced` were found by something before."""
    for pk in replaced:
        remove(connection, pk)
    values = ", ".join(f":p{place}" for place in range(7))
    connection.execute(
        text(f"INSERT INTO search_documents (rowid, {_COLUMNS}) VALUES (:pk, {values})"),
        [
            {"pk": pk, **{f"p{place}": part for place, part in enumerate(_parts(document))}}
            for pk, document in found.items()
        ],
    )


def _parts(document: Document) -> tuple[str, ...]:
    """The texts of the columns: behind the words of the name, each again as one of a name."""
    name, *others = astuple(document)
    return " ".join([*name.split(), *(NAMED + word for word in name.split())]), *others


def documents(connection: Connection, source_pks: Collection[int]) -> dict[int, Document]:
    """What those sources are found by."""
    found = {}
    for chunk in chunks(source_pks, 500):
        marks = ", ".join(f":k{place}" for place in range(len(chunk)))
        query = text(f"SELECT rowid, {_COLUMNS} FROM search_documents WHERE rowid IN ({marks})")
        parameters = {f"k{place}": pk for place, pk in enumerate(chunk)}
        for pk, name, *parts in connection.execute(query, parameters):
            found[pk] = Document(name.partition(NAMED)[0].rstrip(), *parts)
    return found


DOCUMENTS = table(
    "search_documents", column("rowid"), *(column(name, Text) for name in _COLUMNS.split(", "))
)

# The plus keeps SQLite from starting at `sources` and asking full text about one row at a time.
PK: ColumnElement[int] = literal_column("+search_documents.rowid", BigInteger)
DOCUMENTS_PK: ColumnElement[int] = DOCUMENTS.c.rowid


def behind(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on `sources` for which no index is used: rows come by what full text found."""

    def plain(element: Any, **_: Any) -> Any:
        if isinstance(element, Column) and element.table is sources:
            return literal_column(f"+sources.{element.name}", element.type)
        return None

    made: ColumnElement[bool] = replacement_traverse(condition, {}, plain)
    return made


def relevance(terms: Sequence[Term], rarities: Sequence[float]) -> ColumnElement[float]:
    """The weights of the parts that have each term, times its rarity; below 4,000 for 12.

    FTS5's own `bm25` counts all sources with a word for each query: 300 ms for one that a
    million have.
    """
    parts = [
        case((or_(*_spelled(DOCUMENTS.c[name], term)), weight * rarity), else_=0.0)
        for term, rarity in zip(terms, rarities, strict=True)
        for name, weight in zip(_COLUMNS.split(", "), _WEIGHTS, strict=True)
    ]
    return reduce(add, parts)


def _spelled(part: ColumnElement[str], term: Term) -> list[ColumnElement[bool]]:
    """Whether a part has each of the words that satisfy a term."""
    around = " " + part + " "
    ends = ["" if term.prefix and not at else " " for at in range(len(term.words))]
    return [
        func.instr(around, f" {word}{end}") > 0 for word, end in zip(term.words, ends, strict=True)
    ]


def rarities(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """The inverse document frequency of each term, from counts up to 5,000; below 10."""
    return rarities_by(connection, terms, select(literal(1)).select_from(DOCUMENTS), has)


def has(terms: Sequence[Term], *, every: bool, named: bool = False) -> ColumnElement[bool]:
    """Documents with every term or any; `named`: in the name."""
    mark = NAMED if named else ""
    asked = (" AND " if every else " OR ").join(_expression(term, mark) for term in terms)
    return literal_column("search_documents").op("MATCH", is_comparison=True)(asked)


def _expression(term: Term, mark: str) -> str:
    """Words are quoted, so that no word is ever an operator."""
    words = [f'"{mark}{word}"' for word in term.words]
    if term.prefix:
        words[0] += " *"
    return f"({' OR '.join(words)})"
