"""Which role may do what: the one place that decides, for GraphQL, pages, rows and lineage."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.access.callers import Caller, Role
from schema.errors import NotAllowed

OPERATIONS: Mapping[str, Role] = {
    "page": Role.READER,
    "query": Role.READER,
    "rows": Role.READER,
    "subscription": Role.READER,
    "annotateSource": Role.EDITOR,
    "cancelJob": Role.EDITOR,
    "changeExpectations": Role.EDITOR,
    "chooseTerm": Role.EDITOR,
    "crawl": Role.EDITOR,
    "importTerms": Role.EDITOR,
    "lineage": Role.EDITOR,
    "removeTerm": Role.EDITOR,
    "validateSource": Role.EDITOR,
    "audit": Role.ADMIN,
    "deleteSource": Role.ADMIN,
}
"""The least role for each operation: kinds of reading, then mutations by name. What is not named
here needs the highest.
"""

PATHS = (
    ("/graphql", "query"),
    ("/api/v1/rows", "rows"),
    ("/api/v1/lineage", "lineage"),
    ("/audit", "audit"),
)
"""What begins so is that operation; every other path is a page. GraphQL looks further itself."""

OPEN = ("/healthz", "/login", "/static")
"""Paths that nobody needs a token for."""


def least_role(operation: str) -> Role:
    """The role that an operation needs."""
    return OPERATIONS.get(operation, Role.ADMIN)


def check(caller: Caller, operation: str) -> None:
    """Raises NotAllowed, saying which role it takes, unless the caller may."""
    least = least_role(operation)
    if not caller.role.includes(least):
        raise NotAllowed(
            f"{operation}: takes the role {least.value}, and {caller.name} is {caller.role.value}"
        )


def operation_of(path: str) -> str | None:
    """The operation that a path stands for; None where nobody needs to be known."""
    if any(_is_below(path, start) for start in OPEN):
        return None
    return next((name for start, name in PATHS if _is_below(path, start)), "page")


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(start + "/")
