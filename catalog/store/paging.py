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
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from catalog.model import Search
from catalog.search import decode_cursor, encode_cursor
from catalog.store.columns import AnyText
from catalog.store.filtering import lets_all_through
from catalog.store.rows import SOURCE_ROWS
from catalog.store.tables import namespaces, semantics, sources, tags

FACETS = ("format", "namespace", "quality", "tag", "semanticType", "owner")

KEPT: tuple[ColumnElement[Any], ...] = (
    sources.c.pk,
    sources.c.format,
    sources.c.namespace_pk,
    sources.c.grade,
    func.coalesce(type_coerce(sources.c.changed_at, BigInteger), 0).label("changed"),
    func.coalesce(sources.c.row_count, -1).label("rows"),
    func.coalesce(sources.c.quality, -1.0).label("score_of_quality"),
    sources.c.sort_name,
    sources.c.owner,
)
"""What a selection has to have of each source, a `score` beside it."""

_GONE: ColumnElement[str] = literal_column("'GONE'")
"""Written out: SQLite uses a partial index only where the statement itself has its condition."""

_FACET_VALUES = 50
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
    """`rows` have `pk` and `score`, and where nothing was counted all that `SOURCE_ROWS` has."""

    rows: Sequence[Row[Any]]
    has_next: bool
    total: int
    facets: dict[str, tuple[tuple[str, int], ...]]
    keys: tuple[_Key, ...]
    order: str

    def key(self, row: Row[Any]) -> list[Any]:
        """Where a row stands in the order."""
        return [getattr(row, key.column) for key in self.keys]

    def cursor(self, row: Row[Any]) -> str:
        """The position after a row."""
        return encode_cursor(self.order, self.key(row))


def statement(kept: CTE, asked: Search, *, few: bool) -> Executable:
    """What reads the page that is asked for: with total and facets if they are, else with all that
    `SOURCE_ROWS` has of each source. `few`: `kept` has
    some thousand rows at most. `position` gives the parameters of one behind a cursor.
    """
    keys = _ORDERS[str(asked.order)]
    names = dict.fromkeys(("pk", "score", *(key.column for key in keys)))
    shown = kept.c if asked.counted else [kept.c[name] for name in names]
    hits = select(*shown).order_by(*_ordered(kept.c, keys))
    if asked.after is not None:
        hits = hits.where(_after(kept, keys))
    hits = hits.limit(asked.first + 1)
    if asked.counted:
        every = not few and lets_all_through(asked)
        return union_all(*_parts(kept, hits.subquery(), few=few, whole=every))
    listed = hits.subquery("hits")
    # The plus has SQLite begin at the hits, and look up what each is.
    whole = SOURCE_ROWS.join(listed, sources.c.pk == literal_column("+hits.pk", BigInteger))
    told = [listed.c[name] for name in names if name != "pk"]
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
        return Page(rows[: asked.first], len(rows) > asked.first, len(rows), {}, keys, order)
    found = [row for row in rows if row.part == _HIT]
    for key in reversed(keys):
        found.sort(key=lambda row, key=key: getattr(row, key.column), reverse=key.descending)  # type: ignore[misc]
    total, facets = _tally(rows)
    return Page(found[: asked.first], len(found) > asked.first, total, facets, keys, order)


def _after(kept: CTE, keys: Sequence[_Key]) -> ColumnElement[bool]:
    """Rows behind a position: the first key is, or it is equal and the second is, and so on."""
    columns = [kept.c[key.column] for key in keys]
    last = [bindparam(f"after{place}", type_=one.type) for place, one in enumerate(columns)]
    ways = []
    for place, (key, column) in enumerate(zip(keys, columns, strict=True)):
        behind = column < last[place] if key.descending else column > last[place]
        equal = [columns[before] == last[before] for before in range(place)]
        ways.append(and_(*equal, behind))
    return or_(*ways)


def _semantics_of(kept: CTE, pk: ColumnElement[int]) -> Any:
    """How many of the selection have each semantic type."""
    kind = semantics.c.semantic_type
    counted = select(kind, func.count().label("number"))
    return (
        counted.select_from(kept.join(semantics, semantics.c.source_pk == pk))
        .group_by(kind)
        .subquery()
    )


def _all_semantics() -> Any:
    """How many sources that are not gone have each semantic type: all but those that are gone,
    which takes a sixth of looking each source up.
    """
    kind = semantics.c.semantic_type
    pk = literal_column("+sources.pk", BigInteger)  # as below: SQLite begins at the sources
    gone = (
        select(kind, (-func.count()).label("number"))
        .join(sources, and_(semantics.c.source_pk == pk, sources.c.status == _GONE))
        .group_by(kind)
    )
    every = select(kind, func.count().label("number")).group_by(kind)
    both = union_all(every, gone).subquery()
    number = func.sum(both.c.number)
    counted = select(both.c.semantic_type, cast(number, BigInteger).label("number"))
    return counted.group_by(both.c.semantic_type).having(number > 0).subquery()


def _parts(kept: CTE, hits: Any, *, few: bool, whole: bool) -> list[Select[Any]]:
    grouped = (
        select(kept.c.format, kept.c.namespace_pk, kept.c.grade, func.count().label("number"))
        .group_by(kept.c.format, kept.c.namespace_pk, kept.c.grade)
        .subquery()
    )
    number = func.count()
    # The plus has SQLite look up what each kept source has, not each tag of all sources.
    pk = literal_column("+kept.pk", BigInteger) if few else kept.c.pk
    kinds = _all_semantics() if whole else _semantics_of(kept, pk)
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
        _part(_SEMANTIC, kinds, value=kinds.c.semantic_type, number=kinds.c.number),
        _part(_OWNER, kept, value=kept.c.owner, number=number)
        .where(kept.c.owner.is_not(None))
        .group_by(kept.c.owner),
    ]


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
        elif row.part != _HIT:
            found[_VALUED[row.part]][row.value] = row.number
    return total, {name: _most_frequent(found[name]) for name in FACETS}


def _most_frequent(values: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Most frequent first, then by value."""
    return tuple(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:_FACET_VALUES])
