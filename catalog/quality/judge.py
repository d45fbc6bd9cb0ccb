"""Verdicts on expectations, read off a stored profile in milliseconds, without the data and
without Great Expectations, by the rules of Great Expectations 1.24.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalog.model import Expectation, ExpectationResult, QualityReport, Version
from catalog.quality import measures
from catalog.quality.derive import derive
from catalog.quality.dtypes import dtype_of
from catalog.quality.evidence import Column, Evidence
from catalog.quality.personal import is_personal, masked_all
from catalog.quality.references import KIND as REFERS
from catalog.quality.references import Reference
from catalog.quality.score import dimension_scores, overall

AGGREGATE_METRICS: dict[str, str] = {
    "expect_column_max_to_be_between": "column.max",
    "expect_column_mean_to_be_between": "column.mean",
    "expect_column_min_to_be_between": "column.min",
    "expect_column_proportion_of_unique_values_to_be_between": "column.unique_proportion",
    "expect_column_stdev_to_be_between": "column.standard_deviation",
    "expect_column_unique_value_count_to_be_between": "column.distinct_values.count",
}

MAP_METRICS: dict[str, str] = {
    "expect_column_value_lengths_to_be_between": "column_values.value_length.between",
    "expect_column_values_to_be_between": "column_values.between",
    "expect_column_values_to_be_in_set": "column_values.in_set",
    "expect_column_values_to_be_unique": "column_values.unique",
    "expect_column_values_to_match_regex": "column_values.match_regex",
    "expect_column_values_to_not_be_null": "column_values.nonnull",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an expectation is met, and what was seen. `observed` is as Python has it."""

    success: bool
    observed: Any = None
    unexpected_count: int | None = None


def judge(version: Version | Evidence, expectations: Iterable[Expectation]) -> QualityReport:
    """The verdict on a version from its profile, findings and schema alone; pure but for the time
    of day. Expectations that a profile cannot answer (compound keys) are left out.

    `source_pk` and `version` are 0 for evidence that is not a stored version; the store fills
    them in. See `catalog.quality.score` for how the score comes about.
    """
    evidence = Evidence.of(version) if isinstance(version, Version) else version
    results = []
    for expectation in expectations:
        verdict = verdict_of(expectation, evidence)
        if verdict is not None:
            results.append(result_of(expectation, verdict, evidence))
    stored = version if isinstance(version, Version) else None
    return report_of(results, evidence, engine="summary", version=stored)


def report_of(
    results: Iterable[ExpectationResult],
    evidence: Evidence,
    *,
    engine: str,
    version: Version | None = None,
) -> QualityReport:
    """The report that those results make, scored."""
    found = tuple(results)
    return QualityReport(
        source_pk=version.source_pk if version else 0,
        version=version.pk if version else 0,
        score=overall(dimension_scores(found, evidence)),
        success=all(result.success for result in found),
        checked_at=datetime.now(UTC),
        engine=engine,
        results=found,
        rows_seen=evidence.rows,
    )


def assess(evidence: Evidence, history: Sequence[Version] = ()) -> QualityReport:
    """Derive and judge in one: the report of a crawl, before the version is stored."""
    return judge(evidence, derive(evidence, history))


def result_of(expectation: Expectation, verdict: Verdict, evidence: Evidence) -> ExpectationResult:
    """The result as it is stored: JSON-ready, values of personal data masked."""
    observed = measures.json_ready(verdict.observed)
    if expectation.type in _SHOWS_VALUES and is_masked(expectation, evidence):
        observed = masked_all(observed)
    if expectation.type == REFERS and isinstance(observed, list):
        different = list(dict.fromkeys(observed))
        observed = masked_all(different) if is_masked(expectation, evidence) else different
    return ExpectationResult(expectation, verdict.success, observed, verdict.unexpected_count)


def is_masked(expectation: Expectation, evidence: Evidence) -> bool:
    """Whether the values of the expectation's column are not to be shown."""
    column = evidence.columns.get(expectation.field or "")
    return column is not None and is_personal(column.field)


_SHOWS_VALUES = frozenset(
    (
        "expect_column_max_to_be_between",
        "expect_column_min_to_be_between",
        "expect_column_quantile_values_to_be_between",
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_match_regex",
    )
)
"""Expectations whose observed value is a value, or values, of the column."""


