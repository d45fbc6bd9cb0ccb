"""FTP, SFTP and HTTP servers, and servers that fail for a while."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors import registry
from connectors.model import Limits
from connectors.reading import open_dataset
from connectors.sources import retrying
from schema.errors import SourceError
from tests.connectors import servers, workbooks

KINDS = {"ftp": servers.ftp, "sftp": servers.sftp}
FILES = {
    "raw/flights/year=2013/part-0.csv": b"day,carrier\n1,AA\n2,UA\n",
    "raw/flights/year=2014/part-0.csv": b"day,carrier\n3,DL\n",
    "raw/planes.jsonl.gz": gzip.compress(b'{"id": 1}\n{"id": 2}\n'),
    "raw/all.zip": workbooks.zipped({"a.csv": b"a,b\n1,2\n3,4\n", "b.csv": b"c,d\n5,6\n7,8\n"}),
    "raw/_SUCCESS": b"",
}


@pytest.fixture(params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a server; its login is in the variable LOGIN."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with KINDS[request.param](tmp_path, "anna", "hunter2") as port:
        login = {"username": "anna", "password": "hunter2"}
        monkeypatch.setenv("LOGIN", json.dumps(login))
        yield f"{request.param}://127.0.0.1:{port}"


def test_a_server_of_files(server: str, read_source: Callable) -> None:
    found = read_source(f"{server}/raw", credentials="env:LOGIN")
    assert {name.removeprefix("raw/") for name in found} == {
        "flights",
        "planes.jsonl.gz",
        "all.zip/a.csv",
        "all.zip/b.csv",
    }
    flights = found["raw/flights"]
    assert flights.dataset.namespace == server
    assert [row["year"] for row in flights.rows] == ["2013", "2013", "2014"]
    assert found["raw/planes.jsonl.gz"].rows == [{"id": 1}, {"id": 2}]
    assert found["raw/all.zip/b.csv"].rows == [{"c": "5", "d": "6"}, {"c": "7", "d": "8"}]
    assert "hunter2" not in repr(found)
    assert all(entry.size and entry.modified for entry in flights.dataset.entries)
    again = open_dataset(found["raw/all.zip/b.csv"].dataset)
    assert [one.name for one in again.datasets()] == ["raw/all.zip/b.csv"]


def test_a_wrong_password_is_told_without_it(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setenv("LOGIN", json.dumps({"username": "anna", "password": "swordfish"}))
    with pytest.raises(SourceError, match=r"^\w+://127.0.0.1") as raised:
        list(registry.open_source(f"{server}/raw", Limits(credentials="env:LOGIN")).datasets())
    assert "swordfish" not in str(raised.value)
    assert "\n" not in str(raised.value)


class _Failing(BaseHTTPRequestHandler):
    """Answers 503 as often as it is told, then a file."""

    failures: dict[str, int]

    def _answer(self, *, body: bool) -> None:
        method = self.command
        if self.failures.get(method, 0) > 0:
            self.failures[method] -= 1
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = b"a,b\n1,2\n3,4\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def failing() -> Iterator[tuple[str, dict[str, int]]]:
    failures: dict[str, int] = {}
    handler = type("Handler", (_Failing,), {"failures": failures})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/a.csv", failures
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_that_fails_twice_is_asked_again(
    failing: tuple[str, dict[str, int]], read_source: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(retrying.time, "sleep", waits.append)
    uri, failures = failing
    failures.update(HEAD=2, GET=2)
    (read,) = read_source(uri).values()
    assert read.rows == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert read.findings == []
    assert len(waits) >= 2
    assert waits[1] > waits[0] / 3
    assert failures == {"HEAD": 0, "GET": 0}


def test_a_server_that_goes_on_failing_is_an_error(
    failing: tuple[str, dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(retrying.time, "sleep", waits.append)
    uri, failures = failing
    failures.update(HEAD=99, GET=99)
    source = registry.open_source(uri)
    with pytest.raises(SourceError, match=r"^http://127"):
        list(source.datasets())
    assert len(waits) == retrying.ATTEMPTS - 1


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_a_server_that_is_not_there_is_told_as_such(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="the connection failed; check that the server runs"):
        list(registry.open_source(f"{scheme}://127.0.0.1:{port}/x", Limits()).datasets())
