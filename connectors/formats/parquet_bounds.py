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


def possible(parquet: pq.ParquetFile, at: int, terms: Sequence[Term]) -> bool:
    """Whether every term may be true of a row of this row group; terms that bounds say nothing
    about may be. Raises ArrowException or OSError where a column that is asked for is broken.
    """
    wanted = {term.column for term in terms if "." not in term.column}
    paths = parquet.metadata.schema
    columns = {
        place: path
        for place in range(len(paths) if wanted else 0)
        if (path := paths.column(place).path) in wanted
    }
    if not columns:
        return True
    # Arrow (26.0) aborts the process where the metadata of a column is damaged, and raises only
    # where the column is read; a row costs 40 microseconds.
    next(parquet.iter_batches(1, [at], list(columns.values()), use_threads=False), None)
    group = parquet.metadata.row_group(at)
    bounds = {}
    for place, path in columns.items():
        column = group.column(place)
        if column.is_stats_set:
            statistics = column.statistics
            if statistics is not None and statistics.has_min_max:
                bounds[path] = (statistics.min, statistics.max)
    return all(_may_be(term, *bounds[term.column]) for term in terms if term.column in bounds)


def _may_be(term: Term, least: Any, most: Any) -> bool:
    by = _POSSIBLE.get(term.operator)
    exact = type(term.value) in _ORDERED and type(term.value) is type(least) is type(most)
    return by is None or not exact or by(least, most, term.value)
