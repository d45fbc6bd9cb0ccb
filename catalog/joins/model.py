"""The values of joins: columns as they are kept to be joined, and what is found of two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schema.sketches import Keys


class Family(StrEnum):
    """Types that can be equal to each other."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    BINARY = "binary"


class JoinKind(StrEnum):
    """What a join of two columns is. FOREIGN_KEY: this column refers to the other. REFERENCED_BY:
    the other refers to this one. SHARED: they hold the same values.
    """

    FOREIGN_KEY = "FOREIGN_KEY"
    REFERENCED_BY = "REFERENCED_BY"
    SHARED = "SHARED"


class Cardinality(StrEnum):
    """How many rows of this source one row of the other meets, and the other way round."""

    ONE_TO_ONE = "ONE_TO_ONE"
    ONE_TO_MANY = "ONE_TO_MANY"
    MANY_TO_ONE = "MANY_TO_ONE"
    MANY_TO_MANY = "MANY_TO_MANY"


@dataclass(frozen=True, slots=True)
class Declared:
    """What a column is declared to refer to: a column of a table beside its own, by the name that
    the catalog has for that; `beside` are the further columns of the same key, with theirs.
    """

    table: str
    column: str
    beside: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class KeyColumn:
    """A column as it is kept to be joined: its keys, and what tells a key from a measure.

    `words` are those of its name, `table` those of its source's label, both in the singular.
    `rows` hold a value. `low` and `high` bound numbers. `length` is that of the mean text.
    `key` says that it may be what others refer to, and is no mere attribute. `source` and
    `position` are 0 until it is stored.
    """

    name: str
    words: tuple[str, ...]
    table: tuple[str, ...]
    family: Family
    rows: int
    distinct: int
    unique: bool
    keys: Keys
    low: float | None = None
    high: float | None = None
    length: float | None = None
    semantic: str | None = None
    key: bool = False
    refers: tuple[Declared, ...] = ()
    source: int = 0
    position: int = 0

    @property
    def dense(self) -> bool:
        """Whether it counts from about one: such numbers overlap with others by chance."""
        if self.family in (Family.DATE, Family.TIME):
            return True
        if self.low is None or self.high is None:
            return False
        return self.low <= 1000 and self.high - self.low < 4 * self.distinct

    def facts(self) -> Mapping[str, Any]:
        """All but the keys, JSON-ready; `from_facts` is the inverse."""
        left_out = {"keys", "source", "position"}
        given = {name: getattr(self, name) for name in self.__slots__ if name not in left_out}
        given["refers"] = [[one.table, one.column, list(one.beside)] for one in self.refers] or None
        return {name: value for name, value in given.items() if value is not None}

    @classmethod
    def from_facts(
        cls, facts: Mapping[str, Any], keys: Keys, source: int, position: int
    ) -> KeyColumn:
        read = {
            **facts,
            "words": tuple(facts["words"]),
            "table": tuple(facts["table"]),
            "family": Family(facts["family"]),
            "refers": tuple(
                Declared(table, column, tuple((mine, other) for mine, other in beside))
                for table, column, beside in facts.get("refers", ())
            ),
        }
        return cls(**read, keys=keys, source=source, position=position)


@dataclass(frozen=True, slots=True)
class Join:
    """Two columns that join: `field` of the source asked about, `other_field` of source `other`.

    `containment` is the share of the field's different values that the other has, `reverse` that
    of the other's values, `jaccard` that of both together; None where the sketches have nothing
    to compare. `score`, 0 to 1, weighs them with names, meanings and cardinality.
    """

    source: int
    field: str
    other: int
    other_field: str
    kind: JoinKind
    cardinality: Cardinality
    score: float
    containment: float | None
    reverse: float | None
    jaccard: float | None
    reasons: tuple[str, ...] = ()
    declared: bool = False
    """Whether the database declares it, rather than what the columns hold."""


@dataclass(frozen=True, slots=True)
class Union:
    """Another source whose rows can stand under those of one, by (field, other field) pairs.
    `share` of all their columns have a partner of a type that fits.
    """

    source: int
    other: int
    share: float
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Addition:
    """Another source that adds columns to one, row by row: joined where they share `field`."""

    join: Join
    columns: tuple[str, ...]
