"""Stability of whole distributions: neither do the quartiles wander, nor the shares of categories.

Both bounds allow for chance, by the sizes of the samples, and for what earlier versions moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from catalog.model import Expectation
from catalog.quality.drift import kolmogorov_smirnov
from catalog.quality.dtypes import OBJECT, dtype_of
from catalog.quality.evidence import NUMERIC, Column
from catalog.quality.margins import outward
from catalog.quality.measures import value_counts
from catalog.quality.rules.distribution import calendar
from catalog.quality.rules.ranges import finite
from catalog.quality.rules.subject import ColumnSubject
from catalog.quality.rules.values import closed_set
from schema.distribution import STEPS

CHANCE = 0.001
"""How often chance alone breaks a bound: samples of the population that was seen."""

_QUANTILES = (0.25, 0.5, 0.75)
_FIRST_REACH, _LEAST_REACH, _MOST_REACH = 0.2, 0.1, 0.3
_KOLMOGOROV = 1.95  # its quantile at 1 - CHANCE
_FIRST_BITS, _LEAST_BITS, _MOST_BITS = 0.25, 0.1, 1.0
_NORMAL = 3.09  # the standard normal quantile at 1 - CHANCE
_UNSEEN = 0.01
_ENOUGH_VALUES = 100


def quartiles(column: ColumnSubject) -> Iterator[Expectation]:
    """The quartiles stay between those of nearby ranks of earlier versions: the distribution
    functions are not further apart than the reach (Kolmogorov and Smirnov's distance).
    """
    known = [version for version in column.filled if _points(version) is not None]
    if column.family != NUMERIC or column.identifying or not known or calendar(column):
        return
    if dtype_of(column.now.field.type) == OBJECT or not all(finite(one) for one in known):
        return
    seen = min(version.present for version in known)
    if seen < _ENOUGH_VALUES or len(set(_points(known[-1]) or ())) < 3:
        return
    moved = [kolmogorov_smirnov(a, b) or 0.0 for a, b in pairwise(known)]
    reach = max(_LEAST_REACH, 1.5 * max(moved)) if moved else _FIRST_REACH
    reach += _KOLMOGOROV * math.sqrt(2 / min(seen, 8192))
    if reach > _MOST_REACH:
        return
    ranges = [
        [_rank(known, q - reach, up=False), _rank(known, q + reach, up=True)] for q in _QUANTILES
    ]
    yield column.expect(
        "expect_column_quantile_values_to_be_between",
        "stability",
        f"its quartiles stay within {100 * reach:.0f} % of the ranks {column.basis}",
        quantile_ranges={"quantiles": list(_QUANTILES), "value_ranges": ranges},
    )


def shares(column: ColumnSubject) -> Iterator[Expectation]:
    """Categories keep about their shares: the Kullback-Leibler divergence stays low."""
    values = closed_set(column)
    known = [found for version in column.filled if (found := value_counts(version))]
    if not values or len(values) < 2 or not known or len(known) < len(column.filled):
        return
    counts = [np.array([one.get(value, 0) for value in values], float) for one in known]
    if min(count.sum() for count in counts) < _ENOUGH_VALUES:
        return
    weights = sum(count / count.sum() for count in counts) / len(counts)
    apart = [divergence(b / b.sum(), _floored(a)) for a, b in pairwise(counts)]
    spread = 2 / (9 * (len(values) - 1))
    by_chance = (len(values) - 1) * (1 - spread + _NORMAL * math.sqrt(spread)) ** 3
    allowed = max(_LEAST_BITS, 2 * max(apart)) if apart else _FIRST_BITS
    allowed += by_chance / (2 * min(count.sum() for count in counts))
    if allowed > _MOST_BITS:
        return
    rounded = [float(f"{weight:.6g}") for weight in weights]
    yield column.expect(
        "expect_column_kl_divergence_to_be_less_than",
        "stability",
        f"the shares of its {len(values)} values {column.basis}",
        partition_object={"values": values, "weights": rounded},
        threshold=round(float(allowed), 4),
        tail_weight_holdout=_UNSEEN,
    )


def divergence(observed: np.ndarray, expected: np.ndarray) -> float:
    """Kullback and Leibler's, in nats."""
    held = observed > 0
    return float(np.sum(observed[held] * np.log(observed[held] / expected[held])))


def _floored(counts: np.ndarray) -> np.ndarray:
    raised = np.maximum(counts, 0.5)
    return np.asarray(raised / raised.sum())


def _points(column: Column) -> tuple[float, ...] | None:
    found = column.profile.distribution
    return found.points if found and found.points else None


def _rank(known: Sequence[Column], rank: float, *, up: bool) -> float | None:
    """The value at that rank in the version where it is most to the outside; None past the ends."""
    if not 0 < rank < 1:
        return None
    step = math.ceil(rank * STEPS) if up else math.floor(rank * STEPS)
    values = [points[step] for column in known if (points := _points(column))]
    return outward(max(values) if up else min(values), up=up, digits=6)
