"""The questions: what a column joins with, what can be unioned, what adds columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog.joins.judge import as_declared, judge
from catalog.joins.keys import name_of, place_of, question_keys, shape_keys
from catalog.joins.model import Addition, Join, JoinKind, KeyColumn, Union
from catalog.model import Source, Status, Version
from catalog.store.rows import within
from schema.errors import NotFound
from schema.lattice import join as join_types
from schema.model import Field, Schema

if TYPE_CHECKING:
    from catalog.store import Store

CANDIDATES = 100
"""Columns that are compared with one, of all that share a key with it."""

ALIKE = 0.6
"""The share of columns that two sources must have in common to be stacked."""

_SOURCES_ALIKE = 100
_MOST_HELD = 5_000  # columns or versions of others, at once
_NEAR = 0.1


def joins(
    store: Store, source: Source, field: str | None = None, *, first: int | None = None
) -> list[Join]:
    """What the columns of a source (or one of them) join with, surest first.

    Of the columns that one could refer to, the best is its FOREIGN_KEY; the others are SHARED.
    Raises NotFound for a field that the source does not have.
    """
    if field is not None:
        check_field(source, _schemas(store, [source]).get(source.pk), field)
    return joins_of(store, [source], field, first=first)[source.pk]


def joins_of(
    store: Store, sources: Sequence[Source], field: str | None = None, *, first: int | None = None
) -> dict[int, list[Join]]:
    """The same of many sources, by source: as many statements as of one. Nothing joins with a
    field that a source does not have.
    """
    columns = store.joins.columns_of([source.pk for source in sources])
    asked = [
        (source, column)
        for source in sources
        for column in columns.get(source.pk, ())
        if field is None or column.name == field
    ]
    places = [
        (one, source, place_of(source.namespace, source.name), columns[source.pk])
        for source, one in asked
    ]
    judged = _judged(store, places)
    known = store.sources({join.other for some in judged for join in some})
    there = {pk for pk, one in known.items() if one.status is not Status.GONE}
    beside = {pk: place_of(one.namespace, one.name) for pk, one in known.items()}
    found: dict[int, list[Join]] = {source.pk: [] for source in sources}
    for (source, _), (_, _, place, _), some in zip(asked, places, judged, strict=True):
        near = {join.other for join in some if beside.get(join.other) == place}
        found[source.pk] += _settled([join for join in some if join.other in there], near)
    for some in found.values():
        some.sort(key=_rank)
    return {pk: some[:first] for pk, some in found.items()}


def _judged(
    store: Store, asked: Sequence[tuple[KeyColumn, Source, str, Sequence[KeyColumn]]]
) -> list[list[Join]]:
    """The joins of each column, given with its source, the place and the columns of that."""
    questions = [dict(question_keys(column, place)) for column, _, place, _ in asked]
    near = store.joins.near(questions, most=CANDIDATES)
    judged: list[list[Join]] = []
    for group in within(near, _MOST_HELD):
        known = store.joins.at({place for found in group for place in found})
        pairs: list[tuple[KeyColumn, Source, list[KeyColumn]]] = []
        for found in group:
            column, source, _, columns = asked[len(judged) + len(pairs)]
            others = {place: known[place] for place in found if place in known}
            others |= {(one.source, one.position): one for one in columns}
            pairs.append((column, source, list(others.values())))
        named = _named(store, pairs)
        for column, source, near_ones in pairs:
            joined = (_joined(column, source, other, named) for other in near_ones)
            judged.append([join for join in joined if join is not None])
    return judged


def _named(
    store: Store, pairs: Iterable[tuple[KeyColumn, Source, Sequence[KeyColumn]]]
) -> dict[int, Source]:
    """The sources of columns that may be declared to refer to each other."""
    asked = {
        other.source
        for column, _, others in pairs
        for other in others
        if any(one.column == other.name for one in column.refers)
        or any(one.column == column.name for one in other.refers)
    }
    return store.sources(asked) if asked else {}


def _joined(
    mine: KeyColumn, source: Source, other: KeyColumn, named: Mapping[int, Source]
) -> Join | None:
    """The join of two columns: as it is declared, else as they tell themselves."""
    beside = named.get(other.source)
    if beside is not None and beside.namespace == source.namespace:
        for one in mine.refers:
            if (one.table, one.column) == (beside.name, other.name):
                return as_declared(mine, other, one, JoinKind.FOREIGN_KEY)
        for one in other.refers:
            if (one.table, one.column) == (source.name, mine.name):
                return as_declared(mine, other, one, JoinKind.REFERENCED_BY)
    return judge(mine, other)


def _rank(join: Join) -> tuple[bool, float, str, int, str]:
    """What is declared first, then what is surest."""
    return not join.declared, -join.score, join.field, join.other, join.other_field


def check_field(source: Source, schema: Schema | None, field: str) -> None:
    """Raises NotFound for a field that the source does not have."""
    if schema is not None and field not in schema.names:
        names = ", ".join(map(repr, schema.names[:20]))
        raise NotFound(f"{source.label} has no column {field!r}; its columns are {names}")


def _schemas(store: Store, sources: Sequence[Source]) -> dict[int, Schema]:
    """The current schemas of those sources that have one, by source."""
    versions = store.current_versions([source.pk for source in sources])
    return {pk: version.schema for pk, version in versions.items()}


def _settled(joins: list[Join], near: AbstractSet[int]) -> list[Join]:
    """One column's joins, of which at most one is the key that it refers to: rather one beside it
    than one elsewhere.
    """
    refers = [join for join in joins if join.kind is JoinKind.FOREIGN_KEY]
    best = max(refers, key=lambda join: _surest(join, near), default=None)
    return [
        replace(join, kind=JoinKind.SHARED)
        if join.kind is JoinKind.FOREIGN_KEY and join is not best and not join.declared
        else join
        for join in joins
    ]


def _surest(join: Join, near: AbstractSet[int]) -> tuple[bool, float]:
    return join.declared, (join.other in near) * _NEAR + join.score


@dataclass(frozen=True, slots=True)
class Partners:
    """What goes under the rows of a source, and what goes beside its columns."""

    unions: list[Union]
    additions: list[Addition]


def partners(
    store: Store, source: Source, found: Sequence[Join] | None = None, *, first: int = 20
) -> Partners:
    """Sources that can be unioned with one, most alike first, and sources that add columns.

    `found` are its joins, where they are known already.
    """
    joined = joins(store, source) if found is None else found
    return Partners(
        unions(store, source, first=first), additions(store, source, joined, first=first)
    )


def unions(store: Store, source: Source, *, first: int = 20) -> list[Union]:
    """Sources with mostly the same columns in types that go together, most alike first."""
    return unions_of(store, [source], first=first)[source.pk]


def unions_of(
    store: Store, sources: Sequence[Source], *, first: int = 20
) -> dict[int, list[Union]]:
    """The same of many sources, by source: as many statements as of one."""
    schemas = {pk: schema for pk, schema in _schemas(store, sources).items() if len(schema)}
    asked = list(schemas)
    alike = store.joins.alike([shape_keys(schemas[pk].names) for pk in asked], most=_SOURCES_ALIKE)
    found: dict[int, list[Union]] = {source.pk: [] for source in sources}
    place = 0
    for group in within(alike, _MOST_HELD):
        others = {pk for some in group for pk in some}
        there = [pk for pk, one in store.sources(others).items() if one.status is not Status.GONE]
        versions = store.current_versions(there)
        for some in group:
            mine = asked[place]
            place += 1
            beside = (versions[pk] for pk in some if pk != mine and pk in versions)
            every = (_union(mine, schemas[mine], version) for version in beside)
            kept = [union for union in every if union.share >= ALIKE]
            found[mine] = sorted(kept, key=lambda union: (-union.share, union.other))[:first]
    return found


def _union(pk: int, schema: Schema, version: Version) -> Union:
    others = {name_of(field.name): field for field in version.schema}
    pairs = tuple(
        (field.name, other.name)
        for field in schema
        if (other := others.get(name_of(field.name))) and _fit(field, other)
    )
    either = len(schema) + len(version.schema) - len(pairs)
    return Union(pk, version.source_pk, round(len(pairs) / either, 4) if either else 0.0, pairs)


def _fit(one: Field, other: Field) -> bool:
    """Whether a type holds both without making everything text."""
    joined = join_types(one.type, other.type)
    return joined in (one.type, other.type) or str(joined) not in {"string", "large_string"}


def additions(
    store: Store, source: Source, found: Sequence[Join], *, first: int = 20
) -> list[Addition]:
    """Of the joins of a source those in which each of its rows finds at most one row, one for
    each other source, with the columns that it gains.
    """
    return additions_of(store, [source], {source.pk: found}, first=first)[source.pk]


def additions_of(
    store: Store,
    sources: Sequence[Source],
    found: Mapping[int, Sequence[Join]],
    *,
    first: int = 20,
) -> dict[int, list[Addition]]:
    """The same of many sources, by source, with the joins of each: as many statements as of one."""
    best = {source.pk: _best(source.pk, found[source.pk]) for source in sources}
    schemas = _schemas(store, sources)
    gained: dict[int, list[Addition]] = {source.pk: [] for source in sources}
    for group in within(best.values(), _MOST_HELD):
        versions = store.current_versions({pk for joins in group for pk in joins})
        for joins in group:
            for pk, join in joins.items():
                schema, version = schemas.get(join.source), versions.get(pk)
                added = _added(_names(schema), version.schema, join) if schema and version else ()
                if added:
                    gained[join.source].append(Addition(join, added))
    return {pk: some[:first] for pk, some in gained.items()}


def _best(pk: int, found: Sequence[Join]) -> dict[int, Join]:
    """The surest join to each other source in which a row finds at most one."""
    best: dict[int, Join] = {}
    for join in found:
        one_row = join.cardinality.value.endswith("TO_ONE")
        if one_row and join.other != pk and (join.containment or 0.0) >= 0.5:
            best.setdefault(join.other, join)
    return best


def _names(schema: Schema) -> set[str]:
    return {name_of(name) for name in schema.names}


def _added(mine: set[str], schema: Schema, join: Join) -> tuple[str, ...]:
    return tuple(
        name for name in schema.names if name_of(name) not in mine and name != join.other_field
    )
