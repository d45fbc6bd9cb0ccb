"""Full text in PostgreSQL: a table with a `tsvector` and a GIN index.

Vectors and queries are written out from the words of `catalog.search.words_of`, past PostgreSQL's
own parser, so that both databases find the same.
"""

from __future__ import annotations

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
from catalog.store.rarity import NAMED, rarities_by
from catalog.store.rows import chunks

_PARTS = tuple(field.name for field in fields(Document))
_COLUMNS = ", ".join(_PARTS)
_LETTERS = dict(zip(_PARTS, "ABCBCCD", strict=True))
_WEIGHTS = (0.1, 0.2, 0.4, 1.0)  # of D, C, B, A


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
DOCUMENTS_PK: ColumnElement[int] = DOCUMENTS.c.source_pk


def behind(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on `sources`, as it is: PostgreSQL knows how many rows to expect."""
    return condition


def relevance(terms: Sequence[Term], rarities: Sequence[float]) -> ColumnElement[float]:
    """Each term's rank in a matched document times its rarity, higher is better, below 100."""
    weights = cast(list(_WEIGHTS), ARRAY(REAL))
    ranks = [
        func.ts_rank(weights, DOCUMENTS.c.vector, cast(_expression(term), TSQUERY)) * rarity
        for term, rarity in zip(terms, rarities, strict=True)
    ]
    return cast(reduce(add, ranks), Float(53))


def rarities(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """The inverse document frequency of each term, from counts up to 5,000; below 10."""
    return rarities_by(connection, terms, select(DOCUMENTS.c.source_pk), has)


def has(terms: Sequence[Term], *, every: bool, named: bool = False) -> ColumnElement[bool]:
    """Documents with every term or any; `named`: in the name."""
    expressions = [_expression(term, NAMED if named else "") for term in terms]
    asked = (" & " if every else " | ").join(expressions)
    return DOCUMENTS.c.vector.bool_op("@@")(cast(asked, TSQUERY))


def _vector(document: Document) -> str:
    """A tsvector's text: each word with the parts it is in as positions, and their weights; those
    of the name again as such.
    """
    places: dict[str, list[str]] = {}
    for position, part in enumerate(_PARTS, 1):
        for word in getattr(document, part).split():
            places.setdefault(word, []).append(f"{position}{_LETTERS[part]}")
    for word in document.name.split():
        places[NAMED + word] = ["1A"]
    return " ".join(f"'{word}':{','.join(found)}" for word, found in places.items())


def _expression(term: Term, mark: str = "") -> str:
    """A tsquery; words hold letters and digits only, so that quotes cannot occur in them."""
    ends = [":*" if term.prefix and not at else "" for at in range(len(term.words))]
    words = [f"'{mark}{word}'{end}" for word, end in zip(term.words, ends, strict=True)]
    return f"({' | '.join(words)})"
