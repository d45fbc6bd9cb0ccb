"""Great Expectations' Spark and SQL engines give the verdicts of the pandas engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from catalog.crawl import crawl
from catalog.quality import Evidence, derive, validate
from catalog.quality.engine import on_data
from catalog.quality.engines import TYPED, on_spark, on_sql
from catalog.quality.frames import frame_of
from catalog.quality.orphans import in_spark
from catalog.quality.references import Reference
from catalog.store import Store
from schema.infer import infer
from schema.model import Schema
from schema.profile import profile
from schema.summary import summarise

SCHEMA = "id bigint, `the kind` string, code string, low double, high double"


def drawn(seed: int) -> pa.Table:
    random = np.random.default_rng(seed)
    low = random.normal(50, 9, 400).round(2)
    return pa.table(
        {
            "id": range(400),
            "the kind": random.choice(["a", "b", "c"], 400),
            "code": [f"N{number:03}" for number in random.integers(0, 900, 400)],
            "low": low,
            "high": (low + random.exponential(5, 400)).round(2),
        }
    )


def faulty(seed: int) -> pa.Table:
    """Nulls, a repeated key, a new category, a broken code, swapped columns."""
    rows = drawn(seed).to_pylist()
    rows[0]["the kind"] = None
    rows[1]["the kind"] = "Z"
    rows[2]["id"] = 3
    rows[4]["code"] = " n1"
    rows[5]["low"], rows[5]["high"] = 60.0, 40.0
    return pa.Table.from_pylist(rows, drawn(seed).schema)


def test_a_source_is_validated_by_spark_as_by_its_summary(spark: Any, sample_data, tmp_path):
    with Store.open(f"sqlite:///{tmp_path / 'catalog.db'}") as store:
        list(crawl([str(sample_data / "airports.csv")], store))
        source = store.source("airports")
        master = spark.sparkContext.master
        reports = [
            validate(store, source, engine=engine, master=master) for engine in ("summary", "spark")
        ]
    by_summary, by_spark = (
        {one.expectation.key: one.success for one in report.results} for report in reports
    )
    assert by_summary == by_spark
    assert reports[0].rows_seen == reports[1].rows_seen > 1000
    assert reports[1].engine == "great_expectations_spark"


def known(table: pa.Table) -> Evidence:
    summary = summarise(table.to_batches())
    schema = infer(summary)
    return Evidence(schema, profile(summary, schema, row_count=summary.rows))


def test_the_engines_agree_on_what_is_met_and_what_is_not(spark: Any, tmp_path):
    table = faulty(2)
    expected = derive(known(table), [known(drawn(1))])
    by_pandas = on_data(frame_of(table), expected)
    database = sa.create_engine(f"sqlite:///{tmp_path / 'it.db'}")
    columns = [
        sa.Column(name, sa.Float if n > 2 else sa.Text) for n, name in enumerate(table.column_names)
    ]
    columns[0] = sa.Column("id", sa.Integer)
    made = sa.Table("some table", sa.MetaData(), *columns)
    with database.begin() as connection:
        made.create(connection)
        connection.execute(sa.insert(made), table.to_pylist())
    asked = {column.name: column for column in made.columns}
    by_sql = on_sql(database, made, asked, expected)
    by_spark = on_spark(spark.createDataFrame(table.to_pylist(), schema=SCHEMA), expected)
    database.dispose()
    for one, mine, sql, there in zip(expected, by_pandas, by_sql, by_spark, strict=True):
        if one.type in TYPED:
            assert sql is there is None
            continue
        assert mine.success == sql.success == there.success, (one, mine, sql, there)
        assert mine.unexpected_count == sql.unexpected_count == there.unexpected_count, one
    failed = {
        (one.type, one.field)
        for one, mine in zip(expected, by_pandas, strict=True)
        if not mine.success
    }
    assert 5 <= len(failed) < len(expected), failed


def test_spark_finds_what_is_no_key_elsewhere(spark: Any):
    """Texts of what nobody declared are compared without regard to case; nulls refer to nothing."""
    rows = [("aa", 1, 1), ("ZZ ", 1, 2), (None, 2, 1), ("BB", None, 1)]
    text = pa.string()
    table = Schema.from_arrow(pa.schema({"code": text, "n": pa.int64(), "m": pa.int64()}))
    frame = spark.createDataFrame(rows, "code string, n bigint, m bigint")
    parents = {
        1: spark.createDataFrame([("AA",), ("bb",), ("AA",)], "`the code` string"),
        2: spark.createDataFrame([(1, 1), (2, 2)], "n bigint, m bigint"),
    }
    asked = {
        "loose": Reference(("code",), 1, "codes", ("the code",)),
        "exact": Reference(("code",), 1, "codes", ("the code",), declared=True),
        "pair": Reference(("n", "m"), 2, "pairs", ("n", "m"), declared=True),
    }
    found = in_spark(frame, asked, table, parents).select(*asked).collect()
    assert {tuple(row) for row in found} == {
        (None, "aa", None),
        ("ZZ ", "ZZ ", 1),
        (None, None, 2),
        (None, "BB", None),
    }
