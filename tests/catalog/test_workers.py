"""Small new files that processes of their own read are catalogued as those that the crawl reads."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from catalog import workers
from catalog.crawl import Progress, crawl
from catalog.learning import learn
from catalog.model import Status
from catalog.reading import Content
from catalog.store import Store
from connectors.model import Dataset, Entry, Source
from connectors.parts import HERE, Part

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

APART = replace(HERE, processes=2)
Contents = Callable[[Store], dict[str, Any]]


@pytest.fixture
def folder(data: Path) -> Path:
    """Thirty small sources in a folder, two of them unreadable, and one that is not small."""
    for at in range(24):
        rows = "".join(f"{row},{row * at},name {row}\n" for row in range(20))
        (data / f"table_{chr(97 + at)}.csv").write_text(f"id,times_{at},label\n{rows}")
    for at in range(4):
        (data / f"notes_{chr(97 + at)}.json").write_text('[{"a": 1, "b": {"c": [1, 2]}}]')
    (data / "broken.parquet").write_bytes(b"PAR1 and no more")
    (data / "empty.csv").write_bytes(b"")
    (data / "large.csv").write_text("id,name\n" + "1,a name that is longer\n" * 60_000)
    return data


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with mock.patch.object(workers, "FEWEST", 4):
        yield


def where_learned(folder: Path, store: Store, **options: Any) -> tuple[list[Status], set[str]]:
    """How the datasets of a folder come out, and which of them this process has learned."""
    here: set[str] = set()

    def noting(store: Store, content: Content, *rest: Any, **more: Any) -> Any:
        here.add(content.dataset.uri.rsplit("/", 1)[-1])
        return learn(store, content, *rest, **more)

    with mock.patch("catalog.learning.learn", noting):
        found = [one.status for one in crawl([str(folder)], store, engine=APART, **options)]
    return found, here


def test_processes_learn_what_the_crawl_itself_does(
    folder: Path, store: Store, tmp_path: Path, contents: Contents
) -> None:
    told: list[Progress] = []
    statuses, here = where_learned(folder, store, on_progress=told.append)
    assert here == {"large.csv"}
    assert statuses.count(Status.NEW) == 29
    assert statuses.count(Status.FAILED) == 2
    unread = (folder / "broken.parquet").stat().st_size
    assert told[-1].bytes + unread == told[-1].bytes_found
    with Store.open(f"sqlite:///{tmp_path / 'alone.db'}") as alone:
        assert len(list(crawl([str(folder)], alone))) == 31
        assert contents(store) == contents(alone)


def test_what_is_known_is_not_read_apart(folder: Path, store: Store) -> None:
    where_learned(folder, store)
    for path in folder.glob("table_*.csv"):
        path.write_text("id,more\n1,2\n")
    statuses, here = where_learned(folder, store)
    assert len(here) == statuses.count(Status.CHANGED) == 24


def test_a_process_that_dies_loses_nothing(folder: Path, store: Store) -> None:
    crawling = os.getpid()

    def dying(store: Store, content: Content, *rest: Any, **more: Any) -> Any:
        if content.dataset.uri.endswith("table_c.csv") and os.getpid() != crawling:
            os.kill(os.getpid(), signal.SIGKILL)
        return learn(store, content, *rest, **more)

    with mock.patch.object(workers, "learn", dying):
        statuses, here = where_learned(folder, store)
    assert "table_c.csv" in here
    assert statuses.count(Status.NEW) == 29
    assert statuses.count(Status.FAILED) == 2


def test_a_crawl_that_is_stopped_leaves_no_process(folder: Path, store: Store) -> None:
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    before = set(children.read_text().split())
    outcomes = crawl([str(folder)], store, engine=APART)
    next(outcomes)
    assert len(set(children.read_text().split()) - before) == 2
    outcomes.close()  # type: ignore[attr-defined]
    assert set(children.read_text().split()) == before


@pytest.fixture
def parted(data: Path) -> Path:
    """One dataset of forty parts, one of which is broken, and a column that one part lacks."""
    for at in range(40):
        folder = data / "sales" / f"day={at // 10}"
        folder.mkdir(parents=True, exist_ok=True)
        names, cells = ("id,label,share", f"{at},name {at},0.{at}") if at else ("id,label", "0,x")
        (folder / f"part-{at:02d}.csv").write_text(f"{names}\n{cells}\n")
    (data / "sales" / "day=3" / "part-39.csv").write_bytes(b"\x1f\x8b and no more")
    return data / "sales"


def where_read(parted: Path, store: Store) -> tuple[list[Status], set[str]]:
    """How a dataset of parts comes out, and which of them this process has read."""
    here: set[str] = set()

    def noting(source: Source, dataset: Dataset, entries: Sequence[Entry], **how: Any) -> Any:
        here.update(entry.uri.rsplit("/", 1)[-1] for entry in entries)
        return HERE.summaries(source, dataset, entries, **how)

    engine = replace(APART, summaries=noting)
    return [one.status for one in crawl([str(parted)], store, engine=engine)], here


def test_processes_read_parts_as_the_crawl_itself_does(
    parted: Path, store: Store, tmp_path: Path, contents: Contents
) -> None:
    statuses, here = where_read(parted, store)
    assert (statuses, here) == ([Status.NEW], set())
    with Store.open(f"sqlite:///{tmp_path / 'alone.db'}") as alone:
        assert [one.status for one in crawl([str(parted)], alone)] == [Status.NEW]
        found = contents(store)
        assert found == contents(alone)
    (told,) = found.values()
    assert {"part-columns-differ", "corrupt-data"} <= {one.code for one in told["findings"]}
    (parted / "day=0" / "part-01.csv").write_text("id,label,share\n1,changed,0.5\n")
    few = {"part-01.csv", "part-39.csv"}  # of what is broken no summary is stored
    assert where_read(parted, store) == ([Status.CHANGED], few)


def test_parts_of_a_process_that_dies_are_read_here(
    parted: Path, store: Store, tmp_path: Path, contents: Contents
) -> None:
    crawling, reading = os.getpid(), workers.read_parts

    def dying(source: Source, dataset: Dataset, entries: Sequence[Entry]) -> Iterator[Part]:
        if os.getpid() != crawling and any("part-17" in entry.uri for entry in entries):
            os.kill(os.getpid(), signal.SIGKILL)
        return reading(source, dataset, entries)

    with mock.patch.object(workers, "read_parts", dying):
        statuses, here = where_read(parted, store)
    assert statuses == [Status.NEW]
    assert "part-17.csv" in here
    with Store.open(f"sqlite:///{tmp_path / 'alone.db'}") as alone:
        assert len(list(crawl([str(parted)], alone))) == 1
        assert contents(store) == contents(alone)
