"""`headwater audit`: what was changed, by whom, when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.session import Session, pass_session, subcommand
from catalog.cli.token import duration

if TYPE_CHECKING:
    from catalog.access.callers import AuditEntry


@subcommand(
    "audit",
    example="headwater audit\nheadwater audit --by etl --since 7d\nheadwater audit --action crawl",
)
@click.option("--by", metavar="NAME", help="Only what this token or user did.")
@click.option("--action", metavar="ACTION", help="Only this: annotateSource, crawl, lineage, …")
@click.option("--since", callback=duration, metavar="TIME", help="Only the last 12h, 7d, …")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N")
@pass_session
def command(
    session: Session, *, by: str | None, action: str | None, since: timedelta | None, limit: int
) -> None:
    """List what was asked to change, through the service or from the command line.

    Newest first; what was refused or failed is told with the code of its error.
    """
    from catalog.access.callers import Asked
    from catalog.cli.output import console, print_json, text, when
    from catalog.cli.table import Table

    begin = None if since is None else datetime.now(UTC) - since
    with session.store() as store:
        entries = store.access.log(Asked(by, action, since=begin), first=limit)
    if session.json:
        print_json({"entries": [document(one) for one in entries]})
        return
    if not entries:
        console().print("nothing was changed")
        return
    table = Table(("when", "by", "action", "target", "outcome"), frozenset(("when",)))
    for one in entries:
        shade = "green" if one.outcome == "done" else "yellow"
        table.add(when(one.at), one.caller, one.action, one.target, text(one.outcome, shade))
    console().print(table)


def document(entry: AuditEntry) -> dict[str, Any]:
    """An entry as JSON has it."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "by": entry.caller,
        "token": entry.token,
        "action": entry.action,
        "target": entry.target,
        "outcome": entry.outcome,
        "details": dict(entry.details),
    }
