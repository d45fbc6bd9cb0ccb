"""`headwater run`: run a pipeline on Spark, record it, crawl what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.model import Run, Source


@subcommand(
    "run",
    example="""headwater run sample_data/pipelines/delays.py
    headwater run delays.py --param min_flights=50 --master 'local[2]'
    headwater run delays.py --output /data/out/delays --json""",
)
@click.argument("path", metavar="PIPELINE.py", type=click.Path(path_type=Path))
@click.option("--master", metavar="M", help="local[N], spark://…, mesos://…  [default: all cores]")
@click.option("--memory", metavar="SIZE", help="What each executor gets, such as 2g.")
@click.option("--param", "params", multiple=True, metavar="K=V", help="A parameter of it.")
@click.option("--output", metavar="PATH", help="Write here, not where the pipeline says.")
@pass_session
def command(
    session: Session,
    *,
    path: Path,
    master: str | None,
    memory: str | None,
    params: tuple[str, ...],
    output: str | None,
) -> None:
    """Run PIPELINE.py on Spark: its inputs come from the catalog, its output goes into it."""
    from catalog.cli import documents
    from catalog.cli.output import print_json
    from catalog.cli.progress import doing
    from catalog.model import RunState
    from catalog.runs import run
    from connectors.spark.cluster import Cluster, default_cluster
    from connectors.spark.parameters import parse_pairs
    from schema.errors import RunError

    cluster = Cluster(master or default_cluster().master, memory=memory)
    with session.store() as store:
        with doing("reading the pipeline") as on_step:
            ended = run(path, store, cluster, parse_pairs(params), output=output, on_step=on_step)
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
    rows, written = run.metrics.get("rowsWritten"), run.metrics.get("bytesWritten")
    out.print(text(f"  {count(rows)} rows, {size(written)}"))
    known = {"rowsWritten", "bytesWritten", "filesWritten", "seconds"}
    for name, value in run.metrics.items():
        if name not in known:
            out.print(text(f"  {name} = {value:g}"))
    if run.outputs:
        out.print(text(f"`headwater lineage {sources[run.outputs[0]].label}` shows the way", "dim"))
