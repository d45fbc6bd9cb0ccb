"""A search: the vocabulary, one page, totals and facets, the sources; a constant number of
statements whatever the page holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from types import ModuleType
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Executable,
    Float,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from catalog.model import Hit, Search, SearchPage, Source
from catalog.search import checked, matched_fields
from catalog.store.filtering import filters_of
from catalog.store.indexing import fulltext
from catalog.store.listing import listed
from catalog.store.naming import folded
from catalog.store.paging import FACTS, KEPT, page, position, statement
from catalog.store.places import OPTION, RELEVANCE
from catalog.store.rows import sources_by_pk
from catalog.store.spelling import understood
from catalog.store.stored import StoredSource
from catalog.store.tables import run_inputs, sources
from catalog.terms import terms_of

CANDIDATES = 800
RANKED = 1200
"""How many sources are ranked of each way to match, and of all, the best ways first: ranking all
100,000 that have a common word takes far longer, and nobody pages through them.
"""

ALL_WORDS = 500
ONE_WORD = 200
"""How many are ranked of those that have all of several words, and of those that have the rarest or
any: each word makes ranking longer.
"""

EXACT_BELOW = ONE_WORD
"""So many different sources are found at least when some are left out: of five ways to match, each
with as many, none or all."""

_READS = 20
"""Runs that read a source are counted so far, to rank it by them."""

_NOTHING = SearchPage((), 0, has_next=False, facets={})


def search(connection: Connection, asked: Search) -> SearchPage:
    """See `Store.search`."""
    asked = checked(asked)
    terms = terms_of(asked.text or "")
    if not terms and asked.text and asked.text.strip():
        return _NOTHING
    terms, corrected = understood(connection, terms) if terms else ((), {})
    text = fulltext(connection)
    if not terms:
        found, exact = listed(connection, asked, text)
    else:
        shape = replace(asked, text=None, after=None if asked.after is None else "")
        parameters = position(asked)
        rarities = text.rarities(connection, terms)
        reading = _finding(shape, text, several=len(terms) > 1)
        parameters["called"] = folded((asked.text or "").strip())
        parameters["labelled"] = text.written(terms, every=True, labelled=True)
        parameters["every"] = text.written(terms, every=True)
        if len(terms) > 1:
            parameters["any"] = text.written(terms, every=False)
            parameters["rarest"] = text.written([terms[rarities.index(max(rarities))]], every=True)
        filled = text.relevance(terms, rarities)
        found = page(connection, reading, asked, parameters, {OPTION: (RELEVANCE, filled)})
        exact = found.total < EXACT_BELOW
    told: Mapping[int, Source] = (
        {row.pk: StoredSource.of(row) for row in found.rows}
        if found.rows and "uri" in found.rows[0]._fields
        else sources_by_pk(connection, [row.pk for row in found.rows])
    )
    texts = text.documents(connection, list(told)) if terms else {}
    hits = tuple(
        Hit(
            told[row.pk],
            row.score,
            matched_fields(texts[row.pk], terms) if row.pk in texts else (),
            partial(found.cursor, row),
        )
        for row in found.rows
        if row.pk in told
    )
    return SearchPage(
        hits,
        found.total,
        has_next=found.has_next,
        facets=found.facets,
        total_is_exact=exact,
        corrections=corrected,
        terms=terms,
    )


# Statements are kept: to put one together takes three times as long as to run it.


@lru_cache(256)
def _finding(asked: Search, text: ModuleType, *, several: bool) -> Executable:
    """What reads a page of the sources that have words, which are its parameters."""
    return statement(_matching(asked, text, several=several), asked)


def _matching(asked: Search, text: Any, *, several: bool) -> CTE:
    """The sources that match text and filters.

    A score's ten thousands tell how well a source fits: 3 it is called just so, 2 every term is in
    its label, 1 every term is somewhere, 0 some terms are; the rest is relevance, better for
    sources of better quality and for those that runs read. Each way takes up to `CANDIDATES`
    sources or fewer, all of them `RANKED`.
    """
    conditions = [text.behind(condition) for condition in filters_of(asked, each=True)]

    def way(tier: int, rows: Any, *which: Any, most: int = CANDIDATES) -> Any:
        found = select(sources.c.pk, literal(tier, Integer).label("tier")).select_from(rows)
        if rows is not sources:
            found = found.with_hint(*FACTS)
        return found.where(*which, *conditions).limit(most).subquery()

    rows = text.DOCUMENTS.join(sources, sources.c.pk == text.PK)
    name = bindparam("called", type_=sources.c.label_key.type)
    called = or_(sources.c.label_key == name, sources.c.last_key == name)
    most = ALL_WORDS if several else CANDIDATES
    ways = [
        way(3, sources, called),
        way(2, rows, text.matches(bindparam("labelled", type_=Text))),
        way(1, rows, text.matches(bindparam("every", type_=Text)), most=most),
    ]
    if several:
        some = (text.matches(bindparam(name, type_=Text)) for name in ("rarest", "any"))
        ways += [way(0, rows, one, most=ONE_WORD) for one in some]
    union = union_all(*(select(one.c.pk, one.c.tier) for one in ways)).limit(RANKED).subquery()
    best = select(union.c.pk, func.max(union.c.tier).label("tier")).group_by(union.c.pk).subquery()
    relevance = literal_column(f"({RELEVANCE})", Float) * _worth()
    score = best.c.tier * 10_000.0 + relevance
    found = (
        select(*KEPT, cast(score, Float(53)).label("score"))
        .select_from(best)
        .join(sources, sources.c.pk == best.c.pk)
        .join(text.DOCUMENTS, best.c.pk == text.DOCUMENTS_PK)
    )
    return found.with_hint(*FACTS).cte("kept").prefix_with("MATERIALIZED")


def _worth() -> ColumnElement[Any]:
    """0.9 to 1.1 by quality, and up to 0.1 more for what runs read."""
    reads = select(run_inputs.c.run_pk).where(run_inputs.c.source_pk == sources.c.pk)
    some = reads.correlate(sources).limit(_READS).subquery()
    read = select(func.count()).select_from(some).scalar_subquery()
    return 0.9 + func.coalesce(sources.c.quality, 50.0) * 0.002 + read * (0.1 / _READS)
