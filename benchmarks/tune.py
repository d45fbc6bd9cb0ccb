"""Does `--tune` gain? A skewed join with Spark's defaults and with what the profiles propose.

    python -m benchmarks.tune [ROWS]

Both ways run in sessions of their own, taking turns; the ratio is of the best of three each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.crawl import crawl
from catalog.runs import run
from catalog.store import Store
from connectors.spark.cluster import Cluster

PIPELINE = """
from pyspark.sql import functions as F
from connectors.spark.pipeline import pipeline


@pipeline(inputs={{"sales": "sales", "shops": "shops"}}, output={output!r})
def skewed(sales, shops):
    joined = sales.join(shops, on="shop", how="left")
    whole = [F.max(name).alias(name) for name in ("note", "name", "street")]
    return joined.groupBy("region").agg(F.sum("price").alias("sum"), *whole)
"""


def make(folder: Path, rows: int) -> None:
    """Sales of which one shop has 70 %, and shops that are above Spark's limit for broadcasts."""
    random = np.random.default_rng(7)
    shops = 300_000
    shop = np.where(random.random(rows) < 0.7, 1, random.integers(0, shops, rows))
    notes = np.char.add("note ", random.integers(0, 1 << 40, rows).astype(str))
    sales = pa.table({"shop": shop, "price": random.random(rows), "note": notes})
    pq.write_table(sales, folder / "sales.parquet")
    names = np.char.add("shop number ", random.integers(0, 1 << 60, shops).astype(str))
    table = {"shop": np.arange(shops), "region": random.integers(0, 50, shops), "name": names}
    table["street"] = np.char.add("street ", random.integers(0, 1 << 60, shops).astype(str))
    pq.write_table(pa.table(table), folder / "shops.parquet")


def main(rows: int) -> None:
    cluster = Cluster("local[2]", memory="2g")
    seconds: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, rows)
        (folder / "skewed.py").write_text(PIPELINE.format(output=str(folder / "out")))
        with Store.open(f"sqlite:///{folder / 'catalog.db'}") as store:
            list(crawl([str(folder)], store))
            for _ in range(3):
                for tune in (False, True):
                    began = time.perf_counter()
                    ended = run(folder / "skewed.py", store, cluster, tune=tune)
                    assert ended.error is None, ended.error
                    whole = time.perf_counter() - began
                    spark = ended.metrics["executorSeconds"]
                    seconds[tune].append(spark)
                    shuffled = ended.metrics["shuffleWriteBytes"] / 1e6
                    print(
                        f"{'tuned' if tune else 'default':8} {whole:6.1f} s in all, "
                        f"{spark:6.1f} s in tasks, {shuffled:8.1f} MB shuffled"
                    )
            for one in ended.details["tuning"]:
                print(f"  {one['setting']} = {one['value']}: {one['reason']}")
    ratio = min(seconds[True]) / min(seconds[False])
    print(f"{rows:,} rows: time in tasks, tuned against default: {ratio:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000)
