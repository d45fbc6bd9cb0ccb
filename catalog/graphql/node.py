"""The Node interface: what has a global id."""

from __future__ import annotations

from typing import Any

from graphene import ID, Interface

from catalog import model


class Node(Interface):
    """Anything that can be asked for again by its global id."""

    id = ID(required=True, description="The global id, opaque and stable.")

    @classmethod
    def resolve_type(cls, value: Any, _info: Any) -> str:
        return {model.Source: "Source", model.Version: "Version", model.Run: "Run"}.get(
            type(value), type(value).__name__
        )
