"""Full text in SQLite: one FTS5 table whose rowid is the source's number.

Its tokenizer is `ascii`, which leaves the words of `catalog.words` as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Text,
    column,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.sql.visitors import replacement_traverse

from catalog.search import Document
from catalog.store.rarity import rarities_by
from catalog.store.relevance import LABEL, read, stored
from catalog.store.relevance import relevance as relevance_by
from catalog.store.rows import chunks
from catalog.store.tables import sources
from catalog.terms import Term

_COLUMNS = "name, fields, description, tags, semantic_types, format, frequent"


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
            {"pk": pk, **{f"p{place}": part for place, part in enumerate(stored(document))}}
            for pk, document in found.items()
        ],
    )


def documents(connection: Connection, source_pks: Collection[int]) -> dict[int, Document]:
    """What those sources are found by."""
    found: dict[int, Document] = {}
    for chunk in chunks(source_pks, 500):
        marks = ", ".join(f":k{place}" for place in range(len(chunk)))
        query = text(f"SELECT rowid, {_COLUMNS} FROM search_documents WHERE rowid IN ({marks})")
        parameters = {f"k{place}": pk for place, pk in enumerate(chunk)}
        found.update((pk, read(*parts)) for pk, *parts in connection.execute(query, parameters))
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


def relevance(terms: Sequence[Term], rarities: Sequence[float]) -> str:
    """SQL for how well a matched document fits; see `catalog.store.relevance`."""
    return relevance_by("instr", terms, rarities)


def rarities(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """The inverse document frequency of each term, from counts up to 1,000; below 9."""
    return rarities_by(connection, terms, select(literal(1)).select_from(DOCUMENTS), has)


def has(terms: Sequence[Term], *, every: bool) -> ColumnElement[bool]:
    """Documents with every term or any."""
    return matches(written(terms, every=every))


def matches(asked: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Documents that what `written` returned finds."""
    return literal_column("search_documents").op("MATCH", is_comparison=True)(asked)


def written(terms: Sequence[Term], *, every: bool, labelled: bool = False) -> str:
    """What full text is asked for: every term or any; `labelled`: in the label."""
    mark = LABEL if labelled else ""
    return (" AND " if every else " OR ").join(_expression(term, mark) for term in terms)


def _expression(term: Term, mark: str) -> str:
    """Words are quoted, so that no word is ever an operator."""
    words = [f'"{mark}{word}"' for word in (*term.words, *term.alike)]
    if term.prefix:
        words[0] += " *"
    return f"({' OR '.join(words)})"
