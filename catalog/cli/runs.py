"""`headwater runs`: what ran, on what, with which result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.model import Run, Source

STATES = {"COMPLETE": "green", "FAIL": "red", "ABORT": "yellow", "RUNNING": "cyan"}


@subcommand("runs", example="headwater runs\nheadwater runs delays --json")
@click.argument("ref", metavar="[SOURCE]", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@pass_session
def command(session: Session, *, ref: str | None, limit: int) -> None:
    """List the runs, newest first: all, or those that read or wrote SOURCE."""
    from catalog.cli import documents
    from catalog.cli.output import print_json
    from catalog.running import end_dead_runs

    with session.store() as store:
        end_dead_runs(store)
        pk = store.source(ref).pk if ref else None
        runs = store.runs(pk, first=limit)
        sources = store.sources({pk for run in runs for pk in (*run.inputs, *run.outputs)})
    if session.json:
        print_json({"runs": [documents.run(run, sources) for run in runs]})
    else:
        show(runs, sources)


def show(runs: Sequence[Run], sources: Mapping[int, Source]) -> None:
    """One line a run."""
    from catalog.cli.output import console, text, when
    from catalog.cli.table import Table

    out = console()
    if not runs:
        out.print("no runs yet; `headwater run PIPELINE.py` makes one")
        return
    made = Table(
        ("run", "pipeline", "state", "started", "seconds", "inputs", "outputs", "error"),
        frozenset(("run", "seconds", "started")),
        ("started",),
    )
    for run in runs:
        seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at else None
        made.add(
            run.pk,
            run.pipeline,
            text(run.state.value, STATES[run.state.value]),
            when(run.started_at),
            None if seconds is None else f"{seconds:.1f}",
            labels(run.inputs, sources),
            labels(run.outputs, sources),
            run.error and run.error.strip().splitlines()[-1],
        )
    out.print(made)


def labels(pks: Sequence[int], sources: Mapping[int, Source]) -> str | None:
    """Short names, for one cell."""
    return ", ".join(sources[pk].label for pk in pks if pk in sources) or None
