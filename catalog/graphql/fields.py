"""The fields of a version with their figures, decoded as far as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """One field of a version as the API shows it, with the profile as the store has it, which is
    decoded when it is asked for.
    """

    __slots__ = (
        "_profiles",
        "_turn",
        "description",
        "key",
        "name",
        "nullable",
        "semantic_type",
        "type",
    )

    def __init__(self, field: Mapping[str, Any], profiles: Profiles, turn: int) -> None:
        get = field.get
        self.name, self.type, self.nullable = field["name"], field["type"], field["nullable"]
        self.description, self.semantic_type = get("description"), get("semantic_type")
        self.key = get("key", False)
        self._profiles, self._turn = profiles, turn

    @property
    def profile(self) -> Mapping[str, Any] | None:
        """The profile of the same name and turn."""
        return self._profiles.get(self.name, self._turn)


def shown(
    version: model.Version | Outline, wanted: str = "", *, figures: bool = True
) -> Sequence[Mapping[str, Any] | Shown]:
    """The fields of a version as the API shows them, of a schema alone as the store has them: what
    is made of those is kept with it. Without `figures` an outline is enough. With `wanted` only
    those whose name holds it.
    """
    shape = version.shape
    fields = getattr(shape, "kept", None)
    if fields is None:
        fields = Lasting(_told(shape))
        if isinstance(shape, Shape):
            shape.kept = fields
    if figures and not isinstance(version, Outline):
        fields = _with_profiles(version, fields)
        return [one for one in fields if wanted in one.name.casefold()] if wanted else fields
    return [one for one in fields if wanted in one["name"].casefold()] if wanted else fields


def _with_profiles(version: model.Version, fields: Iterable[Mapping[str, Any]]) -> list[Shown]:
    profiles = Profiles(version)
    turns: dict[str, int] = {}
    found = []
    for field in fields:
        turn = turns[field["name"]] = turns.get(field["name"], -1) + 1
        found.append(Shown(field, profiles, turn))
    return found


def _told(shape: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The fields by the names that the API reads; those that have nothing else to tell are as they
    are stored.
    """
    keys = shape.get("primaryKey", ())
    return [
        field
        if type(field["type"]) is str and "semanticType" not in field and field["name"] not in keys
        else _spelled_out(field, key=field["name"] in keys)
        for field in shape["fields"]
    ]


def _spelled_out(field: Mapping[str, Any], *, key: bool) -> Mapping[str, Any]:
    kind = field["type"]
    semantic = field.get("semanticType")
    return {
        **field,
        "type": kind if isinstance(kind, str) else str(decode_type(kind)),
        "semantic_type": _meaning(
            semantic, field.get("semanticConfidence"), field.get("semanticReason")
        )
        if semantic
        else None,
        "key": key,
    }
