"""Skewness, correlation and what is missing together, against pandas, over any grouping."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given

from schema.infer import infer
from schema.profile import TableProfile, profile
from schema.summary import Summary, summarise

NUMBERS = st.lists(st.one_of(st.none(), st.integers(-50, 200)), min_size=12, max_size=80)


def profiled(table: pa.Table, parts: int = 1) -> TableProfile:
    step = -(-len(table) // parts)
    found = [
        summarise(table.slice(at, step).to_batches(), place=str(at))
        for at in range(0, len(table), step)
    ]
    summary = Summary.from_bytes(sum(found, Summary()).to_bytes())
    return profile(summary, infer(summary))


@given(NUMBERS, st.integers(1, 5))
def test_skewness_is_that_of_pandas(values: list[int | None], parts: int) -> None:
    figures = profiled(pa.table({"a": pa.array(values, pa.float64())}), parts).column("a")
    assert figures is not None
    series = pd.Series(values, dtype=float)
    if series.count() > 2 and series.std() > 0:
        assert figures.skewness == pytest.approx(series.skew(), abs=1e-6)
    else:
        assert figures.skewness is None
    assert figures.constant == (series.nunique() == 1 and not series.isna().any())


def flights() -> pa.Table:
    random = np.random.default_rng(3)
    distance = random.integers(100, 3000, 3000).astype(float)
    time = distance / 8 + random.normal(0, 20, 3000)
    noise = random.normal(0, 1, 3000)
    gone = random.random(3000) < 0.1
    tables = {"distance": distance, "air_time": time, "noise": noise, "delay": -distance + noise}
    return pa.table(
        {
            name: pa.array(values, mask=gone if name in {"air_time", "delay"} else None)
            for name, values in tables.items()
        }
    )


def test_correlations_are_those_of_pandas() -> None:
    table = flights()
    found = profiled(table, 3).association
    assert found is not None
    assert found.complete
    matrix = table.to_pandas().corr()
    pairs = {(one.field, one.other): one.coefficient for one in found.correlations}
    assert set(pairs) == {
        ("distance", "air_time"), ("distance", "delay"), ("air_time", "delay"),
    }  # fmt: skip
    for (field, other), coefficient in pairs.items():
        assert coefficient == pytest.approx(matrix.loc[field, other], abs=1e-5)
    assert {one.error for one in found.correlations} == {0.0}


def test_a_sample_tells_its_error() -> None:
    table = pa.concat_tables([flights()] * 10)
    found = profiled(table).association
    assert found is not None
    assert not found.complete
    matrix = table.to_pandas().corr()
    for one in found.correlations:
        assert abs(one.coefficient - matrix.loc[one.field, one.other]) <= one.error + 1e-5
    assert 0 < max(one.error for one in found.correlations) < 0.01


def test_what_is_missing_together() -> None:
    rows = {"id": [1, 2, 3, 4], "a": [None, None, 1, 2], "b": [None, None, "x", None]}
    found = profiled(pa.table(rows)).association
    assert found is not None
    assert [(one.fields, one.share) for one in found.missing] == [(("a", "b"), 0.5), (("b",), 0.25)]
    assert TableProfile.from_dict(profiled(pa.table(rows)).to_dict()).association == found
