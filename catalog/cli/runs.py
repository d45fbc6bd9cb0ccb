"""`headwater runs`: what ran, on what, with which result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.model import Run, Source
    from catalog.store import Store

STATES = {"COMPLETE": "green", "FAIL": "red", "ABORT": "yellow", "RUNNING": "cyan"}


@subcommand(
    "runs",
    example="headwater runs\nheadwater runs delays --json\nheadwater runs 7\nheadwater runs 7 9",
)
@click.argument("refs", metavar="[SOURCE | RUN [RUN]]", nargs=-1)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@pass_session
def command(session: Session, *, refs: tuple[str, ...], limit: int) -> None:
    """List the runs, newest first: all, or those that read or wrote SOURCE.

    With a RUN, its number or id, all that is recorded of it; with two, where they differ.
    """
    from catalog.cli import documents
    from catalog.cli.output import print_json
    from catalog.running import end_dead_runs

    if len(refs) > 2:
        raise click.UsageError("compare two runs at a time")
    with session.store() as store:
        end_dead_runs(store)
        told = [found for ref in refs if (found := _run(store, ref)) is not None]
        pk = None
        if len(told) < len(refs):
            if len(refs) == 2:
                told = [store.run(ref) for ref in refs]
            else:
                pk = store.source(refs[0]).pk
        runs = told or store.runs(pk, first=limit)
        sources = store.sources({pk for run in runs for pk in (*run.inputs, *run.outputs)})
    if session.json and told:
        made = [{**documents.run(run, sources), "details": dict(run.details)} for run in told]
        print_json({"run": made[0]} if len(made) == 1 else {"runs": made})
    elif session.json:
        print_json({"runs": [documents.run(run, sources) for run in runs]})
    elif told:
        show_recorded(told, sources)
    else:
        show(runs, sources)


def _run(store: Store, ref: str) -> Run | None:
    """The run of that number or id; None when it is none, so that it may be a source."""
    from schema.errors import NotFound

    try:
        return store.run(ref)
    except NotFound:
        return None


def show_recorded(told: Sequence[Run], sources: Mapping[int, Source]) -> None:
    """All that is recorded of one run; of two, side by side, what differs."""
    from catalog.cli.output import console
    from catalog.cli.table import Table

    facts = [recorded(run, sources) for run in told]
    table = Table(("", *(f"run {run.pk}" for run in told)))
    for name in dict.fromkeys(name for one in facts for name in one):
        values = [one.get(name) for one in facts]
        if len(told) == 1 or values[0] != values[1]:
            table.add(name, *values)
    console().print(table)


def recorded(run: Run, sources: Mapping[int, Source]) -> dict[str, str]:
    """What a run has recorded, one fact a line."""
    from catalog.cli.output import when

    facts = {
        "pipeline": run.pipeline,
        "state": run.state.value,
        "started": when(run.started_at),
        "master": run.master,
        "code": run.code_hash and run.code_hash[:12],
        "error": run.error,
    }
    for group in ("inputs", "outputs"):
        known = {one.get("source"): one for one in run.details.get(group) or ()}
        for pk in getattr(run, group):
            if pk in sources:
                version = known.get(sources[pk].id, {}).get("version")
                shown = "" if version is None else f", version {version}"
                facts[f"{group[:-1]} {sources[pk].label}"] = f"{sources[pk].uri}{shown}"
    facts |= {f"parameter {name}": str(value) for name, value in run.parameters.items()}
    facts |= {name: f"{value:,.10g}" for name, value in run.metrics.items()}
    facts |= {
        f"set {one['setting']}": f"{one['value']}: {one['reason']}"
        for one in run.details.get("tuning") or ()
    }
    facts |= {
        f"{name} version" if name != "platform" else name: str(value)
        for name, value in (run.details.get("environment") or {}).items()
    }
    return {name: value for name, value in facts.items() if value}


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
