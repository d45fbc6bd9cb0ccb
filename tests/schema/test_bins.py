"""Histograms begin and end at edges that people find round."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.bins import edges_of_numbers, edges_of_times
from schema.decide import decisions
from schema.figures import Figures
from schema.summary import summarise

FINITE = st.floats(-1e12, 1e12)


def histogram(values: list[object], kind: pa.DataType) -> list[tuple[float, float, float]]:
    batch = pa.record_batch({"x": pa.array(values, kind)})
    summary = summarise([batch])
    column = summary.columns["x"]
    return Figures("x", column, decisions(summary)["x"], summary.sample).histogram()


@given(FINITE, FINITE, st.booleans())
def test_edges_rise_and_hold_all_between_them(one, other, flag):
    low, high = sorted((one, other))
    if low == high:
        return
    for edges in (
        edges_of_times(low, high, calendar=flag),
        edges_of_numbers(low, high, whole=flag),
    ):
        assert edges[0] <= low
        assert edges[-1] >= high
        assert (np.diff(edges) > 0).all()
        assert 2 <= len(edges) <= 24


@pytest.mark.parametrize(
    ("first", "last", "begin", "step"),
    [
        ("2013-01-01T05:00", "2013-12-31T23:00", "2013-01-01", "1M"),
        ("2013-01-01T05:00", "2013-01-14T23:00", "2013-01-01", "1D"),
        ("1951-05-01", "2024-01-15", "1950-01-01", "5Y"),
        ("2013-01-01T00:00:07", "2013-01-01T00:09:00", "2013-01-01T00:00:00", "30s"),
    ],
)
def test_times_are_binned_by_the_calendar(first, last, begin, step):
    low, high = (float(np.datetime64(one, "s").astype(int)) for one in (first, last))
    edges = edges_of_times(low, high, calendar=True)
    count, unit = int(step[:-1]), step[-1]
    expected = [np.datetime64(begin, unit) + at * count for at in range(len(edges))]
    assert [float(one.astype("M8[s]").astype(int)) for one in expected] == edges.tolist()


@pytest.mark.parametrize(
    ("kind", "values", "low", "high"),
    [
        (pa.date32(), [date(2020, 1, 1), date(2020, 12, 31), None], "2020-01-01", "2021-01-01"),
        (
            pa.timestamp("ms", "UTC"),
            [datetime(2020, 1, 1, 4, tzinfo=UTC), datetime(2020, 1, 1, 23, tzinfo=UTC)],
            "2020-01-01T04",
            "2020-01-02T00",
        ),
        (pa.time64("us"), [time(1), time(23)], "1970-01-01", "1970-01-02"),
        (pa.time32("s"), [time(1), time(23)], "1970-01-01", "1970-01-02"),
        (pa.duration("ns"), [timedelta(0), timedelta(days=1)], "1970-01-01", "1970-01-02T02"),
    ],
)
def test_dates_and_times_have_histograms_in_seconds(kind, values, low, high):
    bins = histogram(values, kind)
    ends = bins[0][0], bins[-1][1]
    assert ends[0] <= float(np.datetime64(low, "s").astype(int)) + 7200
    assert ends[1] == float(np.datetime64(high, "s").astype(int))
    assert sum(count for _, _, count in bins) == len([one for one in values if one is not None])


def test_all_at_one_moment_is_one_bin():
    assert histogram([date(1970, 1, 2)] * 3, pa.date32()) == [(86_400.0, 86_400.0, 3.0)]
