"""Evidence: one version's schema and profile, column by column, as quality rules look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

import pyarrow as pa

from catalog.model import Version
from catalog.quality.references import Referral
from schema.model import Field, Finding, Schema
from schema.profile import ColumnProfile, TableProfile


@dataclass(frozen=True, slots=True)
class Column:
    """One top-level column of one version: what it is, its figures, and the rows they are of."""

    field: Field
    profile: ColumnProfile
    rows: int
    at: datetime | None
    """When the version was recorded, UTC."""

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def absent(self) -> int:
        """Rows without a value of the column's type: nulls, and misfits, which are read as null."""
        return max(0, self.rows - self.profile.count)

    @property
    def present(self) -> int:
        """Rows with a value of the column's type."""
        return self.profile.count

    @property
    def distinct(self) -> int:
        """Different values; where nothing is known (nested values), as many as there are."""
        found = self.profile.distinct_count
        return self.present if found is None else found

    @property
    def null_share(self) -> float:
        return self.absent / self.rows if self.rows else 0.0

    @property
    def low(self) -> Any:
        """The least value as a Python value, None without one."""
        return plain(self.profile.min, self.field.type)

    @property
    def high(self) -> Any:
        return plain(self.profile.max, self.field.type)


@dataclass(frozen=True)
class Evidence:
    """What expectations are derived from and judged on: one version, read off, never the data."""

    schema: Schema
    profile: TableProfile
    findings: tuple[Finding, ...] = ()
    at: datetime | None = None
    faulty: frozenset[str | None] = frozenset()
    """Columns (None is the table) that were found faulty: nothing is learned from them."""
    references: tuple[Referral, ...] = ()
    """What it refers to, and how that stands."""

    @classmethod
    def of(cls, version: Version, faulty: frozenset[str | None] = frozenset()) -> Evidence:
        """The evidence of a stored version."""
        return cls(version.schema, version.profile, version.findings, version.created_at, faulty)

    @property
    def rows(self) -> int:
        """Rows that the figures are of."""
        return self.profile.rows_seen

    @property
    def complete(self) -> bool:
        """Whether the figures are of the whole table: no limit kept rows unread."""
        return self.profile.row_count is not None

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Top-level columns by name. Names that are not unique cannot be asked for, and are left
        out: `a.b` beside a struct `a` with a field `b`, or two columns of one name.
        """
        profiles: dict[str, list[ColumnProfile]] = {}
        for profile in self.profile.columns:
            profiles.setdefault(profile.name, []).append(profile)
        names = self.schema.names
        return {
            field.name: Column(field, profiles[field.name][0], self.rows, self.at)
            for field in self.schema
            if names.count(field.name) == 1 and len(profiles.get(field.name, ())) == 1
        }


NUMERIC = "numeric"
TEXT = "text"
MOMENT = "moment"
"""Dates and timestamps."""
BOOLEAN = "boolean"
OTHER = "other"


@lru_cache(maxsize=1024)
def family(kind: pa.DataType) -> str:
    """The family whose figures can be compared with each other: a change within it is a change
    of representation, a change between families one of meaning.
    """
    kind = value_type(kind)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return NUMERIC
    if is_text(kind):
        return TEXT
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return MOMENT
    return BOOLEAN if pa.types.is_boolean(kind) else OTHER


@lru_cache(maxsize=1024)
def value_type(kind: pa.DataType) -> pa.DataType:
    """The type of the values, whatever their encoding (dictionary, run-end, extension)."""
    while True:
        if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
            kind = kind.value_type
        elif isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        else:
            return kind


def is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_short_decimal(kind: pa.DataType) -> bool:
    """Whether doubles hold every value of a decimal type apart: at most 15 digits."""
    return bool(pa.types.is_decimal(kind) and kind.precision <= 15 and kind.scale >= 0)


def plain(value: Any, kind: pa.DataType) -> Any:
    """A JSON-ready value of a profile as the Python value that Great Expectations compares:
    numbers, Decimal if it may have more than 15 digits, date, datetime (aware where the type has
    a zone), text.

    None for what cannot be read as one, such as a timestamp outside the years 1 to 9999.
    """
    kind = value_type(kind)
    if value is None:
        return None
    try:
        if pa.types.is_decimal(kind):
            return float(value) if is_short_decimal(kind) else Decimal(str(value))
        if pa.types.is_date(kind):
            return date.fromisoformat(str(value)[:10])
        if pa.types.is_timestamp(kind):
            return datetime.fromisoformat(str(value))
    except (ValueError, ArithmeticError):
        return None
    return value


def text_of(value: Any) -> Any:
    """The inverse of `plain`: JSON-ready."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
