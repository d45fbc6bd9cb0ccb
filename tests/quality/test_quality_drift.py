"""Drift between versions: nothing between samples of one population, told where there is some."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from quality_cases import evidence

from catalog.quality import derive, judge
from catalog.quality.drift import (
    chance_of_distance,
    chance_of_index,
    chi_square_tail,
    drift,
    jensen_shannon,
    stability_index,
)
from catalog.quality.patterns import misfits
from schema.profile import TableProfile


def drawn(seed: int, *, shift: float = 0.0, share: float = 0.3, rows: int = 4000) -> pa.Table:
    random = np.random.default_rng(seed)
    kinds = random.choice(["a", "b", "c"], rows, p=[share, 0.5, 0.5 - share])
    codes = [f"N{number:04}" for number in random.integers(0, 9999, rows)]
    mail = [f"p{number}@example.org" for number in range(rows)]
    return pa.table(
        {
            "size": random.normal(100 + shift, 15, rows),
            "kind": kinds,
            "code": codes,
            "email": mail,
            "open": random.random(rows) < share,
        }
    )


def test_samples_of_one_population_have_no_drift():
    found = drift(evidence(drawn(1)), evidence(drawn(2)))
    assert {one.field for one in found} == {"size", "kind", "code", "email", "open"}
    assert {one.level for one in found} == {"NONE"}
    assert max(one.index for one in found) < 0.02


def test_what_moved_is_told():
    found = {one.field: one for one in drift(evidence(drawn(1)), evidence(drawn(2, shift=15)))}
    size = found["size"]
    assert size.level == "STRONG"
    assert size.distance == pytest.approx(0.383, abs=0.04)  # of two normals a deviation apart
    assert size.chance < 1e-6
    assert size.moved[0].what.startswith("above ")
    assert size.moved[0].after > size.moved[0].before == pytest.approx(0.1, abs=0.02)
    assert found["kind"].level == "NONE"


def test_shares_of_categories_are_compared_exactly():
    before, after = drawn(1, share=0.1), drawn(2, share=0.45)
    kind = next(one for one in drift(evidence(before), evidence(after)) if one.field == "kind")
    shares = [
        np.array([table["kind"].to_pylist().count(value) / 4000 for value in "abc"])
        for table in (before, after)
    ]
    assert kind.index == pytest.approx(stability_index(*shares), rel=0.01)
    assert kind.divergence == pytest.approx(jensen_shannon(*shares), abs=1e-5)
    assert kind.distance is None
    assert {one.what for one in kind.moved[:2]} == {"a", "c"}


def test_a_small_table_is_not_called_drifted_for_what_chance_does():
    found = drift(evidence(drawn(1, rows=30)), evidence(drawn(3, rows=30)))
    assert max(one.index for one in found) > 0.1
    assert {one.level for one in found} == {"NONE"}


def test_the_levels_alarm_as_rarely_as_they_say():
    """Of 300 pairs of samples of one population hardly one is called drifted."""
    tables = [evidence(drawn(seed, rows=120)) for seed in range(25)]
    levels = [one.level for a in tables for b in tables if a is not b for one in drift(a, b)]
    assert levels.count("NONE") >= 0.985 * len(levels)
    assert levels.count("STRONG") <= 0.003 * len(levels)


def test_values_of_personal_data_are_masked():
    one = pa.table({"email": ["ada@example.org"] * 50 + ["bob@example.org"] * 50})
    other = pa.table({"email": ["ada@example.org"] * 90 + ["bob@example.org"] * 10})
    (found,) = drift(evidence(one), evidence(other))
    assert "ada" not in json.dumps([moved.what for moved in found.moved])


def test_chances_are_those_of_the_tables():
    assert chi_square_tail(16.92, 9) == pytest.approx(0.05, abs=0.001)
    assert chi_square_tail(27.88, 9) == pytest.approx(0.001, rel=0.1)
    assert chance_of_distance(1.36 / np.sqrt(5000) + 1 / 64, 10_000, 10_000) == pytest.approx(
        0.05, abs=0.003
    )
    assert chance_of_index(0.0, 10, 100, 100) == 1.0


def test_a_profile_keeps_all_that_drift_needs():
    known = evidence(drawn(1)).profile
    again = TableProfile.from_dict(json.loads(json.dumps(known.to_dict())))
    assert again == known
    spread = known.column("size").distribution
    assert len(spread.points) == 65
    assert spread.points[32] == pytest.approx(100, abs=2)
    assert known.column("code").distribution.shapes[0].classes == "A9"


def of_type(kind: str, table: pa.Table, before: pa.Table):
    known = evidence(table)
    found = derive(known, [evidence(before, day=1), evidence(before, day=2)])
    return {
        one.expectation.field: one
        for one in judge(known, found).results
        if one.expectation.type == kind
    }


def test_quartiles_and_shares_are_expected_to_stay():
    met = of_type("expect_column_quantile_values_to_be_between", drawn(2), drawn(1))
    assert met["size"].success
    moved = of_type("expect_column_quantile_values_to_be_between", drawn(2, shift=15), drawn(1))
    assert not moved["size"].success
    shares = of_type("expect_column_kl_divergence_to_be_less_than", drawn(2), drawn(1))
    assert shares["kind"].success
    other = of_type("expect_column_kl_divergence_to_be_less_than", drawn(2, share=0.49), drawn(1))
    assert not other["kind"].success
    assert other["kind"].observed > 0.1


@pytest.mark.parametrize(
    "odd", ["n0001", " N0001", "N0001 ", "N00011", "N01", "N00&1", "№0001", "N000O"]
)
def test_text_is_expected_to_be_written_as_before(odd):
    kind = "expect_column_values_to_match_regex"
    table = drawn(2)
    codes = [odd if row < 5 else code for row, code in enumerate(table["code"].to_pylist())]
    found = of_type(kind, table.set_column(2, "code", [codes]), drawn(1))
    assert not found["code"].success
    assert found["code"].unexpected_count == 5
    assert of_type(kind, table, drawn(1))["code"].success


def test_free_text_keeps_to_its_characters():
    random = np.random.default_rng(1)
    words = ["river", "head-water", "Flow", "to the sea", "Spring", "under", "bridge's"]
    texts = [" ".join(random.choice(words, 6)) for _ in range(2000)]
    kind = "expect_column_values_to_match_regex"
    assert of_type(kind, pa.table({"t": texts}), pa.table({"t": texts}))["t"].success
    for odd in ("caf\u00c3\u00a9", "50 %", "\ufffd", " padded "):
        broken = pa.table({"t": [odd, *texts[1:]]})
        assert not of_type(kind, broken, pa.table({"t": texts}))["t"].success, odd


def test_a_pattern_that_is_none_is_not_answered():
    spread = evidence(drawn(1)).profile.column("code").distribution
    assert misfits(spread, "(") is None


def test_columns_in_an_order_stay_so_and_rows_do_not_repeat():
    random = np.random.default_rng(1)
    low = random.normal(10, 5, 1000).round(3)
    high = (low + random.exponential(3, 1000)).round(3)
    days = random.integers(0, 9, 1000)
    before = pa.table({"low": low, "high": high, "day": days})
    kind = "expect_column_pair_values_a_to_be_greater_than_b"
    assert of_type(kind, before, before)[None].success
    swapped = high.copy(), low.copy()
    swapped[0][10:], swapped[1][10:] = low[10:], high[10:]
    broken = pa.table({"low": swapped[0], "high": swapped[1], "day": days})
    found = of_type(kind, broken, before)[None]
    assert (found.success, found.unexpected_count) == (False, 10)
    coarse = pa.table({"a": [n % 40 for n in range(800)], "b": [n // 40 for n in range(800)]})
    compound = "expect_compound_columns_to_be_unique"
    assert of_type(compound, coarse, coarse)[None].success
    twice = pa.concat_tables([coarse, coarse.slice(5, 1)])
    again = of_type(compound, twice, coarse)[None]
    assert (again.success, again.unexpected_count) == (False, 2)
