"""Any source in Spark: every type through the runtime, conditions that reach the source."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.store import Store
from connectors import runtime
from connectors.model import Dataset, Entry, Limits, Term
from connectors.parts import HERE, Part, joined
from connectors.spark import summaries
from connectors.spark.distribute import balanced, source_schema, spark_batch
from connectors.spark.pushdown import Condition, push, pushed
from connectors.targets.arrow import ArrowTarget
from connectors.targets.pyspark import PySparkTarget
from connectors.targets.spark_types import arrow_field, spark_struct
from schema.errors import SchemaError
from schema.model import Finding, Schema
from schema.profile import ColumnProfile
from schema.summary import summarise
from tests.postgresql import Server

AT = datetime(2013, 1, 2, 3, 4, 5, 678901)  # noqa: DTZ001 (local times are of no zone)
DAY = date(2013, 1, 1)

COLUMNS: dict[str, pa.Array] = {
    "void": pa.nulls(3),
    "bool": pa.array([True, None, False]),
    "float16": pa.array([1.5, None, -2.0], pa.float16()),
    "float32": pa.array([1.5, None, math.inf], pa.float32()),
    **{
        str(kind): pa.array([1, None, 100], kind)
        for kind in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16(), pa.uint32())
    },
    "uint64": pa.array([2**64 - 1, None, 0], pa.uint64()),
    "large_string": pa.array(["a", None, ""], pa.large_string()),
    "string_view": pa.array(["a", None, ""], pa.string_view()),
    "binary": pa.array([b"a\0", None, b""]),
    "fixed": pa.array([b"ab", None, b"cd"], pa.binary(2)),
    "date64": pa.array([date(2013, 1, 2), None, date(1969, 12, 31)], pa.date64()),
    "time32": pa.array([time(1, 2, 3), None, time(0)], pa.time32("s")),
    "time64": pa.array([time(1, 2, 3, 4), None, time(0)], pa.time64("us")),
    "local": pa.array([AT, None, AT], pa.timestamp("us")),
    "seconds": pa.array([AT.replace(microsecond=0), None, None], pa.timestamp("s")),
    "nanoseconds": pa.array([AT, None, AT], pa.timestamp("ns")),
    "berlin": pa.array([AT.replace(tzinfo=UTC), None, None], pa.timestamp("ms", "Europe/Berlin")),
    "duration": pa.array([timedelta(days=1, seconds=2), None, timedelta(0)], pa.duration("s")),
    "decimal": pa.array([Decimal("12.34"), None, Decimal("-0.01")], pa.decimal128(38, 2)),
    "wide decimal": pa.array([Decimal("12.34"), None, None], pa.decimal256(38, 2)),
    "dictionary": pa.array(["x", None, "x"]).dictionary_encode(),
    "uuid": pa.array([UUID(int=7).bytes, None, UUID(int=8).bytes], pa.uuid()),
    "list": pa.array([[1, None], None, []], pa.list_(pa.uint8())),
    "large list": pa.array([["a"], None, []], pa.large_list(pa.large_string())),
    "fixed list": pa.array([[1, 2], None, [3, 4]], pa.list_(pa.int16(), 2)),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.uint32())),
    "struct": pa.array(
        [{"a.b": time(1), "c": [{"d": 1}]}, None, {"a.b": None, "c": None}],
        pa.struct([("a.b", pa.time32("s")), ("c", pa.list_(pa.struct([("d", pa.uint16())])))]),
    ),
    'say "hi"`.\n"); import os #': pa.array([1, 2, 3]),
}


@pytest.fixture
def every_type(tmp_path: Path) -> tuple[Schema, Dataset]:
    """A Parquet folder of two files with a column of each type; not read natively by its name."""
    table = pa.table(COLUMNS)
    folder = tmp_path / "every type"
    folder.mkdir()
    for number in range(2):
        pq.write_table(table, folder / f"part-{number}.parquet")
    uri = folder.as_uri()
    dataset = Dataset("file", str(folder), uri, (), "parquet", pattern="part-*.parquet")
    return Schema.from_arrow(pq.read_schema(folder / "part-0.parquet")), dataset


@pytest.mark.spark
def test_every_type_arrives_in_spark_as_arrow_reads_it(
    every_type: tuple[Schema, Dataset], spark: Any
) -> None:
    schema, dataset = every_type
    arrow, module = run(ArrowTarget().generate(schema, dataset)), None
    code = PySparkTarget().generate(schema, dataset)
    assert "runtime.spark_dataframe" in code
    module = run(code)
    struct = pa.schema(
        [arrow_field({**f, "nullable": True}) for f in spark_struct(schema).json["fields"]]
    )
    expected = pa.Table.from_batches(
        [spark_batch(batch, struct) for batch in arrow["read"]().to_batches()], struct
    )
    assert expected.num_rows == 6
    frame = module["read"](spark)
    assert [f.dataType for f in frame.schema] == [nullable(f.dataType) for f in module["SCHEMA"]]
    got = pa.Table.from_batches(frame._collect_as_arrow()).cast(struct)
    assert sorted(map(repr, got.to_pylist())) == sorted(map(repr, expected.to_pylist()))


@pytest.mark.spark
def test_a_value_that_does_not_fit_is_an_error_not_a_loss(tmp_path: Path, spark: Any) -> None:
    path = tmp_path / "fine.parquet"
    pq.write_table(pa.table({"at": pa.array([1], pa.timestamp("ns"))}), path)
    dataset = Dataset("file", str(path), path.as_uri(), (), "parquet")
    schema = Schema.from_arrow(pq.read_schema(path))
    frame = run(PySparkTarget().generate(schema, dataset))["read"](spark)
    with pytest.raises(Exception, match=r"column 'at'.*does not fit in Spark's"):
        frame.collect()


@pytest.mark.spark
def test_conditions_and_columns_reach_the_source(tmp_path: Path, spark: Any) -> None:
    """Entries that a partition rules out are not opened: one of them cannot be."""
    folder = tmp_path / "parted"
    for year in (2013, 2014, 2015):
        (folder / f"year={year}").mkdir(parents=True)
        (folder / f"year={year}" / "a.csv").write_bytes(f"id;näme\n{year};x\n".encode("latin-1"))
    (folder / "year=2015" / "a.csv").write_bytes(b"\x1f\x8b\x08 not really gzip")
    dataset = runtime.dataset(
        folder.as_uri(),
        namespace="file",
        name=str(folder),
        format="csv",
        options={"delimiter": ";", "encoding": "latin-1"},
        pattern="year=*/*.csv",
        partition_keys=["year"],
    )
    from pyspark.errors import PythonException
    from pyspark.sql import types as T  # noqa: N812
    from pyspark.sql.functions import col

    schema = T.StructType(
        [
            T.StructField("id", T.LongType()),
            T.StructField("näme", T.StringType()),
            T.StructField("year", T.LongType()),
        ]
    )
    for where in ("year < 2015 and id <> 2013", (col("year") < 2015) & (col("id") != 2013)):
        frame = runtime.spark_dataframe(spark, dataset, schema, columns=["näme"], where=where)
        assert frame.columns == ["näme"]
        assert [tuple(row) for row in frame.collect()] == [("x",)]
    with pytest.raises(PythonException):
        runtime.spark_dataframe(spark, dataset, schema).collect()
    with pytest.raises(SchemaError, match="no field 'nothing'"):
        runtime.spark_dataframe(spark, dataset, schema, columns=["nothing"])


@pytest.mark.spark
@pytest.mark.parametrize(
    ("where", "expression", "columns"),
    [
        ("n > 3 and upper(t) = 'A'", pc.field("n") > 3, {"n", "t"}),
        ("3 > n", pc.field("n") < 3, {"n"}),
        ("n in (1, 2)", (pc.field("n") == 1) | (pc.field("n") == 2), {"n"}),
        ("not (n = 1 or t is null)", ~((pc.field("n") == 1) | pc.field("t").is_null()), {"n", "t"}),
        ("N <> 1", ~(pc.field("n") == 1), {"n"}),
        ("t = 'a' and n = '1'", pc.field("t") == "a", {"t", "n"}),
        ("x > 1.5", (pc.field("x") > 1.5) | pc.field("x").is_nan(), {"x"}),
        ("d >= date'2013-01-02'", pc.field("d") >= pa.scalar(date(2013, 1, 2)), {"d"}),
        ("`say ``hi``` > 1", pc.field("say `hi`") > 1, {"say `hi`"}),
        ("n + 1 > 2", None, {"n"}),
        ("n is not distinct from 2", None, {"n"}),
        ("s.a = 1", None, None),
        ("exists(select 1)", None, None),
    ],
)
def test_what_is_pushed(
    spark: Any, where: str, expression: pc.Expression | None, columns: set[str] | None
) -> None:
    schema = Schema.from_arrow(
        pa.schema(
            [
                *(("n", pa.int64()), ("t", pa.string()), ("x", pa.float64()), ("d", pa.date32())),
                *(("say `hi`", pa.int64()), ("s", pa.struct([("a", pa.int64())]))),
            ]
        )
    )
    found = pushed(spark, where, schema)
    assert found.columns == columns
    assert (found.expression is None) == (expression is None)
    assert expression is None or found.expression.equals(expression)


numbers = st.one_of(st.none(), st.integers(-3, 3))
attribute = Condition("UnresolvedAttribute", name=("n",))
literals = st.integers(-3, 3).map(lambda n: Condition("Literal", value=n, type="integer"))
comparisons = st.builds(
    lambda kind, literal, mirrored: Condition(
        kind, (literal, attribute) if mirrored else (attribute, literal)
    ),
    st.sampled_from(
        ["EqualTo", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"]
    ),
    literals,
    st.booleans(),
)
odd = st.just(Condition("Rlike", (attribute,)))
conditions = st.recursive(
    st.one_of(comparisons, odd, st.just(Condition("IsNull", (attribute,)))),
    lambda inner: st.one_of(
        st.builds(lambda a, b: Condition("And", (a, b)), inner, inner),
        st.builds(lambda a, b: Condition("Or", (a, b)), inner, inner),
        inner.map(lambda a: Condition("Not", (a,))),
    ),
)


@given(st.lists(numbers, max_size=8), conditions)
def test_what_is_pushed_drops_no_row_that_the_condition_keeps(
    values: list[int | None], condition: Condition
) -> None:
    table = pa.table({"n": pa.array(values, pa.int64())})
    found = push(condition, Schema.from_arrow(table.schema))
    kept = table if found.expression is None else table.filter(found.expression)
    for odd_value in (True, False, None):
        wanted = [n for n in values if truth(condition, n, odd_value) is True]
        for value in set(wanted):
            assert kept["n"].to_pylist().count(value) >= wanted.count(value)


def truth(condition: Condition, n: int | None, odd_value: bool | None) -> bool | None:
    """SQL's three-valued logic, spelled out."""
    below = [truth(child, n, odd_value) for child in condition.children if child.children]
    match condition.kind:
        case "And":
            return False if False in below else (None if None in below else True)
        case "Or":
            return True if True in below else (None if None in below else False)
        case "Not":
            return None if below[0] is None else not below[0]
        case "IsNull":
            return n is None
        case "Rlike":
            return odd_value
    left, right = (n if child is attribute else child.value for child in condition.children)
    if left is None or right is None:
        return None
    compared = {
        "EqualTo": left == right,
        "GreaterThan": left > right,
        "GreaterThanOrEqual": left >= right,
        "LessThan": left < right,
        "LessThanOrEqual": left <= right,
    }
    return bool(compared[condition.kind])


