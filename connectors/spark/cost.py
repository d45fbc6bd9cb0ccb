"""What Spark tells of the cost of some work: told from its status store, by a tag on its jobs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LEAST_SKEW_MS = 100
"""Stages whose longest task is shorter are not looked at for skew: they measure the scheduler."""

MOST_STAGES = 1000
"""Spark itself keeps no more."""

_SUMS = {
    "bytesRead": "inputBytes",
    "rowsRead": "inputRecords",
    "shuffleReadBytes": "shuffleReadBytes",
    "shuffleWriteBytes": "shuffleWriteBytes",
    "spilledBytes": "diskBytesSpilled",
    "failedTasks": "numFailedTasks",
    "executorMilliseconds": "executorRunTime",
}


@dataclass(slots=True)
class Metered:
    """Work whose cost is told once it is over; empty when Spark did nothing or has gone.

    Keys: `stages`, `tasks`, `failedTasks`, `rowsRead`, `bytesRead`, `shuffleReadBytes`,
    `shuffleWriteBytes`, `spilledBytes` (to disk), `executorSeconds`, `skew` (the longest task's
    time by the median's, the worst of all stages) and `peakMemoryBytes` (execution memory of one
    task, the most).
    """

    figures: Mapping[str, float] = field(default_factory=dict)


@contextmanager
def metered(spark: SparkSession) -> Iterator[Metered]:
    """Count what the jobs cost that this thread starts within the block."""
    tag = f"headwater-{uuid.uuid4()}"
    told = Metered()
    spark.sparkContext.addJobTag(tag)
    try:
        yield told
    finally:
        if spark.sparkContext._jsc is not None:
            spark.sparkContext.removeJobTag(tag)
    told.figures = cost(spark, tag)


def cost(spark: SparkSession, tag: str) -> dict[str, float]:
    """The figures of all jobs with a tag; see Metered."""
    context = spark.sparkContext
    scala = context._jsc.sc()
    scala.listenerBus().waitUntilEmpty()  # what has ended is told by events that arrive later
    store = scala.statusStore()
    stages = set()
    for job in _each(store.jobsList(None)):
        if job.jobTags().contains(tag):
            stages |= set(_each(job.stageIds()))
    quantiles = context._gateway.new_array(context._jvm.double, 2)
    quantiles[0], quantiles[1] = 0.5, 1.0
    none = context._gateway.new_array(context._jvm.double, 0)
    sums = dict.fromkeys(_SUMS, 0.0)
    ran = tasks = 0
    skew, peak = 1.0, 0.0
    for stage in _each(store.stageList(None, False, False, none, None)):  # noqa: FBT003 (Scala's)
        if stage.stageId() not in stages or not stage.numCompleteTasks():
            continue
        ran += 1
        tasks += stage.numCompleteTasks()
        for name, getter in _SUMS.items():
            sums[name] += getattr(stage, getter)()
        summary = store.taskSummary(stage.stageId(), stage.attemptId(), quantiles)
        if ran <= MOST_STAGES and summary.isDefined():
            median, longest = _each(summary.get().executorRunTime())
            if longest >= LEAST_SKEW_MS:
                skew = max(skew, longest / max(median, 1.0))
            peak = max(peak, *_each(summary.get().peakExecutionMemory()))
    if not ran:
        return {}
    seconds = sums.pop("executorMilliseconds") / 1000
    return {
        "stages": float(ran),
        "tasks": float(tasks),
        **sums,
        "executorSeconds": round(seconds, 3),
        "skew": round(skew, 2),
        "peakMemoryBytes": peak,
    }


def _each(sequence: Any) -> Iterator[Any]:
    for at in range(sequence.size()):
        yield sequence.apply(at)
