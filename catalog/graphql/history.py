"""When a column came, and when it changed last."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from graphene import Int, ObjectType, String

from catalog.graphql.plans import reads
from catalog.graphql.scalars import DateTime
from catalog.store.history import ColumnHistory


class ColumnHistoryType(ObjectType):
    """Since when a column is there, and when its type and its content changed last: its content
    did where its count of values, nulls, different values or misfits, its bounds, its mean, or its
    lengths are others than in the version before.
    """

    class Meta:
        """The name `ColumnHistory` is the dataclass that this type shows."""

        name = "ColumnHistory"

    first_version = Int(description="The number of the version that had it first.")
    first_seen = DateTime(description="When that was recorded.")
    last_version = Int(
        description="The number of the newest version whose content differs from that of the one"
        " before it; the first where none does."
    )
    last_changed = DateTime(description="When that was recorded.")
    changes = Int(description="In how many versions it differed from that of the one before.")
    type_version = Int(
        description="The number of the newest version with another type than the one before it;"
        " null where none has."
    )
    type_changed = DateTime(description="When that was recorded.")
    previous_type = String(description="The type until then.")

    @staticmethod
    @reads
    def resolve_first_seen(history: ColumnHistory, _info: Any) -> datetime:
        return datetime.fromisoformat(history.first_seen)

    @staticmethod
    @reads
    def resolve_last_changed(history: ColumnHistory, _info: Any) -> datetime:
        return datetime.fromisoformat(history.last_changed)

    @staticmethod
    @reads
    def resolve_type_changed(history: ColumnHistory, _info: Any) -> datetime | None:
        return datetime.fromisoformat(history.type_changed) if history.type_changed else None
