"""A search: the vocabulary, one page, totals and facets, the sources; a constant number of
statements whatever the page holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from catalog.model import Hit, Search, SearchPage, Status
from catalog.search import Term, checked, decode_cursor, encode_cursor, matched_fields, terms_of
from catalog.store.columns import digest
from catalog.store.indexing import corrections, fulltext
from catalog.store.naming import folded
from catalog.store.rows import sources_by_pk
from catalog.store.tables import fields, namespaces, semantics, sources, tags

CANDIDATES = 2000
"""How many sources are ranked of each way to match: ranking all 100,000 that have a common word
takes far longer, and nobody pages through them. Beyond, `total_is_exact` is False.
"""

_FACET_VALUES = 50
FACETS = ("format", "namespace", "quality", "tag", "semanticType")
_KEPT = (sources.c.pk, sources.c.format, sources.c.namespace_pk, sources.c.grade)
_NOTHING = SearchPage((), 0, has_next=False, facets={})


@dataclass(frozen=True, slots=True)
class _Key:
    """One part of a sort key: the expression, whether it falls, the type it has in a cursor."""

    by: ColumnElement[Any]
    descending: bool
    kind: type


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
    found, score = _matching(connection, asked, terms) if terms else _listed(asked)
    keys = _sort_keys(asked, score)
    page = _page(connection, found.add_columns(score.label("score")), keys, asked)
    total, facets = _totals(connection, found)
    rows = page[: asked.first]
    listed = sources_by_pk(connection, [row.pk for row in rows])
    texts = fulltext(connection).documents(connection, list(listed)) if terms else {}
    hits = tuple(
        Hit(
            source=listed[row.pk],
            score=float(row.score),
            matched_fields=matched_fields(texts[row.pk], terms) if row.pk in texts else (),
            cursor=encode_cursor(str(asked.order), row[-len(keys) :]),
        )
        for row in rows
        if row.pk in listed
    )
    return SearchPage(
        hits,
        total,
        has_next=len(page) > asked.first,
        facets=facets,
        total_is_exact=not terms or total < CANDIDATES,
        corrections=corrected,
    )


def _listed(asked: Search) -> tuple[Select[Any], ColumnElement[float]]:
    """All sources that the filters let through."""
    return select(*_KEPT).where(*_filters(asked)), literal(0.0, Float)


def _matching(
    connection: Connection, asked: Search, terms: Sequence[Term]
) -> tuple[Select[Any], ColumnElement[float]]:
    """The sources that match text and filters, and the expression of their score.

    A score's thousands tell how well a source fits: 3 it is called just so, 2 every term is in
    its name, 1 every term is somewhere, 0 some terms are; the rest is relevance, better for
    sources of better quality. Each of the four ways takes up to `CANDIDATES` sources.
    """
    text = fulltext(connection)
    filters = _filters(asked)
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
    matched = best.cte("matched").prefix_with("MATERIALIZED")
    found = select(*_KEPT).join(matched, matched.c.pk == sources.c.pk)
    return found, matched.c.score


def _filters(asked: Search) -> list[ColumnElement[bool]]:
    column = sources.c
    filters: list[ColumnElement[bool]] = []
    if not asked.include_gone:
        filters.append(column.status != Status.GONE)
    if asked.format is not None:
        filters.append(column.format == asked.format)
    if asked.owner is not None:
        filters.append(column.owner == asked.owner)
    if asked.min_quality is not None:
        filters.append(column.quality >= asked.min_quality)
    if asked.namespace is not None:
        same = namespaces.c.key == digest(asked.namespace)
        filters.append(column.namespace_pk.in_(select(namespaces.c.pk).where(same)))
    if asked.tag is not None:
        filters.append(column.pk.in_(select(tags.c.source_pk).where(tags.c.tag == asked.tag)))
    if asked.semantic_type is not None:
        same = semantics.c.semantic_type == asked.semantic_type
        filters.append(column.pk.in_(select(semantics.c.source_pk).where(same)))
    if asked.column is not None:
        same = fields.c.name_key == folded(asked.column)
        filters.append(column.pk.in_(select(fields.c.source_pk).where(same)))
    return filters


def _sort_keys(asked: Search, score: ColumnElement[float]) -> tuple[_Key, ...]:
    changed = func.coalesce(type_coerce(sources.c.changed_at, BigInteger), 0)
    by: dict[str, tuple[_Key, ...]] = {
        "RELEVANCE": (_Key(score, True, float), _Key(changed, True, int)),  # noqa: FBT003
        "NAME": (_Key(sources.c.sort_name, False, str),),  # noqa: FBT003
        "ROWS": (_Key(func.coalesce(sources.c.row_count, -1), True, int),),  # noqa: FBT003
        "QUALITY": (_Key(func.coalesce(sources.c.quality, -1.0), True, float),),  # noqa: FBT003
        "CHANGED": (_Key(changed, True, int),),  # noqa: FBT003
    }
    return (*by[str(asked.order)], _Key(sources.c.pk, False, int))  # noqa: FBT003


def _page(
    connection: Connection, found: Select[Any], keys: Sequence[_Key], asked: Search
) -> Sequence[Any]:
    """One row more than asked for, each ending in its sort key."""
    query = found.add_columns(*(key.by.label(f"key{place}") for place, key in enumerate(keys)))
    if asked.after is not None:
        kinds = [key.kind for key in keys]
        position = decode_cursor(asked.after, str(asked.order), kinds)
        query = query.where(_after(keys, position))
    order = [key.by.desc() if key.descending else key.by.asc() for key in keys]
    return connection.execute(query.order_by(*order).limit(asked.first + 1)).all()


def _after(keys: Sequence[_Key], position: Sequence[Any]) -> ColumnElement[bool]:
    """Rows behind a position: the first key is, or it is equal and the second is, and so on."""
    ways = []
    for place, key in enumerate(keys):
        behind = key.by < position[place] if key.descending else key.by > position[place]
        equal = [keys[before].by == position[before] for before in range(place)]
        ways.append(and_(*equal, behind))
    return or_(*ways)


def _totals(
    connection: Connection, found: Select[Any]
) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
    """How many sources there are, and how many of each format, namespace, tag, type and grade."""
    kept = found.cte("kept").prefix_with("MATERIALIZED")
    narrow = (kept.c.format, namespaces.c.namespace, kept.c.grade)
    grouped = (
        select(*narrow, func.count())
        .select_from(kept.join(namespaces, namespaces.c.pk == kept.c.namespace_pk))
        .group_by(*narrow)
    )
    found_by: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total = 0
    for *values, number in connection.execute(grouped):
        total += number
        for name, value in zip(FACETS, values, strict=False):
            if value is not None:
                found_by[name][value] += number
    for name, column in (("tag", tags.c.tag), ("semanticType", semantics.c.semantic_type)):
        query = (
            select(column, func.count())
            .select_from(kept.join(column.table, column.table.c.source_pk == kept.c.pk))
            .group_by(column)
        )
        for value, number in connection.execute(query):
            found_by[name][value] = number
    return total, {name: _most_frequent(found_by[name]) for name in FACETS}


def _most_frequent(values: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most frequent first, then by value."""
    return tuple(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:_FACET_VALUES])
