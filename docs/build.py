"""Write the generated part of docs/command-line.md again, from the commands themselves.

    python docs/build.py

What stands above the marker is written by hand.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from catalog.cli.main import main as headwater

PAGE = Path(__file__).parent / "command-line.md"
MARKER = "<!-- From here on written by docs/build.py: run `make docs`, do not edit. -->"

SHARED = ("catalog", "json")
"""Options that every command has; the hand-written part explains them."""


def reference() -> str:
    """The page: the hand-written part as it stands, then a section for every command."""
    kept, marker, _ = PAGE.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        raise SystemExit(f"{PAGE}: the line that generated text starts below is missing: {MARKER}")
    return f"{kept}{MARKER}\n\n" + "\n".join(section(*each) for each in commands())


def commands(
    group: click.Group = headwater, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group with the words that call it, groups before what is in them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def section(path: tuple[str, ...], command: click.Command) -> str:
    """Usage, description, options and examples of one command."""
    name = " ".join(path)
    context = click.Context(command, info_name=f"headwater {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"### `{name}`", "", *described(command), "", "```text", f"headwater {name} {usage}"]
    lines += ["```", ""]
    if rows := list(options(command, context)):
        lines += ["| option | says |", "| --- | --- |", *rows, ""]
    if command.epilog:
        examples = inspect.cleandoc(command.epilog.replace("\b", "")).splitlines()[1:]
        lines += ["```sh", *(line.strip() for line in examples), "```", ""]
    return "\n".join(lines)


def described(command: click.Command) -> Iterator[str]:
    """The help text, a line a paragraph."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    yield "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    """A row of the table for each option of its own, as `--help` has it."""
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if (
            record is not None
            and isinstance(parameter, click.Option)
            and parameter.name not in SHARED
        ):
            names, says = (" ".join(text.split()).replace("|", "\\|") for text in record)
            yield f"| `{names}` | {says} |"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
