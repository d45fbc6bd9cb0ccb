"""Validation by Great Expectations itself, on the data or on the stored summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.connect import in_database
from catalog.model import Expectation, QualityReport, Source, Version
from catalog.quality import passes
from catalog.quality.choices import chosen
from catalog.quality.derive import MOST_VERSIONS, derive
from catalog.quality.evidence import Evidence
from catalog.quality.judge import Verdict, report_of, result_of, verdict_of
from catalog.quality.passes import MOST_CELLS
from catalog.quality.past import sound
from catalog.quality.referring import with_references
from schema.errors import InvalidInput, NotFound, SourceError

if TYPE_CHECKING:
    from catalog.store import Store

ENGINES = ("summary", "pandas", "sql", "spark")


def validate(
    store: Store,
    source: Source,
    *,
    engine: str = "summary",
    most_cells: int = MOST_CELLS,
    master: str = "local[*]",
) -> QualityReport:
    """Run the expectations of a source's current version with Great Expectations.

    With the engine `summary` it judges metrics that are answered from the stored profile; what
    the profile cannot answer is left to a pass over the columns in question: in the database that
    has the table, else in memory while they are at most `most_cells` cells, else not at all. With
    `pandas`, `sql` and `spark` (on `master`) it reads the rows by the engine of that name; types,
    which each engine calls otherwise, and what an engine has no means for come from the profile.

    Raises NotFound when the source has no version, InvalidInput when an engine cannot take the
    source, MissingDependency without Great Expectations, SourceError when it cannot be read.
    """
    if engine not in ENGINES:
        raise InvalidInput(f"engine {engine!r}: not one of {', '.join(ENGINES)}")
    version = current_version(store, source)
    evidence = with_references(store, version)
    expectations = chosen(derived_of(store, version, evidence), store.choices(source.pk))
    rows, why = evidence.rows, "neither the engine nor the stored profile can tell"
    if engine == "summary":
        verdicts = _on_summary(evidence, expectations)
        verdicts, why = _completed(store, version, expectations, verdicts, most_cells)
    else:
        if engine == "pandas":
            found, rows = passes.by_pandas(store, version, expectations, most_cells=most_cells)
        elif engine == "sql":
            found = passes.by_sql(store, version, expectations)
        else:
            found = passes.by_spark(store, version, expectations, master=master)
        rows = next((one.observed for one in _row_counts(expectations, found)), rows)
        verdicts = [
            verdict or verdict_of(expectation, evidence)
            for expectation, verdict in zip(expectations, found, strict=True)
        ]
    results = [
        result_of(expectation, verdict, evidence)
        for expectation, verdict in zip(expectations, verdicts, strict=True)
        if verdict is not None
    ]
    called = "great_expectations" if engine == "summary" else f"great_expectations_{engine}"
    report = report_of(results, evidence, engine=called, version=version)
    left = [one for one, verdict in zip(expectations, verdicts, strict=True) if verdict is None]
    unjudged = tuple(f"{one.key or one.type}: {why}" for one in left)
    return replace(report, rows_seen=rows, unjudged=unjudged)


def current_version(store: Store, source: Source) -> Version:
    """The version that the source is at. Raises NotFound when nothing of it was ever read."""
    if source.version is None:
        raise NotFound(
            f"{source.name}: nothing of it could be read yet, so there is nothing to validate; "
            f"crawl {source.uri}"
        )
    return store.version(source.version)


def expectations_of(store: Store, version: Version) -> tuple[Expectation, ...]:
    """What is expected of a stored version, given those before it, as users want it."""
    derived = derived_of(store, version, with_references(store, version))
    return chosen(derived, store.choices(version.source_pk))


def derived_of(store: Store, version: Version, evidence: Evidence) -> tuple[Expectation, ...]:
    """What is expected of a stored version with that evidence, given those before it."""
    versions = store.versions(version.source_pk, first=MOST_VERSIONS, after=version.number)
    return derive(evidence, sound(store, version.source_pk, versions))


def _on_summary(evidence: Evidence, expectations: Sequence[Expectation]) -> passes.Verdicts:
    from catalog.quality import engine

    return engine.on_summary(evidence, expectations)


def _completed(
    store: Store,
    version: Version,
    expectations: Sequence[Expectation],
    verdicts: passes.Verdicts,
    most_cells: int,
) -> tuple[passes.Verdicts, str]:
    """The verdicts with those that the summary could not give, where a pass over the data can; and
    why there are none of the others.
    """
    left = [index for index, verdict in enumerate(verdicts) if verdict is None]
    asked = [expectations[index] for index in left]
    if not asked:
        return verdicts, ""
    names = {name for one in asked for name in passes.columns_named(one.kwargs)}
    columns = [name for name in version.schema.names if name in names]
    found: passes.Verdicts
    try:
        if in_database(version.dataset):
            found = passes.by_sql(store, version, asked)
        else:
            found, _ = passes.by_pandas(
                store, version, asked, columns=columns or None, most_cells=most_cells
            )
    except (SourceError, InvalidInput) as error:
        return verdicts, str(error)
    made = list(verdicts)
    for index, verdict in zip(left, found, strict=True):
        made[index] = verdict
    return made, "the database has no means for it"


def _row_counts(
    expectations: Sequence[Expectation], verdicts: passes.Verdicts
) -> Iterator[Verdict]:
    """What an engine says of the number of rows."""
    for expectation, verdict in zip(expectations, verdicts, strict=True):
        if expectation.type == "expect_table_row_count_to_be_between" and verdict is not None:
            yield verdict
