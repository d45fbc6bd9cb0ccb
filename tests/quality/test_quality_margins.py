"""Laws of the margins: what was seen is allowed, and more is learned from more versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.quality.margins import Slack, extreme, interval, none_seen, outward, share_above

SLACK = Slack(first=0.5, least=0.05, most=0.5)
VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)
SCALES = st.floats(1e-3, 1e6)


@given(VALUES, SCALES)
def test_every_version_seen_lies_in_the_interval(values, scale):
    low, high = interval(values, scale=scale, slack=SLACK)
    tolerance = 1e-9 * max(1.0, *map(abs, values))
    assert low - tolerance <= min(values)
    assert max(values) <= high + tolerance


@given(VALUES, SCALES)
def test_an_extreme_is_never_within_what_was_seen(values, scale):
    assert extreme(values, scale=scale, slack=SLACK, upper=True) >= max(values)
    assert extreme(values, scale=scale, slack=SLACK, upper=False) <= min(values)


@given(st.floats(-1e6, 1e6), SCALES, st.integers(2, 20))
def test_versions_that_are_equal_leave_the_least_slack(value, scale, count):
    low, high = interval([value] * count, scale=scale, slack=SLACK)
    assert high - low == pytest.approx(2 * SLACK.least * scale, rel=1e-3, abs=1e-6 * abs(value))


@given(st.floats(-1e9, 1e9), st.booleans(), st.integers(1, 6))
def test_rounding_goes_away_from_the_data_and_not_far(value, up, digits):
    found = outward(value, up=up, digits=digits)
    assert found >= value if up else found <= value
    assert abs(found - value) <= abs(value) * 10.0 ** (1 - digits) * 1.01


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 10**6)), min_size=1, max_size=20))
def test_a_share_that_was_seen_is_allowed(shares):
    assert max(share for share, _ in shares) <= share_above(shares) + 1e-12
    assert share_above(shares) <= 1


def test_a_share_of_much_data_leaves_little_room():
    assert share_above([(0.02, 10_000)]) < 0.05
    assert share_above([(0.02, 10_000)] * 3) < 0.03
    assert share_above([(0.8, 10_000)]) < 0.92


def test_what_was_not_seen_in_n_rows_is_at_most_three_in_n():
    assert none_seen(1000) == pytest.approx(0.003)
    assert none_seen(0) == 1


def test_more_versions_teach_more():
    few = interval([10, 10.5], scale=10, slack=SLACK)
    many = interval([10, 10.5, 10.2, 10.3, 10.1, 10.4], scale=10, slack=SLACK)
    assert many[1] - many[0] < few[1] - few[0]
