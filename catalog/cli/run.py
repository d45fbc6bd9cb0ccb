"""`headwater run`: run a pipeline on Spark, record it, crawl what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.cli.cluster_options import Choice, cluster_options
from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalog.grid import Goal, Tried
    from catalog.model import Run, Source
    from connectors.spark.tuning import Proposal


@subcommand(
    "run",
    example="""headwater run sample_data/pipelines/delays.py
    headwater run delays.py --param min_flights=50 --master 'local[2]'
    headwater run delays.py --cluster lab --cores 4 --memory 2g
    headwater run delays.py --output /data/out/delays --json
    headwater run delay_model.py --grid alpha=0,0.1 --grid mix=0,1 --maximize r2
    headwater run delays.py --tune --dry-run""",
    changes=lambda given: "" if given["dry_run"] else "run",
)
@click.argument("path", metavar="PIPELINE.py", type=click.Path(path_type=Path))
@click.option("--param", "params", multiple=True, metavar="K=V", help="A parameter of it.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="[NAME=]PATH",
    help="Write here, not where the pipeline says.",
)
@click.option("--full", is_flag=True, help="Read all again where it reads only what is new.")
@click.option(
    "--grid", multiple=True, metavar="K=V,V…", help="Try every combination of these values."
)
@click.option("--maximize", metavar="METRIC", help="Of a grid, keep the one with most of it.")
@click.option("--minimize", metavar="METRIC", help="Of a grid, keep the one with least of it.")
@click.option("--tune", is_flag=True, help="Set Spark by what is known of the inputs and last run.")
@click.option("--dry-run", is_flag=True, help="With --tune: only tell what would be set.")
@cluster_options
@pass_session
def command(
    session: Session,
    *,
    path: Path,
    where: Choice,
    params: tuple[str, ...],
    outputs: tuple[str, ...],
    full: bool,
    grid: tuple[str, ...],
    maximize: str | None,
    minimize: str | None,
    tune: bool,
    dry_run: bool,
) -> None:
    """Run PIPELINE.py on Spark: its inputs come from the catalog, its outputs go into it."""
    from catalog.cli import documents
    from catalog.cli.announcing import announce
    from catalog.cli.output import print_json
    from catalog.cli.progress import doing
    from catalog.model import RunState
    from catalog.runs import run
    from connectors.spark.parameters import parse_pairs
    from schema.errors import RunError

    goal = _goal(grid, maximize, minimize)
    if dry_run and not tune:
        raise click.UsageError("--dry-run goes with --tune")
    if grid and (tune or full):
        raise click.UsageError("--grid goes with neither --tune nor --full")
    cluster = where.build()
    given, output = parse_pairs(params), _places(outputs)
    with session.store() as store:
        if goal is not None:
            from catalog.grid import run_grid

            values = {name: value.split(",") for name, value in parse_pairs(grid).items()}
            with doing("reading the pipeline") as on_step:
                tried = run_grid(
                    path,
                    store,
                    values,
                    goal,
                    cluster,
                    parameters=given,
                    output=output,
                    on_step=on_step,
                )
            announce(store)
            sources = store.sources(_sources_of(tried.runs))
            show_grid(session, tried, sources, goal, list(values))
            return
        if tune:
            from catalog.planning import plan
            from catalog.tuning import proposals

            job = plan(path, store, cluster, given, output=output, full=full)
            show_proposals(session, proposals(job, store), alone=dry_run)
        if dry_run:
            return
        with doing("reading the pipeline") as on_step:
            ended = run(
                path, store, cluster, given, output=output, full=full, tune=tune, on_step=on_step
            )
        announce(store)
        sources = store.sources({*ended.inputs, *ended.outputs})
    if session.json:
        print_json({"run": documents.run(ended, sources)})
    elif ended.state is RunState.COMPLETE:
        show(ended, sources)
    if ended.state is not RunState.COMPLETE:
        raise RunError(ended.error or f"run {ended.pk} ended as {ended.state.value}")


def show(run: Run, sources: Mapping[int, Source]) -> None:
    """What was read, what was written, and where to look."""
    from catalog.cli.output import console, count, size, text

    out = console()
    seconds = run.metrics.get("seconds", 0.0)
    out.print(
        text(run.pipeline, "bold") + text(" complete", "green")
        + text(f" in {seconds:.1f} s on {run.master}, run {run.pk}")
    )  # fmt: skip
    for pk in run.inputs:
        out.print(text(f"  read   {sources[pk].label}  {sources[pk].uri}"))
    for pk in run.outputs:
        out.print(text(f"  wrote  {sources[pk].label}  {sources[pk].uri}"))
    if not run.outputs:
        out.print("  nothing new to read: the output stays as it is")
    rows, written = run.metrics.get("rowsWritten"), run.metrics.get("bytesWritten")
    out.print(text(f"  {count(rows)} rows, {size(written)}"))
    for name, value in run.metrics.items():
        if name not in MEASURED:
            out.print(text(f"  {name} = {value:g}"))
    if run.outputs:
        out.print(text(f"`headwater lineage {sources[run.outputs[0]].label}` shows the way", "dim"))


MEASURED = frozenset(
    ("rowsWritten", "bytesWritten", "filesWritten", "seconds", "cataloguedSeconds", "stages",
     "tasks", "failedTasks", "rowsRead", "bytesRead", "shuffleReadBytes", "shuffleWriteBytes",
     "spilledBytes", "executorSeconds", "skew", "peakMemoryBytes")
)  # fmt: skip
"""Metrics that every run has; the others are the pipeline's own."""


