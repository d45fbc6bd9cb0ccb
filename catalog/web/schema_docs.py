"""The documentation of the API as the explorer shows it, read off the schema itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
)

from catalog.graphql.schema import schema

ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True)
class Member:
    """A field, argument, input or value of an enum; `of` names the type that it leads to."""

    name: str
    type: str
    of: str
    description: str
    arguments: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of the API with its members."""

    name: str
    description: str
    members: tuple[Member, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """All types, those where everything begins first, then by name."""
    found = [_kind(kind) for name, kind in schema().type_map.items() if not name.startswith("__")]
    ranks = {name: rank for rank, name in enumerate(ROOTS)}
    return tuple(sorted(found, key=lambda kind: (ranks.get(kind.name, len(ROOTS)), kind.name)))


def _kind(kind: GraphQLNamedType) -> Kind:
    members: tuple[Member, ...] = ()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        members = tuple(_member(name, field) for name, field in kind.fields.items())
    elif isinstance(kind, GraphQLEnumType):
        members = tuple(
            Member(name, "", "", value.description or "") for name, value in kind.values.items()
        )
    return Kind(kind.name, kind.description or "", members)


def _member(name: str, field: Any) -> Member:
    arguments = getattr(field, "args", {})
    return Member(
        name,
        str(field.type),
        get_named_type(field.type).name,
        field.description or "",
        tuple(_member(argument, one) for argument, one in arguments.items()),
    )
