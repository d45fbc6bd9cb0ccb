"""Drift: how far the values of one version are spread otherwise than those of another.

All of it is read off stored profiles. Three measures, over the same bins:

- the population stability index, Σ (b − a) ln (b / a): below 0.1 nothing, from 0.25 on much;
- the Kolmogorov-Smirnov distance of two distribution functions, 0 to 1, of numbers;
- the Jensen-Shannon divergence in bits, 0 to 1.

`chance` is the probability of a difference as great between two samples of one population, so that
a small table is not called drifted for what chance does: of the index by its χ² distribution
(Yurdakul and Naranjo 2020), of the distance by Kolmogorov's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from catalog.quality.evidence import BOOLEAN, NUMERIC, TEXT, Column, Evidence, family
from catalog.quality.measures import value_counts
from catalog.quality.personal import is_personal, masked
from schema.distribution import STEPS

NONE, SOME, STRONG = "NONE", "SOME", "STRONG"
SOME_INDEX, STRONG_INDEX = 0.1, 0.25
SOME_CHANCE, STRONG_CHANCE = 0.01, 0.001
"""A level needs its index and a chance below that: so often at most is it given by chance."""

_BINS = 10
_MOST_VALUES = 20
_MOST_MOVED = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """A bin or a value, and its share of the values before and after."""

    what: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """How one column moved. `moved` has the bins or values that moved most, furthest first."""

    field: str
    level: str
    index: float
    """Population stability index."""
    distance: float | None
    """Kolmogorov-Smirnov, of numbers."""
    divergence: float
    """Jensen-Shannon, bits."""
    chance: float
    nulls_before: float
    nulls_after: float
    moved: tuple[Moved, ...]


def drift(before: Evidence, after: Evidence) -> tuple[ColumnDrift, ...]:
    """Columns of both versions whose values can be compared, strongest drift first."""
    found = [
        moved
        for name, column in after.columns.items()
        if name in before.columns
        and (moved := column_drift(before.columns[name], column)) is not None
    ]
    return tuple(sorted(found, key=lambda one: -one.index if one.level != NONE else one.index))


def column_drift(before: Column, after: Column) -> ColumnDrift | None:
    """None where a version has no values, or their families are not the same or have no drift:
    moments move on by nature, and nested values are not kept.
    """
    kind = family(after.field.type)
    if kind != family(before.field.type) or not before.present or not after.present:
        return None
    bins = _binned(before, after, kind)
    if bins is None:
        return None
    labels, one, other, counted = bins
    index = stability_index(
        *(_smoothed(at, n) for at, n in zip((one, other), counted, strict=True))
    )
    divergence = jensen_shannon(one, other)
    by_index = chance_of_index(index, len(one), *counted)
    distance = kolmogorov_smirnov(before, after) if kind == NUMERIC else None
    chance = by_index
    if distance is not None:
        chance = min(1.0, 2 * min(by_index, chance_of_distance(distance, *counted)))
    order = np.argsort(-np.abs(other - one))[:_MOST_MOVED]
    hidden = is_personal(after.field)
    moved = tuple(
        Moved(
            str(masked(labels[at])) if hidden else labels[at],
            round(float(one[at]), 6),
            round(float(other[at]), 6),
        )
        for at in order
        if abs(other[at] - one[at]) > 0.001
    )
    return ColumnDrift(
        after.name,
        level_of(index, chance),
        round(index, 6),
        None if distance is None else round(distance, 6),
        round(divergence, 6),
        float(f"{chance:.3g}"),
        round(before.null_share, 6),
        round(after.null_share, 6),
        moved,
    )


def level_of(index: float, chance: float) -> str:
    """`STRONG`, `SOME` or `NONE`."""
    if index >= STRONG_INDEX and chance < STRONG_CHANCE:
        return STRONG
    return SOME if index >= SOME_INDEX and chance < SOME_CHANCE else NONE


def stability_index(before: np.ndarray, after: np.ndarray) -> float:
    """The population stability index of shares by bin, none of them 0."""
    return float(np.sum((after - before) * np.log(after / before)))


def _smoothed(shares: np.ndarray, seen: int) -> np.ndarray:
    """Shares with half a value more in each bin (Jeffreys), so that none is empty."""
    return np.asarray((shares * seen + 0.5) / (seen + len(shares) / 2))


def jensen_shannon(before: np.ndarray, after: np.ndarray) -> float:
    """The divergence of shares by bin, in bits: 0 when equal, 1 when nothing is in common."""
    middle = (before + after) / 2

    def half(shares: np.ndarray) -> float:
        held = shares > 0
        return float(np.sum(shares[held] * np.log2(shares[held] / middle[held]))) / 2

    return max(0.0, half(before) + half(after))


def kolmogorov_smirnov(before: Column, after: Column) -> float | None:
    """The greatest distance of two distribution functions, to 1/64 where it is read off order
    statistics; None where a profile has none.
    """
    known = [_numbers(value_counts(column)) for column in (before, after)]
    if all(known):
        values = sorted({*known[0], *known[1]})
        shares = [np.array([one.get(value, 0) for value in values]) for one in known]
        one, other = (np.cumsum(counts) / counts.sum() for counts in shares)
        return float(np.max(np.abs(one - other)))
    points = [_points(column) for column in (before, after)]
    if any(not len(found) for found in points):
        return None
    every = np.unique(np.concatenate(points))
    return float(np.max(np.abs(_below(points[0], every) - _below(points[1], every))))


def _numbers(counts: Mapping[Any, int] | None) -> dict[float, int]:
    return {float(value): count for value, count in (counts or {}).items()}


def chance_of_index(index: float, bins: int, before: int, after: int) -> float:
    """That two samples of one population have an index as great: it is (1/n + 1/m) χ² with one
    degree of freedom less than bins.
    """
    if bins < 2:
        return 1.0
    return chi_square_tail(index / (1 / before + 1 / after), bins - 1)


def chance_of_distance(distance: float, before: int, after: int) -> float:
    """That two samples of one population are as far apart (Kolmogorov; Stephens 1970)."""
    size = math.sqrt(before * after / (before + after))
    reach = (size + 0.12 + 0.11 / size) * max(distance - 1 / STEPS, 0.0)
    if reach < 0.2:
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * reach) ** 2) for k in range(1, 101))
    return float(min(1.0, max(0.0, 2 * sum(terms))))


def chi_square_tail(value: float, freedom: int) -> float:
    """P(χ² ≥ value) by the cube root's normal distribution (Wilson and Hilferty 1931)."""
    if value <= 0:
        return 1.0
    spread = 2 / (9 * freedom)
    score = ((value / freedom) ** (1 / 3) - 1 + spread) / math.sqrt(spread)
    return 0.5 * math.erfc(score / math.sqrt(2))


