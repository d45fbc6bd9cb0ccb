"""Values to JSON-ready dictionaries and back: datasets, findings, quality results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from catalog.model import Expectation, ExpectationResult
from catalog.store.columns import dumps, loads
from connectors.context.model import Fact
from connectors.model import Dataset, Entry, Evidence, ForeignKey
from schema.encoding import as_dict
from schema.model import Finding, Schema
from schema.profile import ColumnProfile, TableProfile

LONG = ("quantiles", "histogram", "top_values", "misfit_examples", "distribution")
"""The figures of a column that are lists."""

_SHORT = tuple(field.name for field in fields(ColumnProfile) if field.name not in LONG)

HISTORY = "history"
"""Under which the store keeps when a column came and changed, beside its figures."""

_STORED = frozenset(("more", HISTORY))


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
        "beside": [[one.uri, one.stamp] for one in dataset.beside or ()],
        "foreignKeys": [
            [one.columns, one.referred, one.referred_columns] for one in dataset.foreign_keys
        ],
        "context": [[one.what, one.value, one.origin, one.field] for one in dataset.context],
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
        beside=tuple(Entry(uri, None, stamp) for uri, stamp in value.get("beside", ())),
        foreign_keys=tuple(
            ForeignKey(tuple(ours), referred, tuple(theirs))
            for ours, referred, theirs in value.get("foreignKeys", ())
        ),
        context=tuple(Fact(*one) for one in value.get("context", ())),
    )


def encode_profile(profile: TableProfile) -> dict[str, Any]:
    """As `TableProfile.to_dict`, with what is long of each column as JSON within `more`: what is
    seldom asked for is then not parsed, which is four fifths of it.
    """
    value: dict[str, Any] = replace(profile, columns=()).to_dict()
    value["columns"] = [_short(column) for column in profile.columns]
    return value


def _short(column: ColumnProfile) -> dict[str, Any]:
    more = {name: getattr(column, name) for name in LONG}
    short = {name: as_dict(getattr(column, name)) for name in _SHORT}
    return {**short, "more": dumps(more).decode("utf-8")}


def decode_profile(value: Mapping[str, Any]) -> TableProfile:
    """The profile that `encode_profile` encoded, or `TableProfile.to_dict` before it did."""
    columns = [
        {**{name: item for name, item in column.items() if name not in _STORED}, **long_of(column)}
        for column in value["columns"]
    ]
    return TableProfile.from_dict({**value, "columns": columns})


def long_of(column: Mapping[str, Any]) -> Mapping[str, Any]:
    """The figures of a column that `LONG` names, by name."""
    if "more" in column:
        found: Mapping[str, Any] = loads(column["more"])
        return found
    return {name: column.get(name) for name in LONG}


def encode_findings(findings: Sequence[Finding]) -> list[list[str | None]]:
    return [[one.code, one.message, one.place, one.severity] for one in findings]


def decode_findings(value: Sequence[Sequence[Any]]) -> tuple[Finding, ...]:
    return tuple(Finding(*one) for one in value)


def encode_one(one: Expectation) -> dict[str, Any]:
    """An expectation; the inverse of `decode_one`."""
    return {
        "type": one.type,
        "field": one.field,
        "kwargs": dict(one.kwargs),
        "reason": one.reason,
        "dimension": one.dimension,
        "falseAlarms": one.false_alarms,
        "key": one.key,
    }


def decode_one(value: Mapping[str, Any]) -> Expectation:
    return Expectation(
        value["type"],
        value["field"],
        value["kwargs"],
        value["reason"],
        value["dimension"],
        value.get("falseAlarms"),
        value.get("key"),
    )


def encode_results(results: Sequence[ExpectationResult]) -> list[dict[str, Any]]:
    return [
        {
            **encode_one(one.expectation),
            "success": one.success,
            "observed": one.observed,
            "unexpectedCount": one.unexpected_count,
        }
        for one in results
    ]


def decode_results(value: Sequence[Mapping[str, Any]]) -> tuple[ExpectationResult, ...]:
    return tuple(
        ExpectationResult(decode_one(one), one["success"], one["observed"], one["unexpectedCount"])
        for one in value
    )


def encode_partition(partition: Sequence[tuple[str, str | None]]) -> list[list[str | None]] | None:
    return [list(pair) for pair in partition] or None


def decode_partition(value: Sequence[Sequence[Any]] | None) -> tuple[tuple[str, str | None], ...]:
    return tuple((key, item) for key, item in value or ())
