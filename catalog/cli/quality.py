"""`headwater quality`: validate a source against its expectations with Great Expectations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from catalog.model import QualityReport, Source


@subcommand(
    "quality",
    example="""headwater quality flights
    headwater quality flights --json
    headwater quality flights --html report/""",
)
@click.argument("ref", metavar="SOURCE")
@click.option(
    "--html",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write the report as a page into DIR.",
)
@click.option(
    "--data/--summary",
    "data",
    default=None,
    help="Read the rows, or judge what the last crawl learned.  [default: rows, if not too many]",
)
@pass_session
def command(session: Session, *, ref: str, html: Path | None, data: bool | None) -> None:
    """Validate SOURCE with Great Expectations against what its history lets expect."""
    from catalog.cli import documents
    from catalog.cli.output import console, print_json, text
    from catalog.cli.progress import doing

    with session.store() as store:
        source = store.source(ref)
        with doing("validating with Great Expectations"):
            from catalog.quality import validate

            report = validate(store, source, data=data)
            store.record_quality(report)
        page = None
        if html is not None:
            from catalog.quality.report import write_page

            page = write_page(store, source, report, html)
    if session.json:
        print_json({"id": source.id, "name": source.name, **documents.quality(report)})
        return
    show(source, report)
    if page is not None:
        console().print(text(f"report: {page}"), soft_wrap=True)


def show(source: Source, report: QualityReport) -> None:
    """The score, then one line an expectation, the failed ones first."""
    from catalog.cli.output import console, figure, grade, text
    from catalog.cli.table import Table

    out = console()
    verdict = text("met", "green") if report.success else text("not met", "red")
    out.print(
        text(source.label, "bold") + text(" quality ") + grade(report.score)
        + text(f" of 100, {len(report.results)} expectations ") + verdict
    )  # fmt: skip
    columns = ("field", "expectation", "met", "observed", "unexpected", "why")
    made = Table(columns, frozenset(("met", "unexpected")), ("why",))
    for result in sorted(report.results, key=lambda result: result.success):
        made.add(
            result.expectation.field,
            result.expectation.type.removeprefix("expect_"),
            text("yes", "green") if result.success else text("no", "red"),
            figure(result.observed),
            figure(result.unexpected_count),
            result.expectation.reason,
        )
    out.print(made)
