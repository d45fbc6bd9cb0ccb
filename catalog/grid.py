"""A pipeline tried with every combination of some parameters, the best of which is kept."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.contract import contract
from catalog.environment import environment
from catalog.model import Run, RunState
from catalog.openlineage import RunFacts
from catalog.planning import Job, plan, read
from catalog.recording import Ending, recorded
from catalog.running import alive
from catalog.runs import OnStep, conclude
from connectors.spark.cluster import Cluster, default_cluster
from connectors.spark.cost import metered
from connectors.spark.execution import Computed, compute, finish, on_workers
from connectors.spark.session import session
from schema.errors import InvalidInput, RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from catalog.store import Store

MOST = 1000
"""Combinations in one grid."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The metric that the best combination has most of, or least."""

    metric: str
    maximize: bool = True

    def better(self, metrics: Mapping[str, float]) -> float:
        """Higher is better; what is not finite is worst."""
        value = metrics.get(self.metric, math.nan)
        if not math.isfinite(value):
            return -math.inf
        return value if self.maximize else -value


@dataclass(frozen=True, slots=True)
class Tried:
    """All runs of a grid in the order of its combinations, and the one whose output was kept."""

    runs: tuple[Run, ...]
    best: Run


@dataclass(slots=True)
class _Try:
    """One combination; nothing is computed when it failed."""

    job: Job
    facts: RunFacts
    computed: Computed | None
    ending: Ending


def run_grid(
    path: str | Path,
    store: Store,
    grid: Mapping[str, Sequence[Any]],
    goal: Goal,
    cluster: Cluster | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    output: str | Mapping[str, str] | None = None,
    on_step: OnStep = lambda _: None,
) -> Tried:
    """Run the pipeline with every combination of the values in `grid`, several at a time in one
    session, and write what the best returned. Each is recorded as a run with its metrics.

    The function must log the goal's metric itself. Raises RunError when no combination does.
    """
    job = plan(path, store, cluster or default_cluster(), parameters, output=output)
    if any(one.unread is not None for one in job.inputs):
        raise InvalidInput(f"{job.pipeline.name}: reads new data only; a grid reads all of it")
    fair = ("spark.scheduler.mode", "FAIR")
    job = replace(job, cluster=replace(job.cluster, configuration=_with(job.cluster, fair)))
    jobs = [replace(job, arguments=arguments) for arguments in combinations(job, grid)]
    on_step(f"starting Spark on {job.cluster.master}")
    with session(job.cluster, f"headwater {job.pipeline.name}") as spark, on_workers(job.pipeline):
        frames = {one.name: read(one, spark) for one in job.inputs}
        on_step(f"trying {len(jobs)} combinations")
        tries = _tried(jobs, frames, goal, store, spark)
        best = max(tries, key=lambda one: goal.better(one.ending.metrics), default=None)
        if best is None or goal.better(best.ending.metrics) == -math.inf:
            errors = [store.run(one.facts.uuid).error for one in tries]
            why = next(filter(None, errors), f"no finite {goal.metric}")
            raise RunError(f"none of {len(tries)} combinations can be kept: {why}")
        on_step("writing the best")
        _keep(best, store, on_step)
    runs = tuple(store.run(one.facts.uuid) for one in tries)
    return Tried(runs, store.run(best.facts.uuid))


def combinations(job: Job, grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """The arguments of each combination, the last parameter of the grid changing fastest.

    Raises InvalidInput for a parameter that there is not or a value that does not fit.
    """
    if math.prod(len(values) for values in grid.values()) > MOST:
        raise InvalidInput(f"the grid has more than {MOST} combinations; give fewer values")
    found: list[dict[str, Any]] = []
    for values in product(*grid.values()):
        chosen = job.pipeline.arguments(dict(zip(grid, values, strict=True)))
        arguments = {**job.arguments, **{name: chosen[name] for name in grid}}
        if arguments not in found:
            found.append(arguments)
    return found


def _tried(
    jobs: Sequence[Job],
    frames: Mapping[str, DataFrame],
    goal: Goal,
    store: Store,
    spark: SparkSession,
) -> list[_Try]:
    stopped = threading.Event()

    def attempt(job: Job) -> _Try:
        facts, details = job.facts(), job.details()
        trial = _Try(job, facts, None, Ending())
        with alive(facts.uuid), recorded(store, facts, details) as (_, ending):
            if stopped.is_set():
                raise KeyboardInterrupt
            ending.details["environment"] = environment(spark)
            spark.sparkContext.setLocalProperty("spark.scheduler.pool", facts.uuid)
            began = time.monotonic()
            try:
                with metered(spark) as work:
                    made = compute(job.pipeline, frames, job.arguments)
            except Exception as error:
                if stopped.is_set():
                    raise KeyboardInterrupt from error
                raise
            if goal.metric not in made.metrics:
                logged = ", ".join(made.metrics) or "none"
                raise RunError(
                    f"pipeline {job.pipeline.name}: logs no metric {goal.metric!r} before it "
                    f"returns; it logs {logged}"
                )
            seconds = round(time.monotonic() - began, 3)
            ending.metrics |= {**work.figures, "seconds": seconds, **made.metrics}
            trial.computed, trial.ending = made, ending
        return trial

    workers = min(len(jobs), max(2, spark.sparkContext.defaultParallelism))
    pool = ThreadPoolExecutor(workers, thread_name_prefix="grid")
    try:
        return list(pool.map(attempt, jobs))
    except BaseException:
        stopped.set()
        spark.sparkContext.cancelAllJobs()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _keep(best: _Try, store: Store, on_step: OnStep) -> None:
    """Write what the best returned, as the output of its run. Raises RunError when it cannot."""
    assert best.computed is not None
    job = best.job
    with alive(best.facts.uuid), recorded(store, best.facts, best.ending.details) as (run, ending):
        check = contract(store, on_step)
        result = finish(job.pipeline, job.outputs, best.computed, job.arguments, check)
        ending.metrics |= best.ending.metrics
        conclude(job, store, result, run, ending, on_step=on_step)
    ended = store.run(best.facts.uuid)
    if ended.state is not RunState.COMPLETE:
        raise RunError(ended.error or "the best could not be written")


def _with(cluster: Cluster, pair: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**dict(cluster.configuration), pair[0]: pair[1]}.items()))
