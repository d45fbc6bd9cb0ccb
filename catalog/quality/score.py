"""The score: how far a version can be trusted, by dimension and in all.

For each dimension

    score = 100 × (share of its expectations that are met) × (1 − penalty)

where the penalty comes from what the version itself shows, whatever was expected:

- completeness: the share of nulls over all cells of top-level columns;
- validity: the share of values that do not fit their column's type;
- consistency: 1 − 0.95^w × 0.75^e for w kinds of warnings and e kinds of errors among the findings
  (ragged rows, undecodable bytes, …); misfits are counted by validity alone;
- uniqueness, timeliness, stability: none.

Completeness, validity and consistency always count; the others only where something is expected
of them. The score in all is the mean over the dimensions that count, rounded to two decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catalog.model import ExpectationResult, QualityReport
from catalog.quality.evidence import Evidence
from schema.model import Finding

DIMENSIONS = ("completeness", "uniqueness", "validity", "consistency", "timeliness", "stability")
_ALWAYS = frozenset(("completeness", "validity", "consistency"))
_MISFITS = frozenset(("misfit",))
_WARNING, _ERROR = 0.95, 0.75


def dimension_scores(results: Sequence[ExpectationResult], evidence: Evidence) -> dict[str, float]:
    """0 to 100 by dimension, in the order of `DIMENSIONS`, those that count alone."""
    scores = {}
    penalties = {
        "completeness": null_share(evidence),
        "validity": misfit_share(evidence),
        "consistency": findings_penalty(evidence.findings),
    }
    for dimension in DIMENSIONS:
        verdicts = [one.success for one in results if one.expectation.dimension == dimension]
        if verdicts or dimension in _ALWAYS:
            met = sum(verdicts) / len(verdicts) if verdicts else 1.0
            scores[dimension] = round(100 * met * (1 - penalties.get(dimension, 0.0)), 2)
    return scores


def with_results(
    report: QualityReport, results: Iterable[ExpectationResult], evidence: Evidence
) -> QualityReport:
    """The report with those results, scored again."""
    made = tuple(results)
    met = all(one.success for one in made)
    score = overall(dimension_scores(made, evidence))
    return replace(report, results=made, success=met, score=score)


FORMULA = "100 × (share of its expectations that are met) × (1 − penalty)"
PENALTIES = {
    "completeness": "the penalty is the share of nulls over all cells",
    "validity": "the penalty is the share of values that do not fit the type of their column",
    "consistency": "the penalty is 1 − 0.95^(kinds of warnings) × 0.75^(kinds of errors)",
}


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension of a report: `met` of `expected` expectations are met; `formula` tells how the
    score, 0 to 100, comes about.
    """

    dimension: str
    score: float
    met: int
    expected: int
    formula: str


def by_dimension(
    results: Sequence[ExpectationResult], evidence: Evidence
) -> tuple[DimensionScore, ...]:
    """The dimensions that count, in the order of `DIMENSIONS`."""
    found = []
    for dimension, score in dimension_scores(results, evidence).items():
        verdicts = [one.success for one in results if one.expectation.dimension == dimension]
        penalty = PENALTIES.get(dimension, "there is no penalty")
        formula = f"{FORMULA}; {penalty}"
        found.append(DimensionScore(dimension, score, sum(verdicts), len(verdicts), formula))
    return tuple(found)


def overall(scores: dict[str, float]) -> float:
    """The mean of the dimensions' scores, to two decimals."""
    return round(sum(scores.values()) / len(scores), 2)


def null_share(evidence: Evidence) -> float:
    """Nulls (without misfits) over all cells of top-level columns, 0 to 1."""
    columns = evidence.columns.values()
    cells = evidence.rows * len(columns)
    nulls = sum(min(column.rows, column.profile.null_count) for column in columns)
    return nulls / cells if cells else 0.0


def misfit_share(evidence: Evidence) -> float:
    """Values that do not fit their column's type over all values, 0 to 1."""
    columns = evidence.columns.values()
    misfits = sum(column.profile.misfit_count for column in columns)
    values = sum(column.present for column in columns) + misfits
    return misfits / values if values else 0.0


def findings_penalty(findings: Sequence[Finding]) -> float:
    """0 to 1 by kinds of findings: a thousand ragged rows are one fault, told once."""
    kinds = {(one.code, one.severity) for one in findings if one.code not in _MISFITS}
    warnings = sum(severity == "warning" for _, severity in kinds)
    errors = sum(severity == "error" for _, severity in kinds)
    return float(1 - _WARNING**warnings * _ERROR**errors)
