"""The subscription: what happens in the catalog, as it happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from graphene import Field, List, NonNull, ObjectType

from catalog import events, model
from catalog.graphql.enums import EventKind
from catalog.graphql.jobs import Job
from catalog.graphql.loading import Request
from catalog.graphql.scalars import DateTime
from catalog.graphql.sources import Source
from schema.errors import InvalidInput


class CatalogEvent(ObjectType):
    """Something that happened in the catalog, whichever process did it."""

    kind = Field(EventKind, description="What happened.")
    at = DateTime(description="When.")
    source = Field(Source, description="The source that it is about, as it is now.")
    job = Field(Job, description="The job that it is about, as it is now.")

    @staticmethod
    def resolve_kind(event: events.Event, _info: Any) -> str:
        return event.kind.value

    @staticmethod
    def resolve_source(event: events.Event, info: Any) -> model.Source | None:
        request: Request = info.context
        return None if event.source_pk is None else request.source(event.source_pk)


class Subscription(ObjectType):
    """Where following starts."""

    catalog_events = Field(
        CatalogEvent,
        kinds=List(NonNull(EventKind), description="Only these; all when left out."),
        description="What happens in the catalog from now on, by any process that writes it; over "
        "a WebSocket with the protocol graphql-transport-ws.",
    )

    @staticmethod
    async def subscribe_catalog_events(
        _root: Any, info: Any, kinds: list[Any] | None = None
    ) -> AsyncIterator[events.Event]:
        request: Request = info.context
        if request.following is None:
            raise InvalidInput("nothing to follow here: ask a running service (headwater serve)")
        wanted = None if kinds is None else [events.EventKind(kind) for kind in kinds]
        return await request.following.follow(wanted)
