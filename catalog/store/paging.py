"""One page of a selection of sources, its total and its facets, in one statement: what was found
is worked out once, and page and facets are of the same moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Executable,
    Float,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from catalog.model import Search
from catalog.search import decode_cursor, encode_cursor
from catalog.store.columns import AnyText
from catalog.store.counting import MOST_VALUES
from catalog.store.filtering import CHANGED, RATED, ROWS
from catalog.store.rows import SOURCE_ROWS
from catalog.store.tables import namespaces, semantics, sources, tags

FACETS = ("format", "namespace", "quality", "tag", "semanticType", "owner")

FACTS = (sources, "INDEXED BY ix_sources_facts", "sqlite")
"""A hint that what is kept of sources is read off that index; else SQLite reads their rows."""

KEPT: tuple[ColumnElement[Any], ...] = (
    sources.c.pk,
    sources.c.format,
    sources.c.namespace_pk,
    sources.c.grade,
    CHANGED.label("changed"),
    ROWS.label("rows"),
    RATED.label("score_of_quality"),
    sources.c.sort_name,
)
"""What a selection has to have of each source, a `score` beside it."""
_HIT, _GROUP, _TAG, _SEMANTIC, _OWNER = range(5)
_VALUED = {_TAG: "tag", _SEMANTIC: "semanticType", _OWNER: "owner"}


@dataclass(frozen=True, slots=True)
class _Key:
    """One part of a sort key: a column of the selection, whether it falls, its type."""

    column: str
    kind: type
    descending: bool = True


_PK = _Key("pk", int, descending=False)
_ORDERS: dict[str, tuple[_Key, ...]] = {
    "RELEVANCE": (_Key("score", float), _Key("changed", int), _PK),
    "NAME": (_Key("sort_name", str, descending=False), _PK),
    "ROWS": (_Key("rows", int), _PK),
    "QUALITY": (_Key("score_of_quality", float), _PK),
    "CHANGED": (_Key("changed", int), _PK),
}

# The columns of the statement, each part of which fills some.
_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("part", Integer),
    ("pk", BigInteger),
    ("score", Float),
    ("changed", BigInteger),
    ("rows", BigInteger),
    ("score_of_quality", Float),
    ("sort_name", AnyText),
    ("format", AnyText),
    ("namespace", AnyText),
    ("grade", AnyText),
    ("value", AnyText),
    ("number", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` have `pk` and `score`, and where nothing was counted all that `SOURCE_ROWS` has. They
    are `of` so many; None where that was not asked for.
    """

    rows: Sequence[Row[Any]]
    has_next: bool
    total: int
    of: int | None
    facets: dict[str, tuple[tuple[str, int], ...]]
    keys: tuple[_Key, ...]
    order: str

    def key(self, row: Row[Any]) -> list[Any]:
        """Where a row stands in the order."""
        return [getattr(row, key.column) for key in self.keys]

    def cursor(self, row: Row[Any]) -> str:
        """The position after a row."""
        return encode_cursor(self.order, self.key(row))


def statement(kept: CTE, asked: Search, *, some: bool = False) -> Executable:
    """What reads the page that is asked for: with total and facets if they are, `kept` having some
    thousand rows at most; else with all that `SOURCE_ROWS` has of each source, and where `kept`
    has `some` rows, their `number`. `position` gives the parameters of one behind a cursor.
    """
    keys = _ORDERS[str(asked.order)]
    names = dict.fromkeys(("pk", "score", *(key.column for key in keys)))
    shown = kept.c if asked.counted else [kept.c[name] for name in names]
    hits = select(*shown).order_by(*_ordered(kept.c, keys))
    if asked.after is not None:
        hits = hits.where(_after(kept, keys))
    hits = hits.limit(asked.first + 1)
    if asked.counted:
        return union_all(*_parts(kept, hits.subquery()))
    listed = hits.subquery("hits")
    # The plus has SQLite begin at the hits, and look up what each is.
    whole = SOURCE_ROWS.join(listed, sources.c.pk == literal_column("+hits.pk", BigInteger))
    told: list[ColumnElement[Any]] = [listed.c[name] for name in names if name != "pk"]
    if some:
        told.append(select(func.count()).select_from(kept).scalar_subquery().label("number"))
    return whole.add_columns(*told).order_by(*_ordered(listed.c, keys))


def _ordered(columns: Any, keys: Sequence[_Key]) -> list[Any]:
    return [columns[key.column].desc() if key.descending else columns[key.column] for key in keys]


