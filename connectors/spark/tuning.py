"""Settings of Spark proposed from what is known of the inputs and of earlier runs. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MEGABYTE = 1 << 20

PARTITION_BYTES = 64 * MEGABYTE
"""What one task of a shuffle should get (Spark's advice for adaptive execution)."""

BROADCAST_BYTES = 256 * MEGABYTE
"""The most that an input may be in memory to be sent whole to every executor; Spark's own limit
is 10 MB, of what it estimates from file sizes."""

BROADCAST_SHARE = 4
"""An input is sent whole when another is at least so many times its size."""

SKEWED_SHARE = 0.1
"""A value that so many of the rows have makes its partition of a shuffle long."""

CELL_BYTES = 16
"""About what a value takes as a row in memory."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a profile tells of an input: rows, bytes on disk, columns, and the largest share of
    rows that one value of a column has.
    """

    name: str
    rows: int
    bytes: int
    columns: int
    top_share: float = 0.0
    top_column: str | None = None

    @property
    def memory(self) -> int:
        """About how many bytes its rows take in memory."""
        return max(self.bytes, self.rows * self.columns * CELL_BYTES)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A Spark property and its value, or an input to broadcast (`broadcast`), and why."""

    setting: str
    value: str
    reason: str


BROADCAST = "broadcast"


def propose(
    inputs: Sequence[Known], earlier: Mapping[str, float], cores: int, memory_bytes: int
) -> tuple[Proposal, ...]:
    """What to set for a run over `inputs` on `cores`, each task's executor having `memory_bytes`.

    `earlier` are the metrics of the last run of the same pipeline, empty when there is none.
    """
    small = {one.name for one in _small(inputs, memory_bytes)}
    made = [
        Proposal(
            BROADCAST,
            one.name,
            f"{one.rows:,} rows, about {_size(one.memory)}: sent whole, so that the larger input "
            "is not shuffled",
        )
        for one in inputs
        if one.name in small
    ]
    large = [one for one in inputs if one.name not in small]
    shuffles = (*_partitions(large, earlier, cores), *_skew(large))
    return (*made, *shuffles, *_memory(earlier, memory_bytes))


def _small(inputs: Sequence[Known], memory_bytes: int) -> Iterator[Known]:
    """Inputs that are sent whole rather than shuffled: small, and far smaller than the largest."""
    largest = max((one.memory for one in inputs), default=0)
    limit = min(BROADCAST_BYTES, memory_bytes // 4)
    for one in inputs:
        if one.memory <= limit and one.memory * BROADCAST_SHARE <= largest:
            yield one


def _partitions(
    large: Sequence[Known], earlier: Mapping[str, float], cores: int
) -> Iterator[Proposal]:
    shuffled = earlier.get("shuffleWriteBytes")
    if shuffled is not None:
        size, source = int(shuffled), f"the last run shuffled {_size(int(shuffled))}"
    else:
        size = sum(one.memory for one in large)
        source = f"the inputs hold about {_size(size)} in memory"
    count = max(cores, math.ceil(size / PARTITION_BYTES))
    count = math.ceil(count / cores) * cores
    reason = f"{source}: {_size(PARTITION_BYTES)} a task, a multiple of {cores} cores"
    yield Proposal("spark.sql.shuffle.partitions", str(count), reason)


def _skew(large: Sequence[Known]) -> Iterator[Proposal]:
    worst = max(large, key=lambda one: one.top_share, default=None)
    if len(large) < 2 or worst is None or worst.top_share < SKEWED_SHARE:
        return
    reason = f"one value of {worst.name}.{worst.top_column} has {worst.top_share:.0%} of the rows"
    yield Proposal("spark.sql.adaptive.skewJoin.skewedPartitionFactor", "2", reason)
    threshold = max(MEGABYTE, min(PARTITION_BYTES, worst.memory // 16))
    yield Proposal(
        "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", str(threshold), reason
    )
    yield Proposal("spark.sql.adaptive.advisoryPartitionSizeInBytes", str(threshold), reason)


def _memory(earlier: Mapping[str, float], memory_bytes: int) -> Iterator[Proposal]:
    spilled = int(earlier.get("spilledBytes", 0))
    if spilled:
        megabytes = 2 * memory_bytes // MEGABYTE
        reason = f"the last run spilled {_size(spilled)} to disk with {_size(memory_bytes)}"
        yield Proposal("spark.executor.memory", f"{megabytes}m", reason)


def _size(count: int) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1024 or unit == "GB":
            return f"{count:,.0f} {unit}"
        count //= 1024
    raise AssertionError
