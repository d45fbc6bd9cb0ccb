"""`headwater connect`: print or write a typed connector."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.cli.session import Session, pass_session, subcommand


@subcommand(
    "connect",
    example="""headwater connect flights --target pyspark
    headwater connect flights --target arrow -o flights.py""",
)
@click.argument("ref", metavar="SOURCE")
@click.option("--target", required=True, metavar="T", help="What it is for: pyspark, arrow, …")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it here; into it when it is a folder.",
)
@pass_session
def command(session: Session, *, ref: str, target: str, output: Path | None) -> None:
    """Generate the code that reads SOURCE with its types spelled out."""
    from catalog.cli.diff import current
    from catalog.cli.output import console, print_json, text
    from catalog.connect import connector

    with session.store() as store:
        source = store.source(ref)
        made = connector(current(store, source), target.lower())
    written = None
    if output is not None:
        written = output / made.filename if output.is_dir() else output
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(made.code, encoding="utf-8")
    if session.json:
        document = {
            "target": made.target.upper(),
            "language": made.language,
            "filename": made.filename,
            "fingerprint": made.fingerprint,
            "code": made.code,
        }
        print_json(document)
    elif written is not None:
        console().print(text(f"{written}: {made.target} connector, schema {made.fingerprint}"))
    elif (out := console()).is_terminal:
        from rich.syntax import Syntax

        out.print(Syntax(made.code, made.language, background_color="default"))
    else:
        click.echo(made.code, nl=not made.code.endswith("\n"))
