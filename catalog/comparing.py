"""Two versions of a source: what changed in the schema, renames told by content."""

from __future__ import annotations

from typing import Protocol

from schema.diff import SchemaDiff, diff
from schema.likeness import likeness
from schema.model import Schema
from schema.profile import TableProfile


class Profiled(Protocol):
    """A schema with figures: a version, or what one is judged by."""

    @property
    def schema(self) -> Schema: ...

    @property
    def profile(self) -> TableProfile: ...


def compare(before: Profiled, after: Profiled) -> SchemaDiff:
    """The changes from one version to another; profiles are looked at only where a column is gone
    and another new.
    """
    old, new = before.schema.names, after.schema.names
    if set(old) <= set(new) or set(new) <= set(old):
        return diff(before.schema, after.schema)
    alike = likeness(before.profile, after.profile)
    return diff(before.schema, after.schema, alike=alike)