@given(st.lists(st.integers(0, 1 << 28), max_size=60), st.integers(1, 8))
def test_entries_are_shared_out_whole_and_evenly(sizes: list[int], parallelism: int) -> None:
    entries = [Entry(str(number), size, "") for number, size in enumerate(sizes)]
    groups = balanced(entries, parallelism)
    assert sorted(entry.uri for group in groups for entry in group) == sorted(
        entry.uri for entry in entries
    )
    assert all(groups)
    loads = [sum((entry.size or 0) + 1 for entry in group) for group in groups]
    if loads:
        assert max(loads) - min(loads) <= max(sizes) + 1


def test_the_source_schema_has_the_types_that_spark_widened() -> None:
    struct = pa.schema([("a", pa.decimal128(20, 0)), ("b", pa.string())])
    found = source_schema(struct, {"a": "uint64"})
    assert found.to_arrow() == pa.schema([("a", pa.uint64()), ("b", pa.string())])


def run(code: str) -> dict[str, Any]:
    module: dict[str, Any] = {}
    exec(compile(code, "generated.py", "exec"), module)
    return module


def nullable(kind: Any) -> Any:
    """A Spark type with everything in it nullable."""
    from pyspark.sql import types as T  # noqa: N812

    if isinstance(kind, T.ArrayType):
        return T.ArrayType(nullable(kind.elementType))
    if isinstance(kind, T.MapType):
        return T.MapType(nullable(kind.keyType), nullable(kind.valueType))
    if isinstance(kind, T.StructType):
        return T.StructType([T.StructField(f.name, nullable(f.dataType)) for f in kind])
    return kind


