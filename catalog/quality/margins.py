"""How far a figure of the next version may lie from those of the versions before it.

With one version the margin is a share of the figure's natural scale. With more it is learned:
the prediction interval of one further normal observation, mean ± t · s · √(1 + 1/k) of the k
figures seen, held between a least and a greatest share of the scale, so that neither two equal
versions forbid any change nor two odd ones allow everything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, stdev

FALSE_ALARMS = 0.002
"""The share of clean next versions that lie outside of a learned interval, if it is not held."""

_T = (318.3, 22.33, 10.21, 7.17, 5.89, 5.21, 4.79, 4.50, 4.30, 4.14)
_T_MANY = 3.73
"""Student's t at 0.999 by degrees of freedom from 1; then that of 15, a little wide."""


@dataclass(frozen=True, slots=True)
class Slack:
    """Shares of the scale: allowed after one version, at least and at most once learned."""

    first: float
    least: float
    most: float


def interval(
    values: Sequence[float], *, scale: float, slack: Slack, error: float = 0.0
) -> tuple[float, float]:
    """The bounds that the next value is expected in. `values` are oldest first, at least one.

    `scale` is in the unit of the values; `error` is the standard error of each of them, which
    always is allowed for three times over.
    """
    centre = fmean(values)
    half = max(_half_width(values, scale, slack), 3 * math.sqrt(2) * error)
    low, high = (centre, centre) if len(values) > 1 else (values[0], values[0])
    return low - half, high + half


def _half_width(values: Sequence[float], scale: float, slack: Slack) -> float:
    count = len(values)
    if count == 1:
        return slack.first * scale
    quantile = _T[count - 2] if count - 2 < len(_T) else _T_MANY
    learned = quantile * stdev(values) * math.sqrt(1 + 1 / count)
    reach = max(abs(value - fmean(values)) for value in values)
    return max(reach + slack.least * scale, min(learned, slack.most * scale))


def extreme(values: Sequence[float], *, scale: float, slack: Slack, upper: bool) -> float:
    """The bound that the next maximum (or, not `upper`, minimum) is expected within."""
    edge = max(values) if upper else min(values)
    low, high = interval(values, scale=scale, slack=slack)
    return max(high, edge) if upper else min(low, edge)


def drifting(values: Sequence[float], *, most: float) -> float:
    """How far the next value may lie from the last if they move step by step: twice the greatest
    step seen, at most `most`; 0 after one value.
    """
    steps = [abs(b - a) for a, b in pairwise(values)]
    return min(2 * max(steps), most) if steps else 0.0


def share_above(shares: Sequence[tuple[float, int]]) -> float:
    """The greatest share expected next, given (share, rows) of the versions seen: the greatest
    seen, as much again after one version, half of it after two, then a quarter (or half of what is
    left, if less), and three standard errors; learned like `interval` from three versions on.
    """
    worst, rows = max(shares)
    error = math.sqrt(worst * (1 - worst) / rows) if rows else 0.0
    more = 1.0 if len(shares) == 1 else 0.5 if len(shares) == 2 else 0.25
    bound = worst + min(more * worst, 0.5 * (1 - worst)) + 3 * error + 1 / max(rows, 1)
    if len(shares) > 2:
        values = [share for share, _ in shares]
        _, learned = interval(values, scale=worst, slack=Slack(0.25, 0.05, 0.5), error=error)
        bound = min(bound, max(learned, worst))
    return min(1.0, bound)


def none_seen(rows: int) -> float:
    """The share that may be bad although none of `rows` was, at 95 % confidence: 3 / rows."""
    return min(1.0, 3 / rows) if rows else 1.0


def outward(value: float, *, up: bool, digits: int = 3) -> float:
    """`value` rounded away from the data to `digits` significant digits, for people to read."""
    if not math.isfinite(value) or abs(value) < 1e-300:
        return value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    steps = math.ceil(value / step) if up else math.floor(value / step)
    rounded = float(f"{steps * step:.{digits + 2}g}")
    outside = rounded >= value if up else rounded <= value
    return rounded if outside else value
