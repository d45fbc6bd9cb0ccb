"""How a request is refused before anybody looks at it, in the form that its path speaks."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

PAGE = "headwater.refused"
"""The key in an ASGI scope under which the page stands that tells people of a refusal."""

Page = Callable[[Scope, int, str], Response]
"""Makes it of the scope, the status and the message."""


def refusal(scope: Scope, status: int, code: str, message: str) -> Response:
    """A refusal, in the form that the path speaks."""
    if scope["path"].startswith(("/graphql", "/api/")):
        body = {"errors": [{"message": message, "extensions": {"code": code}}]}
        return Response(orjson.dumps(body), status, media_type="application/json")
    page: Page | None = scope.get(PAGE)
    if page is not None and "text/html" in Headers(scope=scope).get("accept", ""):
        return page(scope, status, message)
    return PlainTextResponse(f"{message}\n", status)


async def refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a refusal; a socket that was not accepted yet is answered over HTTP."""
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 4403, "reason": "refused"})
