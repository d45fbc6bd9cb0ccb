"""What a page of sources costs over GraphQL: 50 sources × 10 columns × 4 fields.

    python -m benchmarks.graphql [ROUNDS]

CPU of this executor, of the same schema under graphql-core's stock executor as its `graphql_sync`
runs it (parsing and validating each time), and of bare SQL with JSON: one statement by
sqlite3, the stored JSON decoded, the same answer put together and encoded. In turn in one
process, each five times in a row as a service is asked; medians of the means, with ratios. Once
asked again and again, and once `unseen`: with the decoded
schemas forgotten before each, as when nobody has looked at those sources of late.
"""

from __future__ import annotations

import gc
import random
import sqlite3
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from graphql import graphql_sync

from catalog.crawl import crawl
from catalog.graphql.execution import answer
from catalog.graphql.loading import Request
from catalog.graphql.schema import schema
from catalog.store import Store, stored
from connectors.model import Limits

SOURCES, COLUMNS, ROWS = 60, 10, 200
IN_A_ROW = 5
PLAIN = "name type nullable description"
FIGURES = "name type nullable profile { nullCount }"
CASES = (
    ("4 plain fields", PLAIN, True),
    ("3 and a figure", FIGURES, True),
    ("4 plain fields, unseen", PLAIN, False),
    ("3 and a figure, unseen", FIGURES, False),
)
QUERY = "{ sources(first: 50) { nodes { name schema { fields { %s } } } } }"

_BARE = """
SELECT s.name, v.schema, {profile} FROM sources s JOIN versions v ON v.pk = s.version_pk
JOIN namespaces n ON n.pk = s.namespace_pk JOIN listings l ON l.source_pk = s.pk
WHERE s.status <> 'GONE' ORDER BY s.sort_name, s.pk LIMIT 51
"""
BARE = {
    figures: _BARE.format(profile="v.profile" if figures else "NULL") for figures in (False, True)
}


def make(folder: Path) -> None:
    """Tables of numbers, texts, categories and dates."""
    chance = random.Random(3)
    for number in range(SOURCES):
        name = f"table_{chr(97 + number // 26)}{chr(97 + number % 26)}.csv"
        lines = [",".join(f"col_{letter}{number}" for letter in "abcdefghij"[:COLUMNS])]
        lines += [
            f"{row},{chance.random()},{chance.choice('xyz')},name {chance.randrange(999)},"
            f"{chance.randrange(100)},{chance.gauss(0, 1)},2024-01-{chance.randrange(10, 28)},"
            f"{chance.choice(('UA', 'DL'))},{chance.randrange(10**6)},text {row}"
            for row in range(ROWS)
        ]
        (folder / name).write_text("\n".join(lines) + "\n")


def bare(connection: sqlite3.Connection, *, figures: bool) -> bytes:
    """The answer from one statement, without anything of GraphQL."""
    nodes = []
    for name, shape, profile in connection.execute(BARE[figures]).fetchmany(50):
        fields = orjson.loads(zlib.decompress(shape))["fields"]
        if figures:
            known = orjson.loads(zlib.decompress(profile))["columns"]
            nulls = {one["name"]: one["null_count"] for one in known}
        shown: list[dict[str, Any]] = []
        for field in fields:
            one = {key: field[key] for key in ("name", "type", "nullable")}
            if figures:
                one["profile"] = {"nullCount": nulls[field["name"]]}
            else:
                one["description"] = field.get("description")
            shown.append(one)
        nodes.append({"name": name, "schema": {"fields": shown}})
    return orjson.dumps({"data": {"sources": {"nodes": nodes}}})


def cpu(*functions: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of CPU of each, the median over rounds in turn of the mean of `IN_A_ROW`."""
    spent: list[list[float]] = [[] for _ in functions]
    for turn in range(rounds + 3):
        for function, times in zip(functions, spent, strict=True):
            begun = time.process_time()
            for _ in range(IN_A_ROW):
                function()
            if turn >= 3:
                times.append((time.process_time() - begun) * 1e3 / IN_A_ROW)
    return [statistics.median(times) for times in spent]


def main(rounds: int = 20) -> None:
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as temporary:
        folder = Path(temporary) / "data"
        folder.mkdir()
        make(folder)
        path = Path(temporary) / "catalog.db"
        with Store.open(f"sqlite:///{path}") as store, sqlite3.connect(path) as connection:
            list(crawl([str(folder)], store, Limits()))
            gc.collect()
            gc.freeze()
            print(f"{'CPU in ms':28}{'ours':>8}{'stock':>8}{'bare':>8}{'/stock':>8}{'/bare':>8}")
            for title, asked, seen in CASES:
                query = QUERY % asked

                def ours(query: str = query, seen: bool = seen) -> bytes:  # noqa: FBT001
                    if not seen:
                        stored.forget()
                    return orjson.dumps(answer(Request(store), query).body)

                def stock(query: str = query, seen: bool = seen) -> bytes:  # noqa: FBT001
                    if not seen:
                        stored.forget()
                    found = graphql_sync(schema(), query, context_value=Request(store))
                    return orjson.dumps(found.formatted)

                def plain(figures: bool = asked == FIGURES) -> bytes:  # noqa: FBT001
                    return bare(connection, figures=figures)

                assert ours() == stock() == plain(), "all answer alike"
                times = cpu(ours, stock, plain, rounds=rounds)
                ratios = [times[0] / times[1], times[0] / times[2]]
                print(f"{title:28}" + "".join(f"{one:8.2f}" for one in (*times, *ratios)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
