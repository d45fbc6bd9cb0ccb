"""What callers choose of expectations."""

from __future__ import annotations

from typing import Any

from graphene import ID, Boolean, InputObjectType, List, NonNull, ObjectType, String

from catalog.access.masked import personal_names
from catalog.graphql.loading import Request
from catalog.graphql.scalars import DateTime, Value
from catalog.model import Source
from schema.errors import NotAllowed


class Choice(ObjectType):
    """What a user has chosen for one expectation; kept over crawls."""

    key = String(description="The key of the expectation, or `version:N`.")
    state = String(description="`silenced`, `pinned`, `own` or `accepted`.")
    reason = String(description="Why, in the user's words.")
    chosen_at = DateTime(description="When.")


class SetExpectationInput(InputObjectType):
    """Arguments of one expectation that are set."""

    key = String(required=True, description="Its key.")
    arguments = Value(required=True, description="An object; null takes an argument away.")


class ChangeExpectationsInput(InputObjectType):
    """What to choose; what is left out stays as it is."""

    id = ID(required=True, description="The source.")
    silence = List(NonNull(String), description="Keys that are not judged any more.")
    pin = List(NonNull(String), description="Keys that stay, whatever later versions teach.")
    set = List(NonNull(SetExpectationInput), description="Pinned with other arguments.")
    reset = List(NonNull(String), description="Keys that are as derived again.")
    accept = Boolean(description="The current version is right: learn from it.")
    reason = String(description="Why; kept with all of these.")


def check_personal(request: Request, source: Source, given: dict[str, Any]) -> None:
    """Raises NotAllowed when arguments are set for a column whose values the caller may not see:
    whether the data meets them would tell of those.
    """
    version = None if request.unmask else request.version(source.pk)
    hidden = personal_names(version.schema) if version else frozenset()
    for one in given.get("set") or ():
        field = one["key"].partition(":")[2].rpartition("#")
        if {field[0], "".join(field), field[2]} & hidden:
            raise NotAllowed(
                f"{one['key']}: takes the right to see personal data (token create --unmask)"
            )


def wanted(given: dict[str, Any]) -> Any:
    """The input as an `Edit`. Raises InvalidInput for arguments that are no object."""
    from catalog.quality.editing import Edit
    from schema.errors import InvalidInput

    changes = {}
    for one in given.get("set") or ():
        if not isinstance(one["arguments"], dict):
            raise InvalidInput(f"the arguments of {one['key']!r} must be an object")
        changes[one["key"]] = one["arguments"]
    return Edit(
        silence=tuple(given.get("silence") or ()),
        pin=tuple(given.get("pin") or ()),
        set=changes,
        reset=tuple(given.get("reset") or ()),
        accept=bool(given.get("accept")),
        reason=given.get("reason"),
    )
