"""Values to JSON-ready dictionaries and back: datasets, findings, quality results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.model import Expectation, ExpectationResult
from connectors.model import Dataset, Evidence
from schema.model import Finding, Schema


def encode_dataset(dataset: Dataset) -> dict[str, Any]:
    """Without `entries`, namespace, name and uri, which have columns of their own; what is empty
    is left out.
    """
    declared = dataset.declared
    value = {
        "format": dataset.format,
        "options": [list(option) for option in dataset.options],
        "pattern": dataset.pattern,
        "partitionKeys": list(dataset.partition_keys),
        "credentials": dataset.credentials,
        "declared": declared.to_dict() if declared else None,
        "description": dataset.description,
        "evidence": [[one.choice, one.value, one.reason] for one in dataset.evidence],
        "findings": encode_findings(dataset.findings),
    }
    return {key: item for key, item in value.items() if item}


def decode_dataset(value: Mapping[str, Any], namespace: str, name: str, uri: str) -> Dataset:
    """The dataset that `encode_dataset` encoded, with no entries."""
    declared = value.get("declared")
    return Dataset(
        namespace=namespace,
        name=name,
        uri=uri,
        entries=(),
        format=value.get("format"),
        options=tuple((key, item) for key, item in value.get("options", ())),
        pattern=value.get("pattern"),
        partition_keys=tuple(value.get("partitionKeys", ())),
        credentials=value.get("credentials"),
        declared=Schema.from_dict(declared) if declared else None,
        description=value.get("description"),
        evidence=tuple(Evidence(*one) for one in value.get("evidence", ())),
        findings=decode_findings(value.get("findings", ())),
    )


def encode_findings(findings: Sequence[Finding]) -> list[list[str | None]]:
    return [[one.code, one.message, one.place, one.severity] for one in findings]


def decode_findings(value: Sequence[Sequence[Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(*one) for one in value)


def encode_results(results: Sequence[ExpectationResult]) -> list[dict[str, Any]]:
    return [
        {
            "type": one.expectation.type,
            "field": one.expectation.field,
            "kwargs": dict(one.expectation.kwargs),
            "reason": one.expectation.reason,
            "dimension": one.expectation.dimension,
            "success": one.success,
            "observed": one.observed,
            "unexpectedCount": one.unexpected_count,
        }
        for one in results
    ]


def decode_results(value: Sequence[Mapping[str, Any]]) -> tuple[ExpectationResult, ...]:
    return tuple(
        ExpectationResult(
            Expectation(one["type"], one["field"], one["kwargs"], one["reason"], one["dimension"]),
            one["success"],
            one["observed"],
            one["unexpectedCount"],
        )
        for one in value
    )


def encode_partition(partition: Sequence[tuple[str, str | None]]) -> list[list[str | None]] | None:
    return [list(pair) for pair in partition] or None


def decode_partition(value: Sequence[Sequence[Any]] | None) -> tuple[tuple[str, str | None], ...]:
    return tuple((key, item) for key, item in value or ())
