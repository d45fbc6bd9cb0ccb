"""Full text in PostgreSQL: a table with a `tsvector` and a GIN index.

Vectors and queries are written out from the words of `catalog.words`, past PostgreSQL's
own parser, so that both databases find the same.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    cast,
    column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from catalog.search import Document
from catalog.store.rarity import rarities_by
from catalog.store.relevance import LABEL, read, stored
from catalog.store.relevance import relevance as relevance_by
from catalog.store.rows import chunks
from catalog.terms import Term

_PARTS = tuple(field.name for field in fields(Document) if field.name != "label")
_COLUMNS = ", ".join(_PARTS)
_COUNTED_IN = 5000
"""Among so many sources those that have a word are counted one by one."""


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
            {"source_pk": pk, "vector": _vector(texts), **dict(zip(_PARTS, texts, strict=True))}
            for pk, texts in ((pk, stored(document)) for pk, document in found.items())
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
        pk: read(*parts)
        for chunk in chunks(source_pks)
        for pk, *parts in connection.execute(query, {"pks": chunk})
    }


DOCUMENTS = table(
    "search_documents",
    column("source_pk", BigInteger),
    column("vector", TSVECTOR),
    *(column(part, Text) for part in _PARTS),
)
PK: ColumnElement[int] = DOCUMENTS.c.source_pk
DOCUMENTS_PK: ColumnElement[int] = DOCUMENTS.c.source_pk


def behind(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on `sources`, as it is: PostgreSQL knows how many rows to expect."""
    return condition


def relevance(terms: Sequence[Term], rarities: Sequence[float]) -> str:
    """SQL for how well a matched document fits; see `catalog.store.relevance`."""
    return relevance_by("strpos", terms, rarities)


def rarities(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """The inverse document frequency of each term, below 9: from counts up to 1,000, and where
    there are many sources from the share that the planner expects, off the statistics that it
    keeps: to find 1,000 that have a word of one in thirteen takes 100 ms.
    """
    sources = 0.0 if len(terms) == 1 else _sources(connection)
    if sources <= _COUNTED_IN:
        return rarities_by(connection, terms, select(DOCUMENTS.c.source_pk), has)
    return [math.log(1 + sources / count) for count in _expected(connection, terms)]


def _sources(connection: Connection) -> float:
    """How many there are by the statistics; -1 where there are none yet."""
    asked = text("SELECT reltuples FROM pg_class WHERE oid = 'search_documents'::regclass")
    return float(connection.execute(asked).scalar_one())


def _expected(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """How many sources the planner expects to have each term, one at least."""
    found = (
        f"(SELECT true FROM search_documents WHERE vector @@ CAST(:term{at} AS tsquery))"
        for at in range(len(terms))
    )
    asked = text(f"EXPLAIN (FORMAT JSON) SELECT {', '.join(found)}")
    values = {f"term{at}": written([term], every=True) for at, term in enumerate(terms)}
    (told,) = connection.execute(asked, values).scalar_one()
    return [max(1.0, one["Plan Rows"]) for one in told["Plan"]["Plans"]]


def has(terms: Sequence[Term], *, every: bool) -> ColumnElement[bool]:
    """Documents with every term or any."""
    return matches(written(terms, every=every))


def matches(asked: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Documents that what `written` returned finds."""
    return DOCUMENTS.c.vector.bool_op("@@")(cast(asked, TSQUERY))


def written(terms: Sequence[Term], *, every: bool, labelled: bool = False) -> str:
    """What full text is asked for: every term or any; `labelled`: in the label."""
    mark = LABEL if labelled else ""
    return (" & " if every else " | ").join(_expression(term, mark) for term in terms)


def _vector(texts: Iterable[str]) -> str:
    """A tsvector's text: each word, and those of the label again as such."""
    words = {word for text in texts for word in text.split()}
    return " ".join(f"'{word}'" for word in sorted(words))


def _expression(term: Term, mark: str = "") -> str:
    """A tsquery; words hold letters and digits only, so that quotes cannot occur in them."""
    words = [f"'{mark}{word}'" for word in (*term.words, *term.alike)]
    if term.prefix:
        words[0] += ":*"
    return f"({' | '.join(words)})"
