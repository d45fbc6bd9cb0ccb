"""A connector for Spark notices that its source has drifted, whichever way it reads."""

from __future__ import annotations

import warnings
from collections.abc import Callable
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
