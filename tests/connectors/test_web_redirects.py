"""Web servers that lead astray: real ones on loopback, and what must not be reached."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors import registry
from connectors.model import Limits
from connectors.sources.web import Misled, check_address, check_redirect
from schema.errors import NotAllowed, SourceError

CSV = b"a,b\n1,2\n"


@contextmanager
def site(redirects: dict[str, str]) -> Iterator[str]:
    """A server that redirects those paths and has a CSV file at every other."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            target = redirects.get(self.path)
            self.send_response(302 if target else 200)
            if target:
                self.send_header("Location", target)
            body = b"" if target else CSV
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def rows(uri: str, limits: Limits | None = None) -> list[dict[str, str]]:
    source = registry.open_source(uri, limits or Limits())
    (dataset,) = source.datasets()
    examined = source.examine(dataset)
    (entry,) = dataset.entries
    return [row for batch in source.batches(examined, entry) for row in batch.to_pylist()]


def test_redirects_within_a_server_are_followed() -> None:
    with site({"/old.csv": "/new.csv"}) as url:
        assert rows(f"{url}/old.csv") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data.csv", "http://[fd00:ec2::254]/x.csv",
     "http://localhost:1/x.csv", "http://[::ffff:169.254.169.254]/x.csv", "file:///etc/passwd",
     "http://0.0.0.0:1/x.csv"],
)  # fmt: skip
def test_redirects_to_what_only_this_machine_reaches_are_refused(target: str) -> None:
    with site({"/data.csv": target}) as url, pytest.raises(SourceError, match=r"led to|redirected"):
        rows(f"{url}/data.csv")


def test_redirects_are_asked_about() -> None:
    asked: list[str] = []

    def reach(address: str) -> None:
        asked.append(address)
        raise NotAllowed(f"{address} is outside")

    with site({}) as other, site({"/data.csv": f"{other}/x.csv"}) as url:
        assert rows(f"{url}/data.csv") == [{"a": "1", "b": "2"}]
        with pytest.raises(SourceError, match=r"x\.csv is outside"):
            rows(f"{url}/data.csv", Limits(reach=reach))
        assert set(asked) == {f"{other}/x.csv"}


@pytest.mark.parametrize(
    ("name", "address", "given"),
    [
        ("data.example", "93.184.216.34", "data.example"),
        ("data.example", "10.0.0.7", "data.example"),
        ("elsewhere.example", "10.0.0.7", "data.example"),
        ("localhost", "127.0.0.1", "localhost"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("169.254.0.9", "169.254.0.9", "169.254.0.9"),
    ],
)
def test_what_may_be_reached(name: str, address: str, given: str) -> None:
    check_address(name, address, given=given)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("data.example", "169.254.169.254"),
        ("data.example", "fe80::1%eth0"),
        ("data.example", "fd00:ec2::254"),
        ("data.example", "::ffff:169.254.169.254"),
        ("elsewhere.example", "127.0.0.1"),
        ("elsewhere.example", "::1"),
        ("elsewhere.example", "0.0.0.0"),
        ("elsewhere.example", "100.100.100.200"),
    ],
)
def test_what_must_not_be_reached(name: str, address: str) -> None:
    with pytest.raises(Misled):
        check_address(name, address, given="data.example")


@pytest.mark.parametrize("address", ["ftp://data.example/x", "gopher://x", "", "http://", "x"])
def test_a_redirect_leads_to_a_web_server(address: str) -> None:
    with pytest.raises(Misled):
        check_redirect(address, given="data.example")
