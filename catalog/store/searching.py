"""A search: the vocabulary, one page, totals and facets, the sources; a constant number of
statements whatever the page holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Float,
    Select,
    String,
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
from catalog.store.columns import AnyText, digest
from catalog.store.indexing import corrections, fulltext
from catalog.store.naming import folded
from catalog.store.rows import sources_by_pk
from catalog.store.tables import fields, namespaces, semantics, sources, tags

_FACET_VALUES = 50
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
    found, score = _found(connection, asked, terms)
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
        hits, total, has_next=len(page) > asked.first, facets=facets, corrections=corrected
    )


def _found(
    connection: Connection, asked: Search, terms: Sequence[Term]
) -> tuple[Select[Any], ColumnElement[float]]:
    """The sources that match text and filters, and the expression of their score."""
    query = select(sources.c.pk, sources.c.format, sources.c.namespace_pk, sources.c.grade).where(
        *_filters(asked)
    )
    if not terms:
        return query, literal(0.0, Float)
    hits = (
        fulltext(connection).matched(connection, terms).cte("matched").prefix_with("MATERIALIZED")
    )
    named = folded((asked.text or "").strip())
    exact = or_(sources.c.label_key == named, sources.c.last_key == named)
    tier = case((exact, 3), else_=hits.c.tier)
    better = 0.9 + func.coalesce(sources.c.quality, 50.0) * 0.002
    relevance = hits.c.relevance * better
    score = tier * 1000.0 + case((relevance < 999.0, relevance), else_=999.0)
    return query.join(hits, hits.c.pk == sources.c.pk), cast(score, Float(53))


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
    count = func.count().label("count")

    def facet(name: str, value: ColumnElement[Any], rows: Any) -> Select[Any]:
        return (
            select(literal(name, String).label("facet"), value.label("value"), count)
            .select_from(rows)
            .where(value.is_not(None))
            .group_by(value)
        )

    everything = select(literal("", String).label("facet"), literal("", AnyText), count)
    query: CompoundSelect[Any] = union_all(
        everything.select_from(kept),
        facet("format", kept.c.format, kept),
        facet(
            "namespace",
            namespaces.c.namespace,
            kept.join(namespaces, namespaces.c.pk == kept.c.namespace_pk),
        ),
        facet("quality", kept.c.grade, kept),
        facet("tag", tags.c.tag, kept.join(tags, tags.c.source_pk == kept.c.pk)),
        facet(
            "semanticType",
            semantics.c.semantic_type,
            kept.join(semantics, semantics.c.source_pk == kept.c.pk),
        ),
    )
    total = 0
    facets: dict[str, list[tuple[str, int]]] = {
        name: [] for name in ("format", "namespace", "tag", "semanticType", "quality")
    }
    for name, value, number in connection.execute(query):
        if name:
            facets[name].append((value, number))
        else:
            total = number
    return total, {name: _most_frequent(values) for name, values in facets.items()}


def _most_frequent(values: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(values, key=lambda pair: (-pair[1], pair[0]))[:_FACET_VALUES])
