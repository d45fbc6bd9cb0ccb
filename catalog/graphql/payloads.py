"""What every mutation answers with: its payload, or why it did not do what was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphene import List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.errors import code_of
from catalog.graphql.loading import Request
from schema.errors import HeadwaterError, InvalidInput


class UserError(ObjectType):
    """Why a mutation did not do what was asked."""

    message = String(required=True, description="What is wrong and what to do.")
    code = String(required=True, description="Stable and in capitals, such as `NOT_FOUND`.")
    path = List(NonNull(String), description="The input that it is about, if it is about one.")


def errors() -> Any:
    """The `errors` field of every payload."""
    return List(NonNull(UserError), required=True, description="Empty when it was done.")


def payload(request: Request, do: Callable[[Request], dict[str, Any]]) -> dict[str, Any]:
    """What `do` returns with no errors, or the wished-for failure as one."""
    try:
        return {**do(request), "errors": []}
    except HeadwaterError as error:
        told = {"message": str(error), "code": code_of(error), "path": ["input"]}
        return {"errors": [told]}


def source_pk(text: str) -> int:
    """The primary key in the global id of a source. Raises InvalidInput."""
    kind, pk = model.parse_id(text)
    if kind != "Source" or not 0 < pk < 1 << 63:
        raise InvalidInput(f"not the id of a source: {text[:80]!r}")
    return pk
