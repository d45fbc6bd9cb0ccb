"""Lineage: what was made of what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphene import ID, Field, List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.loading import Request

DEEPEST = 10
"""How many steps of lineage one question follows at most."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The lineage around one source: its primary keys, nearest first, and edges."""

    pks: tuple[int, ...]
    edges: tuple[model.Edge, ...]


def graph(request: Request, pk: int, *, upstream: int, downstream: int) -> Graph:
    """The lineage of a source, `upstream` and `downstream` steps far, itself first.

    Loaded for all the sources that it came with: one statement a step.
    """

    def load(pks: Sequence[int]) -> dict[int, Graph]:
        above = _steps(pks, upstream, request.store.edges_into, _upstream)
        below = _steps(pks, downstream, request.store.edges_out_of, _downstream)
        graphs = {}
        for start in pks:
            reached, edges = _reach(start, upstream, above, _upstream)
            further, more = _reach(start, downstream, below, _downstream)
            graphs[start] = Graph(
                tuple(dict.fromkeys((start, *reached, *further))),
                tuple({id(edge): edge for edge in (*edges, *more)}.values()),
            )
        request.expect(sorted({near for one in graphs.values() for near in one.pks}))
        request.expect_runs(edge.run for one in graphs.values() for edge in one.edges)
        return graphs

    found = request.load(("lineage", upstream, downstream), pk, load)
    return found or Graph((pk,), ())


def near(request: Request, pk: int, depth: int, *, upstream: bool) -> list[model.Source]:
    """The sources within `depth` steps up- or downstream, nearest first, without `pk` itself."""
    steps = max(0, min(depth, DEEPEST))
    found = graph(
        request,
        pk,
        upstream=steps if upstream else 0,
        downstream=0 if upstream else steps,
    )
    return request.sources(found.pks[1:])


Edges = Mapping[int, Sequence[model.Edge]]
"""Edges by the source that a walk comes to them from."""


def _upstream(edge: model.Edge) -> int:
    return edge.upstream


def _downstream(edge: model.Edge) -> int:
    return edge.downstream


def _steps(
    starts: Collection[int],
    depth: int,
    edges_of: Callable[[Collection[int]], list[model.Edge]],
    far: Callable[[model.Edge], int],
) -> Edges:
    """Every edge within `depth` steps of any of `starts`."""
    found: dict[int, list[model.Edge]] = {}
    level = set(starts)
    for _ in range(depth):
        if not level:
            break
        asked = sorted(level)
        found.update((pk, []) for pk in asked)
        edges = edges_of(asked)
        for edge in edges:
            found[_near_end(edge, far)].append(edge)
        level = {far(edge) for edge in edges} - found.keys()
    return found


def _near_end(edge: model.Edge, far: Callable[[model.Edge], int]) -> int:
    return edge.downstream if far is _upstream else edge.upstream


def _reach(
    start: int, depth: int, edges: Edges, far: Callable[[model.Edge], int]
) -> tuple[list[int], list[model.Edge]]:
    """The sources within `depth` steps of `start`, nearest first, and the edges passed."""
    reached: dict[int, None] = {}
    passed: list[model.Edge] = []
    level, seen = [start], {start}
    for _ in range(depth):
        step = [edge for pk in level for edge in edges.get(pk, ())]
        passed += step
        level = [pk for pk in dict.fromkeys(map(far, step)) if pk not in seen]
        seen.update(level)
        reached.update(dict.fromkeys(level))
    return list(reached), passed


class LineageInput(ObjectType):
    """One field that an output field derives from."""

    field = String(description="The field of the upstream source.")
    kind = String(description="How: IDENTITY, TRANSFORMATION, AGGREGATION, FILTER, …")


class LineageField(ObjectType):
    """One output field, with the fields that it derives from."""

    field = String(description="The field of the downstream source.")
    inputs = List(NonNull(LineageInput), description="The fields of the upstream source.")


class LineageEdge(ObjectType):
    """Data went from one source to another in a run."""

    # `from` is a keyword of Python
    from_ = ID(name="from", description="The global id of the source that was read.")
    to = ID(description="The global id of the source that was written.")
    upstream = Field("catalog.graphql.sources.Source", description="The source that was read.")
    downstream = Field("catalog.graphql.sources.Source", description="The source that was written.")
    run = Field("catalog.graphql.runs.Run", description="The run that did it.")
    fields = List(NonNull(LineageField), description="By field; empty where unknown.")

    @staticmethod
    def resolve_from_(edge: model.Edge, _info: Any) -> str:
        return model.global_id("Source", edge.upstream)

    @staticmethod
    def resolve_to(edge: model.Edge, _info: Any) -> str:
        return model.global_id("Source", edge.downstream)

    @staticmethod
    def resolve_upstream(edge: model.Edge, info: Any) -> model.Source | None:
        request: Request = info.context
        return request.source(edge.upstream)

    @staticmethod
    def resolve_downstream(edge: model.Edge, info: Any) -> model.Source | None:
        request: Request = info.context
        return request.source(edge.downstream)

    @staticmethod
    def resolve_run(edge: model.Edge, info: Any) -> model.Run:
        request: Request = info.context
        return request.run(edge.run)

    @staticmethod
    def resolve_fields(edge: model.Edge, _info: Any) -> list[dict[str, Any]]:
        return [
            {
                "field": field,
                "inputs": [{"field": name, "kind": kind} for name, kind in inputs],
            }
            for field, inputs in edge.fields.items()
        ]


class Lineage(ObjectType):
    """The sources around one source, and the edges between them."""

    nodes = List(
        NonNull("catalog.graphql.sources.Source"),
        description="The sources, itself among them.",
    )
    edges = List(NonNull(LineageEdge), description="Who was made of whom, in which run.")

    @staticmethod
    def resolve_nodes(graph: Graph, info: Any) -> list[model.Source]:
        request: Request = info.context
        return request.sources(graph.pks)
