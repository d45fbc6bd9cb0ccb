"""What is expected of a version, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from quality_cases import FAULTS, START, evidence, failed, flights, of_type, version

from catalog.quality import DIMENSIONS, derive, judge
from schema.model import Field, Schema

BETWEEN = "expect_column_values_to_be_between"


def expected(table: pa.Table, **options) -> tuple:
    return derive(evidence(table, **options))


def test_every_expectation_has_a_reason_and_a_dimension(clean):
    found = expected(clean)
    assert {one.dimension for one in found} == set(DIMENSIONS) - {"timeliness"}
    assert all(one.reason for one in found)
    assert all(one.kwargs.get("column") == one.field for one in found if one.field)
    assert len({(one.type, str(one.kwargs)) for one in found}) == len(found)


def test_a_version_meets_what_is_expected_of_it_by_itself(clean):
    known = evidence(clean)
    assert failed(judge(known, derive(known))) == set()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_next_version_is_noticed(name, clean):
    fault, kind, field = FAULTS[name]
    before, after = evidence(clean, day=400), evidence(fault(flights(seed=2)), day=401)
    report = judge(after, derive(after, [before]))
    assert (kind, field) in failed(report)
    assert not report.success


@pytest.mark.parametrize("versions", [1, 2, 3, 6])
def test_clean_versions_raise_no_alarm(versions):
    *before, after = [
        evidence(flights(1900 + 40 * number, seed=number, day=number), day=400 + number)
        for number in range(versions + 1)
    ]
    assert failed(judge(after, derive(after, before))) == set()


def test_one_fault_fails_few_expectations(clean):
    """A column whose type changed is told once, not by all that was expected of its numbers."""
    fault, kind, field = FAULTS["another type"]
    before, after = evidence(clean), evidence(fault(clean))
    assert failed(judge(after, derive(after, [before]))) == {(kind, field)}


def test_a_new_column_is_welcome_and_judged_by_itself(clean):
    before, after = evidence(clean), evidence(clean.append_column("extra", clean["delay"]))
    expectations = derive(after, [before])
    assert judge(after, expectations).success
    reason = of_type(expectations, "expect_column_type_to_be", "extra")[0].reason
    assert reason.endswith("in this version")


def test_ranges_are_not_set_on_what_only_counts_or_names():
    rows = 500
    table = pa.table(
        {
            "row": pa.array(range(rows)),
            "customer_id": pa.array(np.random.default_rng(1).integers(0, 50, rows)),
            "userId": pa.array(np.random.default_rng(2).integers(0, 50, rows)),
            "zip": pa.array(np.random.default_rng(3).integers(10_000, 99_999, rows)),
            "paid": pa.array(np.random.default_rng(4).integers(0, 50, rows)),
        }
    )
    ranges = {one.field: one.kwargs for one in of_type(expected(table), BETWEEN)}
    assert ranges.keys() == {"customer_id", "paid", "userId", "zip"}
    assert ranges["zip"]["min_value"] == 0
    assert ranges["zip"]["max_value"] > 900_000  # names go far, but not to another magnitude
    means = of_type(expected(table), "expect_column_mean_to_be_between")
    assert {one.field for one in means} == {"paid"}


def test_what_a_number_means_bounds_it():
    table = pa.table(
        {
            "lat": pa.array([10.5, 20.0] * 20),
            "hour": pa.array([3, 4] * 20),
            "month": pa.array([1, 40] * 20),
            "year": pa.array([2024, 2025] * 20),
        }
    )
    all_found = of_type(expected(table), BETWEEN)
    found = {one.field: one.kwargs for one in reversed(all_found)}
    assert (found["lat"]["min_value"], found["lat"]["max_value"]) == (-90, 90)
    own = [one.kwargs for one in all_found if one.field == "lat"][1]
    assert 0 < own["min_value"] < 10.5 < 20 < own["max_value"] < 90
    assert (found["hour"]["min_value"], found["hour"]["max_value"]) == (0, 24)
    assert found["month"]["max_value"] > 12  # these are no months of a year
    assert (found["year"]["min_value"], found["year"]["max_value"]) == (1994, 2028)


def test_a_range_never_excludes_what_was_seen_and_keeps_the_sign():
    table = pa.table({"paid": pa.array([0.0, 1.0, 2.5] * 10), "owed": pa.array([-3, -2, 0] * 10)})
    found = {one.field: one.kwargs for one in of_type(expected(table), BETWEEN)}
    assert found["paid"]["min_value"] == 0
    assert found["paid"]["max_value"] >= 2.5
    assert found["owed"]["max_value"] == 0
    assert found["owed"]["min_value"] <= -3


def test_moments_may_move_forward_but_not_beyond_now():
    known = evidence(flights(day=0), day=400)
    later = evidence(flights(day=200), day=600)
    assert judge(later, derive(later, [known])).success
    found = of_type(derive(later, [known]), BETWEEN, "departed")
    limits = {key: value for one in found for key, value in one.kwargs.items() if key != "column"}
    assert limits["max_value"].startswith((START + timedelta(days=601)).date().isoformat())
    assert limits["min_value"] < "2025-01-01"


def test_the_latest_moment_does_not_fall_back():
    old, new = (evidence(flights(day=day), day=400 + day) for day in (0, 30))
    stale = evidence(flights(day=0, seed=5), day=500)
    report = judge(stale, derive(stale, [old, new]))
    assert ("expect_column_max_to_be_between", "departed") in failed(report)
    assert {one.expectation.dimension for one in report.results if not one.success} == {
        "timeliness"
    }


@pytest.mark.parametrize(
    ("values", "closed"),
    [
        (["a", "b", "c"] * 20, True),
        (["a", "b", "c"] * 2, False),  # too few to know
        (["a", "b", "c"] * 20 + ["d"], False),  # seen once: there will be others
        ([f"text {number}" for number in range(200)], False),
    ],
)
def test_a_set_is_closed_only_when_each_value_was_seen_several_times(values, closed):
    found = of_type(expected(pa.table({"kind": values})), "expect_column_values_to_be_in_set")
    assert bool(found) == closed
    assert not closed or found[0].kwargs["value_set"] == ["a", "b", "c"]


def test_a_set_that_grew_from_version_to_version_is_not_closed():
    small = evidence(pa.table({"kind": ["a", "b"] * 30}))
    grown = evidence(pa.table({"kind": ["a", "b", "c"] * 30}))
    assert of_type(derive(grown, [small, small]), "expect_column_values_to_be_in_set")
    assert not of_type(derive(grown, [small, grown]), "expect_column_values_to_be_in_set")


def test_personal_values_are_in_no_set_and_no_reason():
    table = pa.table(
        {"email": ["ada@example.org", "bob@example.org"] * 30, "salary": [1234, 5678] * 30}
    )
    found = expected(table)
    assert not of_type(found, "expect_column_values_to_be_in_set")
    assert not [one for one in found if "1,234" in one.reason or "ada" in str(one)]


def test_keys_are_unique_when_declared_or_when_it_is_no_accident():
    kind = "expect_column_values_to_be_unique"
    few = pa.table({"code": ["a", "b", "c"], "price": [1.0, 2.5, 3.5]})
    assert not of_type(expected(few), kind)
    assert [one.field for one in of_type(expected(few, primary_key=("code",)), kind)] == ["code"]
    many = pa.table({"code": [str(n) for n in range(50)], "price": [n / 7 for n in range(50)]})
    assert [one.field for one in of_type(expected(many), kind)] == ["code"]
    pair = expected(few, primary_key=("code", "price"))
    (compound,) = of_type(pair, "expect_compound_columns_to_be_unique")
    assert compound.kwargs["column_list"] == ["code", "price"]


def test_nulls_are_allowed_for_by_how_much_was_seen():
    kind = "expect_column_values_to_not_be_null"
    (few,) = of_type(expected(pa.table({"a": [1, 2, 3, 4] * 5})), kind)
    assert few.kwargs["mostly"] == pytest.approx(1 - 3 / 20)
    (many,) = of_type(expected(pa.table({"a": [1, 2, 3, 4] * 50})), kind)
    assert "mostly" not in many.kwargs
    (some,) = of_type(expected(pa.table({"a": [1, None] * 500})), kind)
    assert 0.15 < some.kwargs["mostly"] < 0.5
    assert not of_type(expected(pa.table({"a": pa.nulls(50, pa.int64())})), kind)


def test_a_declared_promise_holds_whatever_was_seen():
    known = evidence(pa.table({"a": [1, 2, 3]}))
    declared = replace(known, schema=Schema((Field("a", pa.int64(), nullable=False),)))
    (found,) = of_type(derive(declared), "expect_column_values_to_not_be_null")
    assert "mostly" not in found.kwargs
    assert "declared" in found.reason


def test_margins_are_learned():
    """Where versions differ little, little is allowed."""
    kind = "expect_column_mean_to_be_between"

    def width(expectations) -> float:
        (found,) = of_type(expectations, kind, "seats")
        return found.kwargs["max_value"] - found.kwargs["min_value"]

    one, *more = [evidence(flights(seed=seed)) for seed in range(8)]
    assert width(derive(one, more)) < width(derive(one, more[:1])) / 2


def test_rows_may_grow_as_they_have_grown():
    known = [evidence(flights(rows, seed=rows)) for rows in (500, 1000, 2000)]
    after = evidence(flights(4000))
    assert judge(after, derive(after, known)).success


def test_figures_of_part_of_the_rows_say_nothing_about_how_many_there_are(clean):
    known = evidence(clean)
    part = replace(known, profile=replace(known.profile, row_count=None))
    (found,) = of_type(derive(part), "expect_table_row_count_to_be_between")
    assert found.kwargs == {"min_value": 1}


def test_the_history_of_stored_versions_is_taken_before_the_version_in_any_order():
    small, same, large = (
        version(number, evidence(pa.table({"a": [1, 2] * rows})))
        for number, rows in ((1, 50), (2, 50), (3, 5000))
    )
    expectations = derive(same, [large, same, small])
    (found,) = of_type(expectations, "expect_table_row_count_to_be_between")
    assert found.reason == "100 rows in the version before"
    assert derive(small, [large, same, small]) == derive(small)


def test_names_that_are_not_unique_are_left_alone():
    """A column called `a.b` beside a struct `a` with a field `b`, which is profiled as `a.b`."""
    known = evidence(pa.table({"a.b": [1, 2], "c": [1, 2]}))
    profile = replace(known.profile, columns=(*known.profile.columns, known.profile.columns[0]))
    found = derive(replace(known, profile=profile))
    assert {one.field for one in found} == {None, "c"}


def test_a_table_without_columns_or_rows_is_judged():
    nothing = evidence(pa.table({}))
    assert failed(judge(nothing, derive(nothing))) == {
        ("expect_table_row_count_to_be_between", None)
    }


def test_keys_of_several_columns_and_rows_that_come_twice_are_expected_not_to():
    import pyarrow as pa
    from quality_cases import evidence

    from catalog.quality import judge

    def table(rows: int, extra: int = 0) -> pa.Table:
        made = pa.table(
            {
                "shop": [n % 50 for n in range(rows)],
                "turn": [n // 50 for n in range(rows)],
                "sold": [n * 37 % 11 for n in range(rows)],
            }
        )
        return pa.concat_tables([made, made.slice(0, extra)])

    def compound(now: pa.Table, *before: pa.Table) -> dict[tuple[str, ...], bool]:
        known = evidence(now)
        report = judge(known, derive(known, [evidence(one) for one in before]))
        return {
            tuple(one.expectation.kwargs["column_list"]): one.success
            for one in report.results
            if one.expectation.type == "expect_compound_columns_to_be_unique"
        }

    every = ("shop", "turn", "sold")
    assert compound(table(1000), table(900), table(950)) == {every: True, ("shop", "turn"): True}
    assert compound(table(1000, 10), table(900), table(950)) == {every: False}
    assert compound(table(40_000), table(39_000)) == {every: True}
    assert compound(table(40_000, 800), table(39_000)) == {every: False}
