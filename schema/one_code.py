"""A word that stands for missing values because all other values of its column say so."""

from __future__ import annotations

from collections.abc import Container

from schema.column import ColumnSummary
from schema.kind import Kind
from schema.kinds import NUMERIC, TEMPORAL, WRITTEN

FEWEST_VALUES = 20
"""Fewer different values may be codes themselves, one of which is a word (`1`, `2`, `K`)."""

MOST_OFTEN = 0.5
LONGEST = 24


def is_one_code(column: ColumnSummary, family: Container[Kind]) -> bool:
    """Whether all that does not fit a column of many numbers, dates or times is one word without
    a digit in it, that comes again (`withheld`): bounds of text that are equal prove that.
    """
    odd = {kind: facet for kind, facet in column.kinds.items() if kind not in family}
    fitting = [kind for kind in column.kinds if kind in family]
    if set(odd) != {Kind.TEXT} or not set(fitting) < NUMERIC | TEMPORAL | WRITTEN:
        return False
    word = odd[Kind.TEXT]
    held = sum(column.kinds[kind].count for kind in fitting)
    different = held if column.values is None else len(column.values) - 1
    text = word.low if isinstance(word.low, str) and word.low == word.high else ""
    short = 0 < len(text) <= LONGEST and not any(map(str.isdigit, text))
    often = 1 < word.count <= MOST_OFTEN * (held + word.count)
    return short and often and different >= FEWEST_VALUES
