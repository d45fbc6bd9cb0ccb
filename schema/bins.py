"""Where the bins of a histogram begin and end: at edges that people find round."""

from __future__ import annotations

import math

import numpy as np

BINS = 20
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = tuple(
    n * unit
    for unit, multiples in (
        (1, (1, 2, 5, 10, 15, 30)),
        (_MINUTE, (1, 2, 5, 10, 15, 30)),
        (_HOUR, (1, 2, 3, 6, 12)),
        (_DAY, (1, 2, 7, 14)),
    )
    for n in multiples
)
"""Seconds; from a month on, bins begin with months and years."""

_MONTHS = (1, 2, 3, 6)
_BEFORE_1970 = 1970 * 12


def edges_of_numbers(low: float, high: float, *, whole: bool) -> np.ndarray:
    """Edges around [low, high] at multiples of 1, 2 or 5 times a power of ten."""
    width = (high - low) / BINS
    power = 10.0 ** math.floor(math.log10(width)) if width > 0 else 0.0
    step = next((power * factor for factor in (1, 2, 5) if power * factor >= width), power * 10)
    if whole:
        step = max(step, 1.0)
    return _multiples(low, high, step)


def edges_of_times(low: float, high: float, *, calendar: bool) -> np.ndarray:
    """Edges around [low, high], both in seconds: at whole seconds, minutes, hours, days or weeks,
    and where seconds are those since 1970 (`calendar`) at the first of months and of years.
    """
    width = (high - low) / BINS
    for step in _STEPS:
        if step >= width:
            return _multiples(low, high, step) if width > _STEPS[0] / 2 else _even(low, high)
    if not calendar:
        return edges_of_numbers(low / _DAY, high / _DAY, whole=True) * _DAY
    months = width / (30.44 * _DAY)
    many = next((n for n in _MONTHS if n >= months), None)
    if many is None:
        years = months / 12
        power = 10 ** math.floor(math.log10(max(years, 1.0)))
        many = 12 * next((power * n for n in (1, 2, 5) if power * n >= years), power * 10)
    first, last = (_month(one) // many * many for one in (low, high))
    months_on = np.arange(first, last + many + 1, many) - _BEFORE_1970
    edges: np.ndarray = months_on.astype("M8[M]").astype("M8[s]").astype(np.int64).astype(float)
    return edges


def _month(seconds: float) -> int:
    """Months since the year 0."""
    return int(np.datetime64(math.floor(seconds), "s").astype("M8[M]").astype(int)) + _BEFORE_1970


def _multiples(low: float, high: float, step: float) -> np.ndarray:
    if step == 0 or abs(low) / step > 2**52 or abs(high) / step > 2**52:
        return _even(low, high)  # the numbers are too close for round edges
    first, last = math.floor(low / step), math.floor(high / step) + 1
    first -= first * step > low  # 19 * 0.1 is more than 1.9
    last += last * step < high
    edges = np.array([number * step for number in range(first, last + 1)], dtype=float)
    return edges if np.isfinite(edges).all() else _even(low, high)


def _even(low: float, high: float) -> np.ndarray:
    edges: np.ndarray = np.linspace(low, high, BINS + 1)
    return edges
