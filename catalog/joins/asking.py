"""The questions: what a column joins with, what can be unioned, what adds columns."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalog.joins.judge import judge
from catalog.joins.keys import name_of, place_of, question_keys, shape_keys
from catalog.joins.model import Addition, Join, JoinKind, Union
from catalog.model import Source, Status, Version
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
_NEAR = 0.1


def joins(
    store: Store, source: Source, field: str | None = None, *, first: int | None = None
) -> list[Join]:
    """What the columns of a source (or one of them) join with, surest first.

    Of the columns that one could refer to, the best is its FOREIGN_KEY; the others are SHARED.
    Raises NotFound for a field that the source does not have.
    """
    columns = store.joins.columns(source.pk)
    if field is not None:
        _check_field(store, source, field)
    asked = [column for column in columns if field is None or column.name == field]
    place = place_of(source.namespace, source.name)
    questions = [dict(question_keys(column, place)) for column in asked]
    candidates = store.joins.candidates(questions, most=CANDIDATES)
    by_column: list[list[Join]] = []
    for column, others in zip(asked, candidates, strict=True):
        beside = {(one.source, one.position): one for one in columns}
        judged = (judge(column, other) for other in (others | beside).values())
        by_column.append([join for join in judged if join is not None])
    known = store.sources({join.other for judged in by_column for join in judged})
    near = {pk for pk, one in known.items() if place_of(one.namespace, one.name) == place}
    there = {pk for pk, one in known.items() if one.status is not Status.GONE}
    found = [
        join
        for judged in by_column
        for join in _settled([join for join in judged if join.other in there], near)
    ]
    found.sort(key=lambda join: (-join.score, join.field, join.other, join.other_field))
    return found[:first]


def _check_field(store: Store, source: Source, field: str) -> None:
    schema = _schema(store, source)
    if schema is not None and field not in schema.names:
        names = ", ".join(map(repr, schema.names[:20]))
        raise NotFound(f"{source.label} has no column {field!r}; its columns are {names}")


def _schema(store: Store, source: Source) -> Schema | None:
    return store.version(source.version).schema if source.version is not None else None


def _settled(joins: list[Join], near: AbstractSet[int]) -> list[Join]:
    """One column's joins, of which at most one is the key that it refers to: rather one beside it
    than one elsewhere.
    """
    refers = [join for join in joins if join.kind is JoinKind.FOREIGN_KEY]
    best = max(refers, key=lambda join: (join.other in near) * _NEAR + join.score, default=None)
    return [
        replace(join, kind=JoinKind.SHARED)
        if join.kind is JoinKind.FOREIGN_KEY and join is not best
        else join
        for join in joins
    ]


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
    schema = _schema(store, source)
    if schema is None or not len(schema):
        return []
    alike = store.joins.alike(shape_keys(schema.names), most=_SOURCES_ALIKE)
    others = [pk for pk in alike if pk != source.pk]
    known = {pk for pk, one in store.sources(others).items() if one.status is not Status.GONE}
    versions = store.current_versions([pk for pk in others if pk in known])
    found = [
        union
        for version in versions.values()
        if (union := _union(source.pk, schema, version)).share >= ALIKE
    ]
    return sorted(found, key=lambda union: (-union.share, union.other))[:first]


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
    schema = _schema(store, source)
    if schema is None:
        return []
    mine = {name_of(name) for name in schema.names}
    best: dict[int, Join] = {}
    for join in found:
        one_row = join.cardinality.value.endswith("TO_ONE")
        if one_row and join.other != source.pk and (join.containment or 0.0) >= 0.5:
            best.setdefault(join.other, join)
    versions = store.current_versions(list(best))
    gained = []
    for pk, join in best.items():
        version = versions.get(pk)
        added = _added(mine, version.schema, join) if version else ()
        if added:
            gained.append(Addition(join, added))
    return gained[:first]


def _added(mine: set[str], schema: Schema, join: Join) -> tuple[str, ...]:
    return tuple(
        name for name in schema.names if name_of(name) not in mine and name != join.other_field
    )
