"""Full text in PostgreSQL: a table with a `tsvector` and a GIN index.

Vectors and queries are written out from the words of `catalog.search.words_of`, past PostgreSQL's
own parser, so that both databases find the same.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, fields

from sqlalchemy import BigInteger, Connection, Float, Integer, TextualSelect, column, text

from catalog.search import Document, Term
from catalog.store.rows import chunks

_PARTS = tuple(field.name for field in fields(Document))
_COLUMNS = ", ".join(_PARTS)
_LETTERS = dict(zip(_PARTS, "ABCBCCD", strict=True))
_WEIGHTS = "{0.1, 0.2, 0.4, 1.0}"  # of D, C, B, A
_COUNTED = 5000
"""How many sources with a word are counted to tell how rare it is; beyond, it is common."""


def put(connection: Connection, source_pk: int, document: Document) -> None:
    """Replace what a source is found by."""
    values = ", ".join(f":{part}" for part in _PARTS)
    changes = ", ".join(f"{part} = excluded.{part}" for part in (*_PARTS, "vector"))
    connection.execute(
        text(
            f"INSERT INTO search_documents (source_pk, {_COLUMNS}, vector)"
            f" VALUES (:source_pk, {values}, CAST(:vector AS tsvector))"
            f" ON CONFLICT (source_pk) DO UPDATE SET {changes}"
        ),
        {"source_pk": source_pk, "vector": _vector(document), **asdict(document)},
    )


def documents(connection: Connection, source_pks: Collection[int]) -> dict[int, Document]:
    """What those sources are found by."""
    query = text(f"SELECT source_pk, {_COLUMNS} FROM search_documents WHERE source_pk = ANY(:pks)")
    return {
        pk: Document(*parts)
        for chunk in chunks(source_pks)
        for pk, *parts in connection.execute(query, {"pks": chunk})
    }


def matched(connection: Connection, terms: Sequence[Term]) -> TextualSelect:
    """A selection of (pk, tier, relevance): tier 2 where every term is in the name, 1 where every
    term is anywhere, 0 where some are; relevance sums each term's rank times its rarity.
    """
    rarities = _rarities(connection, terms)
    ranks = " + ".join(
        f":w{place} * ts_rank('{_WEIGHTS}', vector, CAST(:t{place} AS tsquery))"
        for place in range(len(terms))
    )
    query = text(
        "SELECT source_pk AS pk,"
        " CASE WHEN vector @@ CAST(:named AS tsquery) THEN 2"
        " WHEN vector @@ CAST(:every AS tsquery) THEN 1 ELSE 0 END AS tier,"
        f" CAST({ranks} AS double precision) AS relevance"
        " FROM search_documents WHERE vector @@ CAST(:some AS tsquery)"
    )
    return query.bindparams(
        named=" & ".join(_expression(term, "A") for term in terms),
        every=" & ".join(map(_expression, terms)),
        some=" | ".join(map(_expression, terms)),
        **{f"t{place}": _expression(term) for place, term in enumerate(terms)},
        **{f"w{place}": rarity for place, rarity in enumerate(rarities)},
    ).columns(column("pk", BigInteger), column("tier", Integer), column("relevance", Float))


def _rarities(connection: Connection, terms: Sequence[Term]) -> list[float]:
    """The inverse document frequency of each term, from counts up to 5,000."""
    if len(terms) == 1:
        return [1.0]
    counts = ", ".join(
        "(SELECT count(*) FROM (SELECT 1 FROM search_documents"
        f" WHERE vector @@ CAST(:t{place} AS tsquery) LIMIT {_COUNTED}) AS some{place})"
        for place in range(len(terms))
    )
    values = {f"t{place}": _expression(term) for place, term in enumerate(terms)}
    row = connection.execute(text(f"SELECT {counts}"), values).one()
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
