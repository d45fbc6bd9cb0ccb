"""Walks through lineage: breadth first, one question a level, safe where lineage runs in circles.

A walk asks `edges_of(pks)` for the edges that touch a whole level at once, so that its cost is the
depth of the walk and not the number of sources.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from catalog.model import Edge

EdgesOf = Callable[[Collection[int]], Iterable[Edge]]


class EdgeStore(Protocol):
    """What a walk needs of a store."""

    def edges_into(self, pks: Collection[int]) -> list[Edge]:
        """The edges that end in those sources."""

    def edges_out_of(self, pks: Collection[int]) -> list[Edge]:
        """The edges that begin in those sources."""


def upstream(store: EdgeStore, pk: int, depth: int = 5) -> tuple[set[int], list[Edge]]:
    """The sources that `pk` comes from, up to `depth` runs away, and the edges between them; `pk`
    itself is not among them unless it comes from itself through others.
    """
    return walk(store.edges_into, pk, depth, lambda edge: edge.upstream)


def downstream(store: EdgeStore, pk: int, depth: int = 5) -> tuple[set[int], list[Edge]]:
    """The sources that are made from `pk`, likewise."""
    return walk(store.edges_out_of, pk, depth, lambda edge: edge.downstream)


def walk(
    edges_of: EdgesOf, start: int, depth: int, far_end: Callable[[Edge], int]
) -> tuple[set[int], list[Edge]]:
    """Sources reached from `start` in at most `depth` steps, and the edges that were passed."""
    reached: set[int] = set()
    asked = {start}
    level = {start}
    passed: list[Edge] = []
    for _ in range(depth):
        if not level:
            break
        edges = list(edges_of(sorted(level)))
        passed += edges
        ends = {far_end(edge) for edge in edges}
        reached |= ends
        level = ends - asked
        asked |= level
    return reached, passed


def origins(edges: Collection[Edge], source_pk: int, field: str) -> set[tuple[int, str]]:
    """The (source, field) pairs that a column derives from over any number of the given edges,
    directly or through other columns; safe in circles.
    """
    into: dict[int, list[Edge]] = {}
    for edge in edges:
        into.setdefault(edge.downstream, []).append(edge)
    found: set[tuple[int, str]] = set()
    waiting = [(source_pk, field)]
    while waiting:
        pk, name = waiting.pop()
        for edge in into.get(pk, ()):
            for origin, _kind in edge.fields.get(name, ()):
                step = (edge.upstream, origin)
                if step not in found:
                    found.add(step)
                    waiting.append(step)
    return found
