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
from catalog.store.auditing import Note, noting
from schema.errors import NotAllowed

Resolver = Callable[..., Any]


def guard(schema: GraphQLSchema) -> None:
    """Put the policy before every mutation and subscription, and have mutations logged."""
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
        note = _note(request, name, arguments)
        log = whole(request.store).access
        try:
            policy.check(request.caller, name)
        except NotAllowed as error:
            note.outcome = code_of(error)
            log.note(note)
            return {"errors": [{"message": str(error), "code": code_of(error), "path": []}]}
        try:
            with noting(note):
                found = resolve(root, info, **arguments)
        except Exception:
            note.outcome = INTERNAL
            log.note(note)
            raise
        faults = found.get("errors") if isinstance(found, dict) else None
        if faults:
            note.outcome = faults[0]["code"]
        log.note(note)
        return found

    return guarded


def _subscription(subscribe: Resolver) -> Resolver:
    def guarded(root: Any, info: Any, **arguments: Any) -> Any:
        policy.check(info.context.caller, "subscription")
        return subscribe(root, info, **arguments)

    return guarded


def _note(request: Request, action: str, arguments: dict[str, Any]) -> Note:
    given = arguments.get("input_") or arguments.get("input") or arguments
    details = {key: cleaned(value) for key, value in dict(given).items()}
    target = details.get("id") or ", ".join(map(str, details.get("uris") or ())) or None
    return Note(
        action,
        request.caller.name,
        request.caller.token,
        target and str(target)[:LONGEST_DETAILS],
        shortened({**details, "request": request.id}),
    )
