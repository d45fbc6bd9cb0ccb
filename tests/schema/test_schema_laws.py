"""Laws of encoding, of the lattice and of merging."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from schema.column import ColumnSummary, Facet
from schema.errors import SchemaError, SummaryError
from schema.infer import infer
from schema.keys import keys_of
from schema.kind import Kind
from schema.kinds import KINDS, classify, read_all
from schema.lattice import canonical, join
from schema.model import Field, Schema
from schema.profile import TableProfile, profile
from schema.sketches import DISTINCT_SIZE, SAMPLE_ROWS
from schema.summary import RAW, Summary, summarise
from tests.schema.arrow_strategies import NAMES, RAW_TEXTS, TYPES, tables

# A table is much to draw and very much to shrink, so a failure is shown as it was met.
SLOW = settings(
    max_examples=45,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@given(
    st.lists(
        st.builds(Field, NAMES, TYPES, st.booleans(), st.none() | NAMES, st.none() | NAMES),
        max_size=4,
    )
)
def test_decoding_an_encoding_gives_the_same_schema(fields: list[Field]) -> None:
    schema = Schema(tuple(fields), tuple(field.name for field in fields[:1]))
    text = schema.to_json()
    again = Schema.from_json(text)
    assert again == schema
    assert again.to_json() == text
    assert again.fingerprint == schema.fingerprint


def test_fingerprint_is_of_shape_not_of_description() -> None:
    plain = Schema((Field("a", pa.int64()),))
    assert Schema((Field("a", pa.int64(), description="x"),)).fingerprint == plain.fingerprint
    for other in (
        Field("b", pa.int64()),
        Field("a", pa.int32()),
        Field("a", pa.int64(), nullable=False),
    ):
        assert Schema((other,)).fingerprint != plain.fingerprint


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"fields":[{"name":"a"}]}', '{"fields":1}'])
def test_what_is_no_schema_is_refused(text: str) -> None:
    with pytest.raises(SchemaError):
        Schema.from_json(text)


@given(TYPES, TYPES)
def test_join_commutes(a: pa.DataType, b: pa.DataType) -> None:
    assert join(a, b) == join(b, a)


@given(TYPES, TYPES, TYPES)
@settings(max_examples=400)
def test_join_associates(a: pa.DataType, b: pa.DataType, c: pa.DataType) -> None:
    assert join(join(a, b), c) == join(a, join(b, c))


@given(TYPES)
def test_join_is_idempotent(a: pa.DataType) -> None:
    assert join(a, a) == canonical(a)
    assert join(canonical(a), canonical(a)) == canonical(a)
    assert join(a, pa.null()) == canonical(a)


@given(st.lists(RAW_TEXTS, min_size=1, max_size=20))
def test_reading_fast_agrees_with_classifying(texts: list[str]) -> None:
    values = pa.array(texts)
    codes = {KINDS[code] for code in classify(values)}
    for kind in (Kind.INT, Kind.DOUBLE, Kind.DATE, Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ):
        if read_all(values, kind) is not None:
            assert codes == {kind}


@given(RAW_TEXTS, st.lists(RAW_TEXTS, max_size=5))
def test_a_text_has_one_kind_whatever_stands_beside_it(text: str, others: list[str]) -> None:
    alone = classify(pa.array([text]))[0]
    assert classify(pa.array([*others, text]))[len(others)] == alone


def assert_same_facet(one: Facet, other: Facet) -> None:
    exact = ("count", "low", "high", "integer_digits", "scale", "fine", "exponent", "nan")
    for name in exact:
        assert getattr(one, name) == getattr(other, name), name
    if one.moments is None or other.moments is None:
        assert one.moments == other.moments
        return
    assert one.moments.count == other.moments.count
    if isinstance(one.moments.total, int):
        assert one.moments.total == other.moments.total


def assert_same_column(one: ColumnSummary, other: ColumnSummary) -> None:
    exact = ("count", "nulls", "raw", "empties", "types", "missing", "lengths", "values")
    for name in (*exact, "low_text", "high_text", "optional"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.kinds.keys() == other.kinds.keys()
    for kind in one.kinds:
        assert_same_facet(one.kinds[kind], other.kinds[kind])
    np.testing.assert_array_equal(one.distinct.hashes, other.distinct.hashes)
    np.testing.assert_array_equal(one.distinct.counts, other.distinct.counts)
    np.testing.assert_array_equal(keys_of(one).hashes, keys_of(other).hashes)


def assert_same(one: Summary, other: Summary) -> None:
    assert one.rows == other.rows
    assert one.names == other.names
    assert list(one.columns) == list(other.columns)
    for path in one.columns:
        assert_same_column(one.columns[path], other.columns[path])


def pieces(table: pa.Table, cuts: list[int]) -> list[pa.Table]:
    """The table cut at the places of `cuts` that are in it."""
    at = sorted({0, table.num_rows, *(cut % (table.num_rows + 1) for cut in cuts)})
    return [table.slice(low, high - low) for low, high in pairwise(at)] or [table]


@SLOW
@given(tables(), st.lists(st.integers(0, 1000), max_size=4))
def test_summaries_of_parts_add_up_to_that_of_the_whole(table: pa.Table, cuts: list[int]) -> None:
    assume(table.num_rows)
    whole = summarise(table.to_batches())
    added = Summary()
    for piece in pieces(table, cuts):
        added += summarise(piece.to_batches())
    assert_same(added, whole)
    assert infer(added) == infer(whole)


def test_values_that_are_written_in_two_ways_are_counted_together() -> None:
    field = pa.field("a", pa.string(), metadata=RAW)
    table = pa.table([pa.array(["0", "-0", "0", "x"])], pa.schema([field]))
    whole = summarise(table.to_batches())
    assert whole.columns["a"].values == {0: 3, "x": 1}
    assert_same(summarise(table[:1].to_batches()) + summarise(table[1:].to_batches()), whole)


@SLOW
@given(tables(), st.lists(st.integers(0, 1000), max_size=4))
def test_chunking_of_batches_does_not_matter(table: pa.Table, cuts: list[int]) -> None:
    chunks = [batch for piece in pieces(table, cuts) for batch in piece.to_batches()]
    whole, chunked = summarise(table.to_batches(), place="p"), summarise(chunks, place="p")
    assert_same(chunked, whole)
    assert repr(chunked.sample.rows.to_pylist()) == repr(whole.sample.rows.to_pylist())


@SLOW
@given(tables(), tables(), tables())
def test_merging_associates_and_commutes(a: pa.Table, b: pa.Table, c: pa.Table) -> None:
    x, y, z = (summarise(table.to_batches()) for table in (a, b, c))
    assert_same((x + y) + z, x + (y + z))
    assert_same(x + y, y + x)
    assert_same(x + Summary(), x)
    assert_same(Summary() + x, x)


@SLOW
@given(tables())
def test_a_stored_summary_is_the_same_and_profiles_the_same(table: pa.Table) -> None:
    summary = summarise(table.to_batches(), place="p")
    again = Summary.from_bytes(summary.to_bytes())
    assert_same(again, summary)
    schema = infer(summary)
    figures = profile(summary, schema)
    assert profile(again, infer(again)) == figures
    assert TableProfile.from_dict(figures.to_dict()) == figures
    for column in figures.columns:
        if column.name in schema.names:
            assert column.count + column.null_count + column.misfit_count == table.num_rows


@given(st.binary(max_size=60))
def test_damaged_summaries_are_refused(data: bytes) -> None:
    with pytest.raises(SummaryError):
        Summary.from_bytes(data)
    whole = summarise(pa.table({"a": [1, 2, 3]}).to_batches()).to_bytes()
    with pytest.raises(SummaryError):
        Summary.from_bytes(whole[: len(data) + 12] + data)


def numbers(rows: int, seed: int) -> pa.Table:
    generator = np.random.default_rng(seed)
    ids = generator.permutation(rows)
    schema = pa.schema([("id", pa.int64()), pa.field("text", pa.string(), metadata=RAW)])
    return pa.table([pa.array(ids), pa.array([f"k{value % 20_011}" for value in ids])], schema)


def test_sketches_stay_within_their_bounds_over_any_chunking() -> None:
    table = numbers(60_000, 7)
    whole = summarise(table.to_batches(max_chunksize=4_000), place="x")
    parts = [
        summarise(table.slice(low, 15_000).to_batches(), place=str(low))
        for low in range(0, 60_000, 15_000)
    ]
    merged = parts[3] + parts[1] + (parts[0] + parts[2])
    for summary in (whole, merged):
        for path, truth in (("id", 60_000), ("text", 20_011)):
            distinct = summary.columns[path].distinct
            assert len(distinct.hashes) == DISTINCT_SIZE
            assert abs(distinct.estimate - truth) <= distinct.error * truth
        assert not summary.columns["id"].distinct.repeats
        assert summary.columns["text"].distinct.repeats
        assert len(summary.sample.priorities) == SAMPLE_ROWS
        figures = profile(summary, infer(summary)).column("id")
        assert figures is not None
        for quantile in figures.quantiles:
            assert abs(quantile.value / 60_000 - quantile.q) <= figures.quantile_error
    np.testing.assert_array_equal(
        whole.columns["text"].distinct.hashes, merged.columns["text"].distinct.hashes
    )


def test_skewness_of_the_least_numbers_is_finite() -> None:
    summary = summarise(pa.table({"a": [5.2e-141, 0.0, 0.0, 0.0, 0.0]}).to_batches())
    moments = summary.columns["a"].kinds[Kind.DOUBLE].moments
    assert moments is not None
    assert moments.skewness is None or math.isfinite(moments.skewness)


def test_moments_of_integers_near_the_limits_are_exact() -> None:
    values = [2**63 - 1, -(2**63), 2**63 - 1, 5] * 300
    summary = summarise(pa.table({"a": pa.array(values, pa.int64())}).to_batches())
    moments = summary.columns["a"].kinds[Kind.INT].moments
    assert moments is not None
    assert moments.total == sum(values)
    assert math.isclose(moments.mean, sum(values) / len(values))
