"""What is learned of what was read: inferred, profiled, judged, and recorded a few at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, wait
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import connectors.model
from catalog.context import contradictions, told_notations, with_context
from catalog.joins.keys import key_columns
from catalog.judging import judged
from catalog.model import Known, Outcome, Record, label_of
from catalog.quality import Evidence
from catalog.quality.personal import is_personal, without_cells
from catalog.reading import Content
from connectors.model import Dataset
from schema.decide import written_as
from schema.infer import infer, misfit_findings
from schema.model import Finding
from schema.notation import PREFIX, notations
from schema.part_types import part_type_findings
from schema.profile import profile

if TYPE_CHECKING:
    from catalog.store import Store

MOST_TOGETHER = 64
MOST_PARTS_TOGETHER = 2000
MOST_SECONDS = 0.5
"""How many sources, entries of them, and for how long what was read waits for others, to be
recorded with them: small files cost half as much, and others that write wait no longer.
"""


def record_all(
    store: Store,
    coming: Iterable[tuple[Future[Content | Record], Known | None]],
    run: int | None,
) -> Iterator[Outcome]:
    """Record what was read or learned, in order, together with what follows soon.

    What was read when the crawl is stopped or fails is recorded before that goes on.
    """
    waiting = _Waiting(store)
    noticed = bool(store.alerts.rules())
    try:
        for future, known in coming:
            if not wait([future], timeout=waiting.patience).done:
                yield from waiting.record()
            found = future.result()
            made = (
                replace(found, run=run)
                if isinstance(found, Record)
                else learn(store, found, known, run, noticed=noticed)
            )
            if waiting.cannot_take(made):
                yield from waiting.record()
            waiting.take(made)
            if waiting.is_due:
                yield from waiting.record()
    finally:
        done = waiting.record()
    yield from done


class _Waiting:
    """Records that are written together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._records: list[Record] = []
        self._parts = 0
        self._since = 0.0

    @property
    def patience(self) -> float | None:
        """Seconds until what waits has to be recorded; None while nothing does."""
        if not self._records:
            return None
        return max(0.0, self._since + MOST_SECONDS - time.monotonic())

    @property
    def is_due(self) -> bool:
        full = len(self._records) >= MOST_TOGETHER or self._parts >= MOST_PARTS_TOGETHER
        return full or self.patience == 0.0

    def cannot_take(self, record: Record) -> bool:
        """Whether the same source waits already, which is written once at a time."""
        dataset = record.dataset
        return any(
            (one.dataset.namespace, one.dataset.name) == (dataset.namespace, dataset.name)
            for one in self._records
        )

    def take(self, record: Record) -> None:
        if not self._records:
            self._since = time.monotonic()
        self._records.append(record)
        self._parts += len(record.dataset.entries)

    def record(self) -> list[Outcome]:
        """Write what waits. It is forgotten even if that fails."""
        records, self._records, self._parts = self._records, [], 0
        return self._store.record_many(records)


def learn(
    store: Store, content: Content, known: Known | None, run: int | None, *, noticed: bool
) -> Record:
    """What was read of a dataset as it is recorded: its schema, figures, findings and verdict;
    and events, where there are rules by which they are `noticed`.
    """
    dataset, summary = content.dataset, content.summary
    if summary is None:
        findings = content.findings or (_unread(dataset),)
        return Record(dataset, None, None, findings=findings, bytes_read=content.bytes_read)
    fixed = notations(dict(dataset.options))
    fixed |= told_notations(summary, dataset, fixed)
    schema = with_context(infer(summary, dataset.declared, fixed=fixed), dataset)
    personal = {field.name for field in schema if is_personal(field)}
    dataset = _with_notations(dataset, written_as(summary, fixed, hidden=personal))
    sizes = [entry.size for entry in dataset.entries if entry.size is not None]
    figures = profile(
        summary,
        schema,
        row_count=summary.rows if content.complete else None,
        byte_count=sum(sizes) if sizes else None,
        fixed=fixed,
    )
    against = tuple(contradictions(schema, figures, dataset))
    if any(one.code == "declared-key-violated" for one in against):
        schema = replace(
            schema, primary_key=dataset.declared.primary_key if dataset.declared else ()
        )
    findings = (
        *(map(without_cells, content.findings) if personal else content.findings),
        *misfit_findings(summary, schema, hidden=is_personal, fixed=fixed),
        *against,
        *(part_type_findings(summary, schema) if _declares_each(dataset) else ()),
    )
    columns = key_columns(
        label_of(dataset.name, dataset.uri), summary, schema, figures, dataset.foreign_keys
    )
    evidence = Evidence(schema, figures, findings, datetime.now(UTC))
    verdict = judged(store, known, evidence, columns, noticed=noticed)
    return Record(
        dataset,
        schema,
        figures,
        content.parts,
        findings,
        verdict.report,
        run,
        content.bytes_read,
        columns,
        verdict.events,
        verdict.unsettled if verdict.unsettled or dataset.foreign_keys else None,
    )


def _declares_each(dataset: Dataset) -> bool:
    """Whether there are several parts, each of which says what types it has."""
    return dataset.declared is not None and len(dataset.entries) > 1


def _with_notations(dataset: Dataset, found: Mapping[str, tuple[str, str]]) -> Dataset:
    """The dataset with the notation of each column among its options, and why it was chosen."""
    told = {PREFIX + name: notation for name, (notation, _) in found.items()}
    fresh = {name: value for name, value in told.items() if name not in dict(dataset.options)}
    evidence = tuple(
        connectors.model.Evidence(PREFIX + name, notation, why)
        for name, (notation, why) in found.items()
        if PREFIX + name in fresh
    )
    options = tuple(sorted({**dict(dataset.options), **fresh}.items()))
    return replace(dataset, options=options, evidence=(*dataset.evidence, *evidence))


def _unread(dataset: Dataset) -> Finding:
    return Finding(
        "unreadable", "nothing of it could be read and no reader said why", dataset.name, "error"
    )
