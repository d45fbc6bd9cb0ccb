"""The rules that expectations are derived by: one function each, run in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalog.model import Expectation
from catalog.quality.rules import (
    completeness,
    distribution,
    drifting,
    moments,
    orders,
    ranges,
    referring,
    structure,
    uniqueness,
    writing,
)
from catalog.quality.rules import values as value_rules
from catalog.quality.rules.subject import ColumnSubject, TableSubject

TABLE_RULES: tuple[Callable[[TableSubject], Iterator[Expectation]], ...] = (
    structure.column_names,
    completeness.not_empty,
    distribution.row_count,
    uniqueness.compound_key,
    uniqueness.found_keys,
    uniqueness.no_repeated_rows,
    orders.ordered,
    referring.refers,
)

COLUMN_RULES: tuple[Callable[[ColumnSubject], Iterator[Expectation]], ...] = (
    structure.column_type,
    completeness.not_null,
    uniqueness.unique,
    uniqueness.nearly_unique,
    ranges.natural_range,
    ranges.year_range,
    ranges.learned_range,
    ranges.magnitude_of_identifiers,
    moments.no_future,
    moments.not_before,
    moments.keeps_up,
    value_rules.value_set,
    value_rules.lengths,
    writing.written,
    distribution.mean,
    distribution.distinct,
    drifting.quartiles,
    drifting.shares,
)

__all__ = ["COLUMN_RULES", "TABLE_RULES", "ColumnSubject", "TableSubject"]
