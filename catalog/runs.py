"""Running a pipeline: inputs by typed connectors, outputs catalogued, all of it recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.contract import contract
from catalog.crawl import crawl
from catalog.environment import environment
from catalog.model import Run, Status
from catalog.planning import Job, plan, read, used
from catalog.recording import Ending, recorded, written_port
from catalog.running import alive
from catalog.tuning import broadcast, proposals, tuned
from connectors.model import Limits
from connectors.spark.cluster import Cluster
from connectors.spark.cost import metered
from connectors.spark.execution import Made, Result, execute
from connectors.spark.session import session
from connectors.spark.tuning import Proposal

if TYPE_CHECKING:
    from catalog.store import Store

OnStep = Callable[[str], None]


def run(
    path: str | Path,
    store: Store,
    cluster: Cluster | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    output: str | Mapping[str, str] | None = None,
    full: bool = False,
    tune: bool = False,
    on_step: OnStep = lambda _: None,
) -> Run:
    """Run the pipeline of a Python file, record the run, and crawl what it wrote.

    `parameters` are values or texts by name, `output` replaces the pipeline's own, `full` reads
    all of inputs of new data and replaces what would be appended to, `tune` applies what
    catalog.tuning proposes. What goes wrong once the run
    has started is told by its state FAIL and its `error`; Ctrl-C makes it ABORT and is passed on.
    Raises RunError for a file that is no pipeline, NotFound for an input that the catalog does
    not have, InvalidInput for a parameter that does not fit.
    """
    job = plan(path, store, cluster, parameters, output=output, full=full)
    facts = job.facts()
    with alive(facts.uuid), recorded(store, facts, job.details()) as (started, ending):
        if job.nothing_new:
            on_step("nothing new to read")
            ending.metrics |= {"rowsWritten": 0.0, "rowsRead": 0.0, "seconds": 0.0}
        else:
            proposed = proposals(job, store) if tune else ()
            job = replace(job, cluster=tuned(job.cluster, proposed))
            ending.details["tuning"] = [asdict(one) for one in proposed]
            _run(job, store, started, ending, on_step, proposed=proposed)
    return store.run(facts.uuid)


def _run(
    job: Job,
    store: Store,
    started: Run,
    ending: Ending,
    on_step: OnStep,
    *,
    proposed: Sequence[Proposal],
) -> None:
    began = time.monotonic()
    pipeline = job.pipeline
    on_step(f"starting Spark on {job.cluster.master}")
    with session(job.cluster, f"headwater {pipeline.name}") as spark:
        ending.details["environment"] = environment(spark)
        on_step(f"running {pipeline.name}")
        with metered(spark) as work:
            frames = {one.name: read(one, spark) for one in job.inputs}
            frames = broadcast(frames, proposed)
            result = execute(
                pipeline,
                frames,
                job.arguments,
                outputs=job.outputs,
                check=contract(store, on_step),
            )
        ending.metrics |= work.figures
        conclude(job, store, result, started, ending, on_step=on_step)
    ending.metrics["seconds"] = round(time.monotonic() - began, 3)


def conclude(
    job: Job, store: Store, result: Result, started: Run, ending: Ending, *, on_step: OnStep
) -> None:
    """Crawl what was written, and tell it in the ending of its run."""
    began = time.monotonic()
    ports = {one.name: one.port for one in job.inputs}
    for name, made in result.outputs.items():
        on_step(f"cataloguing {made.written.uri}")
        limits = Limits(credentials=made.output.credentials)
        for outcome in crawl([_reached(made)], store, limits, run=started.pk):
            if outcome.status is Status.GONE:
                continue
            ending.outputs.append(written_port(store, outcome, made, ports))
            if outcome.source.version is not None:
                version = store.version(outcome.source.version)
                ending.details["outputs"].append(used(name, outcome.source, version))
    written = [made.written for made in result.outputs.values()]
    ending.metrics |= {
        "rowsWritten": float(result.rows),
        "bytesWritten": float(sum(one.bytes for one in written)),
        "filesWritten": float(sum(one.files for one in written)),
        "cataloguedSeconds": round(time.monotonic() - began, 3),
        **result.metrics,
    }


def _reached(made: Made) -> str:
    """The URI that a crawl opens the output by: a table's with the login that it was given."""
    if not made.output.is_table:
        return made.written.uri
    return f"{made.output.uri.partition('#')[0]}#{made.written.uri.partition('#')[2]}"
