"""The mergeable sketches that a Summary is made of.

Both keep what has the least hashes below a threshold θ that only falls, so that merging is the
union below the lower θ (bottom-k sampling: Cohen and Kaplan 2007; theta sketches: Dasgupta et
al. 2016). What is kept does not depend on the order or the chunks in which data came.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.clipping import clipped
from schema.hashing import mix

ALL = 2**64 - 1
DISTINCT_SIZE = 4096
KEYS_SIZE = 1024
SAMPLE_ROWS = 8192
Z_99 = 2.576  # standard normal quantile of 99 % two-sided confidence


def no_hashes() -> np.ndarray:
    return np.empty(0, dtype=np.uint64)


def no_counts() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The least `DISTINCT_SIZE` hashes of a column, each with its exact number of occurrences.

    `hashes` uint64 ascending, all ≤ `theta`; `counts` int64, as long. While theta is at its
    start every value is kept, and the number of distinct values is exact.
    """

    hashes: np.ndarray = field(default_factory=no_hashes)
    counts: np.ndarray = field(default_factory=no_counts)
    theta: int = ALL

    @classmethod
    def of(cls, hashes: np.ndarray, counts: np.ndarray | None = None, theta: int = ALL) -> Distinct:
        """The sketch of hashed values (with their multiplicities, if they are distinct ones).

        `theta` of what came before spares looking at hashes that cannot be kept.
        """
        if counts is None and len(hashes) > 4 * DISTINCT_SIZE and theta == ALL:
            first = np.unique(hashes[: 4 * DISTINCT_SIZE])
            if len(first) > DISTINCT_SIZE:
                theta = int(first[DISTINCT_SIZE - 1])
        if theta != ALL:
            below = hashes <= np.uint64(theta)
            hashes = hashes[below]
            counts = None if counts is None else counts[below]
        return cls(*_unique(hashes, counts), theta)._cut()

    def __add__(self, other: Distinct) -> Distinct:
        theta = min(self.theta, other.theta)
        hashes = np.concatenate([self.hashes, other.hashes])
        counts = np.concatenate([self.counts, other.counts])
        below = hashes <= np.uint64(theta)
        return Distinct(*_unique(hashes[below], counts[below]), theta)._cut()

    def _cut(self) -> Distinct:
        if len(self.hashes) <= DISTINCT_SIZE:
            return self
        theta = int(self.hashes[DISTINCT_SIZE - 1])
        return Distinct(self.hashes[:DISTINCT_SIZE], self.counts[:DISTINCT_SIZE], theta)

    @property
    def exact(self) -> bool:
        return self.theta == ALL

    @property
    def estimate(self) -> int:
        """The number of distinct values: exact, or the unbiased (k - 1) / θ."""
        if self.exact or len(self.hashes) < 2:
            return len(self.hashes)
        return round((len(self.hashes) - 1) / ((self.theta + 1) / 2**64))

    @property
    def error(self) -> float:
        """Relative error bound of `estimate` at 99 % confidence, 0 when exact."""
        if self.exact:
            return 0.0
        return Z_99 / math.sqrt(max(len(self.hashes) - 2, 1))

    @property
    def repeats(self) -> bool:
        """Whether a value is known to occur more than once; False is certain only when exact."""
        return bool((self.counts > 1).any())

    def keys(self) -> Keys:
        """The same hashes as keys to join by."""
        return Keys(self.hashes, self.theta).cut()


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """The least `KEYS_SIZE` hashes of a column's values in normal form, to be joined by.

    `hashes` uint64 ascending, all ≤ `theta`. While theta is at its start all of them are there.

    """

    hashes: np.ndarray = field(default_factory=no_hashes)
    theta: int = ALL

    @classmethod
    def of(cls, hashes: np.ndarray, theta: int = ALL) -> Keys:
        """The keys of hashed values, in any order, which may repeat."""
        return cls(np.unique(hashes[hashes <= np.uint64(theta)]), theta).cut()

    def __add__(self, other: Keys) -> Keys:
        theta = min(self.theta, other.theta)
        return Keys.of(np.concatenate([self.hashes, other.hashes]), theta)

    def cut(self, size: int = KEYS_SIZE) -> Keys:
        """The same with at most `size` hashes."""
        if len(self.hashes) <= size:
            return self
        return Keys(self.hashes[:size], int(self.hashes[size - 1]))

    @property
    def complete(self) -> bool:
        """Whether it has the hash of every value."""
        return self.theta == ALL

    @property
    def estimate(self) -> int:
        """The number of different keys: exact, or the unbiased (k - 1) / θ."""
        if self.complete or len(self.hashes) < 2:
            return len(self.hashes)
        return round((len(self.hashes) - 1) / ((self.theta + 1) / 2**64))

    def overlap(self, other: Keys) -> Overlap:
        """What both have of the other, as far as the sketches reach."""
        theta = np.uint64(min(self.theta, other.theta))
        mine = self.hashes[: np.searchsorted(self.hashes, theta, side="right")]
        theirs = other.hashes[: np.searchsorted(other.hashes, theta, side="right")]
        if not len(mine) or not len(theirs):
            return Overlap(len(mine), len(theirs), 0)
        found = np.searchsorted(theirs, mine)
        shared = int((theirs[np.minimum(found, len(theirs) - 1)] == mine).sum())
        return Overlap(len(mine), len(theirs), shared)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many keys of two columns were looked at, and how many they share. All of the keys below
    one threshold are looked at, so that each ratio is an unbiased estimate (Cohen and Kaplan 2007).
    """

    mine: int
    theirs: int
    shared: int

    @property
    def containment(self) -> float | None:
        """The share of this column's keys that the other has; None when none was looked at."""
        return self.shared / self.mine if self.mine else None

    @property
    def reverse(self) -> float | None:
        """The share of the other's keys that this column has."""
        return self.shared / self.theirs if self.theirs else None

    @property
    def jaccard(self) -> float:
        """What they share of what either has."""
        either = self.mine + self.theirs - self.shared
        return self.shared / either if either else 0.0


