"""`serve` as a process of its own: it starts, answers, and ends when told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from catalog.access.callers import Role
from catalog.access.exposure import LOOPBACK, exposure
from catalog.server import serve
from catalog.settings import Settings
from catalog.store import Store
from schema.errors import CatalogError, InvalidInput

SERVE = """
import sys
from catalog.server import serve
from catalog.settings import Settings
serve(Settings(sys.argv[1]), "127.0.0.1", 0)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_answers_and_ends(root, catalog_url, how):
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, catalog_url],
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "HEADWATER_CRAWL_ROOTS": ""},
    ) as process:
        assert process.stderr
        try:
            told = process.stderr.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", told)
            assert address, told
            asked = {"query": "{ catalog { counts { sources } } }"}
            found = httpx.post(address[0] + "graphql", json=asked, timeout=60)
            assert found.json() == {"data": {"catalog": {"counts": {"sources": 0}}}}
            assert "server" not in found.headers
            assert "The catalog is empty" in httpx.get(address[0]).text
            process.send_signal(how)
            assert process.wait(60) in (0, -how)
        finally:
            process.kill()
        assert "Traceback" not in process.stderr.read()


HOLD = """
import threading
import catalog.crawl
def crawl(*_asked, **_more):
    with open({!r}, "wb") as told:
        told.write(b"x")
    threading.Event().wait()
catalog.crawl.crawl = crawl
"""
"""A crawl that tells that it has begun, and never ends."""
ASK = "{ jobs { id state error endedAt uris } }"
CRAWL = (
    """mutation($uris: [String!]!) { crawl(input: {uris: $uris}) { job { id } errors { code } } }"""
)


def test_jobs_of_a_service_that_was_killed_are_told_as_interrupted(root, catalog_url, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    os.mkfifo(tmp_path / "held")
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    roots = f"Settings(sys.argv[1], crawl_roots=({str(tmp_path)!r},))"
    held = HOLD.format(str(tmp_path / "held")) + SERVE.replace("Settings(sys.argv[1])", roots)
    killed = {}
    for script in (held, SERVE):
        with subprocess.Popen(
            [sys.executable, "-c", script, catalog_url],
            cwd=root,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        ) as process:
            assert process.stderr
            try:
                address = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
                assert address
                with httpx.Client(base_url=address[0], timeout=60) as http:
                    if not killed:
                        for _ in range(2):
                            asked = {"query": CRAWL, "variables": {"uris": [str(tmp_path)]}}
                            told = http.post("/graphql", json=asked).json()["data"]["crawl"]
                            killed[told["job"]["id"]] = told
                        with (tmp_path / "held").open("rb") as at_work:
                            assert at_work.read(1) == b"x"
                    else:
                        found = http.post("/graphql", json={"query": ASK}).json()["data"]["jobs"]
                        page = http.get("/runs").text
            finally:
                process.kill()
    assert {one["id"] for one in found} == set(killed)
    assert all(one["state"] == "FAILED" and one["endedAt"] for one in found)
    assert all(one["uris"] == [str(tmp_path)] for one in found)
    waited, worked = (one["error"] for one in found)
    assert worked == "interrupted: the service ended while it was at work; crawl again to finish"
    assert waited.startswith("interrupted: the service ended before it had begun")
    assert page.count("interrupted: the service ended") == 2
    assert not [*(tmp_path / "state/headwater/running").iterdir()]


def test_with_a_token_it_serves_others_in_production(root, catalog_url):
    with Store.open(catalog_url) as store:
        _, secret = store.access.create_token(Role.READER)
    command = [sys.executable, "-m", "catalog.cli.main", "--catalog", catalog_url, "serve"]
    with subprocess.Popen(
        [*command, "--host", "0.0.0.0", "--port", "0"],
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        try:
            told = process.stderr.readline()
            address = re.search(r"http://0\.0\.0\.0:(\d+)/", told)
            assert address, told
            assert "callers show a token" in told
            headers = {"authorization": f"Bearer {secret}", "host": "data.example.org"}
            with httpx.Client(base_url=f"http://127.0.0.1:{address[1]}", timeout=60) as http:
                asked = {"query": "{ catalog { counts { sources } } }"}
                assert http.post("/graphql", json=asked).status_code == 401
                assert http.post("/graphql", json=asked, headers=headers).json()["data"]
                closed = {"query": "{ __schema { queryType { name } } }"}
                assert "data" not in http.post("/graphql", json=closed, headers=headers).json()
                assert http.get("/").headers["location"] == "/login"
            process.send_signal(signal.SIGINT)
            process.wait(60)
        finally:
            process.kill()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_addresses_that_others_reach_are_refused_without_a_token(catalog_url, host):
    with pytest.raises(InvalidInput, match=r"reached by others.*headwater token create"):
        serve(Settings(catalog_url), host, 0)
    with pytest.raises(InvalidInput, match="can be reached by others"):
        serve(Settings(catalog_url), "127.0.0.1", 0, public_url="https://data.example.org")


EXPOSED = [
    # host, tokens, options: auth, production, hosts, secure
    ("127.0.0.1", False, {}, (False, False, LOOPBACK, False)),
    ("127.0.0.1", True, {}, (True, False, LOOPBACK, False)),
    ("::1", True, {"auth": False}, (False, False, LOOPBACK, False)),
    ("localhost", False, {"production": True}, (False, True, LOOPBACK, False)),
    ("0.0.0.0", True, {}, (True, True, (), False)),
    ("0.0.0.0", True, {"production": False}, (True, False, (), False)),
    (
        "127.0.0.1",
        True,
        {"public_url": "https://data.example.org/"},
        (True, True, ("data.example.org", *LOOPBACK), True),
    ),
]


@pytest.mark.parametrize(("host", "tokens", "options", "expected"), EXPOSED)
def test_how_a_service_is_exposed(host, tokens, options, expected):
    found = exposure(host, has_tokens=tokens, **options)
    assert (found.auth, found.production, found.hosts, found.secure) == expected


@pytest.mark.parametrize(
    ("host", "tokens", "options", "told"),
    [
        ("127.0.0.1", False, {"auth": True}, "no token to ask for"),
        ("0.0.0.0", True, {"auth": False}, "--no-auth asks for none"),
        ("0.0.0.0", True, {"public_url": "data.example.org"}, "--public-url is like"),
        ("0.0.0.0", True, {"public_url": "https://x/path"}, "--public-url is like"),
        ("0.0.0.0", True, {"public_url": "https://[x"}, "--public-url is like"),
    ],
)
def test_what_would_be_unsafe_is_refused(host, tokens, options, told):
    with pytest.raises(InvalidInput, match=told):
        exposure(host, has_tokens=tokens, **options)


def test_a_port_that_is_taken_is_told(catalog_url):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InvalidInput, match="cannot listen on"):
            serve(Settings(catalog_url), "127.0.0.1", taken.getsockname()[1])


def test_a_catalog_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(CatalogError):
        serve(Settings(f"sqlite:///{tmp_path}"), "127.0.0.1", 0)
