"""What happened between two versions of a source, as events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.alerts.model import Event
from catalog.comparing import compare
from catalog.contract import described
from catalog.model import ExpectationResult, QualityReport, Version
from catalog.quality.drift import STRONG, drift
from catalog.quality.evidence import Evidence
from catalog.quality.wording import shown

_ROWS = "expect_table_row_count_to_be_between"
_LATEST = "expect_column_max_to_be_between"
_SHOWN = 3


def notice(
    before: Version | None, now: Evidence, report: QualityReport, last: QualityReport | None
) -> Iterator[Event]:
    """What the new evidence and its report say beside the version before and the last report: what
    was not met then is not told again. The store adds the version to the keys of the events.
    """
    score = last.score if last else None
    known = {(one.expectation.type, one.expectation.field) for one in _unmet(last)}
    if before is not None:
        yield from _schema(before, now)
        yield from _drift(before, now)
    yield from _credentials(before, now)
    if score is not None and report.score < score:
        fall = f"quality fell from {score:.1f} to {report.score:.1f} of 100"
        yield Event("score", "", fall, report.score, {"before": score, "after": report.score})
    unmet = [
        one for one in _unmet(report) if (one.expectation.type, one.expectation.field) not in known
    ]
    rows = [one for one in unmet if one.expectation.type == _ROWS]
    if rows:
        told = f"{shown(now.rows)} rows; expected because {rows[0].expectation.reason}"
        yield Event("volume", "", told, now.rows, {"rows": now.rows})
    late = [one for one in unmet if one.expectation.type == _LATEST and before is not None]
    for one in late:
        told = f"{one.expectation.field}: the latest value is {shown(one.observed)}; "
        yield Event("late", f"value {one.expectation.field}", told + one.expectation.reason)
    if unmet and before is not None:
        names = [one.expectation.field or "the table" for one in unmet if one not in (*rows, *late)]
        if names:
            told = f"{len(names)} expectations are not met, about {_listed(names)}"
            yield Event("quality", "", told, len(names))


def _unmet(report: QualityReport | None) -> list[ExpectationResult]:
    return [one for one in report.results if not one.success] if report else []


def _schema(before: Version, now: Evidence) -> Iterator[Event]:
    broken = [change for change in compare(before, now).changes if change.breaking]
    if broken:
        told = "; ".join(map(described, broken[:_SHOWN]))
        more = f" and {len(broken) - _SHOWN} more" if len(broken) > _SHOWN else ""
        yield Event("schema", "", f"readers break: {told}{more}", len(broken))


def _drift(before: Version, now: Evidence) -> Iterator[Event]:
    strong = [one for one in drift(Evidence.of(before), now) if one.level == STRONG]
    if strong:
        told = _listed([f"{one.field} (index {one.index:.2f})" for one in strong])
        fields = [one.field for one in strong]
        yield Event("drift", "", f"strong drift of {told}", strong[0].index, {"fields": fields})


def _credentials(before: Version | None, now: Evidence) -> Iterator[Event]:
    known = {one.place for one in before.findings if _secret(one.code)} if before else set()
    earlier = before.schema if before else ()
    held = {one.name for one in earlier if one.semantic_type == "credential"}
    places = [one.place or "" for one in now.findings if _secret(one.code)]
    places = [one for one in places if one not in known]
    fields = [one.name for one in now.schema if one.semantic_type == "credential"]
    fields = [one for one in fields if one not in held]
    if places or fields:
        told = _listed([*(f"column {one}" for one in fields), *filter(None, places)])
        yield Event("credentials", "", f"credentials were found: {told or 'see its findings'}")


def _secret(code: str) -> bool:
    return "credential" in code or "secret" in code or "token" in code


def _listed(names: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - _SHOWN} more" if len(distinct) > _SHOWN else ""
    return ", ".join(distinct[:_SHOWN]) + more