@pytest.mark.spark
def test_a_table_is_read_by_ranges_of_its_key_and_by_the_filter(
    tmp_path: Path, spark: Any, catalog_url: str
) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id integer PRIMARY KEY, x integer)")
        rows = ((number, number % 7) for number in range(120_000))
        connection.executemany("INSERT INTO orders VALUES (?, ?)", rows)
    with Store.open(catalog_url) as store:
        (outcome,) = crawl([f"sqlite:///{path}#orders"], store)
        assert outcome.source.version is not None
        code = connector(store.version(outcome.source.version), "pyspark").code
    assert 'ranges=runtime.key_ranges("id", [' in code
    module = run(code)
    with connection:  # after the profile: below and above what it knew
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(-5, 0), (500_000, 1)])
    connection.close()
    frame = module["read"](spark)
    assert frame.rdd.getNumPartitions() == 2
    assert frame.selectExpr("count(*)", "sum(id)", "count(distinct id)").first() == (
        120_002,
        sum(range(120_000)) + 499_995,
        120_002,
    )
    chosen = module["read"](spark, columns=["x"], where="id >= 119999 AND x < 6")
    assert sorted(row.x for row in chosen.collect()) == [1, 5]


@pytest.mark.spark
def test_a_crawl_by_executors_shares_a_table_by_its_key(
    spark: Any, catalog_url: str, postgres: Server, tmp_path: Path
) -> None:
    url = postgres.database()
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE orders (id bigint PRIMARY KEY, day date, t text, x double precision);"
            "INSERT INTO orders SELECT n * 3, date '2013-01-01' + n % 90, 'T' || n % 7, "
            "CASE WHEN n % 5 > 0 THEN n / 4.0 END FROM generate_series(-10, 119_999) AS n;"
            "CREATE TABLE lines (id bigint PRIMARY KEY); INSERT INTO lines VALUES (1);"
        )
    (tmp_path / "url").write_text(url)
    limits = Limits(credentials=f"file:{tmp_path / 'url'}")
    found = []
    for place, reading in ((catalog_url, HERE), (f"sqlite:///{tmp_path / 'other.db'}", None)):
        with Store.open(place) as store:
            began = len(stages(spark))
            reader = reading or summaries.engine(spark)
            crawled = {one.source.label: one for one in crawl([url], store, limits, engine=reader)}
            outcome = crawled["orders"]
            assert outcome.source.version is not None
            version = store.version(outcome.source.version)
            assert (version.profile.row_count, crawled["lines"].source.row_count) == (120_010, 1)
            found.append((version.schema, [exact(one) for one in version.profile.columns]))
            assert version.findings == ()
            tasks = sorted(stages(spark)[began:])
            assert tasks == ([] if reading else [1, 2])
    assert found[0] == found[1]


