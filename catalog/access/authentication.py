"""Who a request is from: a bearer token, the cookie of a session, or anybody on this machine."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

from catalog.access.callers import LOCAL, Caller, Token

if TYPE_CHECKING:
    from catalog.store import Store

COOKIE = "headwater_session"
SECURE_COOKIE = "__Host-headwater_session"
"""A browser takes a cookie of this name over TLS only, and only from this very host."""

SESSION = timedelta(hours=12)
REMEMBERED_SECONDS = 2.0
"""How long a token that was found good is taken as good without asking the catalog again."""

MOST_REMEMBERED = 1_000
LONGEST_SECRET = 200


class Authenticator:
    """Tells callers by what they show. `required`: who shows nothing is nobody.

    `clock` is in seconds and never goes back. Safe to use from several threads.
    """

    def __init__(
        self,
        store: Store,
        *,
        required: bool,
        secure: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, Caller]] = OrderedDict()
        self.required = required
        self.secure = secure
        self.cookie = SECURE_COOKIE if secure else COOKIE

    def remembered(self, headers: Headers) -> Caller | None:
        """Who asks, if that can be told without asking the catalog."""
        shown = self._shown(headers)
        if shown is None:
            return None if self.required else LOCAL
        kept = self._known.get(shown)
        return kept[1] if kept and kept[0] > self._clock() else None

    def caller(self, headers: Headers) -> Caller | None:
        """Who asks; None when what is shown opens nothing, or nothing is shown and it must be."""
        shown, remembered = self._shown(headers), self.remembered(headers)
        if remembered is not None or shown is None:
            return remembered
        self._known.pop(shown, None)
        found = self._ask(*shown)
        if found is None:
            # an old cookie is no reason to turn away those who need none
            return LOCAL if shown[0] == "session" and not self.required else None
        self._known[shown] = (self._clock() + REMEMBERED_SECONDS, found)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found

    def sign_in(self, secret: str) -> tuple[Token, str] | None:
        """The token and the secret of a new session with it; None when it opens nothing."""
        token = self._store.access.token_of(secret) if 0 < len(secret) <= LONGEST_SECRET else None
        return None if token is None else (token, self._store.access.open_session(token, SESSION))

    def sign_out(self, session: str) -> None:
        """End a session, at once."""
        self._known.pop(("session", session), None)
        self._store.access.close_session(session)

    def _shown(self, headers: Headers) -> tuple[str, str] | None:
        """What a request shows: (`token` or `session`, its secret)."""
        authorization = headers.get("authorization")
        if authorization is not None:
            scheme, _, secret = authorization.partition(" ")
            return ("token", secret.strip()) if scheme.lower() == "bearer" else ("token", "")
        session = cookie(headers, self.cookie)
        return ("session", session) if session else None

    def _ask(self, kind: str, secret: str) -> Caller | None:
        if not 0 < len(secret) <= LONGEST_SECRET:
            return None
        session = secret if kind == "session" else None
        found = (
            self._store.access.session_of(secret)
            if session
            else self._store.access.token_of(secret)
        )
        if found is None:
            return None
        return Caller(found.name, found.role, found.unmask, found.pk, session)


def shown_by(headers: Headers, payload: Mapping[str, Any]) -> Headers:
    """The headers of a socket, with the token that its first message carries when they have none.

    Browsers cannot set headers on sockets; `{"authorization": "Bearer hw_…"}` stands for it.
    """
    token = payload.get("authorization")
    if "authorization" in headers or not isinstance(token, str):
        return headers
    return Headers(raw=[*headers.raw, (b"authorization", token.encode("utf-8", "replace"))])


def cookie(headers: Headers, name: str) -> str | None:
    """The value of a cookie, None when the request has none of that name."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return found.value if found else None


def csrf_token(session: str) -> str:
    """What the forms of a session carry, which no other site can know."""
    return hmac.new(session.encode(), b"headwater form", hashlib.sha256).hexdigest()


def is_csrf_token(shown: str, session: str) -> bool:
    """Whether a form was made for this session."""
    return hmac.compare_digest(shown.encode(), csrf_token(session).encode())
