"""Progress on standard error, and only where a terminal shows it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.crawl import Progress


@contextmanager
def crawling() -> Iterator[Callable[[Progress], None] | None]:
    """A callback that draws datasets, files, bytes, rate and the time left while it is open; None
    without a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import (
        DownloadColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bar

    from catalog.cli.output import console, printable

    bar = Bar(
        SpinnerColumn(),
        TextColumn("{task.fields[datasets]:,} datasets, {task.fields[files]:,} files"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[current]}", markup=False),
        console=console(error=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("crawl", total=None, datasets=0, files=0, current="")

        def draw(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes,
                total=max(progress.bytes_found, progress.bytes) or None,
                files=progress.files,
                datasets=progress.datasets,
                current=printable(progress.current)[-40:],
            )

        yield draw


@contextmanager
def doing(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner with one line of text that the callback replaces; nothing without a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from catalog.cli.output import console, text

    with console(error=True).status(text(what)) as status:
        yield lambda line: status.update(text(line))
