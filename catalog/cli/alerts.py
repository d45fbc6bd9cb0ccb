"""`headwater alerts`: who is told what, and what was told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.session import Session, pass_session, shared_options, subcommand
from catalog.cli.token import duration

if TYPE_CHECKING:
    from catalog.alerts.model import Alert, Rule

KINDS = (
    "credentials",
    "drift",
    "failed",
    "gone",
    "late",
    "quality",
    "schema",
    "score",
    "volume",
)
STATES = {"sent": "green", "waiting": "yellow", "silenced": "dim", "given up": "red"}


@click.group(
    "alerts",
    epilog="\b\nExample:\n  headwater alerts add ops --on schema --email ops@example.org\n"
    "  headwater alerts list\n  headwater alerts test ops\n  headwater alerts history",
)
@shared_options
def command() -> None:
    """Tell people and systems what happens to sources: by webhook, e-mail or command."""


@subcommand(
    "add",
    example="""headwater alerts add trust --on score --below 90 --command 'tee -a alerts.json'
    headwater alerts add hook --on drift --webhook http://127.0.0.1:9000/ --secret env:SECRET
    headwater alerts add ops --on failed --email ops@example.org --smtp smtp://127.0.0.1:2525""",
    changes="alerts.add",
)
@click.argument("name", metavar="NAME")
@click.option(
    "--on",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    required=True,
    help="What it is about; give it again for more.",
)
@click.option("--source", metavar="GLOB", help="Only sources whose name or URI matches.")
@click.option("--webhook", metavar="URL", help="POST a JSON document there.")
@click.option("--email", metavar="ADDRESS", help="Write to these addresses, with commas between.")
@click.option("--command", "program", metavar="COMMAND", help="Run it, JSON on standard input.")
@click.option(
    "--secret",
    metavar="REFERENCE",
    help="env:NAME or file:PATH: what signs a webhook (HMAC-SHA256), or user:password for SMTP.",
)
@click.option("--smtp", metavar="URL", help="smtp://HOST:PORT or smtps://…  [smtp://127.0.0.1:25]")
@click.option("--below", type=click.FloatRange(0, 100), metavar="N", help="Score that is too low.")
@click.option("--after", callback=duration, metavar="TIME", help="Late after 26h, 7d, …")
@pass_session
def add(
    session: Session,
    *,
    name: str,
    kinds: tuple[str, ...],
    source: str | None,
    webhook: str | None,
    email: str | None,
    program: str | None,
    secret: str | None,
    smtp: str | None,
    below: float | None,
    after: timedelta | None,
) -> None:
    """Tell what happens from now on, under NAME.

    Of a score every fall by 5 points or more is told, or with --below those below it. A source is
    late when no new version came in twice the longest of its last intervals, or --after that time.
    """
    from catalog.alerts.checking import checked
    from catalog.alerts.model import Channel, Rule

    given = {Channel.WEBHOOK: webhook, Channel.EMAIL: email, Channel.COMMAND: program}
    chosen = [(channel, target) for channel, target in given.items() if target]
    if len(chosen) != 1:
        raise click.UsageError("give one of --webhook, --email and --command")
    channel, target = chosen[0]
    seconds = None if after is None else int(after.total_seconds())
    kept = tuple(dict.fromkeys(kinds))
    rule = Rule(0, name, kept, source, channel, target, below, seconds, secret, smtp)
    with session.store() as store:
        made = store.alerts.add(checked(rule))
    _show(session, made, "will be told")


@subcommand("list", example="headwater alerts list\nheadwater alerts list --json")
@pass_session
def list_(session: Session) -> None:
    """List the rules."""
    from catalog.cli.output import console, print_json, text, when
    from catalog.cli.table import Table

    with session.store() as store:
        rules = store.alerts.rules()
    if session.json:
        print_json({"rules": [document(rule) for rule in rules]})
        return
    if not rules:
        console().print("no alerts yet; `headwater alerts add --help` tells how")
        return
    table = Table(("name", "on", "sources", "to", "silenced until"), frozenset(), ("to",))
    for rule in rules:
        until = rule.silenced_until
        quiet = until is not None and until > datetime.now(UTC)
        table.add(
            rule.name,
            ", ".join(rule.kinds),
            rule.source or "all",
            text(f"{rule.channel.value} {rule.target}"),
            when(until) if quiet and until else None,
        )
    console().print(table)


