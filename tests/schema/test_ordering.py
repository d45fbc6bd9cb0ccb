"""Whether columns rise or fall, told of any parts in any order."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.infer import infer
from schema.ordering import MOST_STRETCHES, Order, Stretch, merged, order_of
from schema.profile import profile
from schema.summary import RAW, Summary, summarise


def order(summary: Summary) -> str | None:
    column = profile(summary, infer(summary)).column("a")
    assert column is not None
    return column.order


def texts(values: list[str | None]) -> pa.Table:
    field = pa.field("a", pa.string(), metadata=RAW)
    return pa.table([pa.array(values, pa.string())], pa.schema([field]))


@given(st.lists(st.integers(-3, 3) | st.none(), max_size=6), st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_order_is_that_of_all_values_however_they_are_cut(
    values: list[int | None], size: int
) -> None:
    present = [value for value in values if value is not None]
    up = all(one <= other for one, other in pairwise(present))
    down = all(one >= other for one, other in pairwise(present))
    expected = None if up == down else "rising" if up else "falling"
    typed = pa.table({"a": pa.array(values, pa.int64())})
    written = texts([None if value is None else str(value) for value in values])
    for table in (typed, written):
        if values:
            assert order(summarise(table.to_batches(max_chunksize=size), place="p")) == expected
        parts = [
            summarise(table.slice(at, size).to_batches(), place=f"{at:03}")
            for at in range(0, len(values), size)
        ]
        if parts:
            assert order(sum(reversed(parts), Summary())) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["9", "10", "", "11"], "rising"),
        (["2013-01-02", "2013-01-01"], "falling"),
        (["b", "c", None], "rising"),
        (["x", "x"], None),
        (["1", "x"], None),
        (["true", "false"], None),
    ],
)
def test_order_of_texts_is_that_of_what_they_stand_for(
    values: list[str | None], expected: str | None
) -> None:
    summary = summarise(texts(values).to_batches(), place="p")
    assert order(summary) == expected
    assert order(Summary.from_bytes(summary.to_bytes())) == expected


def test_stretches_that_overlap_or_are_too_many_tell_nothing() -> None:
    one, next_ = (Stretch("p", 0, 5, 1, 2, True, False),), (Stretch("p", 5, 9, 2, 3, True, False),)
    assert merged(next_, one) == (Stretch("p", 0, 9, 1, 3, True, False),)
    assert order_of(merged(one, next_)) is Order.RISING
    assert merged(one, one) is None
    assert merged(one, (Stretch("p", 5, 6, "x", "x"),)) is None
    many = tuple(Stretch(f"{at:04}", 0, 1, at, at) for at in range(MOST_STRETCHES))
    assert order_of(many) is Order.RISING
    assert merged(many, one) is None
