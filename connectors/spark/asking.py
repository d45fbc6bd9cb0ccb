"""Asking a cluster's master over HTTP: JSON pages, with an end to waiting and to their size."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Any

from schema.errors import ClusterError

SECONDS = 10.0
MOST_BYTES = 256 << 20
"""Ten thousand agents with all their frameworks are less."""


class _Direct(urllib.request.HTTPRedirectHandler):
    """Redirects are answers here: who asks decides whether to follow."""

    def redirect_request(self, *_: Any) -> None:
        return None


# Masters are in our own network: no proxy, no redirect elsewhere.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Direct)


def get(
    url: str, *, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> tuple[int, Message, bytes]:
    """Status, headers and body of one GET, redirects not followed.

    Raises ClusterError when nobody answers there in time.
    """
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310  (http alone)
    try:
        with _opener.open(request, timeout=seconds) as answer:
            return answer.status, answer.headers, answer.read(MOST_BYTES)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read(MOST_BYTES)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ClusterError(f"{url}: no answer ({reason(error)})") from error


def get_json(
    url: str, *, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Any:
    """The JSON document at `url`. Raises ClusterError when there is none."""
    status, _, body = get(url, headers=headers, seconds=seconds)
    if status != http.HTTPStatus.OK:
        raise ClusterError(f"{url}: answered with status {status}")
    return document(body, url)


def document(body: bytes, url: str) -> Any:
    """The JSON in an answer. Raises ClusterError when it is something else."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise ClusterError(f"{url}: answered with something else than JSON") from error


def reason(error: BaseException) -> str:
    """Why a connection failed, as the system says it: `Connection refused`."""
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return "timed out"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
