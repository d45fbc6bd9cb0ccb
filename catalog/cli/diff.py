"""`headwater diff`: what changed between two versions of a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.cli.table import Table
    from catalog.model import Source, Version
    from catalog.quality.drift import ColumnDrift
    from catalog.store import Store


@subcommand(
    "diff",
    example="""headwater diff customers
    headwater diff customers 1 3 --json""",
)
@click.argument("ref", metavar="SOURCE")
@click.argument("before", metavar="[FROM", required=False)
@click.argument("after", metavar="TO]", required=False)
@pass_session
def command(session: Session, *, ref: str, before: str | None, after: str | None) -> None:
    """Show how schema and values changed between two versions, and whether readers break.

    FROM and TO are version numbers or ids; without them the last two versions are compared.
    """
    from catalog.cli import documents
    from catalog.cli.output import print_json
    from catalog.comparing import compare
    from catalog.quality.drift import drift
    from catalog.quality.evidence import Evidence

    with session.store() as store:
        source = store.source(ref)
        to = find(store, source, after) if after else current(store, source)
        if before:
            start = find(store, source, before)
        else:
            older = store.versions(source.pk, first=1, after=to.number)
            start = older[0] if older else to
    found = compare(start, to)
    moved = drift(Evidence.of(start), Evidence.of(to)) if start.pk != to.pk else ()
    if session.json:
        ends = {"from": start.id, "to": to.id}
        told = {**documents.difference(found), "drift": [documents.moved(one) for one in moved]}
        print_json({"id": source.id, "name": source.name, **ends, **told})
        return
    from catalog.cli.output import console, text
    from catalog.cli.table import Table

    out = console()
    out.print(
        text(source.label, "bold")
        + text(f" version {start.number} → {to.number}: ")
        + text(found.compatibility, "red" if found.compatibility == "BREAKING" else "green")
        + text("" if found.changes else ", nothing changed in the schema")
    )
    if found.changes:
        made = Table(("field", "change", "before", "after", "breaking"))
        for change in found.changes:
            breaking = text("yes", "red") if change.breaking else text("no")
            made.add(change.field, change.kind, change.before, change.after, breaking)
        out.print(made)
        for change in found.changes:
            if change.reason is not None:
                out.print(text(f"{change.before} → {change.after}: {change.reason}", "dim"))
    if strong := [one for one in moved if one.level != "NONE"]:
        out.print(drifted(strong))
    elif moved:
        out.print(text(f"no drift in {len(moved)} columns"))


def drifted(moved: Sequence[ColumnDrift]) -> Table:
    """A line a column: how far its values moved, and which."""
    from catalog.cli.output import text
    from catalog.cli.table import Table

    made = Table(
        ("field", "drift", "index", "distance", "divergence", "what moved"),
        frozenset(("index", "distance", "divergence")),
        ("what moved",),
    )
    for one in moved:
        shares = (f"{m.what} {100 * m.before:.3g} → {100 * m.after:.3g} %" for m in one.moved)
        made.add(
            one.field,
            text(one.level.lower(), "red" if one.level == "STRONG" else "yellow"),
            f"{one.index:.3f}",
            None if one.distance is None else f"{one.distance:.3f}",
            f"{one.divergence:.3f}",
            text(", ".join(shares)),
        )
    return made


def current(store: Store, source: Source) -> Version:
    """The newest version. Raises NotFound when nothing of the source could be read yet."""
    from schema.errors import NotFound

    if source.version is None:
        raise NotFound(f"{source.name} has no version yet: nothing of it could be read")
    return store.version(source.version)


def find(store: Store, source: Source, ref: str) -> Version:
    """The version of that number (`3`, `v3`) or id. Raises NotFound."""
    from catalog.model import parse_id
    from schema.errors import NotFound

    if (number := ref.removeprefix("v")).isdecimal():
        found = store.versions(source.pk, first=1, after=int(number) + 1)
        if found and found[0].number == int(number):
            return found[0]
    else:
        kind, pk = parse_id(ref)
        if kind == "Version" and (version := store.version(pk)).source_pk == source.pk:
            return version
    count = store.version_count(source.pk)
    raise NotFound(f"{source.name} has no version {ref}; it has 1 to {count}")
