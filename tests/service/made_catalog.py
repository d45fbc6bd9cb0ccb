"""What the service's tests are made of: data with hostile names, runs over it, a real server."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from catalog.graphql.execution import execute
from catalog.model import RunState, global_id
from catalog.server import LOCAL, Service, create_app, server_of
from catalog.store import Store

MANY = 55
MARKUP = "<script>alert(1)</script>"
HOSTILE_COLUMNS = (
    MARKUP,
    'say "hi"',
    "it's",
    "a\nb",
    "{{ 7*7 }}",
    "&amp;",
    "x; DROP TABLE sources",
)


@dataclass(frozen=True)
class Made:
    """The store, and the folder that it was crawled from."""

    store: Store
    folder: Path

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query that must not fail."""
        found = execute(self.store, query, variables)
        assert "errors" not in found, found["errors"]
        data: dict[str, Any] = found["data"]
        return data

    def id(self, name: str) -> str:
        return self.store.source(name).id


def table(number: int) -> str:
    """The name of one of the many tables; numbered ones would be parts of one table."""
    return f"table_{chr(97 + number // 26)}{chr(97 + number % 26)}"


def write_data(folder: Path) -> None:
    """Flights in two partitions, many small tables, contacts, and names that attack."""
    for month in (1, 2):
        part = folder / "flights" / "year=2013" / f"month={month}"
        part.mkdir(parents=True)
        rows = "".join(
            f"{day},{carrier},{day * 7 - 30},{'' if day == 3 else day * 100}\n"
            for day in range(1, 29)
            for carrier in ("UA", "DL", "AA")
        )
        (part / "part.csv").write_text("day,carrier,dep_delay,distance\n" + rows)
    many = folder / "many"
    many.mkdir()
    for number in range(MANY):
        lines = "".join(f"{row},name {row},{row / 4}\n" for row in range(5))
        (many / f"{table(number)}.csv").write_text("key,label,measure\n" + lines)
    hostile = folder / "hostile"
    hostile.mkdir()
    header = ",".join('"' + name.replace('"', '""') + '"' for name in HOSTILE_COLUMNS)
    row = ",".join(['"<b>bold</b>"'] * len(HOSTILE_COLUMNS))
    (hostile / "<img src=x onerror=alert(1)>.csv").write_text(f"{header}\n{row}\n{row}\n")
    (hostile / "empty.csv").write_bytes(b"")


def add_runs(store: Store, folder: Path) -> None:
    """Each of the many tables gets two upstreams, which have one more; and a run that failed."""
    flights = store.source("flights").pk
    base = store.stub_source("file", str(folder / "base"), (folder / "base").as_uri()).pk
    for number in range(MANY):
        uuid = f"00000000-0000-4000-8000-{number:012}"
        above = store.stub_source("file", str(folder / f"up_{number}"), f"file:///up_{number}").pk
        written = store.source(table(number)).pk
        store.start_run(
            uuid=uuid,
            pipeline=f"make_{number}",
            master="local[2]",
            parameters={"minimum": number},
            code_hash="00ff",
            inputs=(flights, above),
        )
        store.add_output(uuid, written, {"label": ((flights, "carrier", "IDENTITY"),)})
        store.end_run(
            uuid,
            RunState.COMPLETE,
            metrics={"rows": 5},
            details={
                "environment": {"spark": "3.5"},
                "tuning": [{"setting": "broadcast", "value": "flights", "reason": "it is small"}],
                "inputs": [
                    {"name": "flights", "source": global_id("Source", flights), "version": 1}
                ],
                "outputs": [],
            },
        )
        first = f"10000000-0000-4000-8000-{number:012}"
        store.start_run(
            uuid=first, pipeline="first", master=None, parameters={}, code_hash=None, inputs=(base,)
        )
        store.add_output(first, above)
        store.end_run(first, RunState.COMPLETE)
    failed = "20000000-0000-4000-8000-000000000000"
    store.start_run(
        uuid=failed, pipeline=MARKUP, master=None, parameters={}, code_hash=None, inputs=(flights,)
    )
    store.end_run(failed, RunState.FAIL, error=f"no column {MARKUP}")


@dataclass(frozen=True)
class Served:
    """A running service and a client of it."""

    url: str
    http: httpx.Client

    def post(self, query: str, variables: Any = None, **headers: str) -> httpx.Response:
        body = {"query": query, "variables": variables}
        return self.http.post("/graphql", json=body, headers=headers)


@contextlib.contextmanager
def serving(store: Store, service: Service = LOCAL) -> Iterator[Served]:
    """A real server on a free port of the loopback, ended with the block."""
    with socket.socket() as listening:
        # what comes before the server is up waits in the socket's queue
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        server = server_of(create_app(store, service))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with httpx.Client(base_url=url, timeout=60) as http:
                assert http.get("/healthz").status_code == 200
                yield Served(url, http)
        finally:
            server.should_exit = True
            thread.join()


def codes(response: httpx.Response | dict[str, Any]) -> list[str]:
    """The codes of a response's errors."""
    body = response if isinstance(response, dict) else json.loads(response.content)
    return [error["extensions"]["code"] for error in body.get("errors", [])]
