"""Dates of eight digits, as 20240131, and times of fourteen, as 20240131235959."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

EARLIEST, LATEST = 19000101, 21001231
"""The first and last day that eight digits are taken for."""


def compact_days(numbers: pa.Array) -> pa.Array:
    """Numbers of eight digits as dates, null where there is no such day."""
    values = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False)
    year, month, day = values // 10_000, values // 100 % 100, values % 100
    known = (values >= EARLIEST) & (values <= LATEST) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(known, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    longest = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    known &= day <= longest
    days = months.astype("datetime64[D]").astype(np.int32) + np.where(known, day, 1) - 1
    return pa.array(days.astype(np.int32), mask=~known).cast(pa.date32())


FIRST_STAMP, LAST_STAMP = EARLIEST * 10**6, LATEST * 10**6 + 235959
"""The first and last second that fourteen digits are taken for."""


def compact_times(numbers: pa.Array) -> pa.Array:
    """Numbers of fourteen digits as timestamps, null where there is no such second."""
    values = pc.fill_null(numbers, 0)
    days = compact_days(pc.divide(values, 10**6))
    clock = values.to_numpy(zero_copy_only=False) % 10**6
    hour, minute, second = clock // 10_000, clock // 100 % 100, clock % 100
    known = (hour < 24) & (minute < 60) & (second < 60)
    midnight = pc.cast(pc.cast(days, pa.timestamp("s")), pa.int64())
    seconds = pc.add(midnight, pa.array(hour * 3600 + minute * 60 + second))
    return pc.if_else(pa.array(known), pc.cast(seconds, pa.timestamp("s")), None).cast(
        pa.timestamp("us")
    )
