"""Signing in to the pages with a token, and out again."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import parse_qsl

import anyio.to_thread
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.access.authentication import (
    SESSION,
    Authenticator,
    cookie,
    is_csrf_token,
)
from catalog.web.templating import render

LONGEST_FORM = 10_000
FORM_COOKIE = "headwater_form"
"""Holds what the sign-in form carries too, since there is no session yet to derive it from."""


class SignIn:
    """The pages to sign in and out."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.form, methods=["GET"]),
            Route("/login", self.sign_in, methods=["POST"]),
            Route("/logout", self.sign_out, methods=["POST"]),
        ]

    def form(self, request: HttpRequest) -> Response:
        """The form that asks for a token."""
        return self._form(request, local(request.query_params.get("next", "/")))

    async def sign_in(self, request: HttpRequest) -> Response:
        """A session for who shows a good token."""
        form = await _form(request)
        wanted = local(form.get("next", "/"))
        kept = cookie(request.headers, FORM_COOKIE) or ""
        if not kept or not hmac.compare_digest(kept.encode(), form.get("form", "").encode()):
            return self._form(request, wanted, 403, "The form was too old. Please try again.")
        secret = form.get("token", "").strip()
        found = await anyio.to_thread.run_sync(self._authenticator.sign_in, secret)
        if found is None:
            fault = "This token opens nothing: it is mistyped, has expired or was revoked."
            return self._form(request, wanted, 401, fault)
        answer = RedirectResponse(wanted, 303)
        self._set(answer, self._authenticator.cookie, found[1], int(SESSION.total_seconds()))
        answer.delete_cookie(FORM_COOKIE)
        return answer

    async def sign_out(self, request: HttpRequest) -> Response:
        """End the session, if the form was one of ours."""
        session = cookie(request.headers, self._authenticator.cookie)
        form = await _form(request)
        if session and is_csrf_token(form.get("form", ""), session):
            await anyio.to_thread.run_sync(self._authenticator.sign_out, session)
        answer = RedirectResponse("/login" if self._authenticator.required else "/", 303)
        answer.delete_cookie(self._authenticator.cookie, secure=self._authenticator.secure)
        return answer

    def _form(
        self, request: HttpRequest, wanted: str, status: int = 200, fault: str | None = None
    ) -> Response:
        token = secrets.token_urlsafe(32)
        answer = render("login.html", request, status, form=token, next=wanted, fault=fault)
        self._set(answer, FORM_COOKIE, token, 3600)
        return answer

    def _set(self, answer: Response, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=self._authenticator.secure,
        )


def local(address: str) -> str:
    """The address if it leads to a page of ours, else the first page."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if ours and address.isprintable() and "\\" not in address else "/"


async def _form(request: HttpRequest) -> dict[str, str]:
    """The fields of a posted form; empty when it is too long or none."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return {}
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=10))
    except ValueError:
        return {}
