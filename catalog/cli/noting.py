"""What is changed from the command line stands in the audit log, as what is changed through the
service does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from catalog.access.callers import DONE, FAILED, STARTED, STOPPED
from schema.errors import HeadwaterError

if TYPE_CHECKING:
    from catalog.store.auditing import Note

Action = str | Callable[[Mapping[str, Any]], str]
"""What the log calls it: the mutation that does the same; or told from the parameters."""

INTERNAL = "INTERNAL"

LASTING = frozenset(("crawl", "run"))
"""What writes again and again: what the log says of it at first is that it has started."""

_TARGETS = ("uris", "ref", "path", "name", "term")
_UNTOLD = frozenset((*_TARGETS, "conf", "email", "program", "secret", "smtp", "webhook"))
"""The target stands by itself, and the others may hold what only those should know who gave it."""


def noted(action: Action, function: Callable[..., Any]) -> Callable[..., Any]:
    """The body of a command, with a line in the audit log: written with the first thing that it
    writes, and anew if it ends otherwise than was told there. Wrong usage is not kept, by which
    nothing was asked, nor what has no name.
    """

    @wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        from catalog.store.auditing import noting

        note = _note(action)
        if note is None:
            return function(*arguments, **options)
        note.outcome = INTERNAL
        try:
            with noting(note):
                note.outcome = STARTED if note.action in LASTING else DONE
                result = function(*arguments, **options)
            note.outcome = FAILED if isinstance(result, int) and result else DONE
        except click.exceptions.Exit as end:
            note.outcome = FAILED if end.exit_code else DONE
            raise
        except click.ClickException:
            note.outcome = FAILED if note.pk is not None else ""
            raise
        except (KeyboardInterrupt, click.Abort):
            note.outcome = STOPPED
            raise
        except HeadwaterError as error:
            from catalog.graphql.errors import code_of

            note.outcome = code_of(error)
            raise
        except BaseException:
            note.outcome = INTERNAL
            raise
        finally:
            if note.outcome:
                _keep(note)
        return result

    return command


def owner() -> str:
    """How the audit log calls who uses the command line."""
    import getpass

    try:
        return f"command line ({getpass.getuser()})"
    except (OSError, KeyError):  # a user without a name
        return "command line"


def _note(action: Action) -> Note | None:
    """What is known before it begins; None where there is nothing to be kept."""
    from catalog.access.logged import LONGEST_DETAILS, cleaned, shortened
    from catalog.cli.session import Session
    from catalog.store.auditing import Note

    context = click.get_current_context()
    given = context.params
    called = action if isinstance(action, str) else action(given)
    if not called or context.find_object(Session) is None:
        return None
    details = {name: cleaned(value) for name, value in given.items() if name not in _UNTOLD}
    found = next((given[name] for name in _TARGETS if given.get(name)), None)
    places = found if isinstance(found, tuple) else (found,)
    target = ", ".join(cleaned(str(place)) for place in places) if found else None
    return Note(
        called,
        owner(),
        target=target and target[:LONGEST_DETAILS],
        details=shortened({name: value for name, value in details.items() if value}),
    )


def _keep(note: Note) -> None:
    if note.pk is not None and note.values() == note.written:
        return
    from catalog.cli.session import Session

    session = click.get_current_context().find_object(Session)
    assert session is not None
    failed_already = () if note.outcome == DONE else (HeadwaterError,)
    with suppress(*failed_already), session.store() as store:
        store.access.note(note)
