"""`POST /api/v1/lineage`: OpenLineage events of any producer
(https://openlineage.io/spec/2-0-2/OpenLineage.json), as its clients send them.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from catalog.access.callers import Caller
from catalog.access.gate import caller_of
from catalog.model import Run
from catalog.openlineage import ingest
from catalog.store.auditing import Note, noting
from schema.errors import HeadwaterError, InvalidInput

if TYPE_CHECKING:
    from catalog.store import Store

JSON = "application/json"
LONGEST_SENT = 1_000_000
LONGEST_EVENT = 10_000_000
"""Bytes of an event, as it is sent and as it is unpacked."""


class Refused(InvalidInput):
    """A request that is no event; `status` says how it is told."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def lineage_endpoint(store: Store) -> Callable[[HttpRequest], Awaitable[Response]]:
    """The endpoint that takes events into `store`: 201 with the run that an event is about."""

    async def lineage(request: HttpRequest) -> Response:
        try:
            event = await _event(request)
            run = await anyio.to_thread.run_sync(_taken, store, event, caller_of(request))
        except Refused as error:
            return _told(error, error.status, "BAD_REQUEST")
        except InvalidInput as error:
            return _told(error, 422, "INVALID_INPUT")
        except HeadwaterError as error:
            return _told(error, 500, "CATALOG_ERROR")
        told = run and {"id": run.id, "runId": run.uuid, "job": run.pipeline, "state": run.state}
        return Response(orjson.dumps({"run": told}), 201, media_type=JSON)

    return lineage


def _taken(store: Store, event: dict[str, Any], caller: Caller) -> Run | None:
    kind = str(event.get("eventType"))[:40]
    note = Note("lineage", caller.name, caller.token, details={"eventType": kind})
    with noting(note):
        run = ingest(store, event)
    if run is not None:
        note.target, note.details = run.pipeline, {"run": run.uuid, "eventType": kind}
        store.access.note(note)
    return run


async def _event(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Raises Refused when it is none, or too long."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Refused(415, f"send one OpenLineage event as {JSON}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_SENT:
            raise Refused(413, f"the event is longer than {LONGEST_SENT} bytes")
    text = _unpacked(bytes(body), request.headers.get("content-encoding", "identity").lower())
    try:
        event = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Refused(400, f"the event is not JSON: {error}") from None
    if not isinstance(event, dict):
        raise Refused(400, "send one OpenLineage event, a JSON object, a request")
    return event


def _unpacked(body: bytes, encoding: str) -> bytes:
    """The body without gzip; never longer than LONGEST_EVENT, whatever it was packed from."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise Refused(415, f"the event may be packed with gzip, not with {encoding[:40]}")
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        text = unpacking.decompress(body, LONGEST_EVENT)
    except zlib.error:
        raise Refused(400, "the event is not what gzip packs") from None
    if unpacking.unconsumed_tail:
        raise Refused(413, f"the event is longer than {LONGEST_EVENT} bytes")
    if not unpacking.eof:
        raise Refused(400, "the event ends before gzip's end")
    return text


def _told(error: HeadwaterError, status: int, code: str) -> Response:
    body = {"errors": [{"message": str(error), "extensions": {"code": code}}]}
    return Response(orjson.dumps(body), status, media_type=JSON)
