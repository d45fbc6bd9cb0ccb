"""Scala modules of all samples, compiled and run in one Java process: their rows are Arrow's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.connect import Connector, connector
from catalog.crawl import crawl
from catalog.store import Store
from connectors.spark.cluster import Cluster
from connectors.spark.distribute import spark_batch
from connectors.spark.session import session
from connectors.targets.spark_types import arrow_field
from tests.conformance.target_samples import Written, load

CHECK = """\
package check

import org.apache.spark.sql.SparkSession

object Check {{
  def write(spark: SparkSession): Unit = {{
{writes}
  }}
  def drift(spark: SparkSession): Array[String] = Array(
{drifts}
  )
  def read(spark: SparkSession, onDrift: String): Long = {reads}
}}
"""

PARQUET = (
    ("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED"),
    ("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED"),
    ("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS"),
)
"""How rows come and go: days and times as Arrow has them, whatever the year."""

DRIFTING = {
    "a.csv": ("id,name\n1,a\n2,b\n", "id,title,more\n1,a,b\n", "'name' is gone"),
    "b.csv": ("1,2013-01-01,x\n2,2013-01-02,\n3,2013-01-03,\n", "1\n", "'column2' is gone"),
    "c.jsonl": ('{"a": 1}\n{"a": 2, "b": 1}\n', '{"a": 1, "c": 1}\n', "'c' is new"),
}
"""Files, what becomes of them, and what is told of it."""


@dataclass(frozen=True)
class Ran:
    """What the modules wrote, by sample; what they told of drift; what reading then said."""

    rows: dict[str, pa.Table]
    expected: dict[str, pa.Table]
    drift: list[str]
    failed: str
    native: set[str]


@pytest.fixture(scope="module")
def ran(written: Written, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("scala")
    classes = folder / "classes"
    classes.mkdir()
    made = {sample: code for (sample, target), code in written.items() if target == "scala"}
    drifting = drifting_sources(folder)
    writes, sources, expected, native = [], [], {}, set()
    for number, (sample, (_, module)) in enumerate(made.items()):
        sources.append(packaged(folder, f"sample{number}", module))
        expected[sample] = held(written, sample)
        name = f"sample{number}.{Path(module.filename).stem}"
        given = folder / f"given{number}.parquet"
        frame = f"{name}.of(spark.read.parquet({quoted(given)}))"
        if " def read(" in module.code:
            native.add(sample)
            frame = f"{name}.read(spark)"
        else:
            pq.write_table(expected[sample], given)
        put = f"coalesce(1).write.parquet({quoted(folder / f'rows{number}')})"
        writes.append(f"    locally {{ import {name}._; {frame}.map(row => row).{put} }}")
    names = [f"drift{at}.{Path(each.filename).stem}" for at, each in enumerate(drifting)]
    sources += [packaged(folder, f"drift{at}", each) for at, each in enumerate(drifting)]
    check = folder / "Check.scala"
    drifts = ",\n".join(f'    {name}.drift(spark).mkString(", ")' for name in names)
    reads = f"{names[0]}.read(spark, onDrift).count()"
    check.write_text(CHECK.format(writes="\n".join(writes), drifts=drifts, reads=reads))
    before = os.environ["SPARK_SUBMIT_OPTS"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_SUBMIT_OPTS", f"{before} -Xss8m")  # the compiler recurs deeply
        told = (("spark.driver.extraClassPath", str(classes)), *PARQUET)
        with session(Cluster("local[2]", configuration=told), "scala") as spark:
            yield in_java(spark, folder, [*sources, check], expected, native)


def in_java(
    spark: Any, folder: Path, sources: list[Path], expected: dict[str, pa.Table], native: set[str]
) -> Ran:
    """Compiled strictly by the compiler that PySpark brings, and run where Spark runs already."""
    from py4j.protocol import Py4JJavaError

    java = spark.sparkContext._gateway
    words = ["-usejavacp", "-feature", "-deprecation", "-Xfatal-warnings", "-encoding", "UTF-8"]
    words += ["-d", str(folder / "classes"), *map(str, sources)]
    given = java.new_array(java.jvm.java.lang.String, len(words))
    for at, word in enumerate(words):
        given[at] = word
    assert java.jvm.scala.tools.nsc.Main.process(given), "see what the compiler printed"
    check, own = java.jvm.check.Check, spark._jsparkSession
    assert check.drift(own) is not None
    try:
        check.write(own)
    except Py4JJavaError as error:  # pyspark's own words for it need a session of its own making
        pytest.fail(str(error.java_exception))
    rows = {
        sample: pq.read_table(folder / f"rows{number}") for number, sample in enumerate(expected)
    }
    assert set(check.drift(own)) == {""}
    for name, (_, after, _) in DRIFTING.items():
        (folder / "drifting" / name).write_text(after)
    with pytest.raises(Py4JJavaError) as error:
        check.read(own, "fail")
    return Ran(rows, expected, list(check.drift(own)), str(error.value.java_exception), native)


def drifting_sources(folder: Path) -> list[Connector]:
    data = folder / "drifting"
    data.mkdir()
    for name, (before, _, _) in DRIFTING.items():
        (data / name).write_text(before)
    with Store.open(f"sqlite:///{folder / 'catalog.db'}") as store:
        found = {one.source.label: one.source.version for one in crawl([str(data)], store)}
        return [connector(store.version(found[Path(name).stem] or 0), "scala") for name in DRIFTING]


def packaged(folder: Path, package: str, made: Connector) -> Path:
    path = folder / f"{package}.scala"
    path.write_text(f"package {package}\n{made.code}", encoding="utf-8")
    return path


def quoted(path: Path) -> str:
    return f'"file://{path}"'


def held(written: Written, sample: str) -> pa.Table:
    """What Arrow reads, in the types that Spark holds it in."""
    fields = load(written[sample, "pyspark"][0]).SCHEMA.jsonValue()["fields"]
    struct = pa.schema([arrow_field({**field, "nullable": True}) for field in fields])
    batches = load(written[sample, "arrow"][0]).read().to_batches()
    return pa.Table.from_batches([spark_batch(batch, struct) for batch in batches], struct)


def values(table: pa.Table) -> list[str]:
    """Rows as text, sorted and without names: those of case classes are Scala's own."""
    return sorted(repr([plain(row[at]) for at in range(len(row))]) for row in listed(table))


def listed(table: pa.Table) -> list[list[Any]]:
    columns = [column.to_pylist(maps_as_pydicts="lossy") for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return [plain(each) for each in value.values()]
    if isinstance(value, list):
        return [plain(each) for each in value]
    # Decimals by value: the encoder of BigDecimal gives each 18 places.
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


@pytest.mark.spark
def test_rows_of_case_classes_are_those_of_arrow(ran: Ran) -> None:
    assert len(ran.native) > 10
    for sample, expected in ran.expected.items():
        assert ran.rows[sample].num_columns == expected.num_columns, sample
        assert values(ran.rows[sample]) == values(expected), sample


@pytest.mark.spark
def test_a_source_that_has_drifted_is_told(ran: Ran) -> None:
    assert ran.drift[0] == "'name' is gone, 'title' is new, 'more' is new"
    for found, (*_, told) in zip(ran.drift, DRIFTING.values(), strict=True):
        assert told in found
    assert "SchemaDrift" in ran.failed
    assert "a.csv: 'name' is gone, 'title' is new, 'more' is new; generate" in ran.failed
