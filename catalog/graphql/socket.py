"""GraphQL over a WebSocket by the protocol graphql-transport-ws, with its close codes.

See https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

from catalog.access.callers import Caller
from catalog.graphql.documents import Documents
from catalog.graphql.errors import LimitExceeded, TooManyRequests, code_of
from catalog.graphql.execution import Answer
from catalog.graphql.http import AT_ONCE, encoded
from catalog.graphql.limits import Limits
from catalog.graphql.loading import Request
from catalog.graphql.subscribing import answers
from catalog.graphql.turns import Turns
from schema.errors import HeadwaterError

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
MOST_OPERATIONS = 20
"""Operations that go on at once over one connection."""

LONGEST_MESSAGE = 1_000_000
LONGEST_ID = 200

BAD_MESSAGE = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
NO_PROTOCOL = 4406
INIT_TIMEOUT = 4408
SAME_ID = 4409
INITIALISED_TWICE = 4429
INTERNAL = 4500

Admit = Callable[[WebSocket, Mapping[str, Any]], Awaitable[Caller | None]]
"""Who is on a connection, by it and the payload of its `connection_init`; None: nobody who may."""

Begin = Callable[[Caller], Request]
"""Makes the view of the catalog that one operation of a caller is resolved with."""

Wait = Callable[[WebSocket, Caller], float]
"""Seconds until the caller may send another operation; 0 when now, which is then counted."""


class Closed(Exception):
    """The connection has to be closed, with a code of the protocol and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class GraphQLSocket:
    """The ASGI endpoint of WebSockets."""

    def __init__(
        self,
        admit: Admit,
        begin: Begin,
        limits: Limits,
        documents: Documents | None = None,
        *,
        wait: Wait | None = None,
        init_seconds: float = INIT_SECONDS,
    ) -> None:
        self.documents = documents or Documents()
        self.admit = admit
        self.begin = begin
        self.limits = limits
        self.wait = wait or (lambda _socket, _caller: 0.0)
        self.turns: Turns[Answer] = Turns(AT_ONCE)
        self._init_seconds = init_seconds

    async def respond(self, socket: WebSocket) -> None:
        """Serve one connection to its end."""
        if PROTOCOL not in socket.scope["subprotocols"]:
            await socket.accept()
            await socket.close(NO_PROTOCOL, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        connection = _Connection(socket, self)
        try:
            await connection.serve(self._init_seconds)
        except Closed as closed:
            await _close(socket, closed.code, str(closed))
        except WebSocketDisconnect:
            pass
        except Exception:
            await _close(socket, INTERNAL, "Internal server error")
            raise
        finally:
            await connection.end()


class _Connection:
    """One connection: who is on it, and the operations that go on."""

    def __init__(self, socket: WebSocket, service: GraphQLSocket) -> None:
        self._socket = socket
        self._service = service
        self._payload: Mapping[str, Any] = {}
        self._caller: Caller | None = None
        self._initialised = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()

    async def serve(self, init_seconds: float) -> None:
        """Take messages until the connection ends. Raises Closed when it has to be closed."""
        try:
            async with asyncio.timeout(init_seconds):
                while self._caller is None:
                    await self._take(await self._message())
        except TimeoutError:
            raise Closed(INIT_TIMEOUT, "Connection initialisation timeout") from None
        while True:
            receiving = asyncio.create_task(self._message())
            await self._first_of(receiving)
            await self._take(receiving.result())

    async def _first_of(self, receiving: asyncio.Task[dict[str, Any]]) -> None:
        """Wait for the next message; an operation that has to close the connection does so."""
        try:
            while not receiving.done():
                waiting = {receiving, *self._operations.values()}
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for name, task in list(self._operations.items()):
                    if task in done:
                        del self._operations[name]
                        task.result()
        finally:
            if not receiving.done():
                receiving.cancel()
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
                    await receiving

    async def end(self) -> None:
        """End every operation that goes on."""
        tasks = [*self._operations.values(), *self._ending]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _message(self) -> dict[str, Any]:
        received = await self._socket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1000))
        text = received.get("text")
        if text is None or len(text) > LONGEST_MESSAGE:
            raise Closed(BAD_MESSAGE, "Invalid message: it is text of up to a million characters")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Closed(BAD_MESSAGE, "Invalid message: it is not JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closed(BAD_MESSAGE, "Invalid message: it is an object with a type")
        return message

    async def _take(self, message: dict[str, Any]) -> None:
        kind, payload = message["type"], message.get("payload")
        if payload is not None and not isinstance(payload, dict):
            raise Closed(BAD_MESSAGE, "Invalid message: payload is an object")
        if kind == "ping":
            await self._send({"type": "pong", **({"payload": payload} if payload else {})})
        elif kind == "connection_init":
            await self._initialise(payload or {})
        elif kind == "subscribe":
            await self._subscribe(_id(message), payload)
        elif kind == "complete":
            task = self._operations.pop(_id(message), None)
            if task is not None:  # what is executed for it goes on until it is done
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)
                task.cancel()
        elif kind != "pong":
            raise Closed(BAD_MESSAGE, f"Invalid message: no type {kind[:40]!r}")

    async def _initialise(self, payload: Mapping[str, Any]) -> None:
        if self._initialised:
            raise Closed(INITIALISED_TWICE, "Too many initialisation requests")
        self._initialised = True
        self._payload = payload
        self._caller = await self._service.admit(self._socket, payload)
        if self._caller is None:
            raise Closed(FORBIDDEN, "Forbidden")
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, name: str, payload: Mapping[str, Any] | None) -> None:
        caller = self._caller
        if caller is None:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        if name in self._operations:
            raise Closed(SAME_ID, f"Subscriber for {name} already exists")
        service = self._service
        try:
            if len(self._operations) + len(self._ending) >= MOST_OPERATIONS:
                raise LimitExceeded(f"at most {MOST_OPERATIONS} operations go on at once")
            if service.wait(self._socket, caller) > 0:
                raise TooManyRequests("too many requests; come again later")
            asked = _asked(payload or {}, service.documents)
        except HeadwaterError as error:
            await self._fail(name, error)
            return
        found = await answers(
            lambda: service.begin(caller), *asked, service.limits, turns=service.turns
        )
        self._operations[name] = asyncio.create_task(self._tell(name, found))

    async def _tell(self, name: str, found: AsyncGenerator[Answer] | Answer) -> None:
        """Send the answers of one operation, as long as its caller may have them."""
        if isinstance(found, Answer):
            await self._send({"type": "error", "id": name, "payload": found.body["errors"]})
            return
        async with contextlib.aclosing(found) as stream:
            async for answer in stream:
                if await self._service.admit(self._socket, self._payload) is None:
                    raise Closed(FORBIDDEN, "Forbidden")
                if "data" not in answer.body:
                    payload = answer.body["errors"]
                    await self._send({"type": "error", "id": name, "payload": payload})
                    return
                await self._next(name, answer)
        await self._send({"type": "complete", "id": name})

    async def _next(self, name: str, answer: Answer) -> None:
        await self._send({"type": "next", "id": name, "payload": answer.body})

    async def _fail(self, name: str, error: HeadwaterError) -> None:
        fault = {"message": str(error), "extensions": {"code": code_of(error)}}
        await self._send({"type": "error", "id": name, "payload": [fault]})

    async def _send(self, message: Mapping[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(encoded(message).decode())


def _id(message: Mapping[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID:
        raise Closed(BAD_MESSAGE, "Invalid message: it takes an id")
    return found


def _asked(
    asked: Mapping[str, Any], documents: Documents
) -> tuple[str, dict[str, Any] | None, str | None]:
    """Query, variables and name of the operation of a `subscribe` message."""
    query, name = documents.text(asked), asked.get("operationName")
    variables, extensions = asked.get("variables"), asked.get("extensions")
    fits = (
        isinstance(query, str)
        and (name is None or isinstance(name, str))
        and (variables is None or isinstance(variables, dict))
        and (extensions is None or isinstance(extensions, dict))
    )
    if not fits:
        raise Closed(BAD_MESSAGE, "Invalid message: the payload of subscribe takes a query")
    return str(query), variables, name or None


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it is closed already
        await socket.close(code, reason[:120])
