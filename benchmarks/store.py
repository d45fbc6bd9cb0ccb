"""What a catalog of many sources costs: recording, crawling again, searching.

    python -m benchmarks.store [SOURCES] [URL]

SOURCES is 100,000 unless told; URL a new catalog, a SQLite file in a temporary folder unless told.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa

from catalog.learning import MOST_TOGETHER
from catalog.model import QualityReport, Record, Search
from catalog.store import Store
from catalog.store.rows import now
from connectors.model import Dataset, Entry
from schema.errors import CatalogError
from schema.model import Field, Schema
from schema.profile import ColumnProfile, Frequency, TableProfile

TOPICS = [
    "flights",
    "weather",
    "orders",
    "customers",
    "payments",
    "sensors",
    "clicks",
    "sessions",
    "invoices",
    "products",
    "stations",
    "trips",
    "taxis",
    "claims",
    "patients",
    "visits",
    "stocks",
    "trades",
    "events",
    "logs",
    "users",
    "reviews",
    "ratings",
    "shipments",
    "inventory",
    "prices",
]
COLUMNS = [
    f"{one}_{other}"
    for one in ("origin", "created", "total", "unit", "customer", "device", "first", "last", "net")
    for other in ("id", "name", "date", "time", "amount", "code", "status", "count", "type", "rate")
]
QUERIES = {
    "rare": lambda n: f"batch{n} ",
    "one topic": lambda n: TOPICS[n % len(TOPICS)],
    "common": lambda _: "data",
    "column": lambda n: COLUMNS[n % len(COLUMNS)],
    "three words": lambda n: f"{TOPICS[n % 26]} {COLUMNS[n % 90]} region{n % 40}",
    "prefix": lambda n: TOPICS[n % 26][:3],
    "mistyped": lambda n: TOPICS[n % 26][:2] + TOPICS[n % 26][3:],
    "nothing typed": lambda _: "",
}


def source(number: int, chance: random.Random) -> tuple[Dataset, Schema, TableProfile]:
    topic = chance.choice(TOPICS)
    name = f"/data/region{number % 40}/{topic}/batch{number}_{chance.choice(TOPICS)}.csv"
    uri = f"file://{name}"
    names = chance.sample(COLUMNS, 10)
    schema = Schema(
        tuple(
            Field(one, pa.string(), semantic_type="date" if one.endswith("date") else None)
            for one in names
        )
    )
    values = tuple(Frequency(f"{topic}-{n}", 9, exact=True) for n in range(5))
    columns = tuple(
        ColumnProfile(
            one,
            "string",
            1000,
            0,
            0,
            5,
            0.0,
            "a",
            "z",
            None,
            None,
            (),
            0.0,
            (),
            values,
            1,
            9,
            4.0,
            0,
            (),
            unique=False,
        )
        for one in names
    )
    dataset = Dataset(
        f"file{number % 7}",
        name,
        uri,
        (Entry(uri, 5000, str(number)),),
        format=chance.choice(("csv", "parquet", "jsonl")),
        description=f"{topic} of region {number % 40} as delivered",
    )
    return dataset, schema, TableProfile(1000, 1000, 5000, columns)


def timed(function: Callable[[], object]) -> float:
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def record(store: Store, count: int, chance: random.Random) -> None:
    """Record so many made-up sources, as many at once as a crawl of small files does."""
    for start in range(0, count, MOST_TOGETHER):
        records = []
        for number in range(start, min(start + MOST_TOGETHER, count)):
            dataset, schema, profile = source(number, chance)
            quality = QualityReport(
                0,
                0,
                chance.random() * 100,
                success=True,
                checked_at=now(),
                engine="summary",
                results=(),
            )
            parts = {dataset.entries[0].uri: b"x" * 2000}
            records.append(Record(dataset, schema, profile, parts, (), quality))
        store.record_many(records)


def main(count: int = 100_000, url: str | None = None) -> None:
    folder = tempfile.TemporaryDirectory(prefix="headwater-bench-")
    url = url or f"sqlite:///{Path(folder.name) / 'catalog.db'}"
    chance = random.Random(7)
    with Store.open(url) as store:
        begun = time.perf_counter()
        record(store, count, chance)
        spent = time.perf_counter() - begun
        print(f"record {count:,} sources: {spent:.1f} s, {spent / count * 1e3:.2f} ms each")

        def crawl_again() -> None:
            for namespace in range(7):
                pks = [known.source_pk for known in store.known_all(f"file{namespace}", "/data")]
                store.record_unchanged(pks)

        print(f"known_all and record_unchanged of all: {timed(crawl_again):.1f} s")
        for kind, query in QUERIES.items():
            times = [
                timed(partial(store.search, Search(text=query(n), first=20))) for n in range(2, 42)
            ]
            times.sort()
            total = store.search(Search(text=query(2))).total
            print(
                f"search {kind:14} median {statistics.median(times) * 1e3:6.1f} ms,"
                f" p95 {times[37] * 1e3:6.1f} ms, {total:,} found"
            )
        for ref in ("batch777", "nothing777"):
            print(f"resolve {ref}: {timed(partial(attempt, store, ref)) * 1e3:.1f} ms")
    print(f"open: {timed(lambda: Store.open(url).close()) * 1e3:.1f} ms")
    folder.cleanup()


def attempt(store: Store, ref: str) -> None:
    try:
        store.source(ref)
    except CatalogError as error:
        print("  ", type(error).__name__, str(error)[:100])


if __name__ == "__main__":
    main(
        int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 100_000,
        sys.argv[2] if len(sys.argv) > 2 else None,
    )
