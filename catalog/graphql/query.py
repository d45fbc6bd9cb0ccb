"""The queries: find sources, open one, follow ids, list runs and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphene import ID, Field, List, NonNull, ObjectType, String
from graphql import get_named_type
from graphql.execution.collect_fields import collect_sub_fields

from catalog import model
from catalog.graphql.auditing import AuditQuery
from catalog.graphql.connections import Page, page_arguments
from catalog.graphql.enums import ConnectorTarget, SourceOrder
from catalog.graphql.filtering import SourceFilter, condition_of, includes_gone
from catalog.graphql.glossary import Term as GlossaryTerm
from catalog.graphql.jobs import Job
from catalog.graphql.loading import Request
from catalog.graphql.node import Node
from catalog.graphql.runs import Run
from catalog.graphql.scalars import Long, Position
from catalog.graphql.sources import RunConnection, Source, SourceConnection, runs_page
from catalog.highlighting import highlights
from catalog.terms import Term
from schema.errors import InvalidInput, NotFound

MOST_IDS = 200
COUNTED = frozenset(("totalCount", "totalIsExact", "facets"))
"""Fields of the search connection that take a look at all that was found."""


class Counts(ObjectType):
    """How much the catalog holds."""

    sources = Long(description="Sources, those that are gone left out.")
    versions = Long(description="Versions of all sources.")
    runs = Long(description="Runs of pipelines.")


class Catalog(ObjectType):
    """The catalog itself."""

    version = String(description="The version of Headwater that serves it.")
    counts = Field(Counts, description="How much it holds.")
    targets = List(NonNull(ConnectorTarget), description="What connectors can be made for.")

    @staticmethod
    def resolve_version(_root: Any, _info: Any) -> str:
        from importlib.metadata import version

        return version("headwater")

    @staticmethod
    def resolve_counts(_root: Any, info: Any) -> dict[str, int]:
        counts: dict[str, int] = info.context.store.counts()
        return counts

    @staticmethod
    def resolve_targets(_root: Any, _info: Any) -> list[str]:
        from connectors import registry

        return list(registry.table("targets"))


class Query(AuditQuery, ObjectType):
    """Where reading starts."""

    sources = Field(
        SourceConnection,
        text=String(description="Words to find; every source when left out."),
        filter_=SourceFilter(name="filter", description="Conditions that all must hold."),
        order_by=SourceOrder(description="RELEVANCE with a text, else NAME, when left out."),
        **page_arguments(),
        description="Find sources by words and conditions.",
    )
    source = Field(
        Source,
        id_=ID(name="id", description="Its global id."),
        uri=String(description="Its URI."),
        name=String(description="Its name, or the end of it if no other ends so."),
        description="One source, by exactly one of id, uri and name.",
    )
    node = Field(
        Node,
        id_=ID(name="id", required=True, description="A global id."),
        description="Anything by its global id; null when it is not there.",
    )
    nodes = Field(
        List(Node),
        ids=List(NonNull(ID), required=True, description="Up to 200 global ids."),
        description="Things by their global ids, in that order, null where there is none.",
        required=True,
    )
    run = Field(
        Run,
        id_=ID(
            name="id",
            required=True,
            description="Its global id, or its OpenLineage run id.",
        ),
        description="One run.",
    )
    runs = Field(RunConnection, **page_arguments(), description="All runs, newest first.")
    catalog = Field(Catalog, required=True, description="The catalog itself.")
    terms = List(NonNull(GlossaryTerm), required=True, description="The glossary, by name.")
    job = Field(
        Job,
        id_=ID(name="id", required=True, description="The id that the mutation gave."),
        description="A job in the background; null once it is forgotten.",
    )
    jobs = List(NonNull(Job), description="The jobs of this service, newest first.")

    @staticmethod
    def resolve_sources(
        _root: Any,
        info: Any,
        *,
        first: int,
        text: str | None = None,
        filter_: dict[str, Any] | None = None,
        order_by: Any = None,
        after: Position | None = None,
    ) -> Page:
        request: Request = info.context
        search = model.Search(
            text=text,
            where=condition_of(filter_) if filter_ else None,
            include_gone=includes_gone(filter_ or {}),
            order=order_by.value if order_by else None,
            first=first,
            after=after.within("sources") if after else None,
            counted=not COUNTED.isdisjoint(selected(info)),
        )
        found = request.store.search(search)
        request.found(hit.source for hit in found.hits)
        return Page(
            [HitEdge(request, hit, found.terms) for hit in found.hits],
            found.has_next,
            after is not None,
            lambda: found.total,
            found.facets,
            found.total_is_exact,
            found.corrections,
        )

    @staticmethod
    def resolve_source(
        _root: Any,
        info: Any,
        id_: str | None = None,
        uri: str | None = None,
        name: str | None = None,
    ) -> model.Source:
        given = [ref for ref in (id_, uri, name) if ref is not None]
        if len(given) != 1:
            raise InvalidInput("source takes exactly one of id, uri and name")
        request: Request = info.context
        source = request.store.source(given[0])
        return request.found([source])[0]

    @staticmethod
    def resolve_node(_root: Any, info: Any, id_: str) -> Any:
        return node(info.context, id_)

    @staticmethod
    def resolve_nodes(_root: Any, info: Any, ids: list[str]) -> list[Any]:
        if len(ids) > MOST_IDS:
            raise InvalidInput(f"nodes takes up to {MOST_IDS} ids, not {len(ids)}")
        pks = [pk for kind, pk in map(_parsed, ids) if kind == "Source"]
        info.context.expect(pks)
        return [node(info.context, one) for one in ids]

    @staticmethod
    def resolve_run(_root: Any, info: Any, id_: str) -> model.Run:
        kind, pk = _parsed(id_)
        run: model.Run = info.context.store.run(pk if kind == "Run" else id_)
        return run

    @staticmethod
    def resolve_runs(_root: Any, info: Any, first: int, after: Position | None = None) -> Page:
        store = info.context.store
        rows = store.runs(None, first=first + 1, after=after.number("runs") if after else None)
        info.context.found_runs(rows)
        return runs_page(rows, first, after, lambda: store.counts().get("runs"))

    @staticmethod
    def resolve_catalog(_root: Any, _info: Any) -> dict[str, Any]:
        return {}

    @staticmethod
    def resolve_terms(_root: Any, info: Any) -> Any:
        return info.context.store.glossary.terms()

    @staticmethod
    def resolve_job(_root: Any, info: Any, id_: str) -> Any:
        return info.context.jobs.get(id_) if info.context.jobs else None

    @staticmethod
    def resolve_jobs(_root: Any, info: Any) -> Any:
        return info.context.jobs.all() if info.context.jobs else []


class HitEdge:
    """A hit as an edge of a page, worked out as far as it is asked for."""

    __slots__ = ("_hit", "_request", "_terms", "node")

    def __init__(self, request: Request, hit: model.Hit, terms: Sequence[Term]) -> None:
        self._request = request
        self._hit = hit
        self._terms = terms
        self.node = hit.source

    @property
    def cursor(self) -> str:
        """The position as callers see it."""
        return Position("sources", self._hit.cursor).encode()

    @property
    def facts(self) -> dict[str, Any]:
        """What the edge tells beside the node."""
        return {
            "score": self._hit.score,
            "matched_fields": self._hit.matched_fields,
            "highlights": self._highlights,
        }

    def _highlights(self) -> Any:
        version = self._request.version(self.node.pk)
        return highlights(self.node, version, self._terms)


def selected(info: Any) -> set[str]:
    """The names of the fields that are asked of what a resolver returns, through fragments."""
    fields = collect_sub_fields(
        info.schema,
        info.fragments,
        info.variable_values,
        get_named_type(info.return_type),
        info.field_nodes,
    )
    return {nodes[0].name.value for nodes in fields.values()}


def node(request: Request, text: str) -> Any:
    """What a global id stands for; None when it is no id or nothing has it."""
    kind, pk = _parsed(text)
    try:
        if kind == "Source":
            return request.source(pk)
        if kind == "Version":
            return request.store.version(pk)
        if kind == "Run":
            return request.run(pk)
    except NotFound:
        return None
    return None


def _parsed(text: str) -> tuple[str, int]:
    try:
        kind, pk = model.parse_id(text)
    except InvalidInput:
        return "", 0
    return (kind, pk) if 0 < pk < 1 << 63 else ("", 0)
