"""SIGKILL at any moment of a crawl leaves the old or the new, and the next crawl finishes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.crawl import crawl
from catalog.model import Status
from catalog.store import Store

Contents = Callable[[Store], dict[str, Any]]
KILLS = int(os.environ.get("HEADWATER_TEST_KILLS", "15"))


def crawls(folder: Path, *moments: tuple[int, str]) -> list[tuple[int, str]]:
    """Crawl into a catalog up to a moment, each in turn; how many events it came to, and whether
    it `lived`.
    """
    script = Path(__file__).with_name("crawl_and_die.py")
    arguments = [f"{moment}@{catalog}" for moment, catalog in moments]
    command = [sys.executable, str(script), str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = (line.split() for line in done.stdout.splitlines())
    return [(int(events), end) for events, end in lines]


@pytest.fixture
def folder(data: Path) -> Path:
    """Six sources: of one part, of four, broken, empty."""
    for label in ("alpha", "beta", "gamma"):
        (data / f"{label}.csv").write_text("id,name\n" + "1,a\n2,b\n" * 50)
    for month in range(1, 5):
        part = data / f"sales/month={month}"
        part.mkdir(parents=True)
        pq.write_table(pa.table({"x": range(month * 10)}), part / "part.parquet")
    (data / "broken.parquet").write_bytes(b"PAR1 and no more")
    (data / "empty.csv").write_bytes(b"")
    return data


def change(folder: Path) -> None:
    (folder / "beta.csv").write_text("id,name,more\n1,a,x\n")
    pq.write_table(pa.table({"x": range(99)}), folder / "sales/month=2/part.parquet")
    (folder / "gamma.csv").unlink()
    (folder / "delta.csv").write_text("id\n1\n")


def test_a_crawl_killed_at_random_moments_and_done_again_is_as_an_undisturbed_one(
    folder: Path, catalog_url: str, tmp_path: Path, contents: Contents
) -> None:
    calm_url = f"sqlite:///{tmp_path / 'calm.db'}"
    rng = random.Random(20261122)
    for round_, disturb in enumerate((lambda: None, lambda: change(folder))):
        disturb()
        ((events, end),) = crawls(folder, (0, calm_url))
        assert end == "lived"
        moments = sorted(rng.sample(range(1, events), min(KILLS, events - 1)))
        ends = crawls(folder, *((moment, catalog_url) for moment in moments))
        assert ends[0] == (moments[0], "killed"), round_
        assert sum(end == "killed" for _, end in ends) >= 5
        with Store.open(catalog_url) as killed, Store.open(calm_url) as calm:
            assert len(list(crawl([str(folder)], killed))) >= 6
            assert contents(killed) == contents(calm)


def test_two_processes_crawl_at_once_what_has_vanished_in_part(
    folder: Path, catalog_url: str, tmp_path: Path, contents: Contents
) -> None:
    calm_url = f"sqlite:///{tmp_path / 'calm.db'}"
    for url in (calm_url, catalog_url):
        with Store.open(url) as store:
            list(crawl([str(folder)], store))
    change(folder)
    (folder / "sales/month=4/part.parquet").unlink()
    with ThreadPoolExecutor(2) as both:
        ends = [both.submit(crawls, folder, (0, catalog_url)) for _ in range(2)]
        assert [one.result()[0][1] for one in ends] == ["lived", "lived"]
    with Store.open(catalog_url) as together, Store.open(calm_url) as calm:
        list(crawl([str(folder)], calm))
        assert contents(together) == contents(calm)
        assert together.source("gamma").status is Status.GONE
        assert together.source("delta").status is not Status.GONE


def test_every_source_that_a_killed_crawl_left_is_whole(
    folder: Path, tmp_path: Path, contents: Contents
) -> None:
    calm_url = f"sqlite:///{tmp_path / 'calm.db'}"
    ((events, _),) = crawls(folder, (0, calm_url))
    with Store.open(calm_url) as calm:
        whole = contents(calm)
    rng = random.Random(7)
    moments = sorted(rng.sample(range(events // 3, events), 8))
    urls = {moment: f"sqlite:///{tmp_path / f'killed-{moment}.db'}" for moment in moments}
    assert crawls(folder, *urls.items()) == [(moment, "killed") for moment in moments]
    for url in urls.values():
        with Store.open(url) as killed:
            left = contents(killed)
        assert left == {uri: whole[uri] for uri in left}
