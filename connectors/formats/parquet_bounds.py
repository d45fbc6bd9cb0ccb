"""Whether a row group of Parquet may hold a row that is wanted, by the bounds in the footer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow.parquet as pq

from connectors.model import Term

_POSSIBLE: dict[str, Callable[[Any, Any, Any], bool]] = {
    "==": lambda least, most, value: least <= value <= most,
    ">": lambda _, most, value: most > value,
    ">=": lambda _, most, value: most >= value,
    "<": lambda least, _, value: least < value,
    "<=": lambda least, _, value: least <= value,
}
_ORDERED = (int, str, date)
"""Types whose order is the same in the file as here; floats have NaN, which bounds leave out."""


def possible(group: pq.RowGroupMetaData, terms: Sequence[Term]) -> bool:
    """Whether every term may be true of a row; terms that bounds say nothing about may be."""
    wanted = {term.column for term in terms if "." not in term.column}
    if not wanted:
        return True
    bounds = {}
    for at in range(group.num_columns):
        column = group.column(at)
        if column.path_in_schema in wanted and column.is_stats_set:
            statistics = column.statistics
            if statistics is not None and statistics.has_min_max:
                bounds[column.path_in_schema] = (statistics.min, statistics.max)
    return all(_may_be(term, *bounds[term.column]) for term in terms if term.column in bounds)


def _may_be(term: Term, least: Any, most: Any) -> bool:
    by = _POSSIBLE.get(term.operator)
    exact = type(term.value) in _ORDERED and type(term.value) is type(least) is type(most)
    return by is None or not exact or by(least, most, term.value)
