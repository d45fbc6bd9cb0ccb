"""Keys of several columns and functional dependencies, with how much of them is evidence."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from schema.dependencies import Dependencies
from schema.infer import infer
from schema.profile import TableProfile, profile
from schema.summary import RAW, summarise

AIRLINES = {"AA": "American", "B6": "JetBlue", "DL": "Delta", "UA": "United", "WN": "Southwest"}


def figures(columns: dict[str, list], *, raw: bool = False) -> TableProfile:
    table = pa.table(columns)
    if raw:
        fields = [pa.field(name, pa.string(), metadata=RAW) for name in columns]
        texts = [pa.array(map(str, values)) for values in columns.values()]
        table = pa.table(texts, schema=pa.schema(fields))
    summary = summarise(table.to_batches())
    made = profile(summary, infer(summary), row_count=summary.rows)
    assert TableProfile.from_dict(made.to_dict()) == made
    return made


def found(columns: dict[str, list], *, raw: bool = False) -> Dependencies:
    told = figures(columns, raw=raw).dependencies
    assert told is not None
    return told


@pytest.mark.parametrize("raw", [False, True])
def test_a_key_of_two_columns_and_what_a_code_determines(raw: bool) -> None:
    rows = [(day, code) for day in range(1, 31) for code in AIRLINES]
    random.Random(1).shuffle(rows)
    columns = {
        "day": [day for day, _ in rows],
        "code": [code for _, code in rows],
        "airline": [AIRLINES[code] for _, code in rows],
        "late": [hash((day, len(code), day * 7 % 11)) % 40 for day, code in rows],
    }
    told = found(columns, raw=raw)
    assert told.complete
    assert [one.fields for one in told.keys] == [("day", "code"), ("day", "airline")]
    assert {one.most_repeated for one in told.keys} == {0.0}
    pairs = {(one.by, one.field): one.share for one in told.determinations}
    assert pairs["code", "airline"] == pairs["airline", "code"] == 1.0
    assert ("code", "day") not in pairs


def test_a_key_of_three_columns_is_minimal() -> None:
    rows = [(a, b, c) for a in range(6) for b in range(7) for c in range(8)]
    told = found(
        {name: list(values) for name, values in zip("abc", zip(*rows, strict=True), strict=True)}
    )
    assert [one.fields for one in told.keys] == [("a", "b", "c")]


def test_chance_is_no_key_and_a_key_by_itself_leaves_none() -> None:
    drawn = random.Random(2)
    many = [drawn.randrange(10**6) for _ in range(500)]
    few = [drawn.randrange(50) for _ in range(500)]
    assert found({"many": many, "few": few}).keys == ()  # unique together, as any two would be
    grid = {
        "id": list(range(100)),
        "a": [n // 10 for n in range(100)],
        "b": [n % 10 for n in range(100)],
    }
    assert found(grid).keys == ()
    del grid["id"]
    assert [one.fields for one in found(grid).keys] == [("a", "b")]
    grid["b"][7] = None  # type: ignore[call-overload]
    assert found(grid).keys == ()


def test_a_sample_tells_how_little_it_proves() -> None:
    rows = 100_000
    table = {"a": [n // 300 for n in range(rows)], "b": [n % 300 for n in range(rows)]}
    told = found(table)
    assert not told.complete
    (key,) = told.keys
    assert key.fields == ("a", "b")
    assert 0 < key.most_repeated < 0.1


def test_what_is_almost_constant_or_almost_true() -> None:
    drawn = random.Random(3)
    code = [drawn.choice("abcdefgh") for _ in range(1000)]
    zone = ["north" if one < "e" else "south" for one in code]
    zone[5] = "north" if zone[5] == "south" else "south"
    flag = ["x"] * 997 + ["y"] * 3
    pairs = {
        (one.by, one.field): one.share
        for one in found({"c": code, "z": zone, "f": flag}).determinations
    }
    assert pairs == {("c", "z"): 0.999}
