"""`headwater quality`: validate a source against its expectations with Great Expectations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from catalog.model import Expectation, QualityReport, Source

_EDITS = ("silence", "pin", "changes", "reset", "suite", "accept")


@subcommand(
    "quality",
    example="""headwater quality flights
    headwater quality flights --json
    headwater quality flights --engine pandas
    headwater quality flights --html report/
    headwater quality flights --silence not_be_null:dep_delay --reason "cancelled flights"
    headwater quality flights --set be_between:dep_delay max_value=2000
    headwater quality flights --suite my_suite.json""",
    changes=lambda given: "changeExpectations" if any(map(given.get, _EDITS)) else "validateSource",
)
@click.argument("ref", metavar="SOURCE")
@click.option(
    "--html",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write the report as a page into DIR.",
)
@click.option(
    "--data-docs",
    "docs",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write the Data Docs of Great Expectations into DIR.",
)
@click.option(
    "--engine",
    type=click.Choice(("summary", "pandas", "sql", "spark")),
    default="summary",
    show_default=True,
    help="Where Great Expectations looks: at what the last crawl learned, or at the rows by one of "
    "its engines (in memory, in the database that has the table, in Spark).",
)
@click.option(
    "--master",
    default="local[*]",
    show_default=True,
    metavar="M",
    help="The Spark master of --engine spark.",
)
@click.option("--silence", multiple=True, metavar="KEY", help="Do not judge it any more.")
@click.option("--pin", multiple=True, metavar="KEY", help="Keep it as it is, whatever is learned.")
@click.option(
    "--set",
    "changes",
    nargs=2,
    multiple=True,
    metavar="KEY NAME=VALUE",
    help="Pin it with another argument; an empty value takes it away.",
)
@click.option("--reset", multiple=True, metavar="KEY", help="Take back what was chosen for it.")
@click.option(
    "--suite",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Judge this suite of Great Expectations (JSON) too, in place of one given before.",
)
@click.option("--accept", is_flag=True, help="The current version is right: learn from it.")
@click.option("--reason", metavar="TEXT", help="Why; kept with what is chosen.")
@pass_session
def command(
    session: Session,
    *,
    ref: str,
    html: Path | None,
    docs: Path | None,
    engine: str,
    master: str,
    silence: tuple[str, ...],
    pin: tuple[str, ...],
    changes: tuple[tuple[str, str], ...],
    reset: tuple[str, ...],
    suite: Path | None,
    accept: bool,
    reason: str | None,
) -> None:
    """Validate SOURCE with Great Expectations against what its history lets expect.

    KEY is what the report calls an expectation. What is chosen is kept over crawls; it is judged
    at once from the stored summary, without Great Expectations.
    """
    from catalog.cli import documents
    from catalog.cli.announcing import announce
    from catalog.cli.output import console, print_json, text
    from catalog.cli.progress import doing
    from catalog.quality.editing import Edit, edit
    from catalog.quality.evidence import Evidence
    from catalog.quality.score import by_dimension

    own = None if suite is None else read_suite(suite)
    wanted = Edit(silence, pin, arguments(changes), reset, own, accept, reason)
    pages: list[Path] = []
    with session.store() as store:
        source = store.source(ref)
        if any((silence, pin, changes, reset, own is not None, accept)):
            report = edit(store, source, wanted)
        else:
            with doing("validating with Great Expectations"):
                from catalog.judging import checked

                report = checked(store, source, engine=engine, master=master)
        announce(store)
        if html is not None:
            from catalog.quality.report import write_page

            pages.append(write_page(store, source, report, html))
        if docs is not None:
            from catalog.quality.datadocs import write_docs

            pages.append(write_docs(store, source, report, docs))
        choices = store.choices(source.pk)
        scores = by_dimension(report.results, Evidence.of(store.version(report.version)))
    if session.json:
        told = {
            **documents.quality(report),
            "dimensions": [documents.dimension(one) for one in scores],
            "choices": [documents.choice(c) for c in choices.values()],
            "unjudged": list(report.unjudged),
        }
        print_json({"id": source.id, "name": source.name, **told})
        return
    show(source, report)
    told_scores = (f"{one.dimension} {one.score:g} ({one.met} of {one.expected})" for one in scores)
    console().print(text(f"by dimension: {', '.join(told_scores)}"), soft_wrap=True)
    for choice in choices.values():
        why = f" ({choice.reason})" if choice.reason else ""
        console().print(text(f"{choice.state}: {choice.key}{why}", "dim"), soft_wrap=True)
    for one in report.unjudged:
        console().print(text(f"not judged: {one}"), soft_wrap=True)
    for page in pages:
        console().print(text(f"report: {page}"), soft_wrap=True)


def arguments(changes: tuple[tuple[str, str], ...]) -> dict[str, dict[str, Any]]:
    """`[("be_between:a", "max_value=3")]` → `{"be_between:a": {"max_value": 3}}`."""
    import orjson

    made: dict[str, dict[str, Any]] = {}
    for key, given in changes:
        name, separator, value = given.partition("=")
        if not separator or not name:
            raise click.UsageError(f"--set {key}: {given!r} is not NAME=VALUE")
        try:
            parsed: Any = orjson.loads(value) if value else None
        except orjson.JSONDecodeError:
            parsed = value
        made.setdefault(key, {})[name] = parsed
    return made


def read_suite(path: Path) -> list[Expectation]:
    """The expectations of a suite's file. Raises InvalidInput when it is none."""
    import orjson

    from catalog.quality.choices import suite
    from schema.errors import InvalidInput

    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{path}: not JSON: {error}") from error
    if not isinstance(document, dict):
        raise InvalidInput(f"{path}: no suite of Great Expectations, which is a JSON object")
    return suite(document)


def show(source: Source, report: QualityReport) -> None:
    """The score, then one line an expectation, the failed ones first."""
    from catalog.cli.output import console, figure, grade, text
    from catalog.cli.table import Table
    from catalog.quality.wording import observed

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
            result.expectation.key or result.expectation.type.removeprefix("expect_"),
            text("yes", "green") if result.success else text("no", "red"),
            observed(result),
            figure(result.unexpected_count),
            result.expectation.reason,
        )
    out.print(made)
