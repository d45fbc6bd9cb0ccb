"""What every command shares: where the catalog is, and whether to speak JSON."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.noting import Action, noted

if TYPE_CHECKING:
    from catalog.settings import Settings
    from catalog.store import Store


@dataclass(slots=True)
class Session:
    """The shared options, given before or after the command's name; the later one counts."""

    catalog: str | None = None
    json: bool = False
    supervised: bool = False
    """Whether the command may run in a child process, which is replaced when a reader crashes."""

    @property
    def settings(self) -> Settings:
        from catalog.settings import Settings

        return Settings.build(os.environ, catalog=self.catalog, json=self.json)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The open catalog. Raises CatalogError when it cannot be opened."""
        from catalog.store import Store
        from connectors.threads import limit_threads

        settings = self.settings
        limit_threads(settings.threads)
        with Store.open(settings.catalog) as store:
            yield store


pass_session = click.make_pass_decorator(Session, ensure=True)


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--catalog` and `--json`, which every command takes on either side of its name."""
    catalog = click.option(
        "--catalog",
        metavar="URL",
        expose_value=False,
        callback=_keep("catalog"),
        help="The catalog: a SQLAlchemy URL, or the path of a SQLite file.",
    )
    json = click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_keep("json"),
        help="Print one JSON document.",
    )
    return catalog(json(function))


def subcommand(
    name: str, *, example: str, changes: Action | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with the shared options and its example at the end of the help. One that changes
    the catalog says what the audit log calls that.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        function = function if changes is None else noted(changes, function)
        lines = "\n".join(f"  {line.strip()}" for line in example.strip().splitlines())
        made = click.command(name, epilog=f"\b\nExample:\n{lines}")
        return made(shared_options(function))

    return decorate


def _keep(attribute: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def callback(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
        session = ctx.ensure_object(Session)
        if value:
            setattr(session, attribute, value)
        return value

    return callback
