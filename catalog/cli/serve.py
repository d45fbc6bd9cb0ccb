"""`headwater serve`: the GraphQL service and the pages."""

from __future__ import annotations

import click

from catalog.cli.session import Session, pass_session, subcommand

HOST, PORT = "127.0.0.1", 8400


@subcommand("serve", example="headwater serve\nheadwater serve --port 0")
@click.option("--host", default=HOST, show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: a free one."
)
@pass_session
def command(session: Session, *, host: str, port: int) -> None:
    """Serve GraphQL at /graphql and pages to look at, until Ctrl-C."""
    from catalog.server import serve

    serve(session.settings, host, port)
