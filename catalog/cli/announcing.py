"""Telling alerts after a command has changed the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from catalog.store import Store


def announce(store: Store) -> None:
    """Send what waits; what cannot be told now is warned of, and tried again later."""
    from catalog.alerts.deliver import deliver

    for fault in deliver(store).faults:
        click.echo(f"warning: {fault}; it is tried again by the next command", err=True)
