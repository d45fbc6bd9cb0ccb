"""Dates and times move forward, so only what cannot be is forbidden."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.evidence import MOMENT, Column, value_type
from catalog.quality.personal import is_personal
from catalog.quality.rules.subject import ColumnSubject

KIND = "expect_column_values_to_be_between"
_A_DAY = timedelta(days=1)
_ENOUGH_VALUES = 10
_ALWAYS = 3


def no_future(column: ColumnSubject) -> Iterator[Expectation]:
    """What has always been in the past when it was recorded stays there: no 9999-12-31."""
    if not judged(column) or column.now.at is None:
        return
    if all(version.at is not None and past(version, version.at) for version in known(column)):
        limit = like(column.now.at + _A_DAY, column.now)
        yield column.expect(
            KIND,
            "validity",
            "no value was later than the day it was recorded",
            max_value=limit,
        )


def not_before(column: ColumnSubject) -> Iterator[Expectation]:
    """Nothing long before the earliest value seen: no 0001-01-01, no 1970-01-01."""
    if not judged(column):
        return
    versions = known(column)
    low = min(version.low for version in versions)
    span = max(version.high for version in versions) - low
    try:
        limit = low - max(span, timedelta(days=30))
    except OverflowError:
        return
    yield column.expect(
        KIND,
        "validity",
        "a margin before the earliest value" + f" {column.basis}"
        if is_personal(column.now.field)
        else f"no value was before {low.isoformat()} {column.basis}",
        min_value=limit.isoformat(),
    )


def keeps_up(column: ColumnSubject) -> Iterator[Expectation]:
    """What has moved forward from version to version does not fall back."""
    newest = [version.high for version in known(column)] if judged(column) else []
    if len(newest) > 1 and column.learned and all(a < b for a, b in pairwise(newest)):
        yield column.expect(
            "expect_column_max_to_be_between",
            "timeliness",
            f"its latest value moved forward {column.basis}",
            min_value=newest[-1].isoformat(),
            strict_min=len(newest) >= _ALWAYS or None,
        )


def judged(column: ColumnSubject) -> bool:
    """Whether there are enough comparable moments to learn from."""
    versions = known(column)
    zones = {zone(version) for version in (*versions, column.now)}
    enough = max((version.present for version in versions), default=0) >= _ENOUGH_VALUES
    return column.family == MOMENT and enough and len(zones) == 1


def known(column: ColumnSubject) -> list[Column]:
    return [version for version in column.filled if isinstance(version.low, date)]


def zone(column: Column) -> tuple[bool, bool]:
    """Moments can be compared only if both or none are dates, both or none have a zone."""
    kind = value_type(column.field.type)
    aware = pa.types.is_timestamp(kind) and kind.tz is not None
    return bool(pa.types.is_date(kind)), bool(aware)


def past(column: Column, at: datetime) -> bool:
    """Whether all values are before the day after `at`."""
    high = column.high
    return high is not None and high.isoformat() <= like(at + _A_DAY, column)


def like(at: datetime, column: Column) -> str:
    """The moment as text comparable with the column's values."""
    at = at.astimezone(UTC)
    is_date, aware = zone(column)
    if is_date:
        return at.date().isoformat()
    return (at if aware else at.replace(tzinfo=None)).replace(microsecond=0).isoformat()
