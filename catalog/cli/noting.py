"""What is changed from the command line stands in the audit log, as what is changed through the
service does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any

import click

from schema.errors import HeadwaterError

Action = str | Callable[[Mapping[str, Any]], str]
"""What the log calls it: the mutation that does the same; or told from the parameters."""

DONE = "done"
STOPPED = "STOPPED"
INTERNAL = "INTERNAL"

_TARGETS = ("uris", "ref", "path", "name", "term")
_UNTOLD = frozenset((*_TARGETS, "conf", "email", "program", "secret", "smtp", "webhook"))
"""The target stands by itself, and the others may hold what only those should know who gave it."""


def noted(action: Action, function: Callable[..., Any]) -> Callable[..., Any]:
    """The body of a command, with a line in the audit log when it ends, however that is; wrong
    usage aside, by which nothing was asked.
    """

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        outcome = INTERNAL
        try:
            result = function(*arguments, **options)
            outcome = DONE
        except click.exceptions.Exit:
            outcome = DONE
            raise
        except click.ClickException:
            outcome = ""
            raise
        except (KeyboardInterrupt, click.Abort):
            outcome = STOPPED
            raise
        except HeadwaterError as error:
            from catalog.graphql.errors import code_of

            outcome = code_of(error)
            raise
        finally:
            if outcome:
                _note(action, outcome)
        return result

    return command


def owner() -> str:
    """How the audit log calls who uses the command line."""
    import getpass

    try:
        return f"command line ({getpass.getuser()})"
    except (OSError, KeyError):  # a user without a name
        return "command line"


def _note(action: Action, outcome: str) -> None:
    from catalog.access.logged import LONGEST_DETAILS, cleaned, shortened
    from catalog.cli.session import Session

    context = click.get_current_context()
    session = context.find_object(Session)
    if session is None:
        return
    given = context.params
    details = {name: cleaned(value) for name, value in given.items() if name not in _UNTOLD}
    found = next((given[name] for name in _TARGETS if given.get(name)), None)
    places = found if isinstance(found, tuple) else (found,)
    target = ", ".join(cleaned(str(place)) for place in places) if found else None
    failed_already = () if outcome == DONE else (HeadwaterError,)
    with suppress(*failed_already), session.store() as store:
        store.access.note(
            action if isinstance(action, str) else action(given),
            caller=owner(),
            target=target and target[:LONGEST_DETAILS],
            outcome=outcome,
            details=shortened({name: value for name, value in details.items() if value}),
        )
