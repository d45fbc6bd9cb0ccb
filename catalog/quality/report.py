"""A quality report as one page: self-contained HTML, charts drawn as SVG, everything escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.access.masked import masked_results
from catalog.model import ExpectationResult, QualityReport, Source, Version
from catalog.quality.drift import NONE, STRONG, drift
from catalog.quality.evidence import Evidence
from catalog.quality.score import DIMENSIONS, dimension_scores
from catalog.quality.wording import describe, observed, shown
from schema.diff import diff
from schema.model import Change

if TYPE_CHECKING:
    import jinja2

    from catalog.store import Store

MEANINGS = {
    "completeness": "rows and values are there",
    "uniqueness": "keys do not repeat",
    "validity": "values lie where they can lie",
    "consistency": "columns, types and form stay the same",
    "timeliness": "the newest values move forward",
    "stability": "figures are about those of earlier versions",
}
ENGINES = {
    "great_expectations": "Great Expectations, on the stored profile",
    "great_expectations_pandas": "Great Expectations, by its pandas engine",
    "great_expectations_spark": "Great Expectations, by its Spark engine",
    "great_expectations_sql": "Great Expectations, by its SQL engine",
    "summary": "the stored profile, as the crawl ended",
}
_TREND_WIDTH, _TREND_HEIGHT = 320, 64


@dataclass(frozen=True, slots=True)
class Line:
    """One result in words; nothing in it is HTML."""

    field: str | None
    expectation: str
    type: str
    reason: str
    dimension: str
    success: bool
    observed: str
    unexpected: str


@dataclass(frozen=True, slots=True)
class Since:
    """What is otherwise than in the last version that met everything; nothing in it is HTML."""

    number: int
    changes: tuple[str, ...]


def since_good(store: Store, version: Version, history: Sequence[QualityReport]) -> Since | None:
    """What changed since the newest version before that met all expectations; None without one.

    Values are not told, only columns, so that nothing personal is.
    """
    good = next((one for one in history if one.success and one.version < version.pk), None)
    if good is None:
        return None
    before = store.version(good.version)
    changes = [_changed(one) for one in diff(before.schema, version.schema).changes]
    rows = (before.profile.rows_seen, version.profile.rows_seen)
    if rows[0] != rows[1]:
        changes.append(f"{rows[0]:,} rows before, {rows[1]:,} now")
    changes += [
        f"{one.field}: its values are spread otherwise, "
        f"{'much' if one.level == STRONG else 'somewhat'} (stability index {one.index:.2f})"
        for one in drift(Evidence.of(before), Evidence.of(version))
        if one.level != NONE
    ]
    return Since(before.number, tuple(changes))


def _changed(change: Change) -> str:
    told = change.kind.replace("-", " ").replace("_", " ").lower()
    sides = [str(one) for one in (change.before, change.after) if one is not None]
    breaks = ", which breaks readers" if change.breaking else ""
    return f"{change.field}: {told}{' (' + ' → '.join(sides) + ')' if sides else ''}{breaks}"


def write_page(store: Store, source: Source, report: QualityReport, directory: Path) -> Path:
    """Write `index.html` about a report of `source` into `directory`, which is made if need be."""
    version = store.version(report.version)
    history = store.quality_history(source.pk, first=30)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "index.html"
    since = since_good(store, version, history)
    path.write_text(render(source, version, report, history, since), encoding="utf-8")
    return path


def render(
    source: Source,
    version: Version,
    report: QualityReport,
    history: Sequence[QualityReport] = (),
    since: Since | None = None,
) -> str:
    """The page about a report on `version`, without values of personal data; `history` are earlier
    reports, newest first, and `since` what changed since the last good version.
    """
    evidence = Evidence.of(version)
    scores = dimension_scores(report.results, evidence)
    return _template().render(
        source=source,
        version=version,
        report=report,
        engine=ENGINES.get(report.engine, report.engine),
        dimensions=[
            (name, scores.get(name), MEANINGS[name], _counts(report, name)) for name in DIMENSIONS
        ],
        lines=[line_of(one) for one in masked_results(report.results, version.schema)],
        trend=trend([one.score for one in reversed(history)]),
        since=since,
        shown=shown,
        tone=tone,
    )


def line_of(result: ExpectationResult) -> Line:
    """A result in words."""
    expectation = result.expectation
    count = result.unexpected_count
    return Line(
        field=expectation.field,
        expectation=describe(expectation),
        type=expectation.type,
        reason=expectation.reason,
        dimension=expectation.dimension,
        success=result.success,
        observed=observed(result),
        unexpected="" if not count else f"{count:,}",
    )


def tone(score: float | None) -> str:
    """`good`, `fair` or `bad`, `none` without a score: a class of the page."""
    if score is None:
        return "none"
    return "good" if score >= 90 else "fair" if score >= 75 else "bad"


def trend(scores: Sequence[float]) -> dict[str, Any] | None:
    """Points of a line through scores, oldest first, in 320 by 64; None for fewer than two."""
    if len(scores) < 2:
        return None
    step = _TREND_WIDTH / (len(scores) - 1)
    points = [
        (round(index * step, 1), round(_TREND_HEIGHT * (1 - score / 100), 1))
        for index, score in enumerate(scores)
    ]
    return {
        "points": points,
        "width": _TREND_WIDTH,
        "height": _TREND_HEIGHT,
        "first": scores[0],
        "last": scores[-1],
    }


def _counts(report: QualityReport, dimension: str) -> tuple[int, int]:
    found = [one.success for one in report.results if one.expectation.dimension == dimension]
    return sum(found), len(found)


@cache
def _template() -> jinja2.Template:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("report.html")
