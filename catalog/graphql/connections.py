"""Relay connections over keyset pages: no list is sliced, no page is counted out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphene import Boolean, Field, List, NonNull, ObjectType, String

from catalog.graphql.plans import reads
from catalog.graphql.scalars import Cursor, Long, PageSize, Position

DEFAULT_PAGE = 20


@dataclass(frozen=True, slots=True)
class Edge:
    """One item of a page."""

    node: Any
    position: Position

    @property
    def cursor(self) -> str:
        """The position as callers see it."""
        return self.position.encode()


class FoundEdge(Protocol):
    """An edge that tells more than its node and cursor: `facts`, or what works one out."""

    @property
    def node(self) -> Any:
        """The item itself."""

    @property
    def cursor(self) -> str:
        """The position as callers see it."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """By name: score, …"""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a connection. `count` tells the total when asked."""

    edges: Sequence[Edge | FoundEdge]
    has_next: bool
    has_previous: bool
    count: Callable[[], int | None]
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    total_is_exact: bool = True
    corrections: Mapping[str, Sequence[str]] = field(default_factory=dict)


def page_of(
    rows: Sequence[Any],
    first: int,
    *,
    kind: str,
    key: Callable[[Any], object],
    after: Position | None,
    count: Callable[[], int | None],
) -> Page:
    """The page of `first` items out of `rows`, which were asked for with one more than that."""
    edges = [Edge(row, Position(kind, str(key(row)))) for row in rows[:first]]
    return Page(edges, len(rows) > first, after is not None, count)


class PageInfo(ObjectType):
    """Where a page stands in its connection."""

    has_next_page = Boolean(description="Whether items follow this page.")
    has_previous_page = Boolean(description="Whether this page was asked for with `after`.")
    start_cursor = Cursor(description="The cursor of the first item; null when there is none.")
    end_cursor = Cursor(description="Pass it as `after` for the next page; null when empty.")

    @staticmethod
    @reads
    def resolve_has_next_page(page: Page, _info: Any) -> bool:
        return page.has_next

    @staticmethod
    @reads
    def resolve_has_previous_page(page: Page, _info: Any) -> bool:
        return page.has_previous

    @staticmethod
    @reads
    def resolve_start_cursor(page: Page, _info: Any) -> str | None:
        return page.edges[0].cursor if page.edges else None

    @staticmethod
    @reads
    def resolve_end_cursor(page: Page, _info: Any) -> str | None:
        return page.edges[-1].cursor if page.edges else None


def page_arguments() -> dict[str, Any]:
    """`first` and `after`, the arguments of every connection."""
    return {
        "first": PageSize(
            required=True, default_value=DEFAULT_PAGE, description="Items on the page, 1 to 200."
        ),
        "after": Cursor(description="Where the page begins: the `endCursor` of the one before."),
    }


def connection(
    node: type[Any],
    plural: str,
    *,
    facts: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> type[Any]:
    """The connection type over `node`: edges, nodes, pageInfo and totalCount.

    `facts` are further fields of the edges, which are `FoundEdge`s then; `extra` are further fields
    (and their `resolve_` functions) of the connection itself.
    """
    name = node._meta.name
    edge = type(
        f"{name}Edge",
        (ObjectType,),
        {
            "__doc__": f"One of the {plural} on a page.",
            "node": Field(node, description=f"The {name.lower()} itself."),
            "cursor": NonNull(Cursor, description="Its position, to be passed as `after`."),
            **(facts or {}),
            **{f"resolve_{fact}": _fact(fact) for fact in facts or ()},
        },
    )
    return type(
        f"{name}Connection",
        (ObjectType,),
        {
            "__doc__": f"A page of {plural}.",
            "edges": Field(List(NonNull(edge)), description=f"The {plural} with their cursors."),
            "nodes": Field(List(node), description=f"The {plural} alone."),
            "page_info": Field(
                NonNull(PageInfo),
                description="Whether there is more, and from where on.",
            ),
            "total_count": Field(Long, description=f"All {plural}, on every page together."),
            "resolve_nodes": _nodes,
            "resolve_page_info": _itself,
            "resolve_total_count": _count,
            **(extra or {}),
        },
    )


def _fact(name: str) -> Callable[[FoundEdge, Any], Any]:
    @reads
    def told(edge: FoundEdge, _info: Any) -> Any:
        fact = edge.facts.get(name)
        return fact() if callable(fact) else fact

    return told


@reads
def _nodes(page: Page, _info: Any) -> list[Any]:
    return [edge.node for edge in page.edges]


@reads
def _itself(page: Page, _info: Any) -> Page:
    return page


@reads
def _count(page: Page, _info: Any) -> int | None:
    return page.count()


class FacetValue(ObjectType):
    """One value of a facet."""

    value = String(description="The value, as the filter of that name takes it.")
    count = Long(description="How many of the found sources have it.")


class Facet(ObjectType):
    """A property of the found sources, with its most frequent values."""

    name = String(description="The property: format, namespace, tag, semanticType, …")
    values = List(NonNull(FacetValue), description="Its values, the most frequent first.")


class Correction(ObjectType):
    """A word that nothing has, and what was searched instead."""

    word = String(description="The word as it was given.")
    instead = List(NonNull(String), description="The words that were searched instead.")


class HighlightPiece(ObjectType):
    """Part of a text."""

    text = String(description="The text, as it is.")
    matched = Boolean(description="Whether this is what was looked for.")


class Highlight(ObjectType):
    """A text that a source was found by."""

    field = String(description="Where it stands: one of `matchedFields`.")
    pieces = List(
        NonNull(HighlightPiece),
        description="The text in pieces; of a long one what is around the first match.",
    )


def corrections_of(page: Page) -> list[dict[str, Any]]:
    """The corrections of a page, as the `Correction` type reads them."""
    return [{"word": word, "instead": instead} for word, instead in page.corrections.items()]


def facets_of(page: Page) -> Iterable[dict[str, Any]]:
    """The facets of a page, as the `Facet` type reads them."""
    return [
        {
            "name": name,
            "values": [{"value": value, "count": count} for value, count in values],
        }
        for name, values in page.facets.items()
    ]
