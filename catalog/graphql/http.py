"""GraphQL over HTTP, to the letter of its specification: media types, methods, status codes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from catalog.access.gate import caller_of
from catalog.graphql.documents import Documents
from catalog.graphql.errors import BAD_REQUEST, INTERNAL, code_of, refusal
from catalog.graphql.execution import Answer, answer, failure
from catalog.graphql.limits import Limits
from catalog.graphql.loading import Request
from catalog.graphql.turns import Turns
from schema.errors import HeadwaterError

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
LONGEST_BODY = 1_000_000
PREFLIGHT = "graphql-preflight"
"""A header that browsers ask the service about before a page of another site may send it."""

AT_ONCE = 8
"""Operations executed at the same time; others wait their turn."""


class Refused(Exception):
    """A request that is not one of GraphQL; `status` says how it is told."""

    def __init__(self, status: int, message: str, code: str = BAD_REQUEST, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a GraphQL request asks for."""

    query: str
    variables: Mapping[str, Any] | None
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it is sent: its JSON, and the code by which it was refused, if it was."""

    body: bytes
    refused: str | None


class GraphQLEndpoint:
    """The ASGI endpoint. `begin` makes the request that resolvers see. In `production` a GET needs
    a header that a page of another site cannot send, and no page is there to explore the API.
    """

    def __init__(
        self,
        begin: Callable[[HttpRequest], Request],
        limits: Limits,
        documents: Documents | None = None,
        *,
        production: bool = False,
    ) -> None:
        self._begin = begin
        self._limits = limits
        self._documents = documents or Documents()
        self._production = production
        self._turns: Turns[Told] = Turns(AT_ONCE)

    async def respond(self, request: HttpRequest) -> Response:
        """The response to one HTTP request."""
        media = JSON
        try:
            if request.method == "GET" and "query" not in request.query_params:
                _redirect_people(request, explores=not self._production)
            media = accepted(request.headers.get("accept"))
            if self._production and request.method == "GET" and not request.headers.get(PREFLIGHT):
                raise Refused(400, f"send a GET with the header {PREFLIGHT}: 1, or use POST")
            asked = await _asked(request, self._documents)
        except Redirect:
            return RedirectResponse("/explore", 303)
        except Refused as error:
            told = encoded(refusal(str(error), error.code))
            return _response(told, error.status, media, error.headers)
        except HeadwaterError as error:
            told = encoded(refusal(str(error), code_of(error)))
            return _response(told, 400 if media == GRAPHQL else 200, media, {})
        found = await self._turns.take(partial(self._answer, request, asked), _same(request, asked))
        headers = {"allow": "POST"} if found.refused == "METHOD_NOT_ALLOWED" else {}
        return _response(found.body, status_of(found, media), media, headers)

    def _answer(self, request: HttpRequest, asked: Parameters) -> Told:
        begun = self._begin(request)
        try:
            found = answer(
                begun,
                asked.query,
                asked.variables,
                asked.operation_name,
                limits=self._limits,
                read_only=request.method == "GET",
            )
        except Exception as error:  # noqa: BLE001 - the answer is GraphQL's, whatever failed
            found = failure(error, begun.id)
        return Told(encoded(found.body), found.refused)


def _same(request: HttpRequest, asked: Parameters) -> Hashable:
    """Equal for requests that have one answer: of one caller, and sure to change nothing. None
    when the document has a word that may begin what is no query.
    """
    if "mutation" in asked.query or "subscription" in asked.query:
        return None
    given = orjson.dumps(asked.variables, option=orjson.OPT_SORT_KEYS) if asked.variables else b""
    return (caller_of(request), request.method, asked.query, asked.operation_name, given)


class Redirect(Exception):
    """A person came with a browser: show the page to explore the API with."""


def _redirect_people(request: HttpRequest, *, explores: bool) -> None:
    if explores and "text/html" in request.headers.get("accept", ""):
        raise Redirect


def status_of(found: Answer | Told, media: str) -> int:
    """The status code of an answer.

    `application/json` gets 200 for whatever is a well-formed GraphQL response, as clients of
    old expect; `application/graphql-response+json` gets 400 when nothing was executed.
    """
    if found.refused is None:
        return 200
    if found.refused == "METHOD_NOT_ALLOWED":
        return 405
    if found.refused == INTERNAL:
        return 500
    return 400 if media == GRAPHQL else 200


def accepted(header: str | None) -> str:
    """The media type to answer with. Raises Refused (406) when none of ours is accepted."""
    if not header:
        return JSON
    best: tuple[float, int, str] | None = None
    for place, part in enumerate(header.split(",")):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        media = {
            GRAPHQL: GRAPHQL,
            JSON: JSON,
            "application/*": JSON,
            "*/*": JSON,
        }.get(name)
        weight = _weight(parameters)
        charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
        if media and weight > 0 and charset == "utf-8":
            best = max(best or (-1.0, 0, ""), (weight, -place, media))
    if best is None:
        raise Refused(406, f"this service answers with {GRAPHQL} or {JSON}", "NOT_ACCEPTABLE")
    return best[2]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


async def _asked(request: HttpRequest, documents: Documents) -> Parameters:
    if request.method == "GET":
        values: dict[str, Any] = dict(request.query_params)
        for name in ("variables", "extensions"):
            if name in values:
                values[name] = _json(values[name], name) if values[name] else None
    elif request.method == "POST":
        values = await _posted(request)
    else:
        raise Refused(405, "use GET or POST", "METHOD_NOT_ALLOWED", allow="GET, POST")
    query = documents.text(values)
    if not isinstance(query, str):
        raise Refused(400, "query is missing: it is the text of a GraphQL document")
    operation = values.get("operationName")
    if operation is not None and not isinstance(operation, str):
        raise Refused(400, "operationName is text or null")
    for part in ("variables", "extensions"):
        if values.get(part) is not None and not isinstance(values[part], dict):
            raise Refused(400, f"{part} is an object or null")
    return Parameters(query, values.get("variables"), operation or None)


async def _posted(request: HttpRequest) -> dict[str, Any]:
    media, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    if media.strip() != JSON:
        raise Refused(415, f"send the request as {JSON}", "UNSUPPORTED_MEDIA_TYPE")
    charset = parameters.partition("charset=")[2].split(";")[0].strip().strip('"')
    if charset not in ("", "utf-8"):
        raise Refused(415, "send the request in UTF-8", "UNSUPPORTED_MEDIA_TYPE")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise Refused(413, f"the body is longer than {LONGEST_BODY} bytes")
    values = _json(bytes(body), "the body")
    if not isinstance(values, dict):
        raise Refused(400, "the body is one JSON object; requests are not batched")
    return values


def _json(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"{what} is not JSON: {error}") from None


def _response(body: bytes, status: int, media: str, headers: Mapping[str, str]) -> Response:
    return Response(
        body,
        status,
        {**headers, "vary": "accept", "cache-control": "no-store"},
        media_type=f"{media}; charset=utf-8",
    )


def encoded(body: Any) -> bytes:
    """A response as JSON; numbers that JSON lacks (not finite ones) are null."""
    try:
        return orjson.dumps(body)
    except TypeError:
        # whole numbers beyond 64 bits, text with lone surrogates: rare, and told as they are
        return json.dumps(_finite(body), default=str).encode()


def _finite(value: Any) -> Any:
    """The value with null for numbers that are not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