def stages(spark: Any) -> list[int]:
    """How many tasks each stage that has run has had."""
    tracker = spark.sparkContext.statusTracker()
    jobs = sorted(tracker.getJobIdsForGroup())
    ids = [stage for job in jobs for stage in tracker.getJobInfo(job).stageIds]
    return [info.numTasks for info in map(tracker.getStageInfo, ids) if info is not None]


def exact(column: ColumnProfile) -> tuple[Any, ...]:
    """The figures that do not depend on the way in which rows were read."""
    return (column.name, column.type, column.count, column.null_count, column.min, column.max)


def test_an_entry_is_read_when_all_of_its_ranges_are() -> None:
    batch = pa.record_batch({"n": [1, 2, 3]})
    part = Part("u", summarise([batch], place="u"), (), 3, 24)
    broken = Part("u", None, (Finding("unreachable", "gone"),), 1, 8, frozenset({"unreachable"}))
    whole = joined([part, replace(part, summary=summarise([batch], place="u from n = 4"))])
    assert whole.summary is not None
    assert (whole.summary.rows, whole.rows, whole.bytes_read) == (6, 6, 48)
    assert whole.summary.columns["n"].stretches is None
    lost = joined([part, broken])
    assert (lost.summary, lost.rows, lost.faults) == (None, 4, broken.faults)
    assert lost.findings == broken.findings


@pytest.mark.spark
@pytest.mark.parametrize(
    ("where", "terms"),
    [
        ("n > 5 AND 3 >= n", [Term("n", ">", 5), Term("n", "<=", 3)]),
        ("n IN (1, 2) AND t = 'a'", [Term("n", "in", (1, 2)), Term("t", "==", "a")]),
        ("n IS NOT NULL AND d < date'2013-01-01'", [Term("n", "valid"), Term("d", "<", DAY)]),
        ("n = 1 OR n = 2", []),
        ("NOT n = 1 AND n + 1 = 2 AND t > n AND n = NULL", []),
    ],
)
def test_terms_that_follow_from_a_condition(spark: Any, where: str, terms: list[Term]) -> None:
    kinds = {"n": pa.int64(), "t": pa.string(), "d": pa.date32()}
    schema = Schema.from_arrow(pa.schema(list(kinds.items())))
    assert list(pushed(spark, where, schema).terms) == terms
