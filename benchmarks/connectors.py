"""What does a generated connector cost? Against reading by hand with the same engine, and on Spark
through Arrow against its native reader.

    python -m benchmarks.connectors [ROWS]

All is read in this process, the two ways in turn; the ratios are of the best of each, in CPU
seconds of all threads (wall seconds for Spark, whose Java is another process). By hand means with
the types written out, as somebody writes who knows them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.model import Version
from catalog.store import Store
from connectors.spark.cluster import Cluster
from connectors.spark.session import session
from connectors.targets.pyspark import PySparkTarget
from schema.model import Finding

ROUNDS = 7
SPARK_ROUNDS = 4

Way = Callable[[], Any]


def make(folder: Path, rows: int) -> None:
    """The same trips as CSV and as Parquet."""
    random = np.random.default_rng(7)
    at = np.datetime64("2013-01-01T00:00:00") + random.integers(0, 31_000_000, rows)
    table = pa.table(
        {
            "id": pa.array(np.arange(rows)),
            "at": pa.array(at, pa.timestamp("s")),
            "day": pa.array(at.astype("datetime64[D]")),
            "distance": pa.array(np.round(random.exponential(3, rows), 2)),
            "fare": pa.array(np.round(random.exponential(12, rows), 2)),
            "passengers": pa.array(random.integers(1, 7, rows)),
            "zone": pa.array(np.char.add("zone ", random.integers(0, 300, rows).astype(str))),
            "note": pa.array(np.char.add("note ", random.integers(0, 1 << 40, rows).astype(str))),
        }
    )
    pa_csv.write_csv(table, folder / "trips.csv")
    parquet = table.set_column(1, "at", table["at"].cast(pa.timestamp("us")))
    pq.write_table(parquet, folder / "trips.parquet", row_group_size=100_000)


def loaded(code: str, name: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(code, name, "exec"), vars(module))
    return module


def by_hand(path: Path, schema: pa.Schema) -> dict[str, Way]:
    """Reading as one writes it with each engine."""
    import duckdb
    import pandas as pd
    import polars as pl

    where = str(path)
    if path.suffix == ".csv":
        types = pa_csv.ConvertOptions(column_types=schema)
        return {
            "arrow": lambda: pa_csv.read_csv(where, convert_options=types),
            "pandas": lambda: pd.read_csv(where, engine="pyarrow", dtype_backend="pyarrow"),
            "polars": lambda: pl.read_csv(where, try_parse_dates=True),
            "duckdb": lambda: duckdb.read_csv(where).to_arrow_table(),
        }
    return {
        "arrow": lambda: pq.read_table(where),
        "pandas": lambda: pd.read_parquet(where, dtype_backend="pyarrow"),
        "polars": lambda: pl.read_parquet(where),
        "duckdb": lambda: duckdb.read_parquet(where).to_arrow_table(),
    }


def best(ways: Mapping[str, Way], clock: Callable[[], float], rounds: int) -> dict[str, float]:
    """The least seconds of each way, which take turns; the first round only warms up."""
    seconds: dict[str, float] = {}
    for round_ in range(rounds + 1):
        for name, way in ways.items():
            began = clock()
            way()
            took = clock() - began
            if round_:
                seconds[name] = min(took, seconds.get(name, took))
    return seconds


def show(name: str, found: float, peer: float, bound: float) -> bool:
    ratio = found / peer
    verdict = "" if ratio <= bound else f"  above {bound}"
    print(f"{name:34}{found:8.3f}{peer:8.3f}{ratio:7.2f}{verdict}", flush=True)
    return ratio <= bound


def in_process(path: Path, version: Version) -> bool:
    fine = True
    for target, hand in by_hand(path, version.schema.to_arrow()).items():
        module = loaded(connector(version, target).code, target)

        def generated(module: ModuleType = module, target: str = target) -> object:
            read = module.read()
            return read.to_arrow_table() if target == "duckdb" else read

        took = best({"generated": generated, "hand": hand}, time.process_time, ROUNDS)
        fine &= show(f"{target}, {path.suffix[1:]}", took["generated"], took["hand"], 1.05)
    return fine


def on_spark(spark: Any, path: Path, version: Version) -> bool:
    made = loaded(connector(version, "pyspark").code, "native")
    finding = Finding("benchmark", "is read through Arrow", "", "info")
    dataset = replace(version.dataset, findings=(finding,))
    through = loaded(PySparkTarget().generate(version.schema, dataset), "arrow")
    assert "runtime" not in vars(made)
    assert "runtime" in vars(through)
    form, options = path.suffix[1:], {"header": "true"} if path.suffix == ".csv" else {}
    reader = spark.read.options(**options)
    if form == "csv":
        reader = reader.schema(made.SCHEMA)

    def all_of(read: Callable[[], Any]) -> Way:
        return lambda: read().write.format("noop").mode("overwrite").save()

    ways = {
        "hand": all_of(lambda: reader.format(form).load(str(path))),
        "generated": all_of(lambda: made.read(spark)),
        "arrow": all_of(lambda: through.read(spark)),
    }
    took = best(ways, time.perf_counter, SPARK_ROUNDS)
    native = show(f"pyspark, {form}", took["generated"], took["hand"], 1.05)
    return show(f"pyspark through Arrow, {form}", took["arrow"], took["hand"], 2) and native


def main(rows: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, rows)
        with Store.open(f"sqlite:///{folder / 'catalog.db'}") as store:
            list(crawl([str(folder)], store))
            paths = [folder / "trips.csv", folder / "trips.parquet"]
            versions = []
            for path in paths:
                source = store.source(path.as_uri())
                assert source.version is not None
                versions.append(store.version(source.version))
        print(f"{rows:,} rows{'generated':>31}{'hand':>8}{'×':>7}")
        pairs = list(zip(paths, versions, strict=True))
        fine = [in_process(path, version) for path, version in pairs]
        with session(Cluster("local[2]", memory="2g"), "benchmark") as spark:
            fine += [on_spark(spark, path, version) for path, version in pairs]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