def _unique(hashes: np.ndarray, counts: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    if counts is None:  # Arrow counts by a hash table, in a quarter of numpy's time for a sort
        counted = pc.value_counts(pa.array(hashes))
        kept, found = counted.field(0).to_numpy(), counted.field(1).to_numpy()
        order = np.argsort(kept)
        return kept[order], found[order]
    kept, inverse = np.unique(hashes, return_inverse=True)
    totals = np.zeros(len(kept), dtype=np.int64)
    np.add.at(totals, inverse, counts)
    return kept, totals


@dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """A uniform sample without replacement of at most `SAMPLE_ROWS` rows.

    `priorities` uint64 ascending, one a row of `rows`; a row's priority is a hash of its place,
    so the sample of the same data is the same. While theta is at its start all rows are kept. Long
    values are kept by their beginnings.
    """

    priorities: np.ndarray = field(default_factory=no_hashes)
    rows: pa.Table = field(default_factory=lambda: pa.table({}))
    theta: int = ALL

    @classmethod
    def of(cls, table: pa.Table, seed: int, start: int, theta: int = ALL) -> RowSample:
        """The sample of the rows of `table`, which stand at `start` and after in a place whose
        hash is `seed`.
        """
        positions = np.arange(start, start + table.num_rows, dtype=np.uint64)
        priorities = mix(mix(positions) ^ np.uint64(seed))
        below = np.flatnonzero(priorities <= np.uint64(theta))
        if len(below) > SAMPLE_ROWS:
            below = below[np.argpartition(priorities[below], SAMPLE_ROWS - 1)[:SAMPLE_ROWS]]
            theta = int(priorities[below].max())
        order = below[np.argsort(priorities[below])]
        return cls(priorities[order], clipped(table.take(pa.array(order))), theta)

    def merge(self, other: RowSample, rows: pa.Table, size: int = SAMPLE_ROWS) -> RowSample:
        """The sample of both; `rows` are this one's rows and then the other's, in one schema."""
        theta = min(self.theta, other.theta)
        priorities = np.concatenate([self.priorities, other.priorities])
        below = np.flatnonzero(priorities <= np.uint64(theta))
        order = below[np.argsort(priorities[below], kind="stable")]
        if len(order) > size:
            order = order[:size]
            theta = int(priorities[order[-1]])
        return RowSample(priorities[order], rows.take(pa.array(order)), theta)

    def thin(self, size: int) -> RowSample:
        """The same with at most `size` rows."""
        if len(self.priorities) <= size:
            return self
        theta = int(self.priorities[size - 1])
        return RowSample(self.priorities[:size], self.rows.slice(0, size), theta)

    @property
    def complete(self) -> bool:
        """Whether it holds every row."""
        return self.theta == ALL

    def rank_error(self, values: int) -> float:
        """Bound on the error of a quantile's rank at 99 % confidence, from so many sampled
        values: Dvoretzky-Kiefer-Wolfowitz with Massart's constant (1990).
        """
        if self.complete or not values:
            return 0.0
        return math.sqrt(math.log(2 / 0.01) / (2 * values))
