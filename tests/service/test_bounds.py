"""What one request may take: bytes, seconds, and how many of them a second."""

from __future__ import annotations

import socket
import threading
import time
from urllib.parse import urlsplit

import anyio
import pytest

from catalog.access.bounds import Bounded, Bounds
from catalog.access.pace import MOST_CALLERS, Pace
from catalog.access.roots import Roots
from catalog.server import Service
from catalog.store import Store
from tests.connectors.test_web_redirects import site
from tests.service.guarded_catalog import fill
from tests.service.made_catalog import Served, codes, serving


@pytest.fixture(scope="module")
def tight(made):
    """The shared catalog, served with bounds that a test can reach."""
    bounds = Bounds(body=1000, receiving=0.2)
    with serving(made.store, Service(bounds=bounds)) as service:
        yield service


def raw(service: Served, request: bytes) -> bytes:
    """All that a server answers to these bytes."""
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def test_a_body_that_is_too_long_is_refused(tight):
    body = {"query": "{ __typename }", "x": "y" * 1000}
    found = tight.http.post("/graphql", json=body)
    assert found.status_code == 413
    assert codes(found) == ["BAD_REQUEST"]
    assert tight.post("{ __typename }").status_code == 200

    def chunks():
        yield b'{"query": "{ __typename }", "x": "'
        for _ in range(20):
            yield b"y" * 100
        yield b'"}'

    found = tight.http.post(
        "/graphql", content=chunks(), headers={"content-type": "application/json"}
    )
    assert found.status_code == 413


def test_an_address_that_is_too_long_is_refused(tight):
    asked = b"GET /?q=" + b"x" * 65_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert raw(tight, asked).startswith(b"HTTP/1.1 414 ")
    assert tight.http.get("/", params={"q": "x" * 1_000}).status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(tight):
    answer = raw(
        tight,
        b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b'Content-Length: 100\r\n\r\n{"query',
    )
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"TIMED_OUT" in answer


def test_a_caller_that_takes_no_answer_is_left():
    """The application is ended, and with it whatever it reads from."""
    ended = []

    async def app(_scope, _receive, send):
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
        finally:
            ended.append(True)

    async def stuck(message):
        if message["type"] == "http.response.body":
            await anyio.sleep_forever()

    async def run():
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await Bounded(app, Bounds(sending=0.01))(scope, None, stuck)  # type: ignore[arg-type]

    anyio.run(run)
    assert ended == [True]


def test_an_answer_that_goes_on_for_ever_is_ended():
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def taken(message):
        sent.append(message)
        await anyio.sleep(0.001)

    async def run():
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await Bounded(app, Bounds(answering=0.05))(scope, None, taken)  # type: ignore[arg-type]

    anyio.run(run)
    assert sent


def test_callers_that_come_too_often_wait_each_for_himself():
    now = 0.0
    pace = Pace(2.0, 2.0, clock=lambda: now)
    assert [pace.wait("a") for _ in range(4)] == [0.0] * 4
    assert pace.wait("a") == pytest.approx(0.5)
    assert pace.wait("b") == 0.0
    now += 0.5
    assert pace.wait("a") == 0.0
    assert pace.wait("a") > 0
    now += 1000
    assert [pace.wait("a") > 0 for _ in range(5)] == [False] * 4 + [True]
    for caller in range(MOST_CALLERS + 10):
        pace.wait(caller)
    assert len(pace._left) == MOST_CALLERS


def test_a_token_has_its_pace_and_so_has_guessing(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with Store.open(f"sqlite:///{tmp_path / 'catalog.db'}") as store:
        secrets = fill(store, folder)
        with serving(store, Service(auth=True, rate=0.01)) as service:
            headers = {"authorization": f"Bearer {secrets['reader']}"}
            assert service.post("{ __typename }", **headers).status_code == 200
            slower = service.post("{ __typename }", **headers)
            assert slower.status_code == 429
            assert codes(slower) == ["TOO_MANY_REQUESTS"]
            assert int(slower.headers["retry-after"]) > 0
            other = {"authorization": f"Bearer {secrets['editor']}"}
            assert service.post("{ __typename }", **other).status_code == 200
            wrong = {"authorization": "Bearer wrong"}
            began = time.monotonic()
            seen = set()
            while 429 not in seen and time.monotonic() < began + 60:
                seen.add(service.http.get("/runs", headers=wrong).status_code)
            assert seen == {401, 429}


def test_a_crawl_follows_no_redirect_out_of_its_roots(fresh):
    from catalog.access.jobs import Jobs

    with site({}) as other, site({"/data.csv": f"{other}/x.csv", "/in.csv": "/data/y.csv"}) as url:
        jobs = Jobs(fresh.store, Roots((url,)))
        astray, along = jobs.crawl([f"{url}/data.csv"]), jobs.crawl([f"{url}/in.csv"])
        ended = threading.Event()
        while along.ended_at is None and not ended.wait(0.02):
            pass
        jobs.close()
    assert astray.state == "FAILED"
    assert "outside what the operator allows" in (astray.error or "")
    assert (along.state, dict(along.counts)) == ("DONE", {"NEW": 1})
