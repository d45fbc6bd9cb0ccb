"""Heads of requests that are too long, or take too long to come."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from catalog.access import heads
from tests.service.made_catalog import Served, serving
from tests.service.socket_client import client

BEGUN = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = BEGUN + b"\r\n"


@contextmanager
def connection(service: Served) -> Iterator[socket.socket]:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as made:
        yield made


def rest(made: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    told = b""
    try:
        while part := made.recv(65536):
            told += part
    except ConnectionResetError:  # it did not take all that was sent
        pass
    return told


@pytest.mark.parametrize(
    "headers",
    [
        b"X-Long: " + b"a" * heads.LONGEST_HEADERS + b"\r\n",
        b"Cookie: a=b\r\n" * (heads.MOST_HEADERS + 1),
        b"Cookie: " + b"; ".join(b"a%d=b" % n for n in range(9_000)) + b"\r\n",
    ],
    ids=["one", "many", "cookies"],
)
def test_headers_that_are_too_large_are_refused(served: Served, headers: bytes) -> None:
    with connection(served) as made:
        made.sendall(BEGUN + headers + b"\r\n")
        assert rest(made).startswith(b"HTTP/1.1 431 ")


def test_a_head_that_does_not_end_is_not_kept(served: Served) -> None:
    with connection(served) as made:
        made.sendall(BEGUN + b"X-Long: ")
        with pytest.raises(OSError, match=r"reset|[Bb]roken pipe|aborted"):
            made.sendall(b"a" * 500_000_000)


def test_headers_of_a_usual_size_are_taken(served: Served) -> None:
    cookies = {"cookie": "; ".join(f"a{n}=b" for n in range(2_000)), "x-other": "b" * 10_000}
    assert served.http.get("/healthz", headers=cookies).status_code == 200


def test_a_socket_is_not_opened_by_headers_that_are_too_large(served: Served) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        client(served, **{"x-long": "a" * heads.LONGEST_HEADERS}),
    ):
        pass
    assert refused.value.response.status_code == 431


def test_a_head_that_takes_too_long_ends_the_connection(
    made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "HEAD_SECONDS", 1.0)
    with serving(made.store) as service:
        with connection(service) as silent:
            assert rest(silent) == b""
        with connection(service) as slow:
            slow.sendall(BEGUN)
            assert rest(slow).startswith(b"HTTP/1.1 408 ")
        with connection(service) as second:
            second.sendall(WHOLE)
            assert second.recv(65536).startswith(b"HTTP/1.1 200 ")
            second.sendall(BEGUN)
            assert b"HTTP/1.1 408 " in rest(second)
