"""Expectations in words, for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog.model import Expectation, ExpectationResult

Kwargs = Mapping[str, Any]

_MOST_ITEMS = 12


def describe(expectation: Expectation) -> str:
    """What is expected, without the column's name: `is never null`, `lies between 1 and 12`.

    A type without words of its own is told by its name and arguments.
    """
    words = _WORDS.get(expectation.type)
    return words(expectation.kwargs) if words else f"{expectation.type} {dict(expectation.kwargs)}"


def shown(value: Any) -> str:
    """A JSON-ready value for people: thousands in groups, six significant digits, short lists."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, list | tuple):
        items = ", ".join(shown(item) for item in value[:_MOST_ITEMS])
        rest = len(value) - _MOST_ITEMS
        return f"{items}, … {rest} more" if rest > 0 else items or "–"
    return str(value)


def observed(result: ExpectationResult) -> str:
    """What was observed, in words: shares as percentages, lists of values as they are."""
    value = result.observed
    share = _SHARES.get(result.expectation.type)
    if share and isinstance(value, int | float):
        return f"{100 * value:.4g} % {share}" if value else f"none {share}"
    if isinstance(value, dict) and value.keys() == {"quantiles", "values"}:
        pairs = zip(value["quantiles"], value["values"], strict=True)
        return "; ".join(f"{_percent(q)} is {shown(one)}" for q, one in pairs)
    if value == []:
        return f"{result.unexpected_count:,} are not" if result.unexpected_count else "all are"
    return shown(value)


_SHARES = {
    "expect_column_value_lengths_to_be_between": "shorter or longer",
    "expect_column_values_to_be_unique": "repeated",
    "expect_column_values_to_not_be_null": "null",
    "expect_compound_columns_to_be_unique": "repeated",
}
"""Expectations whose observed value is the share of rows that fail, and what those rows are."""


_HIDDEN = "***"
"""What is told of numbers that were learned of personal values."""


def _percent(share: Any) -> str:
    return f"{100 * share:g} %" if isinstance(share, int | float) else f"{share}"


def _range(kwargs: Kwargs) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None:
        one = low == high and low != _HIDDEN
        return f"{shown(low)}" if one else f"between {shown(low)} and {shown(high)}"
    if low is not None:
        return f"at least {shown(low)}"
    return f"at most {shown(high)}" if high is not None else "anything"


def _not_null(kwargs: Kwargs) -> str:
    mostly = kwargs.get("mostly", 1.0)
    return "is never null" if mostly == 1 else f"is null in at most {100 * (1 - mostly):.4g} %"


def _few(kwargs: Kwargs) -> str:
    mostly = kwargs.get("mostly", 1.0)
    return "no two" if mostly == 1 else f"at most {100 * (1 - mostly):.3g} %"


def _share(kwargs: Kwargs) -> str:
    least = kwargs.get("min_value") or 0
    return f"repeats in at most {100 * (1 - least):.4g} % of the rows"


def _quartiles(kwargs: Kwargs) -> str:
    asked = kwargs["quantile_ranges"]
    ranges = zip(asked["quantiles"], asked["value_ranges"], strict=True)
    told = [
        f"{_percent(q)} {_range({'min_value': low, 'max_value': high})}"
        for q, (low, high) in ranges
    ]
    return f"has quantiles {'; '.join(told)}"


def _written(kwargs: Kwargs) -> str:
    mostly = kwargs.get("mostly", 1.0)
    some = "" if mostly == 1 else f" in at least {100 * mostly:.4g} %"
    return f"is written as {kwargs['regex']}{some}"


def _columns(kwargs: Kwargs) -> str:
    others = "no others" if kwargs.get("exact_match", True) else "others are welcome"
    return f"has the columns {shown(kwargs['column_set'])}; {others}"


_WORDS: dict[str, Callable[[Kwargs], str]] = {
    "expect_column_kl_divergence_to_be_less_than": (
        lambda kwargs: f"keeps its shares of values, to {kwargs['threshold']:.3g} nats"
    ),
    "expect_column_max_to_be_between": lambda kwargs: f"has a maximum of {_range(kwargs)}",
    "expect_column_mean_to_be_between": lambda kwargs: f"has a mean {_range(kwargs)}",
    "expect_column_min_to_be_between": lambda kwargs: f"has a minimum of {_range(kwargs)}",
    "expect_column_pair_values_a_to_be_greater_than_b": (
        lambda kwargs: f"{kwargs['column_A']} is never less than {kwargs['column_B']}"
    ),
    "expect_column_proportion_of_unique_values_to_be_between": _share,
    "expect_column_quantile_values_to_be_between": _quartiles,
    "expect_column_stdev_to_be_between": lambda kwargs: f"has a deviation {_range(kwargs)}",
    "expect_column_type_to_be": lambda kwargs: f"is held as {kwargs['type_']}",
    "expect_column_unique_value_count_to_be_between": (
        lambda kwargs: f"has {_range(kwargs)} different values"
    ),
    "expect_column_value_lengths_to_be_between": lambda kwargs: (
        f"is {_range(kwargs)} characters long"
    ),
    "expect_column_values_to_be_between": lambda kwargs: f"is {_range(kwargs)}",
    "expect_column_values_to_be_in_set": lambda kwargs: f"is one of {shown(kwargs['value_set'])}",
    "expect_column_values_to_be_unique": lambda _: "never repeats",
    "expect_column_values_to_not_be_null": _not_null,
    "expect_column_values_to_refer_to_key": (
        lambda kwargs: f"is a {' and '.join(kwargs['key'])} of {kwargs['key_of']}"
    ),
    "expect_column_values_to_match_regex": _written,
    "expect_compound_columns_to_be_unique": (
        lambda kwargs: f"has {_few(kwargs)} rows with the same {shown(kwargs['column_list'])}"
    ),
    "expect_table_columns_to_match_set": _columns,
    "expect_table_row_count_to_be_between": lambda kwargs: f"has {_range(kwargs)} rows",
}