@subcommand("remove", example="headwater alerts remove ops", changes="alerts.remove")
@click.argument("name", metavar="NAME")
@pass_session
def remove(session: Session, *, name: str) -> None:
    """Tell nothing under NAME any more, and forget what was told."""
    with session.store() as store:
        gone = store.alerts.remove(name)
    _show(session, gone, "is removed")


@subcommand(
    "silence",
    example="headwater alerts silence ops --for 8h\nheadwater alerts silence ops --end",
    changes="alerts.silence",
)
@click.argument("name", metavar="NAME")
@click.option("--for", "time", callback=duration, metavar="TIME", help="8h, 2d, …  [1d]")
@click.option("--end", is_flag=True, help="End the silence.")
@pass_session
def silence(session: Session, *, name: str, time: timedelta | None, end: bool) -> None:
    """Tell nothing under NAME for a while; what happens meanwhile is kept, but not told."""
    until = None if end else datetime.now(UTC) + (time or timedelta(days=1))
    with session.store() as store:
        rule = store.alerts.silence(name, until)
    _show(
        session, rule, "is heard again" if until is None else f"is silent until {until:%F %R} UTC"
    )


@subcommand("test", example="headwater alerts test ops")
@click.argument("name", metavar="NAME")
@pass_session
def test(session: Session, *, name: str) -> None:
    """Tell a test under NAME now, with all else that waits."""
    with session.store() as store:
        store.alerts.test(name)
        _deliver(session, store)


@subcommand("send", example="headwater alerts send")
@pass_session
def send(session: Session) -> None:
    """Tell what waits: what could not be told before, and sources that are late by now."""
    with session.store() as store:
        _deliver(session, store)


@subcommand(
    "history", example="headwater alerts history\nheadwater alerts history --limit 5 --json"
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@pass_session
def history(session: Session, *, limit: int) -> None:
    """What was told, and what waits, newest first."""
    from catalog.cli.output import console, print_json, text, when
    from catalog.cli.table import Table

    with session.store() as store:
        found = store.alerts.history(first=limit)
    if session.json:
        print_json({"alerts": [told(alert) for alert in found]})
        return
    table = Table(
        ("at", "alert", "kind", "source", "what", "state"), frozenset(), ("what", "source")
    )
    for alert in found:
        table.add(
            when(alert.created_at),
            alert.rule,
            alert.kind,
            alert.source,
            text(alert.message),
            text(alert.state, STATES[alert.state]),
        )
    console().print(table)


def _deliver(session: Session, store: Any) -> None:
    from catalog.alerts.deliver import deliver
    from catalog.cli.output import print_json
    from schema.errors import HeadwaterError

    done = deliver(store)
    if session.json:
        print_json({"sent": done.sent, "faults": list(done.faults)})
    else:
        click.echo(f"{done.sent} sent")
    if done.faults:
        raise HeadwaterError("; ".join(done.faults))


def _show(session: Session, rule: Rule, done: str) -> None:
    from catalog.cli.output import print_json

    if session.json:
        print_json({"rule": document(rule)})
    else:
        kinds = ", ".join(rule.kinds)
        click.echo(f"{rule.name} {done}: {kinds} by {rule.channel.value} {rule.target}")


def document(rule: Rule) -> dict[str, Any]:
    """A rule as JSON has it."""
    return {
        "name": rule.name,
        "on": list(rule.kinds),
        "source": rule.source,
        "channel": rule.channel.value,
        "target": rule.target,
        "below": rule.threshold,
        "after": rule.after,
        "secret": rule.secret,
        "smtp": rule.server,
        "silencedUntil": rule.silenced_until,
        "createdAt": rule.created_at,
    }


def told(alert: Alert) -> dict[str, Any]:
    """An alert as JSON has it."""
    return {
        "id": alert.pk,
        "rule": alert.rule,
        "kind": alert.kind,
        "source": alert.source,
        "uri": alert.uri,
        "message": alert.message,
        "details": dict(alert.details),
        "createdAt": alert.created_at,
        "state": alert.state,
        "attempts": alert.attempts,
        "nextAt": alert.next_at,
        "sentAt": alert.sent_at,
        "error": alert.error,
    }


for one in (add, list_, remove, silence, test, send, history):
    command.add_command(one)
