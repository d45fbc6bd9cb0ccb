"""`headwater connect`: print or write a typed connector."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.cli.session import Session, pass_session, subcommand


@subcommand(
    "connect",
    example="""headwater connect flights --target pyspark
    headwater connect flights --target arrow -o flights.py
    headwater connect --check flights.py""",
)
@click.argument("ref", metavar="SOURCE", required=False)
@click.option("--target", metavar="T", help="What it is for: pyspark, arrow, ddl:mysql, …")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it here; into it when it is a folder.",
)
@click.option(
    "--check",
    "checked",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Tell by the exit status, 0 or 1, whether this generated file is still true.",
)
@pass_session
def command(
    session: Session,
    *,
    ref: str | None,
    target: str | None,
    output: Path | None,
    checked: Path | None,
) -> None:
    """Generate the code that reads SOURCE with its types spelled out."""
    if checked is not None:
        if ref or target or output:
            raise click.UsageError("--check FILE goes alone: the file names its source itself.")
        _check(session, checked)
        return
    if ref is None or target is None:
        raise click.UsageError("Give SOURCE and --target, or --check FILE.")
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


def _check(session: Session, path: Path) -> None:
    """Print what has changed since `path` was generated, and exit with 1 if anything has."""
    from catalog.checking import check
    from catalog.cli import documents
    from catalog.cli.output import console, print_json, text
    from connectors.drift import sentence

    with session.store() as store:
        found = check(store, path.read_text(encoding="utf-8"))
    if session.json:
        print_json(
            {
                "valid": found.valid,
                "source": {"id": found.source.id, "name": found.source.name},
                "fingerprint": found.mark.fingerprint,
                "currentFingerprint": found.current.fingerprint,
                **(
                    documents.difference(found.changes)
                    if found.changes
                    else {"compatibility": "FULL" if found.valid else None, "changes": []}
                ),
            }
        )
    elif found.valid:
        console().print(text(f"{path}: still true of {found.source.name}"))
    else:
        console().print(text(f"{path}: no longer true of {found.source.name}; generate it again"))
        if found.changes is None:
            console().print(text("  the catalog does not hold the version that it was made for"))
        for change in found.changes.changes if found.changes else ():
            console().print(text(f"  {sentence(change)}"))
    if not found.valid:
        raise click.exceptions.Exit(1)
