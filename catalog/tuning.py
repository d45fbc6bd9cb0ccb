"""Performance settings for a job, from the profiles of its inputs and its pipeline's last run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.planning import Input, Job
from connectors.spark.cluster import Cluster
from connectors.spark.tuning import BROADCAST, Known, Proposal, propose

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from catalog.store import Store

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
DEFAULT_MEMORY = "1g"
"""Spark's own for an executor."""


def proposals(job: Job, store: Store) -> tuple[Proposal, ...]:
    """What to set for a job; see connectors.spark.tuning."""
    last = store.last_run(job.pipeline.name)
    earlier = last.metrics if last is not None else {}
    return propose(
        [known(one) for one in job.inputs],
        earlier,
        cores_of(job.cluster),
        memory_of(job.cluster),
    )


def known(one: Input) -> Known:
    """What the profile of an input tells."""
    profile = one.version.profile
    rows = profile.row_count or profile.rows_seen or 0
    shares = [
        (column.top_values[0].count / max(column.count, 1), column.name)
        for column in profile.columns
        if column.top_values and (column.distinct_count or 0) > 1
    ]
    share, name = max(shares, default=(0.0, None))
    return Known(
        one.name, rows, profile.byte_count or 0, len(profile.columns), min(share, 1.0), name
    )


def tuned(cluster: Cluster, proposed: Sequence[Proposal]) -> Cluster:
    """The cluster with the proposals, where the user has not said otherwise."""
    said = dict(cluster.configuration)
    memory = cluster.memory
    for one in proposed:
        if one.setting == "spark.executor.memory":
            memory = memory or one.value
        elif one.setting != BROADCAST:
            said.setdefault(one.setting, one.value)
    return replace(cluster, memory=memory, configuration=tuple(sorted(said.items())))


def broadcast(
    frames: Mapping[str, DataFrame], proposed: Sequence[Proposal]
) -> dict[str, DataFrame]:
    """The inputs, those proposed with the hint to send them whole to every executor."""
    whole = {one.value for one in proposed if one.setting == BROADCAST}
    return {
        name: frame.hint("broadcast") if name in whole else frame for name, frame in frames.items()
    }


def cores_of(cluster: Cluster) -> int:
    """The cores that a run may take; of a cluster that it has to itself, those of this machine."""
    found = re.fullmatch(r"local\[(\d+)(?:,.*)?\]", cluster.master)
    if found:
        return int(found[1])
    return cluster.cores or os.cpu_count() or 1


def memory_of(cluster: Cluster) -> int:
    """Bytes that each executor has."""
    text = (cluster.memory or DEFAULT_MEMORY).lower()
    return int(text[:-1]) * _UNITS[text[-1]]
