"""The head of a request, bounded in size and time before anything looks at it.

uvicorn takes heads of any length, and waits for ever: a thousand connections that never finished
theirs kept everybody out, a header of 100 MB held the event loop for 23 s, and cookies of 1 MB for
3 s each time.
"""

from __future__ import annotations

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15.0
"""Until the head of a request is here, from its first byte or from when the connection began."""

LONGEST_HEAD = 128_000
"""Bytes, with the address."""

LONGEST_HEADERS = 32_000
"""Bytes of names and values, without the address."""

MOST_HEADERS = 200

_CLOSING = b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout" + _CLOSING
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large" + _CLOSING


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which closes connections whose heads are too long or too slow."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0
    _too_large = False
    _whole: ASGIApp

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._whole = self.app
        self._timer = self.loop.call_later(HEAD_SECONDS, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > LONGEST_HEAD and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head = True, max(self._head, 1)
        if self._timer is None:  # one that follows another on the same connection
            self._timer = self.loop.call_later(HEAD_SECONDS, self._late)

    def on_headers_complete(self) -> None:
        self._stop()
        self._in_head, self._head = False, 0
        size = sum(len(name) + len(value) for name, value in self.headers)
        self._too_large = size > LONGEST_HEADERS or len(self.headers) > MOST_HEADERS
        self.app = too_large if self._too_large else self._whole
        super().on_headers_complete()

    def _should_upgrade(self) -> bool:
        return not self._too_large and super()._should_upgrade()

    def _late(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            if self._head:
                self.transport.write(_TIMED_OUT)
            self.transport.close()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def too_large(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers that the headers are too large, and has the connection closed."""
    text = f"the headers are more than {LONGEST_HEADERS} bytes, or more than {MOST_HEADERS}\n"
    answer = PlainTextResponse(text, 431, {"connection": "close"})
    await answer(scope, receive, send)
