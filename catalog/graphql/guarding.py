"""The policy around what changes and what goes on: who may, and what the audit log keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField, GraphQLSchema, default_field_resolver

from catalog.access import policy
from catalog.access.logged import LONGEST_DETAILS, cleaned, shortened
from catalog.access.masked import whole
from catalog.graphql.errors import INTERNAL, code_of
from catalog.graphql.loading import Request
from schema.errors import NotAllowed

Resolver = Callable[..., Any]


def guard(schema: GraphQLSchema) -> None:
    """Put the policy before every mutation and subscription, and the log behind mutations."""
    for name, field in _fields(schema, "mutation"):
        field.resolve = _mutation(name, field.resolve or default_field_resolver)
    for _, field in _fields(schema, "subscription"):
        if field.subscribe is not None:
            field.subscribe = _subscription(field.subscribe)


def _fields(schema: GraphQLSchema, operation: str) -> list[tuple[str, GraphQLField]]:
    root = getattr(schema, f"{operation}_type")
    return list(root.fields.items()) if root else []


def _mutation(name: str, resolve: Resolver) -> Resolver:
    """A mutation that only those may who may; refused, its payload says so."""

    def guarded(root: Any, info: Any, **arguments: Any) -> Any:
        request: Request = info.context
        try:
            policy.check(request.caller, name)
        except NotAllowed as error:
            _note(request, name, arguments, code_of(error))
            return {"errors": [{"message": str(error), "code": code_of(error), "path": []}]}
        try:
            found = resolve(root, info, **arguments)
        except Exception:
            _note(request, name, arguments, INTERNAL)
            raise
        faults = found.get("errors") if isinstance(found, dict) else None
        _note(request, name, arguments, faults[0]["code"] if faults else "done")
        return found

    return guarded


def _subscription(subscribe: Resolver) -> Resolver:
    def guarded(root: Any, info: Any, **arguments: Any) -> Any:
        policy.check(info.context.caller, "subscription")
        return subscribe(root, info, **arguments)

    return guarded


def _note(request: Request, action: str, arguments: dict[str, Any], outcome: str) -> None:
    given = arguments.get("input_") or arguments.get("input") or arguments
    details = {key: cleaned(value) for key, value in dict(given).items()}
    target = details.get("id") or ", ".join(map(str, details.get("uris") or ())) or None
    whole(request.store).access.note(
        action,
        caller=request.caller.name,
        token=request.caller.token,
        target=target and str(target)[:LONGEST_DETAILS],
        outcome=outcome,
        details=shortened({**details, "request": request.id}),
    )
