"""Rows that equal another, of tables that are larger than the sample of rows."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.infer import infer
from schema.profile import profile
from schema.relations import Relations
from schema.repeats import MOST_ROWS, Drawing, Repeats
from schema.sketches import SAMPLE_ROWS
from schema.summary import RAW, Summary, summarise

ROWS = 30_000


def table(rows: int = ROWS, *, repeated: int = 0, seed: int = 1) -> pa.Table:
    """Rows without a key, of which the first ones stand at the end once more."""
    random = np.random.default_rng(seed)
    made = pa.table(
        {
            "when": pa.array(random.integers(0, 86_400, rows), pa.timestamp("s")),
            "kind": pa.array(random.choice(["a", "b", ""], rows)).dictionary_encode(),
            "size": pa.array(random.normal(0, 1, rows).round(3), mask=random.random(rows) < 0.1),
            "note": pa.array([f"{n:x}" if n % 9 else None for n in random.integers(0, 999, rows)]),
            "fee": pa.array(random.integers(0, 99, rows)).cast(pa.decimal128(21, 2)),
            "late": pa.array(random.random(rows) < 0.5),
            "seats": pa.array(random.integers(0, 300, rows), pa.int16()),
        }
    )
    return pa.concat_tables([made, made.slice(0, repeated)]).unify_dictionaries().combine_chunks()


def told(summary: Summary) -> Relations:
    found = profile(summary, infer(summary)).relations
    assert found is not None
    return found


def cells(given: pa.Table) -> pa.Table:
    """The table as a file of text has it."""
    columns = [
        pa.array([None if one is None else str(one) for one in column.to_pylist()], pa.string())
        for column in given.columns
    ]
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in given.column_names]
    return pa.table(columns, schema=pa.schema(fields))


@pytest.mark.parametrize("form", [table, lambda **kwargs: cells(table(**kwargs))])
@pytest.mark.parametrize("repeated", [0, 300, 3000, 15_000])
def test_the_share_of_rows_that_repeat_lies_within_its_bound(form, repeated):
    found = told(summarise(form(repeated=repeated).to_batches(max_chunksize=5000)))
    rows = ROWS + repeated
    assert 0 < found.duplicate_error < 0.03
    assert abs(found.duplicates - repeated) <= found.duplicate_error * rows
    assert found.repeated == pytest.approx(2 * found.duplicates, abs=2)


def test_few_rows_are_counted_exactly():
    found = told(summarise(table(4000, repeated=77).to_batches()))
    assert (found.duplicates, found.repeated, found.duplicate_error) == (77, 154, 0.0)


def test_rows_that_repeat_in_other_parts_are_found():
    """Small parts, of which all rows are kept, large ones, and thinned ones together."""
    rows = table(repeated=3000)
    parts = [rows.slice(0, 500), rows.slice(500, 25_000), rows.slice(25_500)]
    summaries = [summarise(part.to_batches(), place=str(n)) for n, part in enumerate(parts)]
    assert summaries[0].repeats is None
    for chosen in (summaries, summaries[::-1], [one.thin(4) for one in summaries]):
        stored = [Summary.from_bytes(one.to_bytes()) for one in chosen]
        found = told(reduce(add, stored))
        assert abs(found.duplicates - 3000) <= found.duplicate_error * len(rows)
        assert found.duplicates > 1000


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=6), st.integers(0, 2000))
def test_what_is_kept_does_not_depend_on_order_or_chunks(cuts, repeated):
    rows = table(10_000, repeated=repeated).combine_chunks()
    whole = Repeats.of(rows)
    drawing, start = Drawing(), 0
    for cut in [*cuts, len(rows)]:
        drawing.add(rows.slice(start, cut))
        start += cut
    drawn = drawing.done()
    theta = min(whole.theta, drawn.theta)
    for one in (whole, drawn):
        assert len(one.marks) <= MOST_ROWS
    below = [(one.marks <= theta).sum() for one in (whole, drawn)]
    assert below[0] == below[1] > MOST_ROWS // 2
    for name in ("marks", "hashes", "counts"):
        assert (getattr(whole, name)[: below[0]] == getattr(drawn, name)[: below[1]]).all()


def test_rows_of_which_too_many_are_alike_or_nested_are_not_known():
    same = pa.table({"a": ["x"] * 20_000, "b": [1] * 20_000})
    found = told(summarise(same.to_batches()))
    assert found.duplicates == 19_999
    nested = pa.table({"a": [[1]] * 20_000, "b": [1] * 20_000})
    assert told(summarise(nested.to_batches())).duplicates is None
    assert SAMPLE_ROWS < 20_000
