"""Full text in PostgreSQL: a table with a `tsvector` and a GIN index.

Vectors and queries are written out from the words of `catalog.search.words_of`, past PostgreSQL's
own parser, so that both databases find the same.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from functools import reduce
from operator import add

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    cast,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from catalog.search import Document, Term
from catalog.store.rows import chunks

_PARTS = tuple(field.name for field in fields(Document))
_COLUMNS = ", ".join(_PARTS)
_LETTERS = dict(zip(_PARTS, "ABCBCCD", strict=True))
_WEIGHTS = (0.1, 0.2, 0.4, 1.0)  # of D, C, B, A
_COUNTED = 5000
"""How many sources with a word are counted to tell how rare it is; beyond, it is common."""


def put(
    connection: Connection,
    found: Mapping[int, Document],
    *,
    replaced: Collection[int],  # noqa: ARG001  told by the conflict
) -> None:
    """Set what sources are found by; those in `replaced` were found by something before."""
    values = ", ".join(f":{part}" for part in _PARTS)
    changes = ", ".join(f"{part} = excluded.{part}" for part in (*_PARTS, "vector"))
    connection.execute(
        text(
            f"INSERT INTO search_documents (source_pk, {_COLUMNS}, vector)"
            f" VALUES (:source_pk, {values}, CAST(:vector AS tsvector))"
            f" ON CONFLICT (source_pk) DO UPDATE SET {changes}"
        ),
        [
            {"source_pk": pk, "vector": _vector(document), **asdict(document)}
            for pk, document in found.items()
        ],
    )


def remove(connection: Connection, source_pk: int) -> None:
    """Find a source no more."""
    connection.execute(
        text("DELETE FROM search_documents WHERE source_pk = :pk"), {"pk": source_pk}
    )


def documents(connection: Connection, source_pks: Collection[int]) -> dict[int, Document]:
    """What those sources are found by."""
    query = text(f"SELECT source_pk, {_COLUMNS} FROM search_documents WHERE source_pk = ANY(:pks)")
    return {
        pk: Document(*parts)
        for chunk in chunks(source_pks)
        for pk, *parts in connection.execute(query, {"pks": chunk})
    }


DOCUMENTS = table("search_documents", column("source_pk", BigInteger), column("vector", TSVECTOR))
PK: ColumnElement[int] = DOCUMENTS.c.source_pk


def relevance(connection: Connection, terms: Sequence[Term]) -> ColumnElement[float]:
    """Each term's rank in a matched document times its rarity, higher is better, below 100."""
    weights = cast(list(_WEIGHTS), ARRAY(REAL))
    ranks = [
        func.ts_rank(weights, DOCUMENTS.c.vector, cast(_expression(term), TSQUERY)) * rarity
        for term, rarity in zip(terms, _rarities(connection, terms), strict=True)
    ]
    return cast(reduce(add, ranks), Float(53))


def has(terms: Sequence[Term], *, every: bool, named: bool = False) -> ColumnElement[bool]:
    """Documents with every term or any; `named`: in the name."""
    expressions = [_expression(term, "A" if named else "") for term in terms]
    asked = (" & " if every else " | ").join(expressions)
    return DOCUMENTS.c.vector.bool_op("@@")(cast(asked, TSQUERY))


def _rarities(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """The inverse document frequency of each term, from counts up to 5,000."""
    if len(terms) == 1:
        return [1.0]
    counts = []
    for term in terms:
        some = select(DOCUMENTS.c.source_pk).where(has([term], every=True)).limit(_COUNTED)
        counts.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    row = connection.execute(select(*counts)).one()
    return [math.log(1 + 2 * _COUNTED / (count + 0.5)) for count in row]


def _vector(document: Document) -> str:
    """A tsvector's text: each word with the parts it is in as positions, and their weights."""
    places: dict[str, list[str]] = {}
    for position, part in enumerate(_PARTS, 1):
        for word in getattr(document, part).split():
            places.setdefault(word, []).append(f"{position}{_LETTERS[part]}")
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def _expression(term: Term, weight: str = "") -> str:
    """A tsquery; words hold letters and digits only, so that quotes cannot occur in them."""
    marks = [f":{weight}" if weight else ""] * len(term.words)
    if term.prefix:
        marks[0] = f":*{weight}"
    joined = " | ".join(f"'{word}'{mark}" for word, mark in zip(term.words, marks, strict=True))
    return f"({joined})"
