"""The gate: nobody gets further who may not, and no other site's page gets anything."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import anyio.to_thread
import orjson
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.access import policy
from catalog.access.authentication import Authenticator, is_csrf_token
from catalog.access.callers import LOCAL, Caller
from schema.errors import NotAllowed

CALLER = "headwater.caller"
"""The key in an ASGI scope under which the caller stands once the gate was passed."""

PRODUCTION = "headwater.production"
"""The key under which stands whether the service is in production."""

UNAUTHENTICATED = "UNAUTHENTICATED"
NOT_ALLOWED = "NOT_ALLOWED"
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
FORMS = frozenset(("/login", "/logout"))
"""Paths that check the token of their form themselves."""

CSRF_HEADER = "x-csrf-token"


def caller_of(connection: HTTPConnection) -> Caller:
    """Who asks, as the gate found; `LOCAL` where there is no gate."""
    found: Caller = connection.scope.get(CALLER, LOCAL)
    return found


class Gate:
    """Middleware: finds the caller, asks the policy, and keeps other sites' pages out."""

    def __init__(
        self, app: ASGIApp, authenticator: Authenticator, *, production: bool = False
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._production = production

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope[PRODUCTION] = self._production
        refusal = await self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refuse(refusal, scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        operation = policy.operation_of(scope["path"])
        if is_foreign(scope, headers):
            return told(scope, 403, NOT_ALLOWED, "asked for by a page of another site")
        if operation is None:
            return None
        caller = await anyio.to_thread.run_sync(self._authenticator.caller, headers)
        if caller is None:
            return _unknown(scope, operation, shown="authorization" in headers)
        if caller.session is not None and not _is_meant(scope, headers, caller.session):
            return told(scope, 403, NOT_ALLOWED, f"send the form's token as {CSRF_HEADER}")
        scope[CALLER] = caller
        try:
            policy.check(caller, operation)
        except NotAllowed as error:
            return told(scope, 403, NOT_ALLOWED, str(error))
        return None


def is_foreign(scope: Scope, headers: Headers) -> bool:
    """Whether a page of another site is behind a request that it may not make.

    Such a page may link here; it may not send anything, nor ask the API or open a socket.
    Browsers tell where a request is from, and pages cannot change what they tell.
    """
    linked = scope["type"] == "http" and scope["method"] in SAFE_METHODS
    if linked and not scope["path"].startswith(("/graphql", "/api/")):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def _is_meant(scope: Scope, headers: Headers, session: str) -> bool:
    """Whether what changes something under a cookie was sent by a page of ours: another site
    can send forms, but neither JSON nor a header of ours.
    """
    if scope["type"] == "websocket" or scope["method"] in SAFE_METHODS or scope["path"] in FORMS:
        return True
    if headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return True
    return is_csrf_token(headers.get(CSRF_HEADER, ""), session)


def _unknown(scope: Scope, operation: str, *, shown: bool) -> Response:
    """The answer to those who are nobody: a person is led to where to sign in."""
    person = not shown and operation == "page" and scope["type"] == "http"
    if person and scope["method"] in SAFE_METHODS:
        query = scope["query_string"].decode("latin-1")
        wanted = quote(scope["path"] + (f"?{query}" if query else ""), safe="/")
        return RedirectResponse("/login" if wanted == "/" else f"/login?next={wanted}", 303)
    message = (
        "this token opens nothing: it is mistyped, has expired or was revoked"
        if shown
        else "show a token: Authorization: Bearer hw_…; `headwater token create` makes one"
    )
    answer = told(scope, 401, UNAUTHENTICATED, message)
    answer.headers["www-authenticate"] = 'Bearer realm="headwater"'
    return answer


def told(scope: Scope, status: int, code: str, message: str) -> Response:
    """A refusal, in the form that the path speaks."""
    if scope["path"].startswith(("/graphql", "/api/")):
        body = {"errors": [{"message": message, "extensions": {"code": code}}]}
        return Response(orjson.dumps(body), status, media_type="application/json")
    return PlainTextResponse(f"{message}\n", status)


async def refuse(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a refusal; a socket that was not accepted yet is answered over HTTP."""
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await answer(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 4403, "reason": "refused"})
