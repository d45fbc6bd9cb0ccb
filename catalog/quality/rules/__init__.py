"""The rules that expectations are derived by: one function each, run in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalog.model import Expectation
from catalog.quality.rules import completeness, distribution, moments, ranges, structure, uniqueness
from catalog.quality.rules import values as value_rules
from catalog.quality.rules.subject import ColumnSubject, TableSubject

TABLE_RULES: tuple[Callable[[TableSubject], Iterator[Expectation]], ...] = (
    structure.column_names,
    completeness.not_empty,
    distribution.row_count,
    uniqueness.compound_key,
)

COLUMN_RULES: tuple[Callable[[ColumnSubject], Iterator[Expectation]], ...] = (
    structure.column_type,
    completeness.not_null,
    uniqueness.unique,
    ranges.natural_range,
    ranges.year_range,
    ranges.learned_range,
    moments.no_future,
    moments.not_before,
    moments.keeps_up,
    value_rules.value_set,
    value_rules.lengths,
    distribution.mean,
    distribution.distinct,
)

__all__ = ["COLUMN_RULES", "TABLE_RULES", "ColumnSubject", "TableSubject"]
