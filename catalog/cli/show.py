"""`headwater show`: schema, profile, semantics and quality of one source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.session import Session, pass_session, subcommand

if TYPE_CHECKING:
    from rich.text import Text

    from catalog.cli.table import Table
    from catalog.model import QualityReport, Source, Version
    from catalog.store import Store
    from schema.profile import ColumnProfile

STRONG = 0.5
"""The correlation from which on it is worth a line."""

PROFILE = """
  name type count nullCount emptyCount distinctCount distinctError min max mean std skewness order
  quantiles { q value } quantileError histogram { low high count }
  topValues { value count exact } minLength maxLength meanLength
  misfitCount misfitExamples unique constant role missingCodes parses { kind count }
  history {
    firstVersion firstSeen lastVersion lastChanged changes typeVersion typeChanged previousType
  }
"""

QUERY = f"""
query show($id: ID!) {{
  source(id: $id) {{
    id name label namespace uri format description tags owner status
    firstSeen lastSeen changedAt
    findings {{ code message place severity }}
    evidence {{ choice value reason }}
    context {{ what value origin field }}
    schema {{
      fingerprint primaryKey
      fields {{
        name type nullable description key semanticType {{ name confidence reason }}
        profile {{ {PROFILE} }}
      }}
    }}
    profile {{
      rowCount byteCount rowsSeen computedAt duplicateRows {{ count error }}
      correlations {{ field other coefficient error }}
      missingTogether {{ fields share }}
      compositeKeys {{ fields mostRepeated }}
      determinations {{ field by share }}
      columns {{ {PROFILE} }}
    }}
    quality {{
      score success engine checkedAt
      results {{ expectation field dimension reason success observed unexpectedCount }}
    }}
    version {{ id number fingerprint createdAt }}
    upstream {{ id name uri }}
    downstream {{ id name uri }}
  }}
}}
"""


@subcommand("show", example="headwater show flights\nheadwater show flights --evidence --json")
@click.argument("ref", metavar="SOURCE")
@click.option("--evidence", is_flag=True, help="Also why it is read as it is.")
@pass_session
def command(session: Session, *, ref: str, evidence: bool) -> None:
    """Show what is known of SOURCE: an id, a URI, or a name that is unique."""
    from catalog.cli.output import print_json

    with session.store() as store:
        source = store.source(ref)
        if session.json:
            print_json(document(store, source))
        else:
            show(store, source, evidence=evidence)


def document(store: Store, source: Source) -> dict[str, Any]:
    """The source as GraphQL has it. Raises CatalogError when the query fails."""
    from catalog.graphql.execution import execute
    from schema.errors import CatalogError

    answer = execute(store, QUERY, {"id": source.id})
    if answer.get("errors"):
        raise CatalogError(f"show {source.name}: {answer['errors'][0]['message']}")
    found: dict[str, Any] = answer["data"]["source"]
    return found


def show(store: Store, source: Source, *, evidence: bool = False) -> None:
    """What it is, whether to trust it, its columns, and where it comes from."""
    from catalog.cli.output import console, finding_line, printable, text
    from catalog.cli.told import changed, said

    out = console()
    out.print(text(source.label, "bold") + text(f"  {source.uri}", "dim"), soft_wrap=True)
    version = store.version(source.version) if source.version is not None else None
    report = store.quality([source.pk]).get(source.pk)
    out.print(summary(source, version), soft_wrap=True)
    if source.description:
        out.print(text(source.description), soft_wrap=True)
    if version is not None:
        for line in said(version, every=evidence):
            out.print(line, soft_wrap=True)
        out.print(columns(version))
        for line in chain(together(version), changed(version)):
            out.print(line, soft_wrap=True)
    if report is not None:
        out.print(verdict(report), soft_wrap=True)
    if version is not None and (moved := drifted(store, version)):
        out.print(text(moved, "yellow"), soft_wrap=True)
    for finding in source.findings:
        out.print(finding_line(finding), soft_wrap=True)
    if evidence and version is not None:
        for one in version.dataset.evidence:
            out.print(text(f"{one.choice} = {printable(one.value)}: {one.reason}", "dim"))
        read = (read_as(profile) for profile in version.profile.columns if profile.parses)
        for told in chain(meanings(version), read):
            out.print(text(told, "dim"), soft_wrap=True)
    near, _ = store.lineage(source.pk, upstream=1, downstream=0)
    if names := [one.label for pk, one in store.sources(near).items() if pk != source.pk]:
        out.print(
            text(f"made from {', '.join(sorted(names))} (`headwater lineage {source.label}`)")
        )


def meanings(version: Version) -> Iterator[str]:
    """Why each column means what it does."""
    for field in version.schema:
        if field.semantic_reason:
            sure = f"{field.semantic_type} ({field.semantic_confidence or 0:.2f})"
            yield f"{field.name} means {sure}: {field.semantic_reason}"


def drifted(store: Store, version: Version) -> str:
    """The columns that drifted from the version before, in one line; empty without any."""
    before = store.versions(version.source_pk, first=1, after=version.number)
    if not before:
        return ""
    from catalog.quality.drift import NONE, drift
    from catalog.quality.evidence import Evidence

    moved = drift(Evidence.of(before[0]), Evidence.of(version))
    told = [f"{one.field} ({one.index:.2f})" for one in moved if one.level != NONE]
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    since = f"drift since version {before[0].number}: "
    return f"{since}{', '.join(told[:5])}{more}; `headwater diff` tells more" if told else ""


def summary(source: Source, version: Version | None) -> Text:
    """One line of facts: format, rows, bytes, version, status."""
    from catalog.cli.output import count, size, text, when

    facts = [source.format or "unknown format"]
    if version is not None:
        seen = version.profile
        partly = "" if seen.row_count is not None else f" (the first {count(seen.rows_seen)} seen)"
        facts += [
            f"{count(seen.row_count)} rows{partly}",
            size(source.byte_count),
            f"version {version.number} of {when(version.created_at)}",
            f"schema {version.fingerprint}",
        ]
    facts += [source.status.value.lower(), *(f"#{tag}" for tag in source.tags)]
    return text(" · ".join(facts))


def columns(version: Version) -> Table:
    """A line a column: type, meaning and figures."""
    from catalog.cli.output import count, figure, text
    from catalog.cli.table import Table

    made = Table(
        ("column", "type", "meaning", "nulls", "distinct", "min", "mean", "max", "most frequent"),
        frozenset(("nulls", "distinct", "mean")),
        ("most frequent", "mean", "max", "min"),
    )
    profiles: dict[str, list[ColumnProfile]] = {}
    for profile in version.profile.columns:
        profiles.setdefault(profile.name, []).append(profile)
    for field in version.schema:
        found = profiles.get(field.name)
        known = found.pop(0) if found else None
        key = " key" if field.name in version.schema.primary_key else ""
        required = "" if field.nullable else " not null"
        meaning = field.semantic_type
        if known is None:
            made.add(field.name, f"{field.type}{required}{key}", meaning, *[None] * 6)
            continue
        about = "" if known.distinct_error == 0 else "~"
        made.add(
            text(field.name, width=30),
            f"{field.type}{required}{key}",
            meaning or (f"({known.role.replace('_', ' ')})" if known.role else None),
            count(known.null_count),
            f"{about}{count(known.distinct_count)}",
            text(figure(known.min), width=20),
            figure(known.mean),
            text(figure(known.max), width=20),
            text(frequent(known), width=36),
        )
    return made


def together(version: Version) -> Iterator[Text]:
    """Rows that repeat, keys of several columns, what determines what, the three strongest
    correlations, and the three most frequent sets of missing values.
    """
    from catalog.cli.output import text

    rows = version.profile.relations
    if rows is not None and rows.duplicates:
        about = "~" if rows.duplicate_error else ""
        share = 100 * rows.duplicates / max(version.profile.rows_seen, 1)
        off = f" (± {100 * rows.duplicate_error:.2g})" if rows.duplicate_error else ""
        yield text(f"rows that repeat: {about}{rows.duplicates:,}, {share:.2g} %{off}")
    depending = version.profile.dependencies
    if depending is not None and depending.keys:
        keys = (" + ".join(one.fields) for one in depending.keys[:3])
        bound = depending.keys[0].most_repeated
        less = f" (at most {100 * bound:.2g} % of rows repeat)" if bound else ""
        yield text(f"unique together: {', '.join(keys)}{less}")
    if depending is not None and depending.determinations:
        by: dict[str, list[str]] = {}
        for one in depending.determinations:
            by.setdefault(one.by, []).append(one.field)
        told = (f"{key} → {', '.join(fields[:4])}" for key, fields in list(by.items())[:3])
        yield text(f"determined: {'; '.join(told)}")
    found = version.profile.association
    if found is None:
        return
    about = "" if found.complete else "~"
    if strong := [one for one in found.correlations if abs(one.coefficient) >= STRONG][:3]:
        pairs = (f"{one.field} and {one.other} {about}{one.coefficient:.2f}" for one in strong)
        yield text(f"correlated: {', '.join(pairs)}")
    if several := [one for one in found.missing if len(one.fields) > 1][:3]:
        sets = (f"{' + '.join(one.fields)} {about}{100 * one.share:.1f} %" for one in several)
        yield text(f"missing together: {', '.join(sets)}")


def read_as(profile: ColumnProfile) -> str:
    """What the texts of a column can be read as, its codes for missing, and what does not fit."""
    from schema.kind import SAID, SIGNED, Kind

    total = sum(count for _, count in profile.parses)
    shares = ", ".join(
        f"{SAID.get(Kind(kind), kind)} {count / total:.{1 if count < total else 0}%}"
        for kind, count in profile.parses
    )
    told = f"{profile.name}: {profile.type}, read from {total:,} texts: {shares}"
    if codes := [code for code in profile.missing_codes if code]:
        told += f"; codes for missing: {', '.join(map(repr, codes))}"
    kinds = {Kind(kind) for kind, _ in profile.parses}
    if profile.type == "string" and kinds & SIGNED and Kind.TEXT not in kinds:
        told += "; text, as their currencies or signs differ"
    if profile.misfit_count:
        places = ", ".join(profile.misfit_examples)
        told += f"; {profile.misfit_count:,} do not fit: {places}"
    return told


def frequent(profile: ColumnProfile) -> str:
    """The three most frequent values with their share of all rows, if any value occurs twice."""
    if profile.unique or not profile.count:
        return "all different" if profile.unique else ""
    shares = ((one.value, 100 * one.count / profile.count) for one in profile.top_values[:3])
    return ", ".join(f"{value} {share:.{int(share < 1)}f} %" for value, share in shares)


def verdict(report: QualityReport) -> Text:
    """The score, and what is not met."""
    from catalog.cli.output import grade, text

    failed = [result.expectation for result in report.results if not result.success]
    line = (
        text("quality ")
        + grade(report.score)
        + text(f" of 100, {len(report.results)} expectations")
    )
    if not failed:
        return line + text(", all met")
    for one in failed[:5]:
        about = f" of {one.field}" if one.field is not None else ""
        line += text(f"; not met: {one.type.removeprefix('expect_')}{about}", "yellow")
    return line
