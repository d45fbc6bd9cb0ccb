"""Connectors: a version of a source as typed code for a target."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.model import Version
from connectors import registry
from connectors.model import Target


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
    findings = dict.fromkeys((*known.findings, *version.findings))
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
