"""Joins, unions and additions of a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphene import Field, Float, List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.enums import Cardinality, JoinKind
from catalog.graphql.loading import Request
from catalog.joins import asking
from catalog.joins.model import Addition as AdditionRow
from catalog.joins.model import Join as JoinRow
from catalog.joins.model import Union as UnionRow


class _Other:
    """Resolves the other source of a row that has its primary key in `other`."""

    @staticmethod
    def resolve_source(row: JoinRow | UnionRow, info: Any) -> model.Source | None:
        request: Request = info.context
        return request.source(row.other)


class Join(_Other, ObjectType):
    """Two columns by which rows of two sources meet."""

    field = String(description="The column of this source.")
    source = Field("catalog.graphql.sources.Source", description="The other source.")
    other_field = String(description="The column of the other source.")
    kind = Field(JoinKind, description="Which refers to which.")
    cardinality = Field(Cardinality, description="How many rows meet how many.")
    score = Float(description="How surely it makes sense, 0 to 1.")
    containment = Float(
        description="The share of the field's different values that the other has; null when "
        "neither sketch reaches far enough to tell."
    )
    reverse_containment = Float(description="The same of the other's values.")
    jaccard = Float(description="What they share, of what either has.")
    reasons = List(NonNull(String), description="The evidence in words.")

    @staticmethod
    def resolve_kind(join: JoinRow, _info: Any) -> str:
        return join.kind.value

    @staticmethod
    def resolve_cardinality(join: JoinRow, _info: Any) -> str:
        return join.cardinality.value

    @staticmethod
    def resolve_reverse_containment(join: JoinRow, _info: Any) -> float | None:
        return join.reverse


class FieldPair(ObjectType):
    """A column of this source and its partner in the other."""

    field = String(description="The column of this source.")
    other_field = String(description="The column of the other source.")


class Union(_Other, ObjectType):
    """Another source whose rows can stand under those of this one."""

    source = Field("catalog.graphql.sources.Source", description="The other source.")
    share = Float(description="The share of all their columns that have a partner, 0 to 1.")
    fields = List(NonNull(FieldPair), description="The columns that go together.")

    @staticmethod
    def resolve_fields(union: UnionRow, _info: Any) -> list[dict[str, str]]:
        return [{"field": field, "other_field": other} for field, other in union.fields]


class Addition(ObjectType):
    """Another source in which each row of this one finds at most one row."""

    join = Field(Join, description="By which columns they meet.")
    columns = List(NonNull(String), description="The columns that it adds.")


def joins_of(
    request: Request, source: model.Source, field: str | None, first: int
) -> list[JoinRow]:
    """The joins of a source, asked for together with those of all that it came with."""
    if field is not None:
        version = request.version(source.pk)
        asking.check_field(source, version.schema if version else None, field)

    def load(pks: Sequence[int]) -> dict[int, list[JoinRow]]:
        found = asking.joins_of(request.store, request.sources(pks), field, first=first)
        request.expect([join.other for some in found.values() for join in some])
        return found

    return request.load(("joins", field, first), source.pk, load) or []


def unions_of(request: Request, source: model.Source, first: int) -> list[UnionRow]:
    """The unions of a source, likewise."""

    def load(pks: Sequence[int]) -> dict[int, list[UnionRow]]:
        found = asking.unions_of(request.store, request.sources(pks), first=first)
        request.expect([union.other for some in found.values() for union in some])
        return found

    return request.load(("unions", first), source.pk, load) or []


def additions_of(request: Request, source: model.Source, first: int) -> list[AdditionRow]:
    """The additions of a source, likewise."""

    def load(pks: Sequence[int]) -> dict[int, list[AdditionRow]]:
        sources = request.sources(pks)
        joined = asking.joins_of(request.store, sources)
        found = asking.additions_of(request.store, sources, joined, first=first)
        request.expect([one.join.other for some in found.values() for one in some])
        return found

    return request.load(("additions", first), source.pk, load) or []
