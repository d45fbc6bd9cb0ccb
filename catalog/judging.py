"""The verdict on what a crawl has read, by what earlier versions let expect, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.alerts.model import Event
from catalog.alerts.notice import notice
from catalog.model import Known, QualityReport, Source, Version
from catalog.quality.choices import chosen
from catalog.quality.derive import MOST_VERSIONS, derive
from catalog.quality.evidence import Evidence
from catalog.quality.judge import judge
from catalog.quality.past import sound
from catalog.quality.validate import validate

if TYPE_CHECKING:
    from catalog.store import Store


def judged(
    store: Store, known: Known | None, evidence: Evidence, *, noticed: bool
) -> tuple[QualityReport, tuple[Event, ...]]:
    """The report on what is about to be recorded, and events where they are `noticed`."""
    if known is None:
        report = judge(evidence, derive(evidence))
        return report, tuple(notice(None, evidence, report, None)) if noticed else ()
    source_pk = known.source_pk
    versions = store.versions(source_pk, first=MOST_VERSIONS)
    history = sound(store, source_pk, versions)
    choices = store.choices(source_pk)
    report = judge(evidence, chosen(derive(evidence, history), choices))
    if not noticed:
        return report, ()
    last = next((one for one in versions if one.pk == known.version), None)
    return report, happened(store, source_pk, last, evidence, report)


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
