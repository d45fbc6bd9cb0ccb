"""The fields of a version with their figures, decoded as far as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog import model
from catalog.graphql.reading import Lasting
from catalog.store.stored import Outline, Shape
from schema import model as schema_model
from schema.codec import decode_type
from schema.profile import ColumnProfile


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a version with its figures; `profile` is None when it has none."""

    name: str
    type: str
    nullable: bool
    description: str | None
    semantic_type: dict[str, Any] | None
    key: bool
    profile: ColumnProfile | None


def columns_of(version: model.Version) -> list[Column]:
    """The fields of a version, each with the profile of the same name and turn.

    Names may repeat: the second field of a name gets the second profile of that name.
    """
    profiles: dict[str, list[ColumnProfile]] = {}
    for profile in reversed(version.profile.columns):
        profiles.setdefault(profile.name, []).append(profile)
    return list(_columns(version.schema, profiles))


def _columns(
    schema: schema_model.Schema, profiles: dict[str, list[ColumnProfile]]
) -> Iterable[Column]:
    for field in schema:
        found = profiles.get(field.name)
        semantic = (
            _meaning(field.semantic_type, field.semantic_confidence, field.semantic_reason)
            if field.semantic_type
            else None
        )
        yield Column(
            field.name,
            str(field.type),
            field.nullable,
            field.description,
            semantic,
            field.name in schema.primary_key,
            found.pop() if found else None,
        )


def _meaning(name: str, confidence: float | None, reason: str | None) -> dict[str, Any]:
    return {"name": name, "confidence": confidence, "reason": reason}


class Profiles:
    """The profiles of a version by name, decoded when the first is asked for."""

    __slots__ = ("_by_name", "_version")

    def __init__(self, version: model.Version) -> None:
        self._version = version
        self._by_name: dict[str, list[Mapping[str, Any]]] | None = None

    def get(self, name: str, turn: int) -> Mapping[str, Any] | None:
        """The profile of the column that is the `turn`th of that name, from 0; None without."""
        if self._by_name is None:
            self._by_name = {}
            for profile in self._version.figures["columns"]:
                self._by_name.setdefault(profile["name"], []).append(profile)
        found = self._by_name.get(name, ())
        return found[turn] if turn < len(found) else None


class Shown:
    """One field of a version as the API shows it: as `Column`, with the profile as the store has
    it, which is decoded when it is asked for. Without `profiles` it is of a schema alone.
    """

    __slots__ = (
        "description",
        "key",
        "name",
        "nullable",
        "profiles",
        "semantic_type",
        "turn",
        "type",
    )

    def __init__(self, field: Mapping[str, Any], turn: int, *, key: bool) -> None:
        self.profiles: Profiles | None = None
        self.turn = turn
        self.name = field["name"]
        kind = field["type"]
        self.type = kind if isinstance(kind, str) else str(decode_type(kind))
        self.nullable = field["nullable"]
        self.description = field.get("description")
        semantic = field.get("semanticType")
        self.semantic_type = (
            _meaning(semantic, field.get("semanticConfidence"), field.get("semanticReason"))
            if semantic
            else None
        )
        self.key = key

    @property
    def profile(self) -> Mapping[str, Any] | None:
        """The profile of the same name and turn."""
        return self.profiles.get(self.name, self.turn) if self.profiles else None

    def of(self, profiles: Profiles) -> Shown:
        """The same field with the figures of a version."""
        shown = Shown.__new__(Shown)
        shown.profiles, shown.turn, shown.key = profiles, self.turn, self.key
        shown.name, shown.type, shown.nullable = self.name, self.type, self.nullable
        shown.description, shown.semantic_type = self.description, self.semantic_type
        return shown


def shown(version: model.Version | Outline, *, figures: bool = True) -> list[Shown]:
    """The fields of a version as the API shows them; those of a schema are kept with it. Without
    `figures` an outline is enough.
    """
    shape = version.shape
    fields = getattr(shape, "kept", None)
    if fields is None:
        fields = Lasting(_shown(shape))
        if isinstance(shape, Shape):
            shape.kept = fields
    if not figures or isinstance(version, Outline):
        return fields
    profiles = Profiles(version)
    return [one.of(profiles) for one in fields]


def _shown(shape: Mapping[str, Any]) -> list[Shown]:
    keys = shape.get("primaryKey", ())
    turns: dict[str, int] = {}
    found = []
    for field in shape["fields"]:
        name = field["name"]
        turn = turns[name] = turns.get(name, -1) + 1
        found.append(Shown(field, turn, key=name in keys))
    return found
