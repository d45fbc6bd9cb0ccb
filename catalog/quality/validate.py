"""Validation by Great Expectations itself, on the data or on the stored summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from catalog.model import Expectation, QualityReport, Source, Version
from catalog.quality.choices import chosen
from catalog.quality.derive import MOST_VERSIONS, derive
from catalog.quality.evidence import Evidence
from catalog.quality.judge import report_of, result_of
from catalog.quality.past import sound
from schema.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog.store import Store

MOST_CELLS = 2_000_000
"""Rows times columns that are read into memory; larger sources are judged by their summary."""


def validate(
    store: Store, source: Source, *, data: bool | None = None, most_cells: int = MOST_CELLS
) -> QualityReport:
    """Run the expectations of a source's current version with Great Expectations.

    With `data` its rows are read and validated by the pandas engine; without, Great Expectations
    judges metrics answered from the stored profile and no row is read. By default (None) the data
    of sources up to `most_cells` cells, the summary of larger ones. `rows_seen` of the report
    says how many rows the verdict rests on.

    Raises NotFound when the source has no version, InvalidInput when `data` is asked for and is
    too large, MissingDependency without Great Expectations, SourceError when it cannot be read.
    """
    version = current_version(store, source)
    expectations = expectations_of(store, version)
    evidence = Evidence.of(version)
    cells = evidence.rows * max(len(evidence.schema), 1)
    if data is None:
        data = evidence.complete and cells <= most_cells
    if data and cells > most_cells:
        raise InvalidInput(
            f"{source.name}: {cells:,} cells are more than the {most_cells:,} that are validated "
            "in memory; validate on the stored summary"
        )
    if data:
        return _on_data(store, version, evidence, expectations, most_cells)
    return _on_summary(version, evidence, expectations)


def current_version(store: Store, source: Source) -> Version:
    """The version that the source is at. Raises NotFound when nothing of it was ever read."""
    if source.version is None:
        raise NotFound(
            f"{source.name}: nothing of it could be read yet, so there is nothing to validate; "
            f"crawl {source.uri}"
        )
    return store.version(source.version)


def expectations_of(store: Store, version: Version) -> tuple[Expectation, ...]:
    """What is expected of a stored version, given those before it."""
    versions = store.versions(version.source_pk, first=MOST_VERSIONS, after=version.number)
    history = sound(store, version.source_pk, versions)
    derived = derive(Evidence.of(version), history)
    return chosen(derived, store.choices(version.source_pk))


def _on_data(
    store: Store,
    version: Version,
    evidence: Evidence,
    expectations: Sequence[Expectation],
    most_cells: int,
) -> QualityReport:
    from catalog.quality import engine, frames
    from connectors.reading import read_dataset

    engine.load()
    entries = store.entries(version.source_pk)
    batches = read_dataset(version.dataset, version.schema, entries=entries)
    table: pa.Table = frames.collect(batches, version.schema.to_arrow(), most_cells=most_cells)
    verdicts = engine.on_data(frames.frame_of(table), expectations)
    results = [
        result_of(expectation, verdict, evidence)
        for expectation, verdict in zip(expectations, verdicts, strict=True)
    ]
    report = report_of(results, evidence, engine="great_expectations", version=version)
    return replace(report, rows_seen=table.num_rows)


def _on_summary(
    version: Version, evidence: Evidence, expectations: Sequence[Expectation]
) -> QualityReport:
    from catalog.quality import engine

    verdicts = engine.on_summary(evidence, expectations)
    results = [
        result_of(expectation, verdict, evidence)
        for expectation, verdict in zip(expectations, verdicts, strict=True)
        if verdict is not None
    ]
    return report_of(results, evidence, engine="great_expectations", version=version)
