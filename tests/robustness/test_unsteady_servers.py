"""Web servers that are slow, hang, break off or lie, and databases that go away: an error in each
case that the next crawl tries again, and all other sources are recorded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest

from catalog.crawl import crawl
from catalog.model import Outcome, Status
from catalog.store import Store
from connectors import registry
from connectors.sources import retrying, web
from schema.errors import SourceError
from tests.postgresql import Server

CONTENT = b"a,b\n" + b"".join(b"%d,x\n" % at for at in range(20_000))


class Answering(BaseHTTPRequestHandler):
    """Answers as the name of the file says; `/` is an index of all."""

    protocol_version = "HTTP/1.1"
    ended: threading.Event
    healed: threading.Event

    def do_HEAD(self) -> None:
        self._head(200, len(CONTENT), "text/html" if self.path == "/" else "text/csv")

    def do_GET(self) -> None:
        how = self.path.strip("/").removesuffix(".csv")
        if not how:
            links = "".join(f'<a href="{one}.csv">{one}</a>' for one in HOW).encode()
            self._head(200, len(links), "text/html")
            self.wfile.write(links)
        elif how == "sound" or self.healed.is_set():
            self._head(200, len(CONTENT))
            self.wfile.write(CONTENT)
        else:
            getattr(self, how)()
            self.close_connection = True

    def slow(self) -> None:
        self._head(200, len(CONTENT))
        for at in range(0, len(CONTENT), 1 << 15):
            self.wfile.write(CONTENT[at : at + (1 << 15)])
            self.ended.wait(0.02)

    def hangs(self) -> None:
        self._head(200, len(CONTENT))
        self.wfile.write(CONTENT[:5000])
        self.wfile.flush()
        self.ended.wait(60)

    def shorter(self) -> None:
        self._head(200, len(CONTENT))
        self.wfile.write(CONTENT[:5000])

    def fails(self) -> None:
        self._head(500, 0)

    def _head(self, status: int, length: int, kind: str = "text/csv") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.send_header("Content-Type", kind)
        self.send_header("ETag", f'"{length}"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


HOW = ("fails", "hangs", "shorter", "slow", "sound")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, threading.Event]]:
    monkeypatch.setattr(retrying, "FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(web, "READ_TIMEOUT_SECONDS", 0.5)
    ended, healed = threading.Event(), threading.Event()
    handler = type("Handler", (Answering,), {"ended": ended, "healed": healed})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", healed
    ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def by_name(outcomes: Iterator[Outcome]) -> dict[str, Outcome]:
    return {one.source.label.rsplit("/", 1)[-1]: one for one in outcomes}


def test_a_server_that_hangs_breaks_off_or_fails(
    answering: tuple[str, threading.Event], catalog_url: str
) -> None:
    address, healed = answering
    with Store.open(catalog_url) as store:
        found = by_name(crawl([address], store))
        for name in ("slow", "sound"):
            assert found[name].findings == ()
            assert found[name].source.row_count == 20_000
        for name in ("fails", "hangs", "shorter"):
            assert found[name].status is Status.FAILED
            assert {one.code for one in found[name].findings} == {"unreachable"}
            assert "\n" not in found[name].findings[0].message
        healed.set()
        again = by_name(crawl([address], store))
        for name in ("fails", "hangs", "shorter"):
            assert again[name].findings == ()
            assert again[name].source.row_count == 20_000


@pytest.fixture
def large_table(postgres: Server) -> str:
    url = postgres.database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE large AS SELECT n, repeat('x', 200) t FROM generate_series(1, 200000) n"
        )
        connection.execute("CREATE TABLE small (a int)")
    return url


def test_a_database_that_goes_away_while_it_is_read(large_table: str) -> None:
    source = registry.open_source(large_table)
    datasets = {one.name.rpartition(".")[2]: one for one in source.datasets()}
    large = source.examine(datasets["large"])
    batches = source.batches(large, large.entries[0])
    next(batches)
    with psycopg.connect(large_table, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(SourceError, match="postgres") as raised:
        list(batches)
    assert "\n" not in str(raised.value)
    small = source.examine(datasets["small"])
    assert small.findings == ()
    assert [batch.num_rows for batch in source.batches(small, small.entries[0])] == [0]


def test_a_database_that_refuses_keeps_what_was_known(
    large_table: str, catalog_url: str, postgres: Server, tmp_path: Path
) -> None:
    (tmp_path / "sound.csv").write_text("a,b\n1,2\n")
    with Store.open(catalog_url) as store:
        assert len(list(crawl([large_table], store))) == 2
        postgres.drop(large_table)
        with pytest.raises(SourceError, match="does not exist"):
            list(crawl([large_table, str(tmp_path)], store))
        assert store.source("large").status is not Status.GONE
        assert store.source("sound").row_count == 1
        assert store.source("large").row_count == 200_000
