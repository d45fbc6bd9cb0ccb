"""Connectors: a version of a source as typed code for a target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from catalog.model import Version
from connectors import registry
from connectors.key_ranges import key_ranges
from connectors.model import Dataset, Target
from connectors.sources.sql import SqlSource
from schema.errors import InvalidInput
from schema.model import Finding
from schema.profile import ColumnProfile

_LONG = 100_000
"""Characters; pyarrow's readers of text fail where a row is longer than the block of 1 MB."""


@dataclass(frozen=True, slots=True)
class Connector:
    """Generated code that reads one source at one schema fingerprint."""

    target: str
    language: str
    filename: str
    fingerprint: str
    code: str


def connector(version: Version, target: str) -> Connector:
    """The connector of a version for a target (`pyspark`, `arrow`, `ddl:mysql`, …).

    Raises InvalidInput when there is no such target, UnsupportedType naming the field that it
    cannot hold.
    """
    chosen = _target(target)
    known = version.dataset
    findings = dict.fromkeys((*known.findings, *version.findings, *_seen_in_values(version)))
    ranges = key_ranges(version.schema, version.profile) if in_database(known) else None
    profile = version.profile
    size = profile.byte_count if profile.rows_seen == profile.row_count else None
    dataset = replace(known, findings=tuple(findings), ranges=ranges, read_bytes=size)
    return Connector(
        target=chosen.name,
        language=chosen.language,
        filename=chosen.filename(dataset),
        fingerprint=version.schema.fingerprint,
        code=chosen.generate(version.schema, dataset),
    )


def in_database(dataset: Dataset) -> bool:
    """Whether a database holds it as a table."""
    return "#" in dataset.uri and SqlSource.claims(dataset.uri)


def _target(name: str) -> Target:
    """A registered target; what follows a colon is its option, such as the dialect of `ddl`."""
    name, _, option = name.partition(":")
    target: Target = registry.load("targets", name)
    if not option:
        return target
    if not hasattr(target, "with_option"):
        raise InvalidInput(f"target {name}: has no options, {option!r} was given; leave it out")
    chosen: Target = target.with_option(option)
    return chosen


def targets() -> tuple[str, ...]:
    """The names of all registered targets, sorted."""
    return tuple(registry.table("targets"))


def _seen_in_values(version: Version) -> Iterator[Finding]:
    """What the profile tells that engines' own readers would read otherwise."""
    for column in version.profile.columns:
        for code, told in _doubts(column, in_path=column.name in version.dataset.partition_keys):
            yield Finding(code, f"column {column.name!r} {told}", severity="info")


def _doubts(column: ColumnProfile, *, in_path: bool) -> Iterator[tuple[str, str]]:
    shown = [column.min, column.max, *(top.value for top in column.top_values)]
    texts = [text for text in shown if isinstance(text, str)]
    if column.missing_codes:
        yield (
            "missing-codes",
            f"writes missing values as {', '.join(map(repr, column.missing_codes))}",
        )
    longest = max(column.max_length or 0, *(column.written_lengths or (0,)))
    if longest > _LONG:
        yield "long-values", "has values that are longer than a reader's block"
    if column.type == "double" and column.count and None in {column.min, column.max}:
        yield "infinite", "has values that are not finite"
    if (
        "tz=" in column.type
        and column.written_lengths
        and not _to_the_second(*column.written_lengths)
    ):
        yield "short-times", "may have times that are written without seconds"
    if in_path and column.type == "string":
        seen_all = column.distinct_count is not None and column.distinct_count <= len(
            column.top_values
        )
        if not seen_all or not all(text.isascii() for text in texts):
            yield "partition-names", "has letters beyond ASCII in the names of its folders"


def _to_the_second(shortest: int, longest: int) -> bool:
    """Whether times with a zone are all written with seconds: `2013-01-01T05:06:07Z` has 20
    characters; from 23 on there are seconds in every form.
    """
    return shortest == longest == len("2013-01-01T05:06:07Z") or shortest > len(
        "2013-01-01T05:06+01:00"
    )