Bins = tuple[list[str], np.ndarray, np.ndarray, tuple[int, int]]


def _binned(before: Column, after: Column, kind: str) -> Bins | None:
    known = value_counts(before), value_counts(after)
    if known[0] is not None and known[1] is not None and kind in (NUMERIC, TEXT, BOOLEAN):
        few = max(len(known[0]), len(known[1])) <= _MOST_VALUES or kind != NUMERIC
        if few:
            return _by_value(known[0], known[1])
    spread = before.profile.distribution, after.profile.distribution
    if spread[0] is None or spread[1] is None:
        return None
    counted = spread[0].seen, spread[1].seen
    if kind == NUMERIC and spread[0].points and spread[1].points:
        return _by_decile(np.array(spread[0].points), np.array(spread[1].points), counted)
    if kind == TEXT and spread[0].alphabets and spread[1].alphabets:
        one, other = dict(spread[0].alphabets), dict(spread[1].alphabets)
        labels, left, right, _ = _by_value(one, other)
        return [f"characters {_told(label)}" for label in labels], left, right, counted
    return None


def _told(alphabet: str) -> str:
    return alphabet[2:] if len(alphabet) > 2 else "none"


def _by_value(before: Mapping[Any, int], after: Mapping[Any, int]) -> Bins:
    totals = {value: before.get(value, 0) + after.get(value, 0) for value in {*before, *after}}
    kept = sorted(totals, key=lambda value: (-totals[value], str(value)))
    kept, rest = kept[:_MOST_VALUES], kept[_MOST_VALUES:]
    labels = [str(value) for value in kept]
    counts = [[one.get(value, 0) for value in kept] for one in (before, after)]
    if rest:
        labels.append(f"{len(rest)} others")
        for count, one in zip(counts, (before, after), strict=True):
            count.append(sum(one.get(value, 0) for value in rest))
    left, right = (np.array(count, float) for count in counts)
    seen = int(left.sum()), int(right.sum())
    return labels, left / left.sum(), right / right.sum(), seen


def _by_decile(before: np.ndarray, after: np.ndarray, counted: tuple[int, int]) -> Bins:
    places = np.rint(np.linspace(0, STEPS, _BINS + 1)[1:-1]).astype(int)
    edges = np.unique(before[places])
    shares = [
        np.diff(np.concatenate([[0.0], _below(one, edges), [1.0]])) for one in (before, after)
    ]
    return _between(edges), shares[0], shares[1], counted


def _between(edges: np.ndarray) -> list[str]:
    texts = [f"{edge:,.6g}" for edge in edges]
    inner = [f"{low} to {high}" for low, high in pairwise(texts)]
    return [f"up to {texts[0]}", *inner, f"above {texts[-1]}"]


def _points(column: Column) -> np.ndarray:
    found = column.profile.distribution
    return np.array(found.points if found else ())


def _below(points: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The share of values at or below each of `values`, given order statistics."""
    last = len(points) - 1
    right = np.searchsorted(points, values, side="right")
    low = np.clip(right - 1, 0, last)
    high = np.clip(right, 0, last)
    width = points[high] - points[low]
    part = np.divide(values - points[low], width, out=np.zeros(len(values)), where=width > 0)
    found = (low + np.clip(part, 0, 1)) / last
    return np.where(right == 0, 0.0, np.where(right > last, 1.0, found))
