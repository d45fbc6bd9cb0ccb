"""Versions of a source, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from graphene import Field, Int, List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.columns import SchemaType, TableProfileType
from catalog.graphql.connections import connection
from catalog.graphql.details import Finding
from catalog.graphql.loading import Request
from catalog.graphql.node import Node
from catalog.graphql.plans import reads
from catalog.graphql.scalars import DateTime
from schema.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog.store import Store


class Version(ObjectType):
    """A source's schema and content at one time."""

    class Meta:
        """What it implements."""

        interfaces = (Node,)

    number = Int(description="Counts from 1 within the source.")
    fingerprint = String(description="The fingerprint of the schema.")
    created_at = DateTime(description="When it was recorded.")
    schema = Field(SchemaType, description="The fields, with their figures.")
    profile = Field(TableProfileType, description="Figures of the whole.")
    findings = List(NonNull(Finding), description="Faults found while it was read.")
    source = Field(
        "catalog.graphql.sources.Source", description="The source that it is a version of."
    )

    @staticmethod
    @reads
    def resolve_schema(version: model.Version, _info: Any) -> model.Version:
        return version

    @staticmethod
    @reads
    def resolve_profile(version: model.Version, _info: Any) -> model.Version:
        return version

    @staticmethod
    @reads
    def resolve_source(version: model.Version, info: Any) -> model.Source | None:
        request: Request = info.context
        return request.source(version.source_pk)


VersionConnection = connection(Version, "versions")


def current(request: Request, source: model.Source) -> model.Version:
    """The current version. Raises NotFound when nothing of the source could ever be read."""
    version = request.version(source.pk)
    if version is None:
        raise NotFound(f"{source.name}: nothing of it could be read yet; see its findings")
    return version


def difference(
    request: Request, source: model.Source, older: str | None, newer: str | None
) -> dict[str, Any]:
    """The schema diff between two versions of `source`, given by global id.

    Left out, `newer` is the current version and `older` the one before it; a source with one
    version is compared with itself.
    """
    from catalog.comparing import compare

    after = _version(request, source, newer) if newer else current(request, source)
    before = _version(request, source, older) if older else _before(request, after)
    found = compare(before, after)
    return {
        "compatibility": found.compatibility,
        "changes": found.changes,
        "from_": before,
        "to": after,
    }


def _before(request: Request, version: model.Version) -> model.Version:
    """The version before; the version itself when it is the first."""
    newest = request.load("last two", version.source_pk, _last_two(request.store)) or []
    if newest and newest[0].pk == version.pk:
        return newest[-1]
    earlier = request.store.versions(version.source_pk, first=1, after=version.number)
    return earlier[0] if earlier else version


def _last_two(store: Store) -> Callable[[Sequence[int]], dict[int, list[model.Version]]]:
    return lambda pks: store.newest.versions(pks, first=2)


def _version(request: Request, source: model.Source, text: str) -> model.Version:
    kind, pk = model.parse_id(text)
    if kind != "Version":
        raise InvalidInput(f"not the id of a version: {text!r}")
    version = request.store.version(pk)
    if version.source_pk != source.pk:
        raise InvalidInput(f"version {text} is of another source than {source.name}")
    return version
