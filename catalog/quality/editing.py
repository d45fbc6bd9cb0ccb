"""Changing what is expected of a source: what the command line and the API do alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from catalog.model import QualityReport, Source
from catalog.quality.choices import (
    ACCEPTED,
    OWN,
    PINNED,
    SILENCED,
    Choice,
    changed,
    chosen,
    found,
    keys,
)
from catalog.quality.judge import judge
from catalog.quality.referring import with_references
from catalog.quality.validate import current_version, derived_of
from schema.errors import InvalidInput

if TYPE_CHECKING:
    from catalog.model import Expectation
    from catalog.store import Store

MOST_OWN = 500


@dataclass(frozen=True, slots=True)
class Edit:
    """What a user wants: keys of expectations to silence and to pin as they are, arguments to set,
    keys to reset, expectations of their own, and whether the current version is right as it is.
    """

    silence: Sequence[str] = ()
    pin: Sequence[str] = ()
    set: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reset: Sequence[str] = ()
    own: Sequence[Expectation] | None = None
    """A suite that takes the place of the one that was brought before; None leaves it."""
    accept: bool = False
    reason: str | None = None


def edit(store: Store, source: Source, wanted: Edit) -> QualityReport:
    """Keep what a user wants, and judge the current version anew from its summary.

    Raises InvalidInput for a key that there is not, NotFound when the source has no version.
    """
    version = current_version(store, source)
    known = store.choices(source.pk)
    evidence = with_references(store, version)
    derived = derived_of(store, version, evidence)
    own = [one.expectation for one in known.values() if one.state in (OWN, PINNED)]
    every = [*derived, *(one for one in own if one is not None)]
    made = list(_choices(every, wanted))
    gone = list(wanted.reset)
    for key in gone:
        if key not in known:
            raise InvalidInput(
                f"nothing was chosen for {key!r}; chosen: {', '.join(known) or 'nothing'}"
            )
    if wanted.own is not None:
        gone += [key for key, one in known.items() if one.state == OWN]
        made += _own(wanted.own)
    if wanted.accept:
        made.append(Choice(f"version:{version.number}", ACCEPTED, None, wanted.reason))
    store.choose(source.pk, made, gone)
    evidence = with_references(store, version)
    expectations = chosen(derived_of(store, version, evidence), store.choices(source.pk))
    judged = judge(evidence, expectations)
    report = replace(judged, source_pk=source.pk, version=version.pk)
    store.record_quality(report)
    return report


def _choices(every: Sequence[Expectation], wanted: Edit) -> list[Choice]:
    made = [Choice(key, SILENCED, found(every, key), wanted.reason) for key in wanted.silence]
    made += [Choice(key, PINNED, found(every, key), wanted.reason) for key in wanted.pin]
    made += [
        Choice(key, PINNED, changed(found(every, key), arguments), wanted.reason)
        for key, arguments in wanted.set.items()
    ]
    return made


def _own(expectations: Sequence[Expectation]) -> list[Choice]:
    if len(expectations) > MOST_OWN:
        raise InvalidInput(f"a suite has at most {MOST_OWN} expectations, not {len(expectations)}")
    return [
        Choice(f"own:{key}", OWN, one, None)
        for key, one in zip(keys(expectations), expectations, strict=True)
    ]
