"""What one request may take: bytes, seconds, and how many of them a second from one caller."""

from __future__ import annotations

import time
from dataclasses import dataclass

import anyio
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.access.callers import Caller
from catalog.access.gate import CALLER
from catalog.access.pace import Pace, address_of, too_many
from catalog.access.refusals import refusal


@dataclass(frozen=True, slots=True)
class Bounds:
    """`query` (of the address) and `body` in bytes; `receiving` is the seconds until a body is
    here, `sending` those until a part of the answer is taken, `answering` those until all of it is.
    """

    query: int = 64_000
    body: int = 2_000_000
    receiving: float = 30.0
    sending: float = 60.0
    answering: float = 3600.0


DEFAULT_BOUNDS = Bounds()


class Bounded:
    """Middleware: takes a body in before anybody waits for it, and ends what goes on for ever."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bounds = self._bounds
        body: bytes | None = b""
        if len(scope["query_string"]) > bounds.query:
            text = f"the query of the address is longer than {bounds.query} bytes"
            await _closing(refusal(scope, 414, "BAD_REQUEST", text))(scope, receive, send)
            return
        if _has_body(scope):
            with anyio.move_on_after(bounds.receiving) as waited:
                body = await _taken(receive, bounds.body)
            if waited.cancelled_caught:
                answer = refusal(scope, 408, "TIMED_OUT", "the body took too long to come")
                await _closing(answer)(scope, receive, send)
                return
            if body is None:
                text = f"the body is longer than {bounds.body} bytes"
                await _closing(refusal(scope, 413, "BAD_REQUEST", text))(scope, receive, send)
                return
        taken = False

        async def kept() -> Message:
            nonlocal taken
            if taken:
                return await receive()
            taken = True
            return {"type": "http.request", "body": body, "more_body": False}

        ends = time.monotonic() + bounds.answering

        async def hurried(message: Message) -> None:
            left = min(bounds.sending, ends - time.monotonic())
            with anyio.fail_after(max(left, 0.0)):
                await send(message)

        try:
            await self._app(scope, kept, hurried)
        except (TimeoutError, ClientDisconnect):
            return  # the server closes a connection whose answer was not finished


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def _taken(receive: Receive, most: int) -> bytes | None:
    """The whole body; None when it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(body)


def _closing(answer: Response) -> Response:
    answer.headers["connection"] = "close"
    return answer


def who(scope: Scope, caller: Caller | None) -> object:
    """Whose pace counts: that of the token, else of the address."""
    token = caller.token if caller else None
    return token if token is not None else address_of(scope)


class Paced:
    """Middleware: answers 429 to callers that come too often, each by token, else by address."""

    def __init__(self, app: ASGIApp, pace: Pace) -> None:
        self._app = app
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wait = self._pace.wait(who(scope, scope.get(CALLER)))
            if wait > 0:
                await too_many(scope, wait)(scope, receive, send)
                return
        await self._app(scope, receive, send)
