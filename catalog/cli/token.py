"""`headwater token`: who may use the service."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.noting import owner
from catalog.cli.session import Session, pass_session, shared_options, subcommand

if TYPE_CHECKING:
    from catalog.access.callers import Token

ROLES = ("reader", "editor", "admin")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
STATES = {"active": "green", "expired": "yellow", "revoked": "red"}


@click.group(
    "token",
    epilog="\b\nExample:\n  headwater token create --role reader --name ada --expires 30d\n"
    "  headwater token list\n  headwater token revoke ada",
)
@shared_options
def command() -> None:
    """Make, list and revoke the tokens that `headwater serve` asks for."""


def duration(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
    """`30d`, `12h`, `45m`, `2w`."""
    if text is None:
        return None
    found = re.fullmatch(r"([1-9]\d{0,4})([mhdw])", text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no time such as 30d, 12h, 45m or 2w")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


@subcommand(
    "create",
    example="""headwater token create --role editor --name etl --expires 90d
    TOKEN=$(headwater token create --role reader --unmask)""",
)
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="reader looks, editor also annotates, validates, crawls and sends lineage, admin may all.",
)
@click.option("--unmask", is_flag=True, help="It may see personal data.")
@click.option("--expires", callback=duration, metavar="TIME", help="After 30d, 12h, …  [never]")
@click.option("--name", metavar="NAME", help="Whose it is.  [default: role and number]")
@pass_session
def create(
    session: Session, *, role: str, unmask: bool, expires: timedelta | None, name: str | None
) -> None:
    """Make a token. It is printed this once, alone on standard output; the catalog keeps a hash."""
    from catalog.access.callers import Role
    from catalog.cli.output import print_json
    from catalog.store.auditing import Note, noting

    ends = None if expires is None else datetime.now(UTC) + expires
    with session.store() as store:
        note = Note("token.create", owner(), target=name, details={"role": role, "unmask": unmask})
        with noting(note):
            made, secret = store.access.create_token(
                Role(role), name=name, unmask=unmask, expires_at=ends
            )
        note.target = made.name
        store.access.note(note)
    if session.json:
        print_json({"token": document(made), "secret": secret})
        return
    click.echo(secret)
    until = "does not expire" if ends is None else f"expires {ends:%Y-%m-%d %H:%M} UTC"
    sees = ", sees personal data" if unmask else ""
    click.echo(f"token {made.pk}, {made.name}: {role}{sees}, {until}; keep it now", err=True)


@subcommand("list", example="headwater token list\nheadwater token list --json")
@pass_session
def list_(session: Session) -> None:
    """List all tokens, newest first; never their secrets."""
    from catalog.cli.output import console, print_json, text, when
    from catalog.cli.table import Table

    with session.store() as store:
        tokens = store.access.tokens()
    if session.json:
        print_json({"tokens": [document(one) for one in tokens]})
        return
    if not tokens:
        console().print("no tokens yet; `headwater token create --role reader` makes one")
        return
    table = Table(
        ("token", "name", "role", "personal data", "state", "created", "expires", "used"),
        frozenset(("token", "created", "expires", "used")),
        ("created",),
    )
    now = datetime.now(UTC)
    for one in tokens:
        state = one.state(now)
        table.add(
            one.pk,
            one.name,
            one.role.value,
            "shown" if one.unmask else "masked",
            text(state, STATES[state]),
            when(one.created_at),
            one.expires_at and when(one.expires_at),
            one.used_at and when(one.used_at),
        )
    console().print(table)


@subcommand("revoke", example="headwater token revoke ada\nheadwater token revoke 3")
@click.argument("token", metavar="TOKEN")
@pass_session
def revoke(session: Session, *, token: str) -> None:
    """End a token, by name or number, and all sessions of it, within two seconds."""
    from catalog.cli.output import print_json
    from catalog.store.auditing import Note, noting

    with session.store() as store:
        note = Note("token.revoke", owner(), target=token)
        with noting(note):
            ended = store.access.revoke(token)
        note.target = ended.name
        store.access.note(note)
    if session.json:
        print_json({"token": document(ended)})
    else:
        click.echo(f"token {ended.pk}, {ended.name}: revoked")


def document(token: Token) -> dict[str, Any]:
    """A token as JSON has it."""
    return {
        "id": token.pk,
        "name": token.name,
        "role": token.role.value,
        "unmask": token.unmask,
        "state": token.state(datetime.now(UTC)),
        "createdAt": token.created_at,
        "expiresAt": token.expires_at,
        "revokedAt": token.revoked_at,
        "usedAt": token.used_at,
    }


for one in (create, list_, revoke):
    command.add_command(one)
