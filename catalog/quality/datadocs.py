"""A report as Data Docs: the pages that Great Expectations itself makes of its results."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.access.masked import masked_results
from catalog.model import ExpectationResult, QualityReport, Source
from catalog.quality import engine
from catalog.quality.aliases import Aliases
from catalog.quality.offline import make_offline
from catalog.quality.wording import describe

if TYPE_CHECKING:
    from catalog.store import Store


def write_docs(store: Store, source: Source, report: QualityReport, directory: Path) -> Path:
    """Write the site into `directory`, which is made if need be; the path of its first page.

    Nothing tells of values of personal columns, whoever writes it. Raises MissingDependency
    without Great Expectations.
    """
    gx = engine.load()
    schema = store.version(report.version).schema
    shown = replace(report, results=masked_results(report.results, schema))
    directory.mkdir(parents=True, exist_ok=True)
    with engine.lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        for site in list(context.get_site_names()):
            context.delete_data_docs_site(site)
        context.add_data_docs_site(
            "headwater",
            {
                "class_name": "SiteBuilder",
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(directory.resolve()),
                },
            },
        )
        _store(context, source, report, shown)
        context.build_data_docs(site_names=["headwater"])
    return make_offline(directory)


def _store(context: Any, source: Source, report: QualityReport, shown: QualityReport) -> None:
    from great_expectations.core import ExpectationSuite, RunIdentifier
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
    )
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    aliases = Aliases.of((), (one.expectation for one in report.results))
    name = f"{source.label} quality"
    made = [
        engine.build(one.expectation, index, aliases, said=_said(one, masked))
        for index, (one, masked) in enumerate(zip(report.results, shown.results, strict=True))
    ]
    context.suites.add(ExpectationSuite(name=name, expectations=made))
    results = [
        _result(one, expectation.configuration, report)
        for one, expectation in zip(shown.results, made, strict=True)
    ]
    met = sum(one.success for one in report.results)
    count = len(report.results)
    found = ExpectationSuiteValidationResult(
        success=report.success,
        suite_name=name,
        results=results,
        statistics={
            "evaluated_expectations": count,
            "successful_expectations": met,
            "unsuccessful_expectations": count - met,
            "success_percent": 100 * met / count if count else 100.0,
        },
        meta={
            "active_batch_definition": {"data_asset_name": source.label},
            "headwater": {"score": report.score, "uri": source.uri, "engine": report.engine},
            "run_id": RunIdentifier("headwater", report.checked_at),
            "great_expectations_version": engine.load().__version__,
        },
    )
    identifier = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(name),
        run_id=RunIdentifier("headwater", report.checked_at),
        batch_identifier=f"version {report.version}",
    )
    context.validation_results_store.set(identifier, found)


def _said(whole: ExpectationResult, masked: ExpectationResult) -> str | None:
    """What is told in place of arguments that come of personal values; None where none do."""
    if masked is whole:
        return None
    return f"{masked.expectation.field} {describe(masked.expectation)}"


def _result(one: ExpectationResult, configuration: Any, report: QualityReport) -> Any:
    from great_expectations.core import ExpectationValidationResult

    return ExpectationValidationResult(
        success=one.success,
        expectation_config=configuration,
        result=_figures(one, report.rows_seen or 0),
        meta={"reason": one.expectation.reason},
        exception_info={
            "raised_exception": False,
            "exception_message": None,
            "exception_traceback": None,
        },
    )


def _figures(one: ExpectationResult, rows: int) -> Mapping[str, Any]:
    if one.unexpected_count is None:
        return {"observed_value": one.observed}
    listed = one.observed if isinstance(one.observed, list) else []
    share = 100 * one.unexpected_count / rows if rows else 0.0
    return {
        "element_count": rows,
        "unexpected_count": one.unexpected_count,
        "unexpected_percent": share,
        "partial_unexpected_list": listed,
        "unexpected_percent_total": share,
        "unexpected_percent_nonmissing": share,
    }
