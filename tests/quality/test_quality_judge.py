"""Verdicts and scores read off profiles made by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pytest
from quality_cases import evidence, flights, version

from catalog.model import Expectation
from catalog.quality import Evidence, derive, dimension_scores, judge
from catalog.quality.judge import verdict_of
from catalog.quality.score import overall
from schema.model import Field, Finding, Schema
from schema.profile import Bin, ColumnProfile, Frequency, TableProfile


def column(name: str = "x", **figures) -> ColumnProfile:
    """A profile of 100 whole numbers from 1 to 50, of which 10 are null, with other figures."""
    plain = ColumnProfile(
        name=name,
        type="int64",
        count=90,
        null_count=10,
        empty_count=0,
        distinct_count=50,
        distinct_error=0.0,
        min=1,
        max=50,
        mean=25.0,
        std=10.0,
        quantiles=(),
        quantile_error=0.0,
        histogram=(Bin(1, 11, 30), Bin(11, 50, 60)),
        top_values=(Frequency(7, 5, exact=True),),
        min_length=None,
        max_length=None,
        mean_length=None,
        misfit_count=0,
        misfit_examples=(),
        unique=False,
    )
    return replace(plain, **figures)


def known(*columns: ColumnProfile, kind: pa.DataType | None = None, findings=()) -> Evidence:
    fields = tuple(Field(one.name, kind or pa.int64()) for one in columns)
    return Evidence(Schema(fields), TableProfile(100, 100, None, columns), findings)


def verdict(kind: str, profile: ColumnProfile | None = None, arrow=None, **kwargs):
    expectation = Expectation(f"expect_column_{kind}", "x", {"column": "x", **kwargs}, "", "")
    return verdict_of(expectation, known(profile or column(), kind=arrow))


@pytest.mark.parametrize(("mostly", "success"), [(0.9, True), (0.91, False), (1.0, False)])
def test_nulls(mostly, success):
    found = verdict("values_to_not_be_null", mostly=mostly)
    assert (found.success, found.observed, found.unexpected_count) == (success, 0.1, 10)


@pytest.mark.parametrize(
    ("low", "high", "observed", "count"),
    [
        (1, 50, [], 0),
        (None, 50, [], 0),
        (6, None, [1], 15),
        (1, 30.5, [50], 30),
        (6, 30.5, [1, 50], 45),
        (60, 70, [1], 90),
    ],
)
def test_a_range_with_the_values_outside_estimated_from_the_histogram(low, high, observed, count):
    found = verdict("values_to_be_between", min_value=low, max_value=high)
    assert (found.success, found.observed, found.unexpected_count) == (not count, observed, count)


def test_a_range_with_the_values_outside_counted_where_all_are_known():
    values = tuple(Frequency(value, count, exact=True) for value, count in ((1, 80), (50, 10)))
    found = verdict("values_to_be_between", column(top_values=values), max_value=49)
    assert (found.success, found.unexpected_count) == (False, 10)


def test_a_range_of_dates():
    profile = column(min="2026-01-01", max="2026-02-01", histogram=(), top_values=())
    assert verdict("values_to_be_between", profile, pa.date32(), min_value="2026-01-01").success
    found = verdict("values_to_be_between", profile, pa.date32(), max_value="2026-01-31")
    assert (found.success, found.unexpected_count) == (False, 1)


def test_a_set():
    values = tuple(Frequency(value, 45, exact=True) for value in "ab")
    profile = column(top_values=values, distinct_count=2)
    found = verdict("values_to_be_in_set", profile, pa.string(), value_set=["a", "c"])
    assert (found.success, found.observed, found.unexpected_count) == (False, ["b"], 45)
    assert verdict("values_to_be_in_set", profile, pa.string(), value_set=["a", "b"]).success


def test_a_set_that_cannot_be_told_is_not():
    """With some values unknown and few enough to be in the set, nothing is said."""
    profile = column(distinct_count=2, top_values=())
    assert verdict("values_to_be_in_set", profile, pa.string(), value_set=["a", "b"]) is None
    many = verdict("values_to_be_in_set", column(top_values=()), pa.string(), value_set=["a"])
    assert not many.success


@pytest.mark.parametrize(("bounds", "success"), [((2, 9), True), ((3, 9), False), ((2, 8), False)])
def test_lengths(bounds, success):
    profile = column(min_length=2, max_length=9)
    low, high = bounds
    found = verdict(
        "value_lengths_to_be_between", profile, pa.string(), min_value=low, max_value=high
    )
    assert found.success == success


def test_uniqueness():
    assert verdict("values_to_be_unique", column(unique=True, distinct_count=90)).success
    found = verdict("values_to_be_unique", column(distinct_count=85))
    assert (found.success, found.unexpected_count) == (False, 5)
    about = verdict("values_to_be_unique", column(distinct_count=90, distinct_error=0.1))
    assert (about.success, about.unexpected_count) == (False, 1)


@pytest.mark.parametrize("mean", [24, 26])
def test_a_mean(mean):
    found = verdict("mean_to_be_between", min_value=mean)
    assert (found.success, found.observed) == (mean == 24, 25.0)


def test_a_column_without_values_meets_what_is_expected_of_each_value_and_no_figure():
    nothing = column(count=0, null_count=100, min=None, max=None, mean=None, distinct_count=0)
    assert verdict("values_to_be_between", nothing, min_value=1).success
    assert not verdict("mean_to_be_between", nothing, min_value=1).success
    assert not verdict("values_to_not_be_null", nothing).success


def test_a_column_that_is_not_there_meets_nothing():
    expectation = Expectation("expect_column_values_to_be_unique", "y", {"column": "y"}, "", "")
    assert verdict_of(expectation, known(column())).success is False


def test_types_are_compared_as_pandas_holds_them():
    assert verdict("type_to_be", type_="Int64").success
    found = verdict("type_to_be", arrow=pa.timestamp("us", "UTC"), type_="Int64")
    assert (found.success, found.observed) == (False, "datetime64[us, UTC]")


def test_what_a_profile_cannot_answer_is_left_out():
    compound = Expectation(
        "expect_compound_columns_to_be_unique", None, {"column_list": ["x"]}, "", "uniqueness"
    )
    report = judge(known(column()), [compound])
    assert report.results == ()
    assert report.score == round((90 + 100 + 100) / 3, 2)  # nothing but the nulls counts


def test_the_score_is_the_mean_of_the_dimensions_less_what_the_version_shows():
    findings = (
        Finding("csv-ragged-row", "", severity="warning"),
        Finding("csv-ragged-row", "", severity="warning"),
        Finding("bad-bytes", "", severity="error"),
        Finding("csv-bom", "", severity="info"),
        Finding("misfit", "", severity="warning"),
    )
    one = column("x", misfit_count=6, null_count=4)
    shown = known(one, findings=findings)
    expectations = [
        Expectation(
            "expect_column_values_to_be_between",
            "x",
            {"column": "x", "max_value": high},
            "",
            "validity",
        )
        for high in (50, 40)
    ]
    report = judge(shown, expectations)
    scores = dimension_scores(report.results, shown)
    assert scores == {
        "completeness": 96.0,  # 4 of 100 cells are null
        "validity": round(50 * (1 - 6 / 96), 2),  # one of two met; 6 of 96 values do not fit
        "consistency": 71.25,  # one kind of warning, one of error
    }
    assert report.score == overall(scores) == round((96 + scores["validity"] + 71.25) / 3, 2)
    assert not report.success


def test_dimensions_that_nothing_is_expected_of_do_not_count():
    scores = dimension_scores((), known(column(null_count=0, count=100)))
    assert scores == {"completeness": 100.0, "validity": 100.0, "consistency": 100.0}


def test_a_report_is_json_ready_and_tells_the_version(clean):
    stored = version(3, evidence(clean))
    report = judge(stored, derive(stored))
    assert (report.source_pk, report.version, report.engine) == (7, 103, "summary")
    assert report.rows_seen == 2000
    for result in report.results:
        json.dumps([dict(result.expectation.kwargs), result.observed], allow_nan=False)
        assert type(result.success) is bool
        assert type(result.unexpected_count) in (int, type(None))


def test_values_of_personal_data_are_masked():
    fields = (Field("contact", pa.string(), semantic_type="email"), Field("kind", pa.string()))
    values = (Frequency("ada.l7@example.org", 90, exact=True),)
    columns = tuple(column(field.name, top_values=values, distinct_count=1) for field in fields)
    shown = Evidence(Schema(fields), TableProfile(100, 100, None, columns))
    expectations = [
        Expectation(
            "expect_column_values_to_be_in_set",
            field.name,
            {"column": field.name, "value_set": []},
            "",
            "",
        )
        for field in fields
    ]
    masked, plain = judge(shown, expectations).results
    assert masked.observed == ["aaa.a9@aaaaaaa.aaa"]
    assert plain.observed == ["ada.l7@example.org"]


def test_judging_does_not_import_great_expectations():
    """It is slow to import, and a crawl judges every source. (pyarrow may import pandas.)"""
    code = """
import sys
from catalog.quality import Evidence, derive, judge
assert "great_expectations" not in sys.modules, "imported"
import pyarrow as pa
from schema.infer import infer
from schema.profile import profile
from schema.summary import summarise
summary = summarise(pa.table({"a": list(range(100)), "b": ["x", "y"] * 50}).to_batches())
schema = infer(summary)
evidence = Evidence(schema, profile(summary, schema, row_count=100))
assert judge(evidence, derive(evidence)).success
assert "great_expectations" not in sys.modules, "imported"
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_many_versions_and_columns_are_judged_from_profiles_alone():
    """A hundred columns with a history are derived and judged without a look at any row."""
    table = flights(200)
    wide = pa.table(
        {f"{name}{copy}": table[name] for name in table.column_names for copy in range(8)}
    )
    history = [evidence(wide) for _ in range(3)]
    report = judge(history[-1], derive(history[-1], history[:-1]))
    assert report.success
    assert len(report.results) > 300