def verdict_of(expectation: Expectation, evidence: Evidence) -> Verdict | None:
    """The verdict of one expectation, None when the profile cannot answer it."""
    kind, kwargs = expectation.type, expectation.kwargs
    if kind == "expect_table_row_count_to_be_between":
        return _between(measures.row_count(evidence), kwargs)
    if kind == "expect_table_columns_to_match_set":
        return _columns(evidence, kwargs)
    if kind == REFERS:
        return _refers(evidence, kwargs)
    if kind in TOGETHER:
        return _together(kind, evidence, kwargs)
    name = kwargs.get("column")
    if name is None:
        return None
    column = evidence.columns.get(name)
    if column is None:
        return Verdict(success=False, observed=None)
    if kind == "expect_column_type_to_be":
        observed = dtype_of(column.field.type)
        return Verdict(observed == kwargs["type_"], observed)
    if kind in WHOLE:
        return WHOLE[kind](column, kwargs)
    if kind in MAP_METRICS:
        return _row_wise(MAP_METRICS[kind], column, kwargs)
    if kind in AGGREGATE_METRICS:
        value = measures.AGGREGATES[AGGREGATE_METRICS[kind]](column, kwargs)
        converted = {
            key: measures.bound(column, item) if key in ("min_value", "max_value") else item
            for key, item in kwargs.items()
        }
        return _between(value, converted)
    return None


def _refers(evidence: Evidence, kwargs: Mapping[str, Any]) -> Verdict | None:
    asked = Reference.of(kwargs)
    found = next((one for one in evidence.references if one.reference == asked), None)
    if found is None or found.seen is None or found.overlap is None:
        return None
    met = found.overlap.shared == found.overlap.mine
    return Verdict(met, list(found.orphans) or found.seen)


def _quantiles(column: Column, kwargs: Mapping[str, Any]) -> Verdict | None:
    asked = kwargs["quantile_ranges"]
    values = measures.quantiles(column, asked)
    if values is None:
        return None
    bounds = zip(values, asked["value_ranges"], strict=True)
    met = all(_near(value, low, high) for value, (low, high) in bounds)
    return Verdict(met, {"quantiles": asked["quantiles"], "values": values})


def _near(value: float | None, low: float | None, high: float | None) -> bool:
    if value is None:
        return False
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    ends = (math.isclose(value, end, rel_tol=1e-4) for end in (low, high))
    return low <= value <= high or any(ends)


def _shares(column: Column, kwargs: Mapping[str, Any]) -> Verdict | None:
    observed = measures.divergence(column, kwargs)
    if observed is None:
        return None
    return Verdict(observed <= kwargs["threshold"], observed)


WHOLE: dict[str, Callable[[Column, Mapping[str, Any]], Verdict | None]] = {
    "expect_column_kl_divergence_to_be_less_than": _shares,
    "expect_column_quantile_values_to_be_between": _quantiles,
}


TOGETHER: dict[str, Callable[[Evidence, Mapping[str, Any]], int | None]] = {
    "expect_column_pair_values_a_to_be_greater_than_b": measures.disordered,
    "expect_compound_columns_to_be_unique": measures.repeated_rows,
}


def _together(kind: str, evidence: Evidence, kwargs: Mapping[str, Any]) -> Verdict | None:
    unexpected = TOGETHER[kind](evidence, kwargs)
    if unexpected is None:
        return None
    share = unexpected / evidence.rows if evidence.rows else 0.0
    return Verdict(1 - share >= kwargs.get("mostly", 1.0), round(share, 6), unexpected)


def _between(value: Any, kwargs: Mapping[str, Any]) -> Verdict:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if value is None or value != value:  # noqa: PLR0124
        return Verdict(success=False, observed=None)
    try:
        success = (low is None or value >= low) and (high is None or value <= high)
        if kwargs.get("strict_min") and value == low:
            success = False
    except TypeError:
        success = False
    return Verdict(bool(success), value)


def _columns(evidence: Evidence, kwargs: Mapping[str, Any]) -> Verdict:
    expected, actual = set(kwargs["column_set"]), set(evidence.schema.names)
    surplus = bool(kwargs.get("exact_match", True)) and bool(actual - expected)
    missing = sorted(expected - actual)
    return Verdict(not missing and not surplus, sorted(actual))


def _row_wise(metric: str, column: Column, kwargs: Mapping[str, Any]) -> Verdict | None:
    unexpected = measures.UNEXPECTED[metric](column, kwargs)
    if unexpected is None:
        return None
    total = column.rows if metric == "column_values.nonnull" else column.present
    share = unexpected / total if total else 0.0
    mostly = kwargs.get("mostly", 1.0)
    success = not total or (total - unexpected) / total >= mostly
    examples = measures.EXAMPLES.get(metric)
    observed = examples(column, kwargs)[:5] if examples else round(share, 6)
    return Verdict(success, observed, unexpected)
