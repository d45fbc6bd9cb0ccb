"""Full text in SQLite: one FTS5 table whose rowid is the source's number.

Its tokenizer is `ascii`, which leaves the words of `catalog.search.words_of` as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple

from sqlalchemy import BigInteger, Connection, Float, Integer, TextualSelect, column, text

from catalog.search import Document, Term
from catalog.store.rows import chunks

_COLUMNS = "name, fields, description, tags, semantic_types, format, frequent"
_WEIGHTS = "10.0, 4.0, 2.0, 6.0, 3.0, 1.0, 1.0"  # in the order of _COLUMNS


def put(connection: Connection, source_pk: int, document: Document) -> None:
    """Replace what a source is found by."""
    connection.execute(text("DELETE FROM search_documents WHERE rowid = :pk"), {"pk": source_pk})
    values = ", ".join(f":p{place}" for place in range(7))
    connection.execute(
        text(f"INSERT INTO search_documents (rowid, {_COLUMNS}) VALUES (:pk, {values})"),
        {"pk": source_pk, **{f"p{place}": part for place, part in enumerate(astuple(document))}},
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


def matched(connection: Connection, terms: Sequence[Term]) -> TextualSelect:  # noqa: ARG001
    """A selection of (pk, tier, relevance): tier 2 where every term is in the name, 1 where every
    term is anywhere, 0 where some are; relevance is BM25, higher is better.
    """
    every = " AND ".join(map(_expression, terms))
    query = text(
        "SELECT rowid AS pk,"
        " CASE WHEN rowid IN (SELECT rowid FROM search_documents"
        "   WHERE search_documents MATCH :named) THEN 2"
        " WHEN rowid IN (SELECT rowid FROM search_documents"
        "   WHERE search_documents MATCH :every) THEN 1 ELSE 0 END AS tier,"
        f" -bm25(search_documents, {_WEIGHTS}) AS relevance"
        " FROM search_documents WHERE search_documents MATCH :some"
    )
    return query.bindparams(
        named=f"{{name}} : ({every})",
        every=every,
        some=" OR ".join(map(_expression, terms)),
    ).columns(column("pk", BigInteger), column("tier", Integer), column("relevance", Float))


def _expression(term: Term) -> str:
    """Words are quoted, so that no word is ever an operator."""
    words = [f'"{word}"' for word in term.words]
    if term.prefix:
        words[0] += " *"
    return f"({' OR '.join(words)})"
