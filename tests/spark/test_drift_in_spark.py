"""A connector for Spark notices that its source has drifted, whichever way it reads."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.store import Store
from schema.errors import SchemaDrift
from tests.conformance.target_samples import load

pytestmark = pytest.mark.spark

CSV = "id,name,delay\n1,a,2\n2,b,3\n"
OTHER = "id,title_of_it,delay\n1,a,2\n"


def text(name: str, content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding=encoding)

    return write


def parquet(name: str, **columns: Any) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path)

    return write


def generated(folder: Path) -> ModuleType:
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        (outcome,) = crawl([str(folder)], store)
        assert outcome.source.version is not None
        made = connector(store.version(outcome.source.version), "pyspark")
    path = folder.parent / made.filename
    path.write_text(made.code, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (text("a.csv", CSV), text("a.csv", OTHER), ["'name' is gone", "'title_of_it' is new"]),
        (
            text("a.csv", CSV, "utf-16"),
            text("a.csv", OTHER, "utf-16"),
            ["'name' is gone", "'title_of_it' is new"],
        ),
        (text("p/d=1/a.csv", CSV), text("p/d=2/a.csv", OTHER), ["'title_of_it' is new"]),
        (text("a.jsonl", '{"a": 1}\n'), text("a.jsonl", '{"a": 1, "c": 1}\n'), ["'c' is new"]),
        (
            parquet("a.parquet", n=pa.array([1], pa.int64()), t=["a"]),
            parquet("a.parquet", n=[1.5], u=["a"]),
            ["'t' is gone", "'u' is new", "'n' was bigint and is double"],
        ),
        (
            parquet("d=1/a.parquet", n=pa.array([1], pa.int64())),
            parquet("d=2/a.parquet", n=pa.array([1], pa.int64()), u=["a"]),
            ["'u' is new"],
        ),
    ],
    ids=["csv", "runtime", "parted-csv", "jsonl", "parquet", "parted-parquet"],
)
def test_what_has_changed_is_told_before_anything_is_read(
    tmp_path: Path,
    spark: Any,
    before: Callable[[Path], None],
    after: Callable[[Path], None],
    told: list[str],
) -> None:
    data = tmp_path / "data"
    before(data)
    module = generated(data)
    assert module.drift() == []
    assert module.read(spark).count() >= 1
    after(data)
    assert module.drift() == told
    error: type[Exception] = getattr(module, "SchemaDrift", SchemaDrift)
    with pytest.raises(error, match="; generate this connector again"):
        module.read(spark)
    with pytest.warns(UserWarning, match=told[0]):
        module.read(spark, on_drift="warn")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module.read(spark, on_drift="ignore")


def test_spark_reads_no_narrower_type_as_a_wider_one(tmp_path: Path, spark: Any) -> None:
    data = tmp_path / "data"
    parquet("a.parquet", n=pa.array([1], pa.int64()))(data)
    module = generated(data)
    parquet("a.parquet", n=pa.array([1], pa.int32()))(data)
    assert module.drift() == ["'n' was bigint and is int"]


def part(name: str, **columns: Any) -> Callable[[Path], None]:
    return parquet(f"part-0000{name}.parquet", **columns)


def test_a_part_with_narrower_types_that_came_later_is_told(tmp_path: Path, spark: Any) -> None:
    data = tmp_path / "data"
    for name in "01":
        part(name, n=pa.array([2**40], pa.int64()), t=["a"])(data)
    module = generated(data)
    assert module.read(spark).count() == 2
    part("2", n=pa.array([1], pa.int32()), t=["a"])(data)
    (change,) = module.drift()
    assert change in {
        "'n' is int and bigint in different files",
        "'n' is bigint and int in different files",
    }
    with pytest.raises(module.SchemaDrift, match="generate this connector again"):
        module.read(spark)
    again = generated(data)
    assert "runtime" in vars(again)
    rows = again.read(spark).collect()
    assert sorted(row.n for row in rows) == [1, 2**40, 2**40]


def test_parts_of_several_types_are_read_in_the_type_that_holds_all(
    tmp_path: Path, spark: Any
) -> None:
    data = tmp_path / "data"
    day, moment = dt.date(2020, 1, 1), dt.datetime(2020, 1, 1, 3)  # noqa: DTZ001 (no zone)
    part(
        "0",
        whole=pa.array([1], pa.int32()),
        small=pa.array([1], pa.int8()),
        real=pa.array([1], pa.int32()),
        exact=pa.array([Decimal("1.50")], pa.decimal128(5, 2)),
        none=pa.array([None], pa.null()),
        nested=pa.array([{"a": [1]}], pa.struct([("a", pa.list_(pa.int32()))])),
        moment=pa.array([day]),
        mixed=pa.array([7], pa.int64()),
        same=pa.array(["x"]).dictionary_encode(),
    )(data)
    part(
        "1",
        whole=pa.array([2**40], pa.int64()),
        small=pa.array([2**20], pa.int32()),
        real=pa.array([2.25]),
        exact=pa.array([Decimal("1234567.1234")], pa.decimal128(12, 4)),
        none=pa.array([2**40], pa.int64()),
        nested=pa.array([{"a": [2**40]}], pa.struct([("a", pa.list_(pa.int64()))])),
        moment=pa.array([moment], pa.timestamp("us")),
        mixed=pa.array(["y"]),
        same=pa.array(["y"]),
    )(data)
    one, other = generated(data).read(spark).sort("whole").collect()
    assert one.asDict(recursive=True) == {
        "whole": 1,
        "small": 1,
        "real": 1.0,
        "exact": Decimal("1.5000"),
        "none": None,
        "nested": {"a": [1]},
        "moment": dt.datetime(2020, 1, 1),  # noqa: DTZ001
        "mixed": "7",
        "same": "x",
    }
    assert other.asDict(recursive=True) == {
        "whole": 2**40,
        "small": 2**20,
        "real": 2.25,
        "exact": Decimal("1234567.1234"),
        "none": 2**40,
        "nested": {"a": [2**40]},
        "moment": moment,
        "mixed": "y",
        "same": "y",
    }
