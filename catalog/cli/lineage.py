"""`headwater lineage`: where a source comes from and what is made of it, by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from rich.tree import Tree

    from catalog.model import Edge, Source


@subcommand(
    "lineage", example="headwater lineage delays\nheadwater lineage delays --depth 1 --json"
)
@click.argument("ref", metavar="SOURCE")
@click.option(
    "--depth", type=click.IntRange(1, 100), default=5, show_default=True, metavar="N",
    help="Steps to follow in each direction.",
)  # fmt: skip
@pass_session
def command(session: Session, *, ref: str, depth: int) -> None:
    """Show what SOURCE was made from and what was made from it."""
    from catalog.cli import documents
    from catalog.cli.output import print_json

    with session.store() as store:
        source = store.source(ref)
        pks, edges = store.lineage(source.pk, upstream=depth, downstream=depth)
        sources = store.sources({source.pk, *pks})
        runs = {pk: store.run(pk).pipeline for pk in {edge.run for edge in edges}}
    if session.json:
        print_json(
            {
                "nodes": documents.nodes(sorted(sources), sources),
                "edges": [documents.edge(edge) for edge in edges],
            }
        )
        return
    show(source, sources, edges, runs)


def show(
    source: Source, sources: Mapping[int, Source], edges: Sequence[Edge], runs: Mapping[int, str]
) -> None:
    """Two trees: where it comes from, and where it goes."""
    from catalog.cli.output import console, text

    out = console()
    if not edges:
        out.print(text(f"{source.label}: no run has read or written it"))
    for title, way in (("comes from", "upstream"), ("goes into", "downstream")):
        if any(edge_end(edge, way) == source.pk for edge in edges):
            out.print(picture(source, title, way, sources=sources, edges=edges, runs=runs))


def picture(
    root: Source,
    title: str,
    way: str,
    *,
    sources: Mapping[int, Source],
    edges: Sequence[Edge],
    runs: Mapping[int, str],
) -> Tree:
    """A tree that grows from `root` against (`upstream`) or along (`downstream`) the data's way.

    A source that is reached twice grows its branches once and is marked `↑ above` after that.
    """
    from rich.tree import Tree

    from catalog.cli.output import text

    drawn: set[int] = set()

    def grow(tree: Tree, pk: int) -> None:
        drawn.add(pk)
        nexts: dict[int, list[Edge]] = {}
        for edge in edges:
            if edge_end(edge, way) == pk:
                nexts.setdefault(
                    edge.upstream if way == "upstream" else edge.downstream, []
                ).append(edge)
        for other, found in nexts.items():
            newest = max(found, key=lambda edge: edge.run)
            source = sources[other]
            seen = text(" ↑ above", "dim") if other in drawn else text("")
            by = text(f"  by {runs[newest.run]}, run {newest.run}", "dim")
            branch = tree.add(
                text(source.label, "bold") + text(f"  {source.format or '?'}") + by + seen
            )
            for field, inputs in newest.fields.items():
                derived = ", ".join(f"{name} ({kind.lower()})" for name, kind in inputs)
                branch.add(text(f"{field} ← {derived}", "dim", width=100))
            if other not in drawn:
                grow(branch, other)

    tree = Tree(text(root.label, "bold") + text(f" {title}"))
    grow(tree, root.pk)
    return tree


def edge_end(edge: Edge, way: str) -> int:
    """The end of an edge that is nearer to the root of the picture."""
    return edge.downstream if way == "upstream" else edge.upstream
