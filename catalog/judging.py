"""The verdict on what a crawl has read, by what earlier versions let expect, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from catalog.alerts.model import Event
from catalog.alerts.notice import notice
from catalog.joins.model import KeyColumn
from catalog.model import Known, Outcome, QualityReport, Source, Version
from catalog.quality.choices import chosen
from catalog.quality.derive import MOST_VERSIONS, derive
from catalog.quality.evidence import Evidence
from catalog.quality.judge import judge
from catalog.quality.past import sound
from catalog.quality.references import KIND as REFERS
from catalog.quality.references import Reference, references_in
from catalog.quality.referring import declared, learned, referrals
from catalog.quality.rules.referring import refers
from catalog.quality.rules.subject import TableSubject
from catalog.quality.score import with_results
from catalog.quality.validate import validate

if TYPE_CHECKING:
    from catalog.store import Store


@dataclass(frozen=True, slots=True)
class Judged:
    """The report on what is about to be recorded, what happened, and the references that are not
    met yet: what they refer to may be in a version that is only about to be read.
    """

    report: QualityReport
    events: tuple[Event, ...] = ()
    unsettled: tuple[Reference, ...] = ()


def judged(
    store: Store,
    known: Known | None,
    evidence: Evidence,
    columns: Sequence[KeyColumn],
    *,
    noticed: bool,
) -> Judged:
    """The verdict on what is about to be recorded with those columns to be joined by; events where
    they are `noticed`.
    """
    if known is None:
        report = judge(evidence, derive(evidence))
        return Judged(report, tuple(notice(None, evidence, report, None)) if noticed else ())
    source_pk = known.source_pk
    versions = store.versions(source_pk, first=MOST_VERSIONS)
    choices = store.choices(source_pk)
    references = learned(store, source_pk, versions, choices)
    found = referrals(store, references, columns, evidence.profile, source_pk)
    evidence = replace(evidence, references=found)
    every = judge(evidence, chosen(derive(evidence, sound(store, source_pk, versions)), choices))
    unmet = [one for one in every.results if one.expectation.type == REFERS and not one.success]
    report = with_results(every, [one for one in every.results if one not in unmet], evidence)
    unsettled = tuple(references_in(one.expectation for one in unmet))
    if not noticed:
        return Judged(report, (), unsettled)
    last = next((one for one in versions if one.pk == known.version), None)
    return Judged(report, happened(store, source_pk, last, evidence, report), unsettled)


def settle(store: Store, outcomes: Iterable[Outcome], changed: Collection[int] = ()) -> None:
    """Judge, when all is crawled, what could not be judged before: references that a database
    declares, those of which something was missing, and those to sources that `changed`, whoever
    refers to them. The last are recorded only where the verdict is another.
    """
    asked = {one.source.pk: one.unsettled for one in outcomes if one.unsettled is not None}
    shaken = store.joins.referrers(changed) if changed else set()
    every = asked.keys() | shaken
    noticed = bool(store.alerts.rules())
    for pk, version, report in _current(store, sorted(every)):
        held = references_in(one.expectation for one in report.results) if pk in shaken else []
        known = [*declared(store, version.dataset), *held, *(asked.get(pk) or ())]
        found = referrals(store, known, store.joins.columns(pk), version.profile, pk)
        evidence = replace(Evidence.of(version), references=found)
        expected = chosen(list(refers(TableSubject(evidence, (evidence,)))), store.choices(pk))
        made = judge(evidence, [one for one in expected if one.type == REFERS]).results
        before = {one.expectation.key: one.success for one in report.results}
        if not made or (
            pk not in asked and all(before.get(one.expectation.key) is one.success for one in made)
        ):
            continue
        keys = {one.expectation.key for one in made}
        kept = [one for one in report.results if one.expectation.key not in keys]
        settled = with_results(report, [*kept, *made], evidence)
        if pk in asked:
            earlier = store.versions(pk, first=1, after=version.number) if noticed else []
            occasion = None
        else:
            settled = replace(settled, checked_at=datetime.now(UTC))
            earlier, occasion = [version] if noticed else [], settled.checked_at.isoformat()
        events = notice(earlier[0], evidence, settled, report) if earlier else ()
        told = [one for one in events if one.kind in _SETTLED]
        store.record_quality(settled, events=told, occasion=occasion)


_AT_ONCE = 64
"""Sources whose versions are held together."""


def _current(store: Store, pks: Sequence[int]) -> Iterator[tuple[int, Version, QualityReport]]:
    """Those of the sources that have a version, with it and the last report on it."""
    for at in range(0, len(pks), _AT_ONCE):
        some = pks[at : at + _AT_ONCE]
        versions, reports = store.current_versions(some), store.quality(some)
        for pk in some:
            if pk in versions and pk in reports:
                yield pk, versions[pk], reports[pk]


_SETTLED = frozenset(("score", "quality"))
"""The kinds of events that references can make happen; the others were told already."""


def checked(
    store: Store, source: Source, *, engine: str = "summary", master: str = "local[*]"
) -> QualityReport:
    """Validate the current version with Great Expectations, and record the report with what
    happened. Raises as `validate` does.
    """
    report = validate(store, source, engine=engine, master=master)
    events: tuple[Event, ...] = ()
    if store.alerts.rules():
        version = store.version(report.version)
        before = store.versions(source.pk, first=1, after=version.number)
        last = before[0] if before else None
        events = happened(store, source.pk, last, Evidence.of(version), report)
    store.record_quality(report, events=events)
    return report


def happened(
    store: Store,
    source_pk: int,
    before: Version | None,
    evidence: Evidence,
    report: QualityReport,
) -> tuple[Event, ...]:
    """What is to be told of a report: beside the version before and the last report."""
    last = store.quality([source_pk]).get(source_pk)
    return tuple(notice(before, evidence, report, last))
