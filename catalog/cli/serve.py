"""`headwater serve`: the GraphQL service and the pages."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.cli.session import Session, pass_session, subcommand

HOST, PORT = "127.0.0.1", 8400


@subcommand(
    "serve",
    example="headwater serve\nheadwater serve --port 0\n"
    "headwater serve --host 0.0.0.0 --public-url https://data.example.org",
)
@click.option("--host", default=HOST, show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: a free one."
)
@click.option(
    "--auth/--no-auth",
    default=None,
    help="Whether callers show a token.  [default: once there is one, and always beyond 127.0.0.1]",
)
@click.option(
    "--production/--development",
    default=None,
    help="Without introspection and hints for developers.  [default: beyond 127.0.0.1]",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="Where people reach it through a proxy: https://data.example.org",
)
@click.option(
    "--rate",
    type=click.FloatRange(0),
    default=100,
    show_default=True,
    metavar="N",
    help="Requests a second that one caller with a token may send; 0: any.",
)
@click.option(
    "--documents",
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH",
    help="Documents that are asked for by hash: a folder of .graphql files, or JSON by id.",
)
@click.option("--documents-only", is_flag=True, help="Answer no other documents than those.")
@pass_session
def command(
    session: Session,
    *,
    host: str,
    port: int,
    auth: bool | None,
    production: bool | None,
    public_url: str | None,
    rate: float,
    documents: Path | None,
    documents_only: bool,
) -> None:
    """Serve GraphQL at /graphql and pages to look at, until Ctrl-C.

    On any address but this machine's own, callers must show a token: see `headwater token`.
    """
    if session.supervised:
        from catalog.cli.supervision import supervise

        supervise()
    from catalog.graphql.documents import Documents
    from catalog.server import serve

    if documents_only and documents is None:
        raise click.UsageError("--documents-only takes --documents PATH")
    listed = None if documents is None else Documents.read(documents, only=documents_only)
    serve(
        session.settings,
        host,
        port,
        auth=auth,
        production=production,
        public_url=public_url,
        rate=rate,
        documents=listed,
    )
