"""Full text in SQLite: one FTS5 table whose rowid is the source's number.

Its tokenizer is `ascii`, which leaves the words of `catalog.search.words_of` as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    column,
    literal_column,
    table,
    text,
)

from catalog.search import Document, Term
from catalog.store.rows import chunks

_COLUMNS = "name, fields, description, tags, semantic_types, format, frequent"
_WEIGHTS = "10.0, 4.0, 2.0, 6.0, 3.0, 1.0, 1.0"  # in the order of _COLUMNS


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
            {"pk": pk, **{f"p{place}": part for place, part in enumerate(astuple(document))}}
            for pk, document in found.items()
        ],
    )


def documents(connection: Connection, source_pks: Collection[int]) -> dict[int, Document]:
    """What those sources are found by."""
    found = {}
    for chunk in chunks(source_pks, 500):
        marks = ", ".join(f":k{place}" for place in range(len(chunk)))
        query = text(f"SELECT rowid, {_COLUMNS} FROM search_documents WHERE rowid IN ({marks})")
        parameters = {f"k{place}": pk for place, pk in enumerate(chunk)}
        for pk, *parts in connection.execute(query, parameters):
            found[pk] = Document(*parts)
    return found


DOCUMENTS = table("search_documents", column("rowid"))

# The plus keeps SQLite from starting at `sources` and asking full text about one row at a time.
PK: ColumnElement[int] = literal_column("+search_documents.rowid", BigInteger)


def relevance(connection: Connection, terms: Sequence[Term]) -> ColumnElement[float]:  # noqa: ARG001
    """BM25 of a matched document, higher is better, up to about 200."""
    return literal_column(f"-bm25(search_documents, {_WEIGHTS})", Float)


def has(terms: Sequence[Term], *, every: bool, named: bool = False) -> ColumnElement[bool]:
    """Documents with every term or any; `named`: in the name."""
    expression = (" AND " if every else " OR ").join(map(_expression, terms))
    asked = f"{{name}} : ({expression})" if named else expression
    return literal_column("search_documents").op("MATCH", is_comparison=True)(asked)


def _expression(term: Term) -> str:
    """Words are quoted, so that no word is ever an operator."""
    words = [f'"{word}"' for word in term.words]
    if term.prefix:
        words[0] += " *"
    return f"({' OR '.join(words)})"
