"""Quality: the verdict on a source, with each expectation and why it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphene import Boolean, Field, Float, Int, List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.loading import Request
from catalog.graphql.scalars import DateTime, Long, PageSize, Value
from catalog.search import grade

if TYPE_CHECKING:
    from catalog.quality.score import DimensionScore


class ExpectationResultType(ObjectType):
    """One expectation, and whether the data meets it."""

    class Meta:
        """The name `ExpectationResult` is the dataclass that this type shows."""

        name = "ExpectationResult"

    expectation = String(description="Its Great Expectations type.")
    field = String(description="The field that it is about; null when about the table.")
    success = Boolean(description="Whether the data meets it.")
    observed = Value(description="What was observed instead or as well.")
    unexpected_count = Long(description="Rows that do not meet it, where they can be counted.")
    arguments = Value(description="What it was asked with, as Great Expectations takes it.")
    reason = String(description="Why it was derived.")
    dimension = String(description="The dimension of quality that it belongs to.")
    key = String(description="What it is called by to silence, pin or set it.")
    false_alarms = Float(description="The share of clean versions expected not to meet it.")

    @staticmethod
    def resolve_expectation(result: model.ExpectationResult, _info: Any) -> str:
        return result.expectation.type

    @staticmethod
    def resolve_field(result: model.ExpectationResult, _info: Any) -> str | None:
        return result.expectation.field

    @staticmethod
    def resolve_arguments(result: model.ExpectationResult, _info: Any) -> Any:
        return dict(result.expectation.kwargs)

    @staticmethod
    def resolve_reason(result: model.ExpectationResult, _info: Any) -> str:
        return result.expectation.reason

    @staticmethod
    def resolve_dimension(result: model.ExpectationResult, _info: Any) -> str:
        return result.expectation.dimension

    @staticmethod
    def resolve_key(result: model.ExpectationResult, _info: Any) -> str | None:
        return result.expectation.key

    @staticmethod
    def resolve_false_alarms(result: model.ExpectationResult, _info: Any) -> float | None:
        return result.expectation.false_alarms


class DimensionScoreType(ObjectType):
    """One dimension of quality, and how its score comes about."""

    class Meta:
        """The name `DimensionScore` is the dataclass that this type shows."""

        name = "DimensionScore"

    dimension = String(
        description="completeness, uniqueness, validity, consistency, timeliness or stability."
    )
    score = Float(description="0 to 100.")
    met = Int(description="Expectations of it that are met.")
    expected = Int(description="Expectations of it.")
    formula = String(description="How the score comes about.")


class QualityReportType(ObjectType):
    """The verdict on one version of a source."""

    class Meta:
        """The name `QualityReport` is the dataclass that this type shows."""

        name = "QualityReport"

    score = Float(description="0 to 100: the mean over dimensions of the share met.")
    grade = String(description="A (90 and above), B (75), C (60) or D, for people.")
    success = Boolean(description="Whether all expectations are met.")
    checked_at = DateTime(description="When it was judged.")
    engine = String(
        description="`summary` as a crawl ends; `great_expectations` on the stored profile, "
        "`great_expectations_pandas`, `_sql` and `_spark` on the rows."
    )
    rows_seen = Long(description="Rows that the verdict rests on; null when not known.")
    results = List(
        NonNull(ExpectationResultType),
        failed=Boolean(description="Only results that failed (true) or were met (false)."),
        description="The verdict on each expectation.",
    )
    dimensions = List(
        NonNull(DimensionScoreType),
        description="The score by dimension, those that count; the score in all is their mean.",
    )
    history = List(
        NonNull(lambda: QualityReportType),
        first=PageSize(required=True, default_value=20, description="How many reports, 1 to 200."),
        description="Reports of this source, newest first, this one among them.",
    )

    @staticmethod
    def resolve_grade(report: model.QualityReport, _info: Any) -> str | None:
        return grade(report.score)

    @staticmethod
    def resolve_results(
        report: model.QualityReport, info: Any, *, failed: bool | None = None
    ) -> list[model.ExpectationResult]:
        results = info.context.results(report)
        return [result for result in results if failed is None or result.success != failed]

    @staticmethod
    def resolve_dimensions(report: model.QualityReport, info: Any) -> tuple[DimensionScore, ...]:
        return dimensions_of(info.context, report)

    @staticmethod
    def resolve_history(report: model.QualityReport, info: Any, first: int) -> Any:
        request: Request = info.context
        return request.load(
            ("quality history", first),
            report.source_pk,
            lambda pks: request.store.newest.reports(pks, first=first),
        )


def dimensions_of(request: Request, report: model.QualityReport) -> tuple[DimensionScore, ...]:
    """The scores of a report by dimension, from the version that it is about."""
    from catalog.quality.evidence import Evidence
    from catalog.quality.score import by_dimension

    version = request.version(report.source_pk)
    if version is None or version.pk != report.version:
        version = request.store.version(report.version)
    return by_dimension(report.results, Evidence.of(version))


QualityField = Field(QualityReportType, description="The latest verdict; null before the first.")
