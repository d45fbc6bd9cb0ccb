"""Lineage by column, of the shapes that plans come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.spark.plan import column_lineage

pytestmark = pytest.mark.spark

SAME, T, A = "IDENTITY", "TRANSFORMATION", "AGGREGATION"


@pytest.fixture
def frames(spark: Any) -> dict[str, Any]:
    flights = spark.sql(
        "select 'JFK' as origin, 'IAH' as dest, 5 as delay, array(1, 2) as legs, 7 as flight"
    )
    airports = spark.sql("select 'IAH' as faa, 'Houston' as name, 30.0 as lat")
    return {"flights": flights, "airports": airports}


def f(name: str, how: str = SAME) -> tuple[str, str, str]:
    return ("flights", name, how)


def a(name: str, how: str = SAME) -> tuple[str, str, str]:
    return ("airports", name, how)


def sql(text: str) -> Callable[[Any, dict[str, Any]], Any]:
    def made(spark: Any, frames: dict[str, Any]) -> Any:
        for name, frame in frames.items():
            frame.createOrReplaceTempView(name)
        return spark.sql(text)

    return made


CASES: dict[str, tuple[Callable[[Any, dict[str, Any]], Any], dict[str, tuple[Any, ...]]]] = {
    "unchanged": (
        lambda _, d: d["airports"],
        {"faa": (a("faa"),), "name": (a("name"),), "lat": (a("lat"),)},
    ),
    "renamed, filtered, sorted, limited, distinct": (
        lambda _, d: (
            d["flights"]
            .where("delay > 1")
            .select("dest", d["flights"].delay.alias("late"))
            .orderBy("dest")
            .limit(3)
            .distinct()
        ),
        {"dest": (f("dest"),), "late": (f("delay"),)},
    ),
    "expressions": (
        lambda _, d: d["flights"].selectExpr(
            "delay + flight as x", "1 as one", "cast(delay as string) d"
        ),
        {"x": (f("delay", T), f("flight", T)), "one": (), "d": (f("delay", T),)},
    ),
    "join, aggregate, then an expression of the aggregate": (
        lambda _, d: (
            d["flights"]
            .groupBy("dest")
            .agg({"delay": "avg", "*": "count"})
            .withColumnRenamed("avg(delay)", "mean")
            .withColumnRenamed("count(1)", "n")
            .join(d["airports"].withColumnRenamed("faa", "dest"), "dest", "left")
            .selectExpr("dest", "name", "n", "round(mean, 1) as mean")
        ),
        {"dest": (f("dest"),), "name": (a("name"),), "n": (), "mean": (f("delay", A),)},
    ),
    "a join with itself": (
        lambda _, d: (
            d["flights"]
            .alias("x")
            .join(d["flights"].alias("y"), on="flight")
            .selectExpr("x.dest as one", "y.delay + 1 as other")
        ),
        {"one": (f("dest"),), "other": (f("delay", T),)},
    ),
    "union": (
        lambda _, d: (
            d["flights"].select("dest", "delay").union(d["airports"].selectExpr("faa", "lat * 2"))
        ),
        {"dest": (a("faa"), f("dest")), "delay": (a("lat", T), f("delay", T))},
    ),
    "window": (
        sql(
            "select dest, rank() over (partition by dest order by delay) r, "
            "sum(delay) over (partition by dest) s from flights"
        ),
        {"dest": (f("dest"),), "r": (f("delay", A),), "s": (f("delay", A),)},
    ),
    "subquery and common table expression": (
        sql(
            "with late as (select dest as d, max(delay) as worst from flights group by dest) "
            "select d, worst, (select max(lat) from airports) as north from late "
            "where d in (select faa from airports)"
        ),
        {"d": (f("dest"),), "worst": (f("delay", A),), "north": (a("lat", A),)},
    ),
    "explode": (
        sql("select dest, leg from flights lateral view explode(legs) t as leg"),
        {"dest": (f("dest"),), "leg": (f("legs", T),)},
    ),
    "case and struct": (
        sql(
            "select case when delay > 5 then dest else origin end as c, struct(faa) as s "
            "from flights join airports on dest = faa"
        ),
        {"c": (f("delay", T), f("dest", T), f("origin", T)), "s": (a("faa", T),)},
    ),
    "a Python function over batches": (
        lambda _, d: mapped(d["airports"].select("faa", "lat")),
        {"anything": (a("faa", T), a("lat", T))},
    ),
    "cached": (
        lambda _, d: d["airports"].cache().selectExpr("upper(name) as n"),
        {"n": (a("name", T),)},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_columns_are_traced(spark: Any, frames: dict[str, Any], case: str) -> None:
    build, expected = CASES[case]
    found = column_lineage(build(spark, frames), frames)
    assert found == expected


def test_what_is_of_no_input_has_no_origin(spark: Any, frames: dict[str, Any]) -> None:
    other = spark.range(3).selectExpr("id", "id * 2 as twice")
    assert column_lineage(other, frames) == {"id": (), "twice": ()}


def mapped(frame: Any) -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return frame.mapInArrow(lambda batches: batches, "anything string")
