"""What part a column plays in its table, by its figures alone: told where nobody knows what its
values mean, and beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SEQUENCE, NATURAL_KEY, CATEGORY = "sequence", "natural_key", "category"
FREE_TEXT, MEASURE, TIME = "free_text", "measure", "time"

TOLD = {
    SEQUENCE: "whole numbers, each once, that leave few out: numbered as rows were made",
    NATURAL_KEY: "no value twice and none missing: it tells rows apart",
    CATEGORY: "few values, each of which many rows have",
    FREE_TEXT: "long texts, of which hardly any is like another",
    MEASURE: "numbers that are no key and no category",
    TIME: "dates and times",
}
"""Every role, and when a column has it."""

NEEDED = (
    "type", "count", "null_count", "misfit_count", "distinct_count", "unique", "min", "max",
    "max_length", "mean_length",
)  # fmt: skip
"""The figures that tell it, as `ColumnProfile` names them."""

FEWEST = 10
"""Of fewer values nothing is told."""

_DENSE = 1.5
"""The span of a sequence is at most so many times the number of its values."""

_LONGEST_KEY = 64  # characters
_MOST_VALUES, _ROWS_A_VALUE = 1000, 10
_VERY_FEW, _ROWS_OF_FEW = 12, 3
_LONG_MEAN, _LONG_MOST = 25, 40  # characters
_WHOLE = ("int", "uint")
_TEXT = ("string", "large_string")
_NUMBERS = (*_WHOLE, "double", "float", "decimal", "halffloat")
_TIMES = ("date", "time", "timestamp", "duration")


def role_of(figures: Mapping[str, Any]) -> str | None:
    """One of `TOLD` for a column with the `NEEDED` figures; None where there
    are too few values, and for nested and binary ones.
    """
    kind, count = figures["type"], figures["count"]
    distinct = figures["distinct_count"]
    if count < FEWEST or distinct is None:
        return None
    whole, text = kind.startswith(_WHOLE), kind in _TEXT
    if figures["unique"] and not figures["null_count"] and not figures["misfit_count"]:
        if whole and _is_dense(figures["min"], figures["max"], count):
            return SEQUENCE
        if (whole or text) and (figures["max_length"] or 0) <= _LONGEST_KEY:
            return NATURAL_KEY
    if kind.startswith(_TIMES):
        return TIME
    few = distinct <= _MOST_VALUES and count >= _ROWS_A_VALUE * distinct
    very_few = distinct <= _VERY_FEW and count >= _ROWS_OF_FEW * distinct
    if (text or kind == "bool") and (few or very_few):
        return CATEGORY
    if whole and very_few:
        return CATEGORY
    if text:
        long = (figures["mean_length"] or 0) >= _LONG_MEAN
        long = long and (figures["max_length"] or 0) >= _LONG_MOST
        return FREE_TEXT if long and 2 * distinct >= count else None
    return MEASURE if kind.startswith(_NUMBERS) else None


def _is_dense(low: Any, high: Any, count: int) -> bool:
    return isinstance(low, int) and isinstance(high, int) and high - low < _DENSE * count
