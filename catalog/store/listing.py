"""A page of sources without words: read off the index of its order, total and facets off the counts
that are kept; where filters narrow it down, off the first some thousand sources that they let
through.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import ModuleType

from sqlalchemy import Connection, Executable, Float, literal, select

from catalog.model import Search
from catalog.store import counting
from catalog.store.filtering import filters_of, lets_all_through, looks_elsewhere
from catalog.store.paging import FACETS, FACTS, KEPT, Page, page, position, statement
from catalog.store.tables import sources

_KEPT = select(*KEPT, literal(0.0, Float).label("score")).select_from(sources)

LISTED = 2500
"""So many sources that filters let through are counted and sorted. Where there are more, the index
of the order soon comes upon a page of them, and facets tell of the first ones.
"""


def listed(connection: Connection, asked: Search, text: ModuleType) -> tuple[Page, bool]:
    """The page, and whether its total is exact. `text` is the full text of the database at hand."""
    if asked.order == "RELEVANCE":  # without words all are equally relevant: the newer ones first
        asked = replace(asked, order="CHANGED")
    bare = replace(asked, counted=False)
    shape = replace(bare, after=None if asked.after is None else "")
    parameters = position(asked)
    if not lets_all_through(asked):
        few = _few(replace(shape, counted=asked.counted))
        found = page(connection, few, asked, parameters, {})
        if found.of is not None and found.of <= LISTED:
            return found, True
        rest = page(connection, _in_order(shape, text), bare, parameters, {})
        return (replace(rest, total=LISTED, facets=found.facets) if asked.counted else rest), False
    found = page(connection, _in_order(shape, text), bare, parameters, {})
    if asked.counted:
        total, facets = counting.kept(connection)
        found = replace(found, total=total, facets={name: facets.get(name, ()) for name in FACETS})
    return found, True


# Statements are kept: to put one together takes three times as long as to run it.


@lru_cache(256)
def _in_order(asked: Search, text: ModuleType) -> Executable:
    """What reads a page of many sources: along the index of the order, asking of each source
    whether the filters let it through.
    """
    conditions = [text.behind(one) for one in filters_of(asked, each=True)]
    kept = _KEPT.where(*conditions).cte("kept")
    return statement(kept.prefix_with("NOT MATERIALIZED"), asked)


@lru_cache(256)
def _few(asked: Search) -> Executable:
    """What reads a page of few sources: those that an index of a filter leads to."""
    found = _KEPT.where(*filters_of(asked)).limit(LISTED + 1)
    if looks_elsewhere(asked):
        found = found.with_hint(*FACTS)
    return statement(found.cte("kept").prefix_with("MATERIALIZED"), asked, some=True)
