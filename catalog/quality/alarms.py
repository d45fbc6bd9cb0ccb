"""How often expectations fail on clean versions, as `python -m benchmarks.quality` measures it."""

from __future__ import annotations

MEASURED: dict[str, tuple[int, int]] = {
    "expect_column_kl_divergence_to_be_less_than": (0, 44),
    "expect_column_max_to_be_between": (0, 61),
    "expect_column_mean_to_be_between": (3, 295),
    "expect_column_pair_values_a_to_be_greater_than_b": (1, 13),
    "expect_column_proportion_of_unique_values_to_be_between": (0, 51),
    "expect_column_quantile_values_to_be_between": (3, 196),
    "expect_column_type_to_be": (0, 876),
    "expect_column_unique_value_count_to_be_between": (0, 135),
    "expect_column_value_lengths_to_be_between": (0, 108),
    "expect_column_values_to_be_between": (5, 809),
    "expect_column_values_to_be_in_set": (2, 53),
    "expect_column_values_to_be_unique": (0, 23),
    "expect_column_values_to_match_regex": (0, 137),
    "expect_column_values_to_not_be_null": (12, 872),
    "expect_column_values_to_refer_to_key": (0, 22),
    "expect_compound_columns_to_be_unique": (0, 89),
    "expect_table_columns_to_match_set": (0, 86),
    "expect_table_row_count_to_be_between": (0, 86),
}
"""Of so many judged on clean successive versions of 13 public tables, so many failed."""


def expected_rate(kind: str) -> float | None:
    """The share of clean versions that are expected to fail: Laplace's rule of succession over what
    was measured, to two digits; None for what was not.
    """
    if kind not in MEASURED:
        return None
    failed, judged = MEASURED[kind]
    return float(f"{(failed + 1) / (judged + 2):.2g}")
