"""Summary → the meanings of its columns: each by its own values, then by its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import pyarrow as pa

from schema.column import ColumnSummary, greatest, least
from schema.decide import Decision
from schema.kinds import NUMERIC
from schema.notation import WORDS
from schema.semantics import codes
from schema.semantics.detect import (
    MOST_VALUES,
    Meaning,
    meaning_of_number,
    meaning_of_text,
    seen_through,
)
from schema.semantics.hints import moment_of
from schema.semantics.neighbours import Seen, is_heard, judged
from schema.summary import Summary

FEWEST_YEARS = 4
_SHORTEST_CODE = 10_000_000
"""Smaller numbers are no codes with a check digit."""


def meanings(summary: Summary, decided: Mapping[str, Decision]) -> dict[str, Meaning]:
    """What the columns mean, by name; those that mean nothing known are left out."""
    seen = [_seen(name, summary.columns[name], decided[name], summary) for name in summary.names]
    told = zip(summary.names, judged(seen), strict=True)
    return {name: meaning for name, meaning in told if meaning is not None}


def _seen(name: str, column: ColumnSummary, decision: Decision, summary: Summary) -> Seen:
    """A column by itself."""
    if decision.text:
        values = _texts(name, column, summary)
        meaning = meaning_of_text(name, values)
        if meaning is not None and meaning.name == "date":
            meaning = _of_moment(name) or meaning
        seen = Seen(name, meaning)
        if meaning is None and is_heard(seen.words):
            return Seen(name, None, seen_through(values))
        return seen
    if decision.notation == WORDS or pa.types.is_boolean(decision.type):
        return Seen(name, Meaning("boolean", 0.9, "its values are yes and no"))
    if pa.types.is_date(decision.type) or pa.types.is_timestamp(decision.type):
        return Seen(name, _of_moment(name))
    read = decision.facets(column)
    if unit := {unit for _, facet in read for unit in facet.units if unit}:
        kind = "percentage" if unit <= {"%", "‰"} else "money"
        return Seen(name, Meaning(kind, 0.95, f"its values are written with {min(unit)}"))
    facets = [facet for kind, facet in read if kind in NUMERIC]
    low = reduce(least, (facet.low for facet in facets), None)
    high = reduce(greatest, (facet.high for facet in facets), None)
    if low is None or high is None:
        return Seen(name)
    whole = pa.types.is_integer(decision.type)
    meaning = _of_number(name, column, low, high, summary, whole=whole)
    return Seen(name, meaning, (), float(low), float(high), whole)


def _of_moment(name: str) -> Meaning | None:
    kind = moment_of(name)
    return Meaning(kind.name, 0.95, "its name says so of dates") if kind else None


def _of_number(
    name: str, column: ColumnSummary, low: Any, high: Any, summary: Summary, *, whole: bool
) -> Meaning | None:
    numbers = _numbers(column)
    found = meaning_of_number(name, float(low), float(high), whole=whole, numbers=numbers)
    if whole and numbers is not None and set(numbers) == {0, 1}:
        if found is not None and found.name == "gender":
            return found
        return Meaning("boolean", 0.9, "its values are 0 and 1")
    if found is not None or not whole:
        return found
    if _are_years(column, low, high):
        return Meaning("year", 0.7, "its numbers are years of this century and the last")
    if column.raw and low >= _SHORTEST_CODE:
        texts = [str(number) for number in numbers] if numbers else _sampled(name, summary)
        return meaning_of_text(name, texts, codes.TYPES)
    return None


def _numbers(column: ColumnSummary) -> list[float] | None:
    """The different numbers, while they are few."""
    values = column.values
    if values is None:
        return None
    try:
        return [_number(value) for value in values]
    except (TypeError, ValueError):  # written in a notation, or no numbers at all
        return None


def _number(value: Any) -> float:
    """Whole ones stay whole: codes have more digits than a double."""
    if isinstance(value, str):
        return int(value) if value.lstrip("+-").isdigit() else float(value)
    if not isinstance(value, (int, float)):
        raise TypeError
    return value


def _texts(name: str, column: ColumnSummary, summary: Summary) -> list[str]:
    """All different values while they are few, else those of a sample."""
    values = column.values
    if values is None or any(not isinstance(value, str) for value in values):
        return list(_sampled(name, summary))
    step = max(len(values) // MOST_VALUES, 1)
    return [str(value) for value in sorted(values, key=str)[::step]]


def _are_years(column: ColumnSummary, low: Any, high: Any) -> bool:
    """Whether whole numbers are likely years though no name says so: several of two centuries."""
    values = column.values
    several = values is not None and len(values) >= FEWEST_YEARS
    return several and column.raw and low >= 1900 and high <= 2035


def _sampled(name: str, summary: Summary) -> Iterable[str]:
    """Texts of the column among the first rows of the sample."""
    rows = summary.sample.rows
    if name not in rows.column_names:
        return ()
    column = rows[name].slice(0, 4 * MOST_VALUES)
    return (str(value) for value in column.to_pylist() if value is not None)
