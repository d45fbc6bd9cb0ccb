"""`headwater crawl`: list, group, read what changed, record."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from catalog.cli.cluster_options import Choice, cluster_options
from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from catalog.model import Outcome
    from connectors.parts import Engine
    from schema.model import Finding

STYLES = {"NEW": "green", "CHANGED": "cyan", "UNCHANGED": "dim", "FAILED": "red", "GONE": "yellow"}

GRAVEST_FIRST = ("error", "warning", "info")

MOST_SHOWN = 60


@subcommand(
    "crawl",
    example="""headwater crawl ./data
    headwater crawl s3://bucket/raw sqlite:///shop.db
    headwater crawl ./data --exclude '**/tmp/*' --rows 100000
    headwater crawl s3://bucket/raw --engine spark --master mesos://10.0.0.1:5050""",
    changes="crawl",
)
@click.argument("uris", metavar="URI...", nargs=-1, required=True)
@click.option("--rows", type=click.IntRange(1), metavar="N", help="Read at most N rows of each.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only paths below URI that match.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="No paths below URI that match.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Fix what is otherwise found out, such as delimiter=; or encoding=latin-1; it stays.",
)
@click.option(
    "--no-option",
    "unfixed",
    multiple=True,
    metavar="NAME",
    help="Find out again what was fixed; --option NAME= does the same.",
)
@click.option(
    "--credentials",
    metavar="REFERENCE",
    help="Where the secret is, env:NAME or file:PATH; it is never stored.",
)
@click.option("--force", is_flag=True, help="Read all of it, also what has not changed.")
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Who reads: this process, or the executors of a cluster.",
)
@cluster_options
@pass_session
def command(
    session: Session,
    *,
    uris: tuple[str, ...],
    rows: int | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    options: tuple[str, ...],
    unfixed: tuple[str, ...],
    credentials: str | None,
    force: bool,
    engine: str,
    where: Choice,
) -> None:
    """Find the data sources below each URI and learn what is in them.

    A URI is a path, the address of any file system (s3://bucket/raw) or of a database
    (sqlite:///shop.db). Crawling again reads only what has changed.
    """
    if session.supervised and engine == "local":
        from catalog.cli.supervision import supervise

        supervise()
    from catalog.cli import documents
    from catalog.cli.announcing import announce
    from catalog.cli.output import print_json
    from catalog.cli.progress import crawling
    from catalog.crawl import crawl
    from connectors.model import Limits
    from schema.errors import SourceError

    if engine == "local" and where.is_made:
        raise click.UsageError("options of a cluster go with --engine spark")
    if engine == "spark" and rows is not None:
        raise click.UsageError("--rows goes with --engine local")
    fixed = pairs(options)
    limits = Limits(
        rows,
        include,
        exclude,
        tuple((name, value) for name, value in fixed if value),
        credentials,
        unfixed=(*unfixed, *(name for name, value in fixed if not value)),
    )
    outcomes: list[Outcome] = []
    findings: list[Finding] = []
    unreachable: SourceError | None = None
    began = time.monotonic()
    with (
        session.store() as store,
        readers(engine, where, apart=session.supervised) as chosen,
        crawling() as on_progress,
    ):
        try:
            for outcome in crawl(
                uris,
                store,
                limits,
                force=force,
                engine=chosen,
                on_progress=on_progress,
                on_finding=findings.append,
            ):
                outcomes.append(outcome)  # noqa: PERF402  what is done counts if the rest fails
        except SourceError as error:
            unreachable = error
        announce(store)
    seconds = time.monotonic() - began
    if session.json:
        print_json(
            {
                "sources": [documents.outcome(outcome) for outcome in outcomes],
                "findings": [documents.finding(finding) for finding in findings],
                "counts": counts(outcomes),
                "bytesRead": sum(outcome.bytes_read for outcome in outcomes),
                "seconds": round(seconds, 3),
            }
        )
    else:
        show(outcomes, findings, seconds)
    if unreachable is not None:
        raise unreachable


@contextmanager
def readers(engine: str, where: Choice, *, apart: bool) -> Iterator[Engine]:
    """Who reads: this process, which has many small files read `apart` in others, or a Spark
    session that lives as long as the crawl.
    """
    if engine == "local":
        from connectors.parts import HERE
        from connectors.threads import thread_count

        yield replace(HERE, processes=thread_count()) if apart else HERE
        return
    from connectors.spark import session, summaries

    with session.session(where.build(), "headwater crawl") as spark:
        yield summaries.engine(spark)


def counts(outcomes: list[Outcome]) -> dict[str, int]:
    """How many sources came out how; every status is there, with 0 when there were none."""
    found = Counter(outcome.status.value for outcome in outcomes)
    return {status: found[status] for status in STYLES}


def show(
    outcomes: list[Outcome], findings: list[Finding], seconds: float, *, most: int = MOST_SHOWN
) -> None:
    """A table of what is new or worth looking at, and one line of sums."""
    from catalog.cli.output import (
        console,
        count,
        finding_line,
        grade,
        printable,
        short_names,
        size,
        text,
    )
    from catalog.cli.table import Table

    out = console()
    told = [outcome for outcome in outcomes if outcome.status.value != "UNCHANGED"]
    names = short_names([outcome.source for outcome in told])
    figures = ("rows", "bytes", "quality")
    made = Table(("source", "status", "format", *figures), frozenset(figures))
    for outcome in told[:MOST_SHOWN]:
        source = outcome.source
        made.add(
            names[source.pk],
            text(outcome.status.value, STYLES[outcome.status.value]),
            source.format,
            count(source.row_count),
            size(source.byte_count),
            grade(source.quality),
        )
    if told:
        out.print(made)
    if len(told) > MOST_SHOWN:
        out.print(f"… and {len(told) - MOST_SHOWN:,} more (`headwater search` lists all)")
    places = [
        (names[outcome.source.pk], finding) for outcome in told for finding in outcome.findings
    ]
    lines = folded([*((None, finding) for finding in findings), *places])
    for name, finding, others in lines[:most]:
        about = text(f"{name}: " if name else "", "bold")
        line = about + finding_line(finding)
        if others:
            line += text(f"; {others:,} more like it", "dim")
        out.print(line, soft_wrap=True)
    if len(lines) > most:
        out.print(f"… and {len(lines) - most:,} more findings (`headwater show SOURCE`)")
    sums = ", ".join(
        f"{number} {status.lower()}" for status, number in counts(outcomes).items() if number
    )
    read = size(sum(outcome.bytes_read for outcome in outcomes))
    out.print(
        f"{len(outcomes)} sources ({printable(sums) or 'none'}), {read} read in {seconds:.1f} s"
    )


def folded(
    lines: Iterable[tuple[str | None, Finding]],
) -> list[tuple[str | None, Finding, int]]:
    """The gravest first; of several of one source and code the first, and how many more."""
    alike: dict[tuple[str | None, str, str], list[Finding]] = {}
    for name, finding in lines:
        alike.setdefault((name, finding.code, finding.severity), []).append(finding)
    told = [(name, first, len(others)) for (name, *_), (first, *others) in alike.items()]
    return sorted(told, key=lambda line: GRAVEST_FIRST.index(line[1].severity))


def pairs(options: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE` texts as sorted pairs."""
    split = [option.partition("=") for option in options]
    for name, equals, _ in split:
        if not (name and equals):
            raise click.BadParameter(f"{name!r} is not NAME=VALUE", param_hint="--option")
    return tuple(sorted((name, value) for name, _, value in split))
