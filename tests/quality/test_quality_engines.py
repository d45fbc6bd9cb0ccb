"""Great Expectations on the data, on the summary, and `judge`: three ways, one verdict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quality_cases import FAULTS, evidence, flights

from catalog.model import Expectation
from catalog.quality import Evidence, derive
from catalog.quality.engine import on_data, on_summary
from catalog.quality.frames import frame_of
from catalog.quality.judge import verdict_of
from schema.errors import InvalidInput


def failures(
    table: pa.Table, known: Evidence, expectations: tuple[Expectation, ...]
) -> list[tuple[str, str | None]]:
    """What Great Expectations finds on the data is not met, as (type, field).

    Asserts that all three ways give each verdict, as far as each can.
    """
    data = on_data(frame_of(table), expectations)
    summary = on_summary(known, expectations)
    for expectation, from_data, from_summary in zip(expectations, data, summary, strict=True):
        from_profile = verdict_of(expectation, known)
        told = f"{expectation.type} {dict(expectation.kwargs)} {from_data} {from_profile}"
        assert (from_summary is None) == (from_profile is None), told
        if from_summary is not None and from_profile is not None:
            assert from_data.success == from_summary.success == from_profile.success, told
    verdicts = zip(expectations, data, strict=True)
    return [(one.type, one.field) for one, verdict in verdicts if not verdict.success]


@pytest.mark.parametrize("name", FAULTS)
def test_all_ways_agree_on_a_planted_fault(name, clean):
    fault, kind, field = FAULTS[name]
    table = fault(flights(seed=2))
    before, after = evidence(clean, day=400), evidence(table, day=401)
    assert (kind, field) in failures(table, after, derive(after, [before]))


def test_all_ways_agree_on_a_clean_version(clean):
    known = evidence(clean)
    assert failures(clean, known, derive(known)) == []


def test_counts_and_figures_agree_too(clean):
    """Not only whether, but how much: where a profile is exact, so are the figures."""
    table = FAULTS["nulls"][0](FAULTS["new category"][0](clean))
    known = evidence(table)
    expectations = derive(known, [evidence(clean)])
    compared = 0
    for expectation, verdict in zip(
        expectations, on_data(frame_of(table), expectations), strict=True
    ):
        judged = verdict_of(expectation, known)
        exact = (
            "expect_column_values_to_not_be_null",
            "expect_column_values_to_be_in_set",
            "expect_table_row_count_to_be_between",
            "expect_column_unique_value_count_to_be_between",
        )
        if expectation.type in exact:
            compared += 1
            assert verdict.unexpected_count == judged.unexpected_count
            assert isinstance(verdict.observed, list) or verdict.observed == judged.observed
        elif expectation.type == "expect_column_mean_to_be_between":
            assert float(verdict.observed) == pytest.approx(judged.observed)
    assert compared > 15


@pytest.mark.parametrize("name", ["weather.parquet", "flights"])
def test_all_ways_agree_on_real_data(name, sample_data):
    path = sample_data / name
    if path.suffix:
        table = pyarrow.parquet.read_table(path)
    else:
        files = sorted(path.rglob("*.csv"))
        table = pa.concat_tables(
            [pyarrow.csv.read_csv(file) for file in files], promote_options="permissive"
        )
    known = evidence(table)
    assert failures(table, known, derive(known)) == []
    half = table.slice(len(table) // 2)
    assert failures(half, evidence(half), derive(evidence(half), [known]))


COLUMNS = {
    "int": st.integers(-(2**62), 2**62),
    "small": st.integers(0, 5),
    "double": st.floats(-1e12, 1e12, allow_subnormal=False),
    "text": st.text(max_size=6),
    "category": st.sampled_from(["a", "b", "c"]),
    "bool": st.booleans(),
    "date": st.dates(),
    "moment": st.datetimes(),
    "decimal": st.decimals(-1000, 1000, places=2),
    "long": st.decimals(-(10**20), 10**20, places=2),
}


@st.composite
def two_tables(draw) -> tuple[pa.Table, pa.Table]:
    """Two versions of a table of one column of each kind, with nulls."""
    types = {"date": pa.date32(), "moment": pa.timestamp("us"), "decimal": pa.decimal128(8, 2)}
    types["long"] = pa.decimal128(30, 2)
    made = []
    for _ in range(2):
        rows = draw(st.integers(0, 25))
        values = {
            name: pa.array(
                draw(st.lists(st.none() | one, min_size=rows, max_size=rows)), types.get(name)
            )
            for name, one in COLUMNS.items()
        }
        made.append(pa.table(values))
    return made[0], made[1]


@given(two_tables())
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_all_ways_agree_on_any_two_versions(tables):
    before, after = tables
    known = evidence(after)
    failures(after, known, derive(known, [evidence(before)]))


HOSTILE = [
    *('"quoted"', "[x]", "`b`", "a.b", "Name", "name", "new\nline", "", " ", "$PARAMETER", "{{x}}"),
    *('x"); DROP TABLE t; --', "<script>alert(1)</script>", "%s", "it's", "index", "日本", "é"),
    *("column_0", "trailing ", "back\\slash", "__class__", "null"),
]


def test_names_from_data_are_taken_literally():
    rows = 120
    table = pa.table([pa.array(range(rows))] * len(HOSTILE), names=HOSTILE)
    known = evidence(table)
    assert failures(table, known, derive(known)) == []
    broken = table.slice(0, 50).drop_columns(["name", ""])
    before, after = evidence(table), evidence(broken)
    expectations = derive(after, [before])
    assert len(failures(broken, after, expectations)) == 2  # rows and columns are missing
    missing = on_data(frame_of(broken), expectations)[0]
    assert "Name" in missing.observed
    assert "name" not in missing.observed


def test_an_expectation_that_is_none_is_refused(clean):
    wrong = Expectation("expect_the_unexpected", "origin", {"column": "origin"}, "", "")
    with pytest.raises(InvalidInput, match="expect_the_unexpected of 'origin'"):
        on_data(frame_of(clean), [wrong])
    unknown = Expectation(
        "expect_column_values_to_be_unique", "origin", {"column": "origin", "nonsense": 1}, "", ""
    )
    with pytest.raises(InvalidInput, match="nonsense"):
        on_data(frame_of(clean), [unknown])


def test_great_expectations_is_quiet_and_leaves_nothing_behind(tmp_path: Path):
    """No progress bars, files, network or analytics, and warnings are logged as before."""
    code = """
import logging, socket, sys
def refuse(*_, **__):
    raise AssertionError("network")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
import pyarrow as pa
from quality_cases import evidence, flights
from catalog.quality import derive
from catalog.quality.engine import on_data, on_summary
from catalog.quality.frames import frame_of
table = flights()
known = evidence(table)
expectations = derive(known)
assert all(verdict.success for verdict in on_data(frame_of(table), expectations))
assert all(verdict.success for verdict in on_summary(known, expectations))
assert logging._warnings_showwarning is None
"""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=here,
        env={"HOME": str(home), "PYTHONPATH": ":".join(paths), "PATH": "/usr/bin"},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert list(here.iterdir()) == []
    assert list(home.iterdir()) == []


def test_without_great_expectations_the_extra_is_named():
    code = """
import sys
sys.modules["great_expectations"] = None
from catalog.quality.engine import load
from schema.errors import MissingDependency
try:
    load()
except MissingDependency as error:
    assert "pip install 'headwater[quality]'" in str(error), error
else:
    raise AssertionError("loaded")
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
