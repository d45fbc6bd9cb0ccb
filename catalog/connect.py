"""Connectors: a version of a source as typed code for a target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from catalog.model import Version
from connectors import registry
from connectors.model import Target
from schema.model import Finding


@dataclass(frozen=True, slots=True)
class Connector:
    """Generated code that reads one source at one schema fingerprint."""

    target: str
    language: str
    filename: str
    fingerprint: str
    code: str


def connector(version: Version, target: str) -> Connector:
    """The connector of a version for a target (`pyspark`, `arrow`, …).

    Raises InvalidInput when there is no such target, UnsupportedType naming the field that it
    cannot hold.
    """
    chosen: Target = registry.load("targets", target)
    known = version.dataset
    findings = dict.fromkeys((*known.findings, *version.findings, *_seen_in_values(version)))
    dataset = replace(known, findings=tuple(findings))
    return Connector(
        target=chosen.name,
        language=chosen.language,
        filename=chosen.filename(dataset),
        fingerprint=version.schema.fingerprint,
        code=chosen.generate(version.schema, dataset),
    )


def targets() -> tuple[str, ...]:
    """The names of all registered targets, sorted."""
    return tuple(registry.table("targets"))


def _seen_in_values(version: Version) -> Iterator[Finding]:
    """What the profile tells that engines' own readers of text would read otherwise."""
    for column in version.profile.columns:
        if column.missing_codes:
            message = f"column {column.name!r} writes missing values as {column.missing_codes}"
            yield Finding("missing-codes", message, severity="info")
        texts = (column.min, column.max, *(top.value for top in column.top_values))
        if any(isinstance(text, str) and ("\n" in text or "\r" in text) for text in texts):
            message = f"column {column.name!r} has values of several lines"
            yield Finding("line-breaks", message, severity="info")
        if column.type == "double" and {"inf", "-inf"} & {str(column.min), str(column.max)}:
            yield Finding(
                "infinite", f"column {column.name!r} has infinite values", severity="info"
            )
