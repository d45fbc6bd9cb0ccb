"""What a caller is told of an error: fit text and a code, never the inside of the service."""

from __future__ import annotations

import logging
import re
from typing import Any

from graphql import GraphQLError

from schema.errors import HeadwaterError

_log = logging.getLogger("headwater.graphql")

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_REQUEST = "BAD_REQUEST"
BAD_INPUT = "BAD_USER_INPUT"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
TIMED_OUT = "TIMED_OUT"
INTERNAL = "INTERNAL_SERVER_ERROR"


class LimitExceeded(HeadwaterError):
    """A request asks for more than the service gives at once; the message names the limit."""


class TimedOut(HeadwaterError):
    """A request took longer than the service allows."""


class TooManyRequests(HeadwaterError):
    """A caller asks more often than it may."""


def code_of(error: HeadwaterError) -> str:
    """`NotFound` → `NOT_FOUND`: the name of the exception as a constant."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).upper()


def formatted(error: GraphQLError, *, request_id: str, code: str) -> dict[str, Any]:
    """The error as the response carries it; `code` is for errors of GraphQL itself.

    A HeadwaterError tells its own text and code; anything else unexpected is logged with
    `request_id` and masked.
    """
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error:
        cause = cause.original_error
    told: dict[str, Any] = {"message": error.message}
    if isinstance(cause, HeadwaterError):
        told["message"] = str(cause)
        code = code_of(cause)
    elif error.path is not None and cause is not None and not _is_input(cause):
        _log.error("request %s failed at %s", request_id, error.path, exc_info=cause)
        told["message"] = f"the service failed; its log tells why under request {request_id}"
        code = INTERNAL
    if error.locations:
        told["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    if error.path:
        told["path"] = list(error.path)
    told["extensions"] = {"code": code}
    if code == INTERNAL:
        told["extensions"]["requestId"] = request_id
    return told


_HINT = re.compile(r" Did you mean .*\?\Z", re.DOTALL)


def without_hints(told: dict[str, Any]) -> dict[str, Any]:
    """The error without names of the schema that were near to what was asked for."""
    return {**told, "message": _HINT.sub("", told["message"])}


def _is_input(cause: Exception) -> bool:
    """Whether it is the caller's input that GraphQL rejects: such errors point into the document;
    a value that cannot be written as its type does not.
    """
    return isinstance(cause, GraphQLError) and bool(cause.nodes)


def refusal(message: str, code: str) -> dict[str, Any]:
    """A response without data and with one error."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}
