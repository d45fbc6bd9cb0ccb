"""Stability: the figures of a version are about those of the versions before it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.dtypes import OBJECT, dtype_of
from catalog.quality.evidence import NUMERIC, TEXT, value_type
from catalog.quality.margins import Slack, drifting, interval, outward
from catalog.quality.rules.ranges import finite, is_year, natural_bounds
from catalog.quality.rules.subject import ColumnSubject, TableSubject, figures

_ENOUGH_VALUES = 30
_COUNTED_VALUES = 200
_MEAN = Slack(first=1.0, least=0.1, most=1.0)
_GROWTH = Slack(first=math.log(1.5), least=math.log(1.1), most=math.log(2))
_VARIETY = Slack(first=math.log(1.5), least=math.log(1.1), most=math.log(2))
_MORE_ROWS = 10
_FEW_ROWS = 1000


def row_count(table: TableSubject) -> Iterator[Expectation]:
    """Neither most of the rows go missing, nor are there suddenly many times as many.

    The ratio from each version to the next is what is learned, so a table that grows may go on.
    """
    counts = [version.rows for version in table.past if version.rows and version.complete]
    if not counts or not table.now.complete:
        return
    last = counts[-1]
    ratios = [math.log(b / a) for a, b in pairwise(counts)] or [0.0]
    low, high = interval(ratios, scale=1.0, slack=_GROWTH)
    least = math.floor(last * math.exp(min(low, 0.0)))
    most = max(math.ceil(last * max(math.exp(high), _MORE_ROWS)), last + _FEW_ROWS)
    yield table.expect(
        "expect_table_row_count_to_be_between",
        "stability",
        f"{last:,} rows {table.basis if len(table.past) == 1 else 'in the version before'}",
        min_value=max(least, 1),
        max_value=most,
    )


def mean(column: ColumnSubject) -> Iterator[Expectation]:
    """A mean moves when the unit, the population or the meaning does."""
    known = [version for version in column.filled if version.profile.std]
    if column.family != NUMERIC or column.identifying or not known or calendar(column):
        return
    if dtype_of(column.now.field.type) == OBJECT:  # Decimals, whose mean is far too slow
        return
    smallest = min(version.present for version in known)
    if smallest < _ENOUGH_VALUES or not all(finite(version) for version in known):
        return
    means = figures(known, "mean")
    scale = max(figures(known, "std"))
    error = scale / math.sqrt(min(smallest, column.now.present or smallest))
    if len(means) != len(known) or not math.isfinite(scale):
        return
    low, high = interval(means, scale=scale, slack=_MEAN, error=error)
    reach = drifting(means, most=1.5 * scale)
    low, high = min(low, means[-1] - reach), max(high, means[-1] + reach)
    if all(version.low >= 0 for version in known):
        low = max(low, 0.0)
    yield column.expect(
        "expect_column_mean_to_be_between",
        "stability",
        f"its mean was {means[-1]:,.4g} with a deviation of {known[-1].profile.std:,.3g} "
        f"{column.basis}",
        min_value=outward(low, up=False, digits=4),
        max_value=outward(high, up=True, digits=4),
    )


def distinct(column: ColumnSubject) -> Iterator[Expectation]:
    """About as many different values as before: neither do categories go missing, nor does a
    column of categories fill with free text.
    """
    known = [version for version in column.filled if version.distinct > 1]
    counted = column.family == TEXT or pa.types.is_integer(value_type(column.now.field.type))
    if not counted or not known or column.identifying or calendar(column):
        return
    counts = [version.distinct for version in known]
    few = max(counts) <= _COUNTED_VALUES and not any(v.profile.distinct_error for v in known)
    repeated = all(version.present >= 10 * version.distinct for version in known)
    if not few or not repeated:
        return
    logs = [math.log(count) for count in counts]
    low, high = interval(logs, scale=1.0, slack=_VARIETY)
    yield column.expect(
        "expect_column_unique_value_count_to_be_between",
        "stability",
        f"it had {counts[-1]:,} different values {column.basis}",
        min_value=max(1, math.floor(math.exp(low))),
        max_value=math.ceil(math.exp(high)),
    )


def calendar(column: ColumnSubject) -> bool:
    """Whether its numbers are parts of dates, which move on from version to version."""
    return is_year(column) or natural_bounds(column) is not None
