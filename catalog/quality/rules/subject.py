"""What a rule looks at, and how it says what it expects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from catalog.model import Expectation
from catalog.quality.alarms import expected_rate
from catalog.quality.evidence import Column, Evidence, family, value_type
from schema.model import Field


@dataclass(frozen=True, slots=True)
class TableSubject:
    """A table: the version to be judged, and those that it is judged by, oldest first.

    `past` is the version itself while there is no other.
    """

    now: Evidence
    past: tuple[Evidence, ...]

    @property
    def learned(self) -> bool:
        return self.past[0] is not self.now

    @property
    def basis(self) -> str:
        return basis(len(self.past), learned=self.learned)

    def column(self, name: str) -> ColumnSubject:
        """A column of the table as the versions before had it."""
        before = tuple(one.columns[name] for one in self.past if name in one.columns)
        now = self.now.columns[name]
        return ColumnSubject(now, before or (now,), self.now.schema.primary_key)

    def expect(self, kind: str, dimension: str, reason: str, **kwargs: Any) -> Expectation:
        """An expectation about the table; arguments that are None are left out."""
        return Expectation(kind, None, given(kwargs), reason, dimension, expected_rate(kind))


@dataclass(frozen=True)
class ColumnSubject:
    """A column: as it is in the version to be judged, and in those that it is judged by."""

    now: Column
    past: tuple[Column, ...]
    key: tuple[str, ...]
    """The table's declared primary key."""
    declared: Field | None = None
    """The field in the version before; None without one."""

    @property
    def name(self) -> str:
        return self.now.name

    @cached_property
    def family(self) -> str:
        return family(self.now.field.type)

    @property
    def learned(self) -> bool:
        return self.past[0] is not self.now

    @property
    def basis(self) -> str:
        return basis(len(self.past), learned=self.learned)

    @cached_property
    def filled(self) -> tuple[Column, ...]:
        """The versions judged by that have values in the column."""
        return tuple(column for column in self.past if column.present)

    @cached_property
    def identifying(self) -> bool:
        """Whether its numbers name things, so that their size says nothing."""
        return (
            self.name in self.key
            or bool(_IDENTIFIER.search(self.name))
            or any(is_sequence(column) for column in self.filled)
        )

    def expect(self, kind: str, dimension: str, reason: str, **kwargs: Any) -> Expectation:
        """An expectation about the column; arguments that are None are left out."""
        asked = {"column": self.name, **given(kwargs)}
        return Expectation(kind, self.name, asked, reason, dimension, expected_rate(kind))


_IDENTIFIER = re.compile(
    r"(?:^|[_\W])(?:id|ids|key|uuid|guid|pk|fk|code|zip|postcode|phone|number|no|nr|hash|seq)$"
    r"|[a-z](?:Id|ID|Key|Code|Number)$",
    re.ASCII,
)


def is_sequence(column: Column) -> bool:
    """Whether its values count: integers that are all different and nearly without gaps."""
    kind = value_type(column.field.type)
    low, high = column.low, column.high
    if not pa.types.is_integer(kind) or low is None or column.present < 2:
        return False
    return bool(column.profile.unique and high - low + 1 <= 2 * column.present)


def basis(versions: int, *, learned: bool) -> str:
    """What a reason rests on: `in this version`, `in the 3 versions before`."""
    if not learned:
        return "in this version"
    return "in the version before" if versions == 1 else f"in the {versions} versions before"


def given(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kwargs.items() if value is not None}


def figures(columns: Sequence[Column], name: str) -> list[float]:
    """That figure of the profiles that have it, oldest first."""
    found = (getattr(column.profile, name) for column in columns)
    return [value for value in found if value is not None]
