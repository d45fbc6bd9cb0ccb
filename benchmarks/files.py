"""Many files: crawling 10,000 small ones, listing 100,000, crawling again what has not changed."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.processes import run
from connectors import registry

SMALL = int(os.environ.get("HEADWATER_BENCH_SMALL", "10000"))
UNCHANGED = int(os.environ.get("HEADWATER_BENCH_UNCHANGED", "100000"))
ROWS = 130


def main() -> None:
    """Two tables: small files of their own, and parts of a few data sets."""
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        root = Path(folder)
        _make_small(root / "small")
        crawl = [sys.executable, "-m", "catalog.cli.main", "--catalog", f"{root}/small.db", "crawl"]
        print(f"{'':34}{'wall s':>9}{'CPU s':>9}{'peak MB':>10}")
        for name in ("new", "unchanged"):
            cost = run([*crawl, str(root / "small")])
            print(
                f"{f'{SMALL:,} small files, {name}':34}{cost.wall:9.1f}{cost.cpu:9.1f}"
                f"{cost.memory / 1e6:10.0f}"
            )
        _make_parts(root / "parts")
        _list(root / "parts")
        crawl[4] = f"{root}/parts.db"
        for name in ("new", "unchanged"):
            cost = run([*crawl, str(root / "parts")])
            print(
                f"{f'{UNCHANGED:,} parts of 100 sets, {name}':34}{cost.wall:9.1f}{cost.cpu:9.1f}"
                f"{cost.memory / 1e6:10.0f}"
            )


def _list(folder: Path) -> None:
    """How many files a second a listing names and groups, in this process."""
    source = registry.open_source(str(folder))
    began, cpu = time.perf_counter(), time.process_time()
    count = sum(len(dataset.entries) for dataset in source.datasets())
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"{f'{count:,} listed, {count / wall:,.0f}/s':34}{wall:9.1f}{cpu:9.1f}")


def _make_small(folder: Path) -> None:
    chance = random.Random(1)
    for number in range(SMALL):
        place = folder / f"group{number // 100:04}"
        place.mkdir(parents=True, exist_ok=True)
        lines = [f"id,name,amount,day,{chance.choice('uvwxyz')}flag"]
        lines += [
            f"{row},name{chance.randrange(50)},{chance.random() * 100:.2f},"
            f"2020-01-{row % 28 + 1:02},{'true' if row % 3 else 'false'}"
            for row in range(ROWS)
        ]
        (place / f"{_word(number)}.csv").write_text("\n".join(lines) + "\n")


def _make_parts(folder: Path) -> None:
    for number in range(UNCHANGED):
        place = folder / _word(number % 100)
        place.mkdir(parents=True, exist_ok=True)
        (place / f"part-{number // 100:05}.csv").write_text(f"a,b\n{number},x\n")


def _word(number: int) -> str:
    """A name without digits, so that files are not taken for parts of one data set."""
    letters = ""
    for _ in range(4):
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return letters


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"in {time.perf_counter() - started:.0f} s")
