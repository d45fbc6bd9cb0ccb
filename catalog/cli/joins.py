"""`headwater joins`: what the columns of a source join with, and what can be stacked with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from catalog.joins.asking import Partners
    from catalog.joins.model import Join
    from catalog.model import Source

KINDS = {"FOREIGN_KEY": "refers to", "REFERENCED_BY": "is referred to by", "SHARED": "shares with"}


@subcommand(
    "joins",
    example="""headwater joins flights
    headwater joins flights --column dest --json
    headwater joins orders --unions""",
)
@click.argument("ref", metavar="SOURCE")
@click.option("--column", metavar="C", help="Only what this column joins with.")
@click.option(
    "--unions", is_flag=True,
    help="Sources whose rows go under those of SOURCE, and sources that add columns to it.",
)  # fmt: skip
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=25, show_default=True, metavar="N",
    help="Joins to show, surest first.",
)  # fmt: skip
@pass_session
def command(session: Session, *, ref: str, column: str | None, unions: bool, limit: int) -> None:
    """Show which columns of other sources the columns of SOURCE join with.

    Containment is the share of the different values of the column that the other has.
    """
    from catalog.cli import documents
    from catalog.cli.output import print_json
    from catalog.joins.asking import joins, partners

    with session.store() as store:
        source = store.source(ref)
        found = joins(store, source, column)
        beside = partners(store, source, found) if unions else None
        found = found[:limit]
        sources = store.sources({source.pk, *(join.other for join in found), *_others(beside)})
    if session.json:
        document = {"joins": [documents.join(join, sources) for join in found]}
        if beside is not None:
            document |= documents.partners(beside, sources)
        print_json(document)
        return
    if beside is None:
        show(source, found, sources)
    else:
        show_partners(source, beside, sources)


def _others(beside: Partners | None) -> set[int]:
    if beside is None:
        return set()
    return {one.other for one in beside.unions} | {one.join.other for one in beside.additions}


def show(source: Source, found: Sequence[Join], sources: Mapping[int, Source]) -> None:
    """A table of joins, or a line that there are none."""
    from catalog.cli.output import console, short_names, text
    from catalog.cli.table import Table

    out = console()
    if not found:
        out.print(text(f"{source.label}: no column of another source joins with it"))
        return
    names = short_names(sources.values())
    made = Table(
        ("column", "", "source", "other column", "containment", "jaccard", "score", "why"),
        figures=frozenset(("containment", "jaccard", "score")),
        optional=("why", "jaccard"),
    )
    for join in found:
        made.add(
            join.field,
            text(KINDS[join.kind.value], "" if join.kind.value == "SHARED" else "bold"),
            names[join.other],
            join.other_field,
            _share(join.containment),
            _share(join.jaccard),
            f"{join.score:.2f}",
            ", ".join(join.reasons),
        )
    out.print(made)


def show_partners(source: Source, beside: Partners, sources: Mapping[int, Source]) -> None:
    """Two tables: what goes under the rows, what goes beside the columns."""
    from catalog.cli.output import console, short_names, text
    from catalog.cli.table import Table

    out = console()
    names = short_names(sources.values())
    if beside.unions:
        made = Table(("rows of", "columns in common", "uri"), figures=frozenset())
        for union in beside.unions:
            other = sources[union.other]
            made.add(names[union.other], f"{len(union.fields)} ({union.share:.0%})", other.uri)
        out.print(made)
    else:
        out.print(text(f"{source.label}: no other source has mostly the same columns"))
    if not beside.additions:
        out.print(text(f"{source.label}: no other source adds columns to its rows"))
        return
    made = Table(("columns of", "where", "adds"))
    for addition in beside.additions:
        join = addition.join
        where = f"{join.field} = {join.other_field}"
        made.add(names[join.other], where, ", ".join(addition.columns))
    out.print(made)


def _share(value: float | None) -> str:
    from catalog.cli.output import NOTHING

    return NOTHING if value is None else f"{value:.0%}"
