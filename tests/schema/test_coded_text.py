"""Codes for missing values in columns of text are null where no other value looks like one."""

from __future__ import annotations

import random

import pandas as pd
import pyarrow as pa
import pytest

from schema.decide import written_as
from schema.infer import infer, misfit_findings
from schema.profile import profile
from schema.summary import RAW, Summary, summarise
from schema.text import cast_batch

NUMBERS = ["1", "NA", "3", "4", "5", "6"]
PLANES = ["N206JB", "NA", "N722MQ", "N1234", "N5678B", "NA"]


def raw(**columns: list[str | None]) -> pa.RecordBatch:
    fields = [pa.field(name, pa.string(), metadata=RAW) for name in columns]
    return pa.RecordBatch.from_arrays(
        [pa.array(values, pa.string()) for values in columns.values()], schema=pa.schema(fields)
    )


def coded(texts: list[str | None], **others: list[str | None]) -> bool:
    found = written_as(summarise([raw(x=texts, **others)], place="t.csv"))
    return found.get("x", ("", ""))[0] == "coded"


@pytest.mark.parametrize(
    "texts",
    [
        ["Private", "?", "State-gov"],
        ["Private", " ", "State-gov"],
        ["Alice", "N/A", "Bob"],
        ["Alice", "null", "Bob", "?"],
    ],
)
def test_codes_that_could_be_nothing_else_are_missing(texts) -> None:
    assert coded(texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["Alice", "Bob"],
        ["+", "-", "+"],
        ["EU", "NA", "AS"],
        ["N206JB", "NA", "N722MQ"],
        ["Alice", "none", "Bob", "?"],
        ["?", "?", "?"],
    ],
)
def test_what_may_be_a_value_is_kept(texts) -> None:
    assert not coded(texts)


def test_a_word_is_missing_where_columns_of_numbers_prove_it_and_no_value_is_like_it() -> None:
    assert coded(PLANES, n=NUMBERS)
    assert not coded(["EU", "NA", "AS", "AF", "EU", "EU"], n=NUMBERS)
    assert not coded(["Cat", "Dog", "NA", "Bird", "Cat", "Dog"], n=NUMBERS)
    assert not coded(["Private", "None", "Public", "Other", "Private", "Public"], n=NUMBERS)


def test_it_is_told_why_and_which() -> None:
    summary = summarise([raw(x=PLANES, n=NUMBERS)], place="t.csv")
    assert "2 values are codes for missing ('NA')" in written_as(summary)["x"][1]
    assert "'NA'" not in written_as(summary, hidden={"x"})["x"][1]
    told = [one.message for one in misfit_findings(summary, infer(summary))]
    assert any("'x' is string, and 2 values are codes for missing ('NA')" in one for one in told)


def test_a_user_may_keep_or_drop_them() -> None:
    batch = raw(x=PLANES, y=["EU", "NA", "AS", "AF", "EU", "EU"], n=NUMBERS)
    summary = summarise([batch], place="t.csv")
    fixed = {"x": "text", "y": "coded"}
    found = profile(summary, infer(summary, fixed=fixed), fixed=fixed)
    assert [found.column(name).null_count for name in "xy"] == [0, 1]


@pytest.mark.parametrize(("different", "rows"), [(40, 600), (5_000, 20_000)])
def test_figures_are_those_of_the_values_that_are_left(different: int, rows: int) -> None:
    draw = random.Random(different)
    words = [f"N{draw.randrange(10**5, 10**6)}{draw.choice('ABZ')}" for _ in range(different)]
    texts = [draw.choice(["NA", "?", "", *words[:8], *words]) for _ in range(rows)]
    numbers = [draw.choice(["NA", str(draw.randrange(50))]) for _ in range(rows)]
    batch = raw(x=texts, n=numbers)
    halves = [batch.slice(0, rows // 3), batch.slice(rows // 3)]
    summary = sum((summarise([half], place="t.csv") for half in halves), start=Summary())
    schema = infer(summary)
    found = profile(summary, schema).column("x")
    assert found is not None
    left = pd.Series(texts)[lambda all_: ~all_.isin(["NA", "?"])]
    assert (found.count, found.null_count) == (len(left), rows - len(left))
    assert (found.min, found.max) == (left.min(), left.max())
    lengths = left.str.len()
    assert (found.min_length, found.max_length) == (lengths.min(), lengths.max())
    assert found.mean_length == pytest.approx(lengths.mean())
    assert found.empty_count == (left == "").sum()
    assert found.distinct_count == pytest.approx(left.nunique(), rel=max(found.distinct_error, 0))
    assert {value.value for value in found.top_values}.isdisjoint({"NA", "?"})
    read = cast_batch(batch, schema, {"x": "coded"})["x"]
    assert read.drop_null().to_pylist() == left.tolist()
