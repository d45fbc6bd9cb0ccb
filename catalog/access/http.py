"""Rows of one source over HTTP: `/api/v1/rows/<id>?format=&columns=&limit=`."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

import anyio
import anyio.to_thread
import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse

from catalog.access.encoders import ENCODINGS, Encoding
from catalog.access.gate import caller_of
from catalog.access.rows import open_rows
from catalog.graphql.errors import code_of
from catalog.model import Source
from schema.errors import Ambiguous, HeadwaterError, InvalidInput, NotFound, SourceError

if TYPE_CHECKING:
    from catalog.store import Store

_log = logging.getLogger("headwater.rows")

AT_ONCE = 16
"""Answers that are read at the same time; others wait, so that slow sources hold up no pages."""

STATUS: tuple[tuple[type[HeadwaterError], int], ...] = (
    (NotFound, 404),
    (Ambiguous, 409),
    (InvalidInput, 400),
    (SourceError, 502),
)


class NotAcceptable(InvalidInput):
    """None of the media types that the caller accepts is one that rows are sent in."""


def rows_endpoint(store: Store) -> Callable[[HttpRequest], Awaitable[Response]]:
    """The endpoint over `store`; personal data is masked unless the caller may see it."""
    turns: anyio.CapacityLimiter | None = None

    async def rows(request: HttpRequest) -> Response:
        nonlocal turns
        turns = turns or anyio.CapacityLimiter(AT_ONCE)
        answer = partial(_answer, store, request, turns, unmask=caller_of(request).unmask)
        try:
            return await anyio.to_thread.run_sync(answer, limiter=turns)
        except NotAcceptable as error:
            return _failed(error, 406)
        except HeadwaterError as error:
            status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
            return _failed(error, status)

    return rows


def _answer(
    store: Store, request: HttpRequest, turns: anyio.CapacityLimiter, *, unmask: bool
) -> Response:
    source = store.source(request.path_params["id"])
    encoding = _encoding(request)
    columns = request.query_params.getlist("columns")
    names = [name for text in columns for name in _names(text)] or None
    found = open_rows(store, source, columns=names, limit=_limit(request), unmask=unmask)
    # what cannot be read at all is told with a status, before anything is sent
    head = list(itertools.islice(found.batches, 1))
    body = encoding.encode(replace(found, batches=itertools.chain(head, found.batches)))
    return StreamingResponse(
        _drawn(_logged(body, source), turns),
        media_type=encoding.media,
        headers={
            "content-disposition": disposition(f"{source.label or 'rows'}.{encoding.suffix}"),
            "vary": "accept",
            "cache-control": "no-store",
            "x-headwater-masked": ",".join(quote(name) for name in found.masked),
        },
    )


async def _drawn(body: Generator[bytes], turns: anyio.CapacityLimiter) -> AsyncIterator[bytes]:
    """The parts of the body, each read in a thread when its turn comes; closed in any case."""
    try:
        while (part := await anyio.to_thread.run_sync(next, body, None, limiter=turns)) is not None:
            yield part
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(body.close, limiter=turns)


def _encoding(request: HttpRequest) -> Encoding:
    wanted = request.query_params.get("format")
    if wanted is not None:
        if wanted not in ENCODINGS:
            raise InvalidInput(f"no format {wanted[:40]!r}; rows come as {', '.join(ENCODINGS)}")
        return ENCODINGS[wanted]
    accept = request.headers.get("accept", "*/*")
    for part in accept.split(","):
        media = part.partition(";")[0].strip().lower()
        if media in ("*/*", "application/*"):
            return ENCODINGS["json"]
        for encoding in ENCODINGS.values():
            if media == encoding.media.partition(";")[0]:
                return encoding
    known = ", ".join(encoding.media.partition(";")[0] for encoding in ENCODINGS.values())
    raise NotAcceptable(f"rows come as {known}")


def _limit(request: HttpRequest) -> int | None:
    text = request.query_params.get("limit")
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,15}", text):
        raise InvalidInput(f"limit is a whole number of rows, not {text[:40]!r}")
    return int(text)


def _names(text: str) -> list[str]:
    """`columns` as it is given: names with commas between, or a JSON list of names."""
    if not text.startswith("["):
        return text.split(",")
    try:
        names = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidInput(f"columns is neither names nor a JSON list: {text[:80]!r}") from None
    return [str(name) for name in names]


def _logged(body: Iterator[bytes], source: Source) -> Generator[bytes]:
    """The body; a source that breaks on the way ends the answer early, which clients notice."""
    try:
        yield from body
    except Exception:
        _log.exception("rows of %s broke off", source.id)
        raise


def disposition(filename: str) -> str:
    """A Content-Disposition header for a download called `filename`, whatever is in it."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", filename) or "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _failed(error: HeadwaterError, status: int) -> Response:
    body = {"errors": [{"message": str(error), "extensions": {"code": code_of(error)}}]}
    return Response(orjson.dumps(body), status, media_type="application/json")
