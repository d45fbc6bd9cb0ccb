"""A search: the vocabulary, one page, totals and facets, the sources; a constant number of
statements whatever the page holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Executable,
    Float,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from catalog.model import Hit, Search, SearchPage
from catalog.search import Term, checked, encode_cursor, matched_fields, terms_of
from catalog.store.filtering import filters_of
from catalog.store.indexing import corrections, fulltext
from catalog.store.naming import folded
from catalog.store.paging import KEPT, page, statement
from catalog.store.rows import sources_by_pk
from catalog.store.tables import sources

CANDIDATES = 2000
"""How many sources are ranked of each way to match: ranking all 100,000 that have a common word
takes far longer, and nobody pages through them. Beyond, `total_is_exact` is False.
"""

_NOTHING = SearchPage((), 0, has_next=False, facets={})


def search(connection: Connection, asked: Search) -> SearchPage:
    """See `Store.search`."""
    asked = checked(asked)
    terms = terms_of(asked.text or "")
    if not terms and asked.text and asked.text.strip():
        return _NOTHING
    corrected = corrections(connection, terms) if terms else {}
    terms = tuple(
        replace(term, words=corrected[term.words[0]], prefix=False)
        if term.words[0] in corrected
        else term
        for term in terms
    )
    reading = statement(_matching(connection, asked, terms), asked) if terms else _listing(asked)
    found = page(connection, reading, asked)
    listed = sources_by_pk(connection, [row.pk for row in found.rows])
    texts = fulltext(connection).documents(connection, list(listed)) if terms else {}
    hits = tuple(
        Hit(
            source=listed[row.pk],
            score=float(row.score),
            matched_fields=matched_fields(texts[row.pk], terms) if row.pk in texts else (),
            cursor=encode_cursor(str(asked.order), found.key(row)),
        )
        for row in found.rows
        if row.pk in listed
    )
    return SearchPage(
        hits,
        found.total,
        has_next=found.has_next,
        facets=found.facets,
        total_is_exact=not terms or found.total < CANDIDATES,
        corrections=corrected,
    )


@lru_cache(256)
def _listing(asked: Search) -> Executable:
    """What reads a page of all sources that the filters let through.

    It is kept, since to put it together takes three times as long as to run it.
    """
    return statement(_listed(asked), asked)


def _listed(asked: Search) -> CTE:
    """All sources that the filters let through."""
    listed = select(*KEPT, literal(0.0, Float).label("score")).where(*filters_of(asked)).cte("kept")
    return listed.prefix_with("NOT MATERIALIZED")  # a page is read off an index


def _matching(connection: Connection, asked: Search, terms: Sequence[Term]) -> CTE:
    """The sources that match text and filters.

    A score's thousands tell how well a source fits: 3 it is called just so, 2 every term is in
    its name, 1 every term is somewhere, 0 some terms are; the rest is relevance, better for
    sources of better quality. Each of the four ways takes up to `CANDIDATES` sources.
    """
    text = fulltext(connection)
    filters = filters_of(asked)
    better = 0.9 + func.coalesce(sources.c.quality, 50.0) * 0.002

    def way(tier: int, rows: Any, relevance: ColumnElement[Any], *which: Any) -> Any:
        better_relevance = relevance * better
        score = tier * 1000.0 + case((better_relevance < 999.0, better_relevance), else_=999.0)
        found = select(sources.c.pk, cast(score, Float(53)).label("score"))
        return found.select_from(rows).where(*which, *filters).limit(CANDIDATES).subquery()

    rows = text.DOCUMENTS.join(sources, sources.c.pk == text.PK)
    relevance = text.relevance(connection, terms)
    name = folded((asked.text or "").strip())
    called = or_(sources.c.label_key == name, sources.c.last_key == name)
    ways = [
        way(3, sources, literal(1.0, Float), called),
        way(2, rows, relevance, text.has(terms, every=True, named=True)),
        way(1, rows, relevance, text.has(terms, every=True)),
    ]
    if len(terms) > 1:
        ways.append(way(0, rows, relevance, text.has(terms, every=False)))
    union = union_all(*(select(one.c.pk, one.c.score) for one in ways)).subquery()
    best = select(union.c.pk, func.max(union.c.score).label("score")).group_by(union.c.pk)
    scored = best.subquery()
    kept = select(*KEPT, scored.c.score).join(scored, scored.c.pk == sources.c.pk).cte("kept")
    return kept.prefix_with("MATERIALIZED")
