"""Places in statements that are put together once, and filled in when they are executed."""

from __future__ import annotations

from typing import Any

OPTION = "headwater_filled_in"
"""The option of an execution that holds a place and the SQL to put there."""

RELEVANCE = "/* relevance */ 0.0"
"""Where the relevance of a search stands."""

PKS = "/* numbers */ 0"
"""Where the numbers of the rows stand that are asked for."""


def fill_in(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, context: Any, _many: Any
) -> tuple[str, Any]:
    """Listener before a cursor executes: puts what this execution asks for in its place."""
    told = context.execution_options.get(OPTION) if context is not None else None
    return (statement.replace(*told) if told else statement), parameters
