"""The gate: nobody gets further who may not, and no other site's page gets anything."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.access import policy
from catalog.access.authentication import Authenticator, is_csrf_token
from catalog.access.callers import LOCAL, Caller
from catalog.access.pace import Pace, address_of, too_many
from catalog.access.refusals import PAGE, Page, refusal, refuse
from schema.errors import NotAllowed

CALLER = "headwater.caller"
"""The key in an ASGI scope under which the caller stands once the gate was passed."""

EXPLORES = "headwater.explores"
"""The key under which stands whether there is a page to explore the API with."""

UNAUTHENTICATED = "UNAUTHENTICATED"
NOT_ALLOWED = "NOT_ALLOWED"
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
FORMS = frozenset(("/login", "/logout"))
"""Paths that check the token of their form themselves."""

GUESSES, MOST_GUESSES = 1.0, 60
"""Tokens that open nothing: so many a second from one address, and so many at once."""

CSRF_HEADER = "x-csrf-token"


def caller_of(connection: HTTPConnection) -> Caller:
    """Who asks, as the gate found; `LOCAL` where there is no gate."""
    found: Caller = connection.scope.get(CALLER, LOCAL)
    return found


class Gate:
    """Middleware: finds the caller, asks the policy, and keeps other sites' pages out."""

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        *,
        explores: bool = True,
        page: Page | None = None,
    ) -> None:
        self._app = app
        self._page = page
        self._authenticator = authenticator
        self._explores = explores
        self._guesses = Pace(GUESSES, MOST_GUESSES / GUESSES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope[EXPLORES] = self._explores
        scope[PAGE] = self._page
        answer = await self._refusal(scope)
        if answer is None:
            await self._app(scope, receive, send)
        else:
            await refuse(answer, scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        operation = policy.operation_of(scope["path"])
        if is_foreign(scope, headers):
            return refusal(scope, 403, NOT_ALLOWED, "asked for by a page of another site")
        if operation is None:
            signing_in = scope["type"] == "http" and scope["method"] == "POST"
            return self._hurried(scope) if signing_in else None
        caller = self._authenticator.remembered(headers)
        if caller is None:  # a thread costs more than all the rest of the gate
            caller = await anyio.to_thread.run_sync(self._authenticator.caller, headers)
        if caller is None:
            shown = "authorization" in headers
            if scope["type"] == "websocket" and operation == "query" and not shown:
                return None  # its first message shows the token, which the socket asks for
            too_fast = self._hurried(scope) if shown else None
            return too_fast or _unknown(scope, operation, shown=shown)
        if caller.session is not None and not _is_meant(scope, headers, caller.session):
            return refusal(scope, 403, NOT_ALLOWED, f"send the form's token as {CSRF_HEADER}")
        scope[CALLER] = caller
        try:
            policy.check(caller, operation)
        except NotAllowed as error:
            return refusal(scope, 403, NOT_ALLOWED, str(error))
        return None

    def _hurried(self, scope: Scope) -> Response | None:
        """The refusal of an address that tries tokens faster than a person mistypes them."""
        wait = self._guesses.wait(address_of(scope))
        return too_many(scope, wait) if wait > 0 else None


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
    answer = refusal(scope, 401, UNAUTHENTICATED, message)
    answer.headers["www-authenticate"] = 'Bearer realm="headwater"'
    return answer