def position(asked: Search) -> dict[str, Any]:
    """The parameters of a statement that tell behind which row the page begins.

    Raises InvalidInput when the cursor is none of this order.
    """
    if asked.after is None:
        return {}
    kinds = [key.kind for key in _ORDERS[str(asked.order)]]
    values = decode_cursor(asked.after, str(asked.order), kinds)
    return {f"after{place}": value for place, value in enumerate(values)}


def page(
    connection: Connection,
    reading: Executable,
    asked: Search,
    parameters: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Page:
    """The page that `statement` reads."""
    order = str(asked.order)
    keys = _ORDERS[order]
    rows = connection.execute(reading, dict(parameters), execution_options=dict(options)).all()
    if not asked.counted:
        of = rows[0].number if rows and "number" in rows[0]._fields else None
        return Page(rows[: asked.first], len(rows) > asked.first, len(rows), of, {}, keys, order)
    found = [row for row in rows if row.part == _HIT]
    for key in reversed(keys):
        found.sort(key=lambda row, key=key: getattr(row, key.column), reverse=key.descending)  # type: ignore[misc]
    total, facets = _tally(rows)
    return Page(found[: asked.first], len(found) > asked.first, total, total, facets, keys, order)


def _after(kept: CTE, keys: Sequence[_Key]) -> ColumnElement[bool]:
    """Rows behind a position: the first key is, or it is equal and the second is, and so on."""
    columns = [kept.c[key.column] for key in keys]
    last = [bindparam(f"after{place}", type_=one.type) for place, one in enumerate(columns)]
    # told beside it, for an index to begin there
    begun = columns[0] <= last[0] if keys[0].descending else columns[0] >= last[0]
    ways = []
    for place, (key, column) in enumerate(zip(keys, columns, strict=True)):
        behind = column < last[place] if key.descending else column > last[place]
        equal = [columns[before] == last[before] for before in range(place)]
        ways.append(and_(*equal, behind))
    return and_(begun, or_(*ways))


def _parts(kept: CTE, hits: Any) -> list[Select[Any]]:
    grouped = (
        select(kept.c.format, kept.c.namespace_pk, kept.c.grade, func.count().label("number"))
        .group_by(kept.c.format, kept.c.namespace_pk, kept.c.grade)
        .subquery()
    )
    number = func.count()
    # The plus has SQLite look up what each kept source has, not each tag of all sources.
    pk = literal_column("+kept.pk", BigInteger)
    owners = _owners(kept)
    return [
        _part(_HIT, hits, **{name: hits.c[name] for name, _ in _COLUMNS[1:7]}),
        _part(
            _GROUP,
            grouped.join(namespaces, namespaces.c.pk == grouped.c.namespace_pk),
            format=grouped.c.format,
            namespace=namespaces.c.namespace,
            grade=grouped.c.grade,
            number=grouped.c.number,
        ),
        _part(
            _TAG, kept.join(tags, tags.c.source_pk == pk), value=tags.c.tag, number=number
        ).group_by(tags.c.tag),
        _part(
            _SEMANTIC,
            kept.join(semantics, semantics.c.source_pk == pk),
            value=semantics.c.semantic_type,
            number=number,
        ).group_by(semantics.c.semantic_type),
        _part(_OWNER, owners, value=owners.c.owner, number=number).group_by(owners.c.owner),
    ]


def _owners(kept: CTE) -> Any:
    """The owner of each, looked up one by one in the index of sources that have one: for a join,
    SQLite would go through all sources first to make a Bloom filter of them.
    """
    owned = sources.alias("owned")
    one = select(owned.c.owner).where(owned.c.pk == kept.c.pk, owned.c.owner.is_not(None))
    hinted = one.with_hint(owned, "INDEXED BY ix_sources_owned", "sqlite")
    return select(hinted.scalar_subquery().label("owner")).select_from(kept).subquery("owners")


def _part(part: int, origin: Any, **filled: ColumnElement[Any]) -> Select[Any]:
    empty = {name: null().cast(kind) for name, kind in _COLUMNS}
    columns = {**empty, **filled, "part": literal(part, Integer)}
    return select(*(column.label(name) for name, column in columns.items())).select_from(origin)


def _tally(rows: Sequence[Row[Any]]) -> tuple[int, dict[str, tuple[tuple[str, int], ...]]]:
    found: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total = 0
    for row in rows:
        if row.part == _GROUP:
            total += row.number
            for name, value in zip(FACETS, (row.format, row.namespace, row.grade), strict=False):
                if value is not None:
                    found[name][value] += row.number
        elif row.part != _HIT and row.value is not None:
            found[_VALUED[row.part]][row.value] = row.number
    return total, {name: _most_frequent(found[name]) for name in FACETS}


def _most_frequent(values: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most frequent first, then by value."""
    return tuple(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_VALUES])
