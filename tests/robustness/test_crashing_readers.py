"""A reader in native code that crashes takes neither the crawl nor its other sources."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.model import Status
from catalog.store import Store

READER = '''
import ctypes, signal, time
import pyarrow as pa
from connectors.model import Examined, Reading

class Crashing:
    """Texts that crash their reader, or hang it."""

    name = "crashing"
    suffixes = (".crash",)

    def recognise(self, head, file):
        return (1.0, "says so") if head.startswith(b"CRASH") else (0.0, "does not say so")

    def examine(self, file, options):
        if b"examined" in file.head():
            signal.raise_signal(signal.SIGBUS)
        return Examined(options)

    def batches(self, file, options, *, columns=None):
        head = file.head()
        if b"read" in head:
            ctypes.string_at(0)
        return Reading(self._slowly(head), [])

    def _slowly(self, head):
        yield pa.RecordBatch.from_pydict({"a": ["1"]})
        while b"slow" in head:
            time.sleep(0.05)
            yield pa.RecordBatch.from_pydict({"a": ["1"]})
'''


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A distribution with a format whose reader crashes, as a folder to import from."""
    folder = tmp_path / "plugin"
    info = folder / "crashing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crashing\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[headwater.formats]\ncrashing = crashing:Crashing\n")
    (folder / "crashing.py").write_text(READER)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("alpha", "beta", "omega"):
        (folder / f"{name}.csv").write_text("a,b\n1,2\n")
    return folder


def test_a_crashing_reader_is_a_finding_and_all_others_are_recorded(
    start, data: Path, plugin: Path, catalog_url: str
) -> None:
    (data / "hostile.crash").write_bytes(b"CRASH when read")
    (data / "worse.crash").write_bytes(b"CRASH when examined")
    (data / "fine.crash").write_bytes(b"CRASH not")
    process = start("--json", "crawl", str(data), beside=(plugin,))
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "going on" in err
    told = {one["name"].rsplit("/", 1)[-1]: one for one in json.loads(out)["sources"]}
    assert [one["code"] for one in told["hostile.crash"]["findings"]] == ["reader-crashed"]
    assert "SIGSEGV" in told["hostile.crash"]["findings"][0]["message"]
    assert [one["code"] for one in told["worse.crash"]["findings"]] == ["reader-crashed"]
    with Store.open(catalog_url) as store:
        for name in ("alpha", "beta", "omega", "fine"):
            assert store.source(name).row_count == 1
        assert store.source("hostile").status is Status.FAILED


def interrupted(
    process: subprocess.Popen[str], number: signal.Signals, catalog_url: str
) -> tuple[str, str]:
    """Send a signal when the first sources are recorded; a busy machine may take long to start."""
    ends = time.monotonic() + 300
    while time.monotonic() < ends:
        threading.Event().wait(0.1)
        if process.poll() is not None:
            break
        if Path(catalog_url.removeprefix("sqlite:///")).exists():
            with Store.open(catalog_url) as store:
                if store.counts()["sources"] >= 2:
                    break
    os.kill(process.pid, number)
    return process.communicate(timeout=300)


def test_ctrl_c_ends_a_crawl_in_one_line_and_keeps_what_is_done(
    start, data: Path, plugin: Path, catalog_url: str
) -> None:
    (data / "gamma.crash").write_bytes(b"CRASH slow")
    process = start("crawl", str(data), beside=(plugin,))
    _, err = interrupted(process, signal.SIGINT, catalog_url)
    assert (process.returncode, err.strip()) == (130, "headwater: stopped")
    with Store.open(catalog_url) as store:
        assert store.source("alpha").row_count == 1
        assert store.source("beta").row_count == 1
        assert store.counts()["sources"] == 2


def test_a_crawl_whose_process_is_killed_is_over(
    start, data: Path, plugin: Path, catalog_url: str
) -> None:
    """The child that does the work dies with its parent; what was recorded stays."""
    (data / "gamma.crash").write_bytes(b"CRASH slow")
    process = start("crawl", str(data), beside=(plugin,))
    interrupted(process, signal.SIGKILL, catalog_url)
    assert process.returncode == -signal.SIGKILL
    (data / "gamma.crash").unlink()
    again = start("--json", "crawl", str(data), beside=(plugin,))
    out, err = again.communicate(timeout=300)
    assert again.returncode == 0, err
    assert json.loads(out)["counts"] | {"NEW": 1, "UNCHANGED": 2} == json.loads(out)["counts"]


def test_a_crashing_reader_does_not_end_the_service(
    start, data: Path, plugin: Path, catalog_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there again at once, and reads apart what crashed it when that is crawled again."""
    monkeypatch.setenv("HEADWATER_CRAWL_ROOTS", str(data))
    (data / "hostile.crash").write_bytes(b"CRASH when read")
    process = start("serve", "--port", "0", beside=(plugin,))
    try:
        first = address(process)
        with contextlib.suppress(httpx.HTTPError):  # the answer may get lost with the process
            crawled(first, data)
        again = address(process)
        job = crawled(again, data)
        ends = time.monotonic() + 300
        while job["state"] not in {"DONE", "FAILED"} and time.monotonic() < ends:
            threading.Event().wait(0.1)
            job = asked(again, f'{{ job(id: "{job["id"]}") {{ id state error }} }}')["job"]
        assert (job["state"], job["error"]) == ("DONE", None)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    with Store.open(catalog_url) as store:
        assert [one.code for one in store.source("hostile").findings] == ["reader-crashed"]
        assert store.source("omega").row_count == 1


def address(process: subprocess.Popen[str]) -> str:
    """Where the service says next that it is."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return found[0]
    raise AssertionError("it ended without saying where it is")


def asked(place: str, query: str) -> dict[str, Any]:
    answer = httpx.post(f"{place}graphql", json={"query": query}, timeout=60).json()
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"]
    return found


def crawled(place: str, folder: Path) -> dict[str, Any]:
    """The job of a crawl that was asked for."""
    query = f'mutation {{ crawl(input: {{uris: ["{folder}"]}}) {{ job {{ id state error }} }} }}'
    found: dict[str, Any] = asked(place, query)["crawl"]["job"]
    return found
