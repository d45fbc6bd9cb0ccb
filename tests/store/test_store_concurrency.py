"""Several crawls at once, and crawls that are killed: the catalog is as one undisturbed crawl's."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.model import Search, Status
from catalog.store import Store
from catalog.store.stamps import content_stamp

ROOT = Path(__file__).resolve().parents[2]

CRAWL = """
import sys
import pyarrow as pa
from catalog.store import Store
from connectors.model import Dataset, Entry
from schema.model import Field, Schema
from schema.profile import TableProfile

def record(store, source, mark):
    entries = tuple(Entry(f"file:///{source}/{n}", mark, str(mark)) for n in range(60))
    dataset = Dataset("file", f"/{source}", f"file:///{source}", entries, format="csv",
                      description=f"mark{mark}")
    schema = Schema(tuple(Field(f"c{mark}_{n}", pa.string()) for n in range(5)))
    profile = TableProfile(mark, mark, mark, ())
    parts = {entry.uri: str(mark).encode() * 400 for entry in entries}
    return store.record(dataset, schema, profile, parts=parts)
"""

FOREVER = """
with Store.open(sys.argv[1]) as store:
    for mark in range(1, 100_000):
        record(store, "killed", mark)
        print(mark, flush=True)
"""

ONCE = """
with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for source in range(15):
        record(store, source, 1)
"""


def start(code: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CRAWL + code, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def assert_whole(store: Store) -> int:
    """Every trace of the killed crawl's source is of one mark, which is returned."""
    source = store.source("killed")
    version = store.version(source.version)
    mark = version.profile.rows_seen
    assert source.row_count == mark
    assert source.description == f"mark{mark}"
    assert version.number == store.version_count(source.pk) == mark
    assert version.schema.names == tuple(f"c{mark}_{n}" for n in range(5))
    entries = store.entries(source.pk)
    assert {entry.stamp for entry in entries} == {str(mark)}
    assert version.content_stamp == content_stamp(entries)
    found = dict(store.part_summaries(source.pk, [entry.uri for entry in entries]))
    assert len(found) == 60
    assert set(found.values()) == {str(mark).encode() * 400}
    assert store.search(Search(text=f"mark{mark}")).total == 1
    assert store.search(Search(column=f"c{mark}_3")).total == 1
    assert store.search(Search(column=f"c{mark + 1}_3")).total == 0
    return mark


def test_a_killed_crawl_leaves_the_old_or_the_new_version(url):
    chance = random.Random(20)
    for _ in range(3):
        process = start(FOREVER, url)
        seen = 0
        for _ in range(chance.randint(1, 6)):
            seen = int(process.stdout.readline())
        threading.Event().wait(chance.random() * 0.02)  # anywhere in the next transaction
        process.kill()
        process.communicate()
        with Store.open(url) as store:
            assert assert_whole(store) >= seen
        # The next crawl begins at mark 1 again, which must work on what the last one left.
        with Store.open(url) as store:
            store._database.write(_forget_everything)


def _forget_everything(connection) -> None:
    from catalog.store.tables import sources

    connection.execute(sources.delete())
    connection.exec_driver_sql("DELETE FROM search_documents")


def test_two_processes_that_record_the_same_end_as_one(url):
    processes = [start(ONCE, url) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    with Store.open(url) as store:
        assert store.counts() == {"sources": 15, "entries": 900, "versions": 15, "runs": 0}
        assert store.search(Search(text="mark1")).total == 15


def test_threads_that_record_the_same_end_as_one(store, make):
    def crawl(_thread: int) -> list[Status]:
        return [make.record(store, f"/data/{number}").status for number in range(10)]

    with ThreadPoolExecutor(4) as threads:
        statuses = [status for found in threads.map(crawl, range(4)) for status in found]
    assert statuses.count(Status.NEW) == 10
    assert statuses.count(Status.UNCHANGED) == 30
    assert store.counts()["versions"] == 10


def test_threads_that_write_all_kinds_do_not_block_each_other(store, make):
    """Sources are locked in any order and new words collide: none fails, nothing is lost."""
    pks = [make.record(store, f"/data/{number}").source.pk for number in range(20)]

    def work(thread: int) -> None:
        for turn in range(15):
            number = (thread * 7 + turn) % 20
            order = pks if thread % 2 else pks[::-1]
            store.record_unchanged(order)
            make.record(store, f"/data/{number}", f"word{turn}", stamps={"a": f"{thread} {turn}"})
            store.annotate(pks[number], tags=[f"tag{thread}"], description=f"turn{turn} words")
            store.search(Search(text="words turn1"))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    assert store.counts()["versions"] == 20 + 6 * 15
    assert store.search(Search(text="turn14")).total >= 1


def test_a_reader_sees_one_moment(store, make):
    """While versions are recorded, what is read never mixes two of them."""
    make.record(store, stamps={"a.csv": "0"}, profile=make.profile(rows=0))
    stop = threading.Event()

    def write() -> None:
        for number in range(1, 40):
            make.record(store, stamps={"a.csv": str(number)}, profile=make.profile(rows=number))
        stop.set()

    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(write)
        while not stop.is_set() and not writing.done():
            hit = store.search(Search()).hits[0]
            version = store.version(hit.source.version)
            assert version.profile.rows_seen == hit.source.row_count
        writing.result()


@pytest.mark.parametrize("threads", [1, 8])
def test_one_store_serves_many_threads(store, make, threads):
    for number in range(5):
        make.record(store, f"/data/{number}")
    with ThreadPoolExecutor(threads) as pool:
        totals = list(pool.map(lambda _: store.search(Search(text="data")).total, range(40)))
    assert totals == [5] * 40
