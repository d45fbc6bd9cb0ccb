"""A client of subscriptions, for tests: real messages over a real socket."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from catalog.graphql import socket as protocol
from tests.service.made_catalog import Served

EVENTS = """subscription($kinds: [EventKind!]) { catalogEvents(kinds: $kinds) {
    kind at source { label rowCount quality { grade } }
    job { id state progress { datasets } } } }"""


class Client:
    """One connection, spoken to in messages."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def hear(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.socket.recv(timeout=60))
        return found

    def begin(self, payload: dict[str, Any] | None = None) -> None:
        self.say(type="connection_init", **({"payload": payload} if payload else {}))
        assert self.hear() == {"type": "connection_ack"}

    def follow(self, name: str = "1", query: str = EVENTS, **variables: Any) -> None:
        """Subscribe; when this returns, the service follows."""
        self.say(type="subscribe", id=name, payload={"query": query, "variables": variables})
        self.say(type="ping", payload={"after": name})
        assert self.hear() == {"type": "pong", "payload": {"after": name}}

    def event(self, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The next event that fits."""
        while True:
            message = self.hear()
            assert message["type"] == "next", message
            found: dict[str, Any] = message["payload"]["data"]["catalogEvents"]
            if fits(found):
                return found

    def code(self) -> int:
        """The code that the connection is closed with."""
        with contextlib.suppress(ConnectionClosed):
            for _ in self.socket:
                pass
        code = self.socket.close_code
        assert code is not None
        return code


@contextmanager
def client(service: Served, subprotocol: str | None = protocol.PROTOCOL, **headers: str) -> Any:
    url = service.url.replace("http", "ws") + "/graphql"
    chosen: Any = [subprotocol] if subprotocol else None
    with connect(url, subprotocols=chosen, additional_headers=headers, proxy=None) as socket:
        yield Client(socket)
