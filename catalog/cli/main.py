"""The `headwater` command: a literal table of commands, each imported when it is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from catalog.cli.session import Session, shared_options
from schema.errors import HeadwaterError

COMMANDS = {  # in the order that a new user needs them; each module holds one `command`
    "demo": "catalog.cli.demo",
    "crawl": "catalog.cli.crawl",
    "search": "catalog.cli.search",
    "show": "catalog.cli.show",
    "diff": "catalog.cli.diff",
    "joins": "catalog.cli.joins",
    "quality": "catalog.cli.quality",
    "glossary": "catalog.cli.glossary",
    "alerts": "catalog.cli.alerts",
    "connect": "catalog.cli.connect",
    "run": "catalog.cli.run",
    "runs": "catalog.cli.runs",
    "lineage": "catalog.cli.lineage",
    "cluster": "catalog.cli.cluster",
    "serve": "catalog.cli.serve",
    "token": "catalog.cli.token",
    "audit": "catalog.cli.audit",
}

STOPPED_BY_USER = 130
FAULT = 1


class Headwater(click.Group):
    """The group of all commands. Faults are told in one line on standard error:
    exit status 0 done, 1 fault, 2 wrong usage, 130 stopped by Ctrl-C.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:  # `headwater … | head`: the reader has what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None
        return result

    def main(  # type: ignore[override]  # it always ends the process
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command line and leave with its exit status."""
        extra["standalone_mode"] = False
        if args is None:  # a process of its own, not a test or a program that calls the command
            extra["obj"] = Session(supervised=True)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):  # any name can be written in any encoding
                stream.reconfigure(errors="backslashreplace")
        try:
            status = super().main(args, prog_name or "headwater", **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            tell("stopped")
            sys.exit(STOPPED_BY_USER)
        except Exception as error:
            if os.environ.get("HEADWATER_DEBUG"):
                raise
            tell(describe(error))
            sys.exit(FAULT)
        sys.exit(status if isinstance(status, int) else 0)


def describe(error: BaseException) -> str:
    """One line for people: the message of our own errors, the kind as well of all others."""
    text = " ".join(str(error).split())
    if isinstance(error, HeadwaterError):
        return text
    return f"{type(error).__name__}: {text} (HEADWATER_DEBUG=1 shows where)"


def tell(message: str) -> None:
    """One line on standard error, with nothing in it that could steer a terminal."""
    from catalog.cli.output import printable

    click.echo(f"headwater: {printable(message)}", err=True)


@click.group(
    cls=Headwater,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExample:\n  headwater crawl ./data\n  headwater search flights\n"
    "  headwater COMMAND --help",
)
@shared_options
@click.version_option(None, "--version", package_name="headwater", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Find data sources, learn what is in them, and hand them, typed, to pipelines whose
    results become sources again.

    The catalog is --catalog, else HEADWATER_CATALOG, else a SQLite file in your data folder.
    """
    ctx.ensure_object(Session)


if __name__ == "__main__":
    main()
