"""The Node interface: what has a global id."""

from __future__ import annotations

from typing import Any

from graphene import ID, Interface

from catalog import model


class Node(Interface):
    """Anything that can be asked for again by its global id."""

    id = ID(required=True, description="The global id, opaque and stable.")


def type_name(value: Any, _info: Any, _kind: Any) -> str | None:
    """The name of the type of the API that shows `value`, None when none does."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), None)


_TYPES = ((model.Source, "Source"), (model.Version, "Version"), (model.Run, "Run"))
