"""Types, figures and changes read off the evidence, against values worked out by hand or pandas."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schema.decide import decide, written_as
from schema.diff import Compatibility, diff
from schema.errors import CorruptData, SchemaError
from schema.infer import infer, misfit_findings
from schema.likeness import likeness
from schema.model import Field, Schema
from schema.profile import ColumnProfile, TableProfile, profile
from schema.summary import RAW, Summary, summarise
from schema.text import cast_batch, parse
from tests.schema.arrow_strategies import RAW_TEXTS


def raw(**columns: list[str | None]) -> pa.RecordBatch:
    """A batch as a CSV reader gives it."""
    arrays = [pa.array(values, pa.string()) for values in columns.values()]
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def figures(batch: pa.RecordBatch, name: str) -> ColumnProfile:
    summary = summarise([batch], place="t.csv")
    found = profile(summary, infer(summary)).column(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2", None], pa.int64()),
        (["1", "NA", "", "-"], pa.int64()),
        (["18446744073709551615", "1"], pa.uint64()),
        (["18446744073709551615", "-1"], pa.decimal128(20, 0)),
        (["18446744073709551616", "1"], pa.string()),
        (["1", "2.5", "1e3"], pa.float64()),
        (["0.30000000000000004"], pa.float64()),
        (["12345678901234567.25", "1.5", "2"], pa.decimal128(19, 2)),
        (["007", "008"], pa.string()),
        ([*map(str, range(10_000, 12_000)), "01234", "NA"], pa.string()),
        ([*map(str, range(9_000, 12_000)), "01234", "NA"], pa.int64()),
        (["+4930123456", "+4930123457"], pa.string()),
        (["2013-01-01", "2013-12-31"], pa.date32()),
        (["2013-01-01", "2013-02-30"], pa.string()),
        (["2013-01-01", "2013-01-01 10:00"], pa.timestamp("us")),
        (["2013-01-01T10:00:00.123456789"], pa.timestamp("ns")),
        (["2013-01-01T10:00:00Z", "2013-01-01T10:00:00+02:00"], pa.timestamp("us", "UTC")),
        (["2013-01-01T10:00:00Z", "2013-01-01T10:00:00"], pa.string()),
        (["10:00", "23:59:59.5"], pa.time64("us")),
        (["true", "False"], pa.bool_()),
        (["1", "x"], pa.string()),
        (["NA", "NA"], pa.string()),
        ([None, None], pa.null()),
        (["", None], pa.null()),
    ],
)
def test_type_of_text_is_the_least_that_holds_it(
    texts: list[str | None], kind: pa.DataType
) -> None:
    assert infer(summarise([raw(a=texts)])).field("a").type == kind


def test_a_stray_value_does_not_change_the_type_but_is_found() -> None:
    texts: list[str | None] = [str(number) for number in range(5000)]
    texts[1203] = "12O3"
    summary = summarise([raw(a=texts)], place="t.csv")
    schema = infer(summary)
    assert schema.field("a").type == pa.int64()
    (finding,) = misfit_findings(summary, schema)
    assert finding.code == "misfit"
    assert finding.place == "t.csv, row 1204"
    assert "'12O3'" in finding.message
    column = profile(summary, schema).columns[0]
    assert (column.misfit_count, column.count, column.max) == (1, 4999, 4999)
    assert infer(summary, stray=0.0001).field("a").type == pa.string()


def test_words_for_missing_values_are_null_and_told() -> None:
    summary = summarise([raw(a=["1", "NA", "", "-", "NA"], b=["x", "NA", "y", "", "z"])])
    schema = infer(summary)
    (finding,) = misfit_findings(summary, schema)
    assert (finding.code, finding.severity) == ("missing-codes", "info")
    assert "3 values" in finding.message
    assert "'-', 'NA'" in finding.message


def test_declared_types_stay_and_absent_columns_are_null() -> None:
    declared = Schema((Field("a", pa.string(), nullable=False), Field("b", pa.int8())), ("a",))
    summary = summarise(pa.table({"a": ["1", "2"]}).to_batches())
    assert infer(summary, declared) == declared
    merged = summary + summarise(pa.table({"a": ["3"], "c": [1.5]}).to_batches())
    assert merged.columns["c"].nulls == 2
    assert infer(merged).names == ("a", "c")
    assert infer(summary).field("a").type == pa.string()


def test_types_that_differ_between_parts_are_joined() -> None:
    declared = Schema((Field("a", pa.int32()),))
    wider = summarise(pa.table({"a": pa.array([2**40], pa.int64())}).to_batches())
    assert infer(wider, declared).field("a").type == pa.int64()
    parts = [pa.table({"a": pa.array([1], pa.int32())}), pa.table({"a": [1.5]})]
    summary = Summary()
    for part in parts:
        summary += summarise(part.to_batches())
    assert infer(summary).field("a").type == pa.float64()
    column = profile(summary, infer(summary)).columns[0]
    assert (column.min, column.max, column.mean, column.distinct_count) == (1.0, 1.5, 1.25, 2)


@given(
    st.lists(st.none() | st.integers(-1000, 1000), min_size=1, max_size=60),
    st.lists(st.none() | st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60),
)
@settings(deadline=None, max_examples=60)
def test_figures_equal_those_of_pandas(whole: list[int | None], real: list[float | None]) -> None:
    for values in (whole, real):
        series = pd.Series(
            [np.nan if value is None else value for value in values], dtype="float64"
        )
        texts = [None if value is None else repr(value) for value in values]
        native = pa.array(values, pa.int64() if values is whole else pa.float64())
        for batch in (raw(a=texts), pa.RecordBatch.from_arrays([native], ["a"])):
            column = figures(batch, "a")
            assert column.null_count == series.isna().sum()
            assert column.distinct_count == series.nunique()
            if not column.count:
                continue
            assert column.min == series.min()
            assert column.max == series.max()
            assert column.mean == pytest.approx(series.mean(), rel=1e-9, abs=1e-6)
            if column.count > 1:
                assert column.std == pytest.approx(series.std(), rel=1e-6, abs=1e-6)
            top = series.value_counts()
            assert column.top_values[0].count == top.iloc[0]
            assert column.unique == series.dropna().is_unique
            assert sum(item.count for item in column.histogram) == pytest.approx(column.count)


@given(st.lists(st.none() | RAW_TEXTS, max_size=40))
@example(["true", "true", "true", "0"])
@example(["yes", "no", "yes", "7"])
@settings(deadline=None)
def test_casting_holds_just_what_the_summary_counted(texts: list[str | None]) -> None:
    batch = raw(a=texts)
    summary = summarise([batch])
    schema = infer(summary, stray=0.3)
    column = profile(summary, schema, stray=0.3).columns[0]
    how = {name: notation for name, (notation, _) in written_as(summary, stray=0.3).items()}
    typed = cast_batch(batch, schema, how).column(0)
    assert typed.type == schema.field("a").type
    assert len(typed) - typed.null_count == column.count
    decision = decide(summary.columns["a"], stray=0.3)
    if not decision.text and column.distinct_error == 0 and column.count:
        values = typed.drop_null()
        if pa.types.is_floating(values.type):
            values = pc.add(values, 0.0)  # -0.0 and 0.0 are one number
        assert len(pc.unique(values)) == column.distinct_count


def test_decimals_of_an_impossible_scale_are_corrupt() -> None:
    kind = pa.decimal128(5, 2_000_000_000)
    values = pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(b"\x01" * 16)])
    with pytest.raises(CorruptData, match="cannot be read"):
        summarise([pa.RecordBatch.from_arrays([values], ["a"])])


def test_parse_puts_null_where_a_text_does_not_fit() -> None:
    texts = pa.array(["1", None, "x", "NA", "007", "2"])
    assert parse(texts, pa.int64()).to_pylist() == [1, None, None, None, None, 2]
    assert parse(texts, pa.int8()).to_pylist() == [1, None, None, None, None, 2]
    assert parse(texts, pa.string()).to_pylist() == texts.to_pylist()
    moments = pa.array(["2013-01-01", "2013-01-01T10:00", "x"])
    assert parse(moments, pa.timestamp("us")).to_pylist() == [
        dt.datetime.fromisoformat("2013-01-01"),
        dt.datetime.fromisoformat("2013-01-01T10:00"),
        None,
    ]
    decimals = pa.array(["1.5", "2", "x"])
    assert parse(decimals, pa.decimal128(10, 2)).to_pylist() == [Decimal("1.50"), Decimal(2), None]
    assert parse(pa.array(["true", "FALSE", "x"]), pa.bool_()).to_pylist() == [True, False, None]
    with pytest.raises(SchemaError, match="cannot be read"):
        parse(texts, pa.list_(pa.int8()))


def test_cast_batch_names_the_column_that_does_not_fit() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([1.5])], ["a"])
    with pytest.raises(SchemaError, match="column 'a'"):
        cast_batch(batch, Schema((Field("a", pa.int64()),)))


def test_nested_columns_are_profiled_by_path() -> None:
    rows = [{"x": 1, "tags": ["p", "q"]}, {"x": None, "tags": []}, None]
    table = pa.table({"a": pa.array(rows)})
    summary = summarise(table.to_batches())
    found = {column.name: column for column in profile(summary, infer(summary)).columns}
    assert found["a"].null_count == 1
    assert (found["a.x"].count, found["a.x"].null_count) == (1, 1)
    assert (found["a.tags"].min_length, found["a.tags"].max_length) == (0, 2)
    assert [item.value for item in found["a.tags[]"].top_values] == ["p", "q"]


INT = pa.int64()


def field(name: str, kind: pa.DataType = INT, *, nullable: bool = True) -> Field:
    return Field(name, kind, nullable)


@pytest.mark.parametrize(
    ("before", "after", "kinds", "compatibility"),
    [
        ([field("a")], [field("a")], [], Compatibility.FULL),
        ([field("a")], [field("a"), field("b")], ["added"], Compatibility.FULL),
        (
            [field("a")],
            [field("a"), field("b", nullable=False)],
            ["added"],
            Compatibility.FORWARD,
        ),
        ([field("a"), field("xyz")], [field("a")], ["removed"], Compatibility.BACKWARD),
        ([field("a")], [field("a", pa.float64())], ["type"], Compatibility.BACKWARD),
        ([field("a", pa.float64())], [field("a")], ["type"], Compatibility.FORWARD),
        ([field("a")], [field("a", pa.string())], ["type"], Compatibility.BREAKING),
        ([field("a", nullable=False)], [field("a")], ["nullable"], Compatibility.BACKWARD),
        ([field("a")], [field("a", nullable=False)], ["nullable"], Compatibility.FORWARD),
        ([field("cust_name")], [field("customer_name")], ["renamed"], Compatibility.BREAKING),
        (
            [field("a"), field("b")],
            [field("b"), field("a")],
            ["moved", "moved"],
            Compatibility.FULL,
        ),
    ],
)
def test_changes_are_classed_as_avro_does(
    before: list[Field], after: list[Field], kinds: list[str], compatibility: Compatibility
) -> None:
    found = diff(Schema(tuple(before)), Schema(tuple(after)))
    assert [change.kind for change in found.changes] == kinds
    assert found.compatibility == compatibility


def test_a_rename_is_recognised_by_content() -> None:
    before, after = Schema((field("q"),)), Schema((field("zzz"),))
    assert [change.kind for change in diff(before, after).changes] == ["removed", "added"]
    changes = diff(before, after, alike=lambda old, new: 0.99).changes
    assert [(change.kind, change.before, change.after) for change in changes] == [
        ("renamed", "q", "zzz")
    ]


def test_content_speaks_for_and_against_a_rename() -> None:
    before, after = Schema((field("a_id"), field("b"))), Schema((field("b_id"), field("c")))
    shares = {("a_id", "b_id"): 0.1, ("a_id", "c"): 0.95, ("b", "b_id"): 0.9, ("b", "c"): 0.85}
    found = diff(before, after, alike=lambda old, new: shares[old, new])
    assert {(one.before, one.after) for one in found.changes} == {("a_id", "c"), ("b", "b_id")}
    assert {one.reason for one in found.changes} == {
        "95% of the content is alike",
        "90% of the content is alike",
    }
    known = diff(
        Schema((field("cust_name"),)), Schema((field("customer_name"),)), alike=lambda *_: None
    )
    assert [one.reason for one in known.changes] == ["the names are alike"]
    other = diff(
        Schema((field("cust_name"),)), Schema((field("customer_name"),)), alike=lambda *_: 0.1
    )
    assert [one.kind for one in other.changes] == ["removed", "added"]


def test_profiles_tell_how_alike_columns_are() -> None:
    def figures(**columns: list[object]) -> TableProfile:
        summary = summarise(pa.table(columns).to_batches())
        return profile(summary, infer(summary))

    towns = ["Bern", "Basel", "Genf", "Zug", "Chur"]
    one = figures(
        n=list(range(100)), town=towns * 20, far=[n % 37 for n in range(100)], ok=[True, False] * 50
    )
    two = figures(
        m=list(range(110)),
        ort=towns * 22,
        weit=[900 + n % 41 for n in range(110)],
        flag=[True, False] * 55,
    )
    alike = likeness(one, two)
    assert alike("n", "m") > 0.8
    assert alike("town", "ort") > 0.8
    assert alike("far", "weit") < 0.5
    assert alike("ok", "flag") < 0.8  # any two flags would be
    assert alike("n", "none") is None