def show_grid(
    session: Session,
    tried: Tried,
    sources: Mapping[int, Source],
    goal: Goal,
    names: Sequence[str],
) -> None:
    """One line a combination, best first."""
    from catalog.cli import documents
    from catalog.cli.output import console, print_json, text
    from catalog.cli.table import Table

    if session.json:
        runs = [documents.run(one, sources) for one in tried.runs]
        print_json({"run": documents.run(tried.best, sources), "runs": runs})
        return
    ranked = sorted(tried.runs, key=lambda one: goal.better(one.metrics), reverse=True)
    logged = {name: None for one in ranked for name in one.metrics if name not in MEASURED}
    metrics = [goal.metric, *(name for name in logged if name != goal.metric)]
    columns = ("run", *names, *metrics, "seconds", "state", "")
    table = Table(columns, frozenset(("run", *metrics, "seconds")))
    for one in ranked:
        figures = [one.metrics.get(name) for name in (*metrics, "seconds")]
        table.add(
            one.pk,
            *(one.parameters.get(name) for name in names),
            *(None if value is None else f"{value:.6g}" for value in figures),
            one.state.value,
            text("kept", "green") if one.pk == tried.best.pk else "",
        )
    out = console()
    out.print(table)
    show(tried.best, sources)


def show_proposals(session: Session, proposed: Sequence[Proposal], *, alone: bool) -> None:
    """What is set, and why."""
    from dataclasses import asdict

    from catalog.cli.output import console, print_json, text

    if session.json:
        if alone:
            print_json({"proposals": [asdict(one) for one in proposed]})
        return
    out = console()
    for one in proposed:
        out.print(text(f"{one.setting} = {one.value}", "bold") + text(f"  {one.reason}", "dim"))


def _goal(grid: Sequence[str], maximize: str | None, minimize: str | None) -> Goal | None:
    from catalog.grid import Goal

    metric = maximize or minimize
    if bool(grid) != bool(metric) or (maximize and minimize):
        raise click.UsageError("--grid goes with either --maximize METRIC or --minimize METRIC")
    return Goal(metric, maximize=maximize is not None) if metric else None


def _places(outputs: Sequence[str]) -> str | dict[str, str] | None:
    """One place, or places by name."""
    named = {}
    for one in outputs:
        name, separator, place = one.partition("=")
        if not separator or not name.isidentifier():
            if len(outputs) > 1:
                raise click.UsageError("--output PATH is given once; several are NAME=PATH")
            return one
        named[name] = place
    return named or None


def _sources_of(runs: Iterable[Run]) -> set[int]:
    return {pk for run in runs for pk in (*run.inputs, *run.outputs)}
