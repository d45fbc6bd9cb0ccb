"""The shapes of the JSON documents: values of the catalog with GraphQL's field names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from catalog.model import global_id

if TYPE_CHECKING:
    from catalog.joins.asking import Partners
    from catalog.joins.model import Join
    from catalog.model import Edge, ExpectationResult, Outcome, QualityReport, Run, Source
    from catalog.quality.choices import Choice
    from catalog.quality.drift import ColumnDrift
    from catalog.quality.score import DimensionScore
    from schema.diff import SchemaDiff
    from schema.model import Finding

Document = dict[str, Any]


def finding(value: Finding) -> Document:
    return {
        "code": value.code,
        "message": value.message,
        "place": value.place,
        "severity": value.severity.upper(),
    }


def source(value: Source) -> Document:
    """What identifies a source and tells its size; `show` has the rest."""
    return {
        "id": value.id,
        "name": value.name,
        "namespace": value.namespace,
        "uri": value.uri,
        "format": value.format,
        "rowCount": value.row_count,
        "byteCount": value.byte_count,
        "quality": value.quality,
    }


def outcome(value: Outcome) -> Document:
    return {
        **source(value.source),
        "status": value.status.value,
        "findings": [finding(one) for one in value.findings],
    }


def difference(value: SchemaDiff) -> Document:
    return {
        "compatibility": value.compatibility,
        "changes": [
            {
                "kind": change.kind.upper(),
                "field": change.field,
                "before": change.before,
                "after": change.after,
                "breaking": change.breaking,
                "reason": change.reason,
            }
            for change in value.changes
        ],
    }


def quality(value: QualityReport) -> Document:
    return {
        "success": value.success,
        "score": value.score,
        "engine": value.engine,
        "checkedAt": value.checked_at,
        "rowsSeen": value.rows_seen,
        "results": [result(one) for one in value.results],
    }


def dimension(value: DimensionScore) -> Document:
    return {
        "dimension": value.dimension,
        "score": value.score,
        "met": value.met,
        "expected": value.expected,
        "formula": value.formula,
    }


def moved(value: ColumnDrift) -> Document:
    return {
        "field": value.field,
        "level": value.level,
        "index": value.index,
        "distance": value.distance,
        "divergence": value.divergence,
        "chance": value.chance,
        "nullsBefore": value.nulls_before,
        "nullsAfter": value.nulls_after,
        "moved": [
            {"what": one.what, "before": one.before, "after": one.after} for one in value.moved
        ],
    }


def choice(value: Choice) -> Document:
    return {
        "key": value.key,
        "state": value.state,
        "reason": value.reason,
        "arguments": None if value.expectation is None else dict(value.expectation.kwargs),
    }


def result(value: ExpectationResult) -> Document:
    return {
        "key": value.expectation.key,
        "expectation": value.expectation.type,
        "arguments": dict(value.expectation.kwargs),
        "field": value.expectation.field,
        "dimension": value.expectation.dimension,
        "reason": value.expectation.reason,
        "falseAlarms": value.expectation.false_alarms,
        "success": value.success,
        "observed": value.observed,
        "unexpectedCount": value.unexpected_count,
    }


def run(value: Run, sources: Mapping[int, Source]) -> Document:
    """A run; `sources` holds its inputs and outputs by primary key."""
    return {
        "id": value.id,
        "uuid": value.uuid,
        "pipeline": value.pipeline,
        "state": value.state.value,
        "master": value.master,
        "parameters": dict(value.parameters),
        "startedAt": value.started_at,
        "endedAt": value.ended_at,
        "error": value.error,
        "codeHash": value.code_hash,
        "inputs": nodes(value.inputs, sources),
        "outputs": nodes(value.outputs, sources),
        "metrics": dict(value.metrics),
    }


def nodes(pks: Iterable[int], sources: Mapping[int, Source]) -> list[Document]:
    """Sources as they are pointed to: id, name and URI."""
    return [
        {"id": one.id, "name": one.name, "uri": one.uri}
        for one in (sources[pk] for pk in pks if pk in sources)
    ]


def edge(value: Edge) -> Document:
    return {
        "from": global_id("Source", value.upstream),
        "to": global_id("Source", value.downstream),
        "run": global_id("Run", value.run),
        "fields": [
            {"field": field, "inputs": [{"field": name, "kind": kind} for name, kind in inputs]}
            for field, inputs in value.fields.items()
        ],
    }


def join(value: Join, sources: Mapping[int, Source]) -> Document:
    """A join; `sources` holds the other source by primary key."""
    return {
        "field": value.field,
        "source": nodes([value.other], sources)[0],
        "otherField": value.other_field,
        "kind": value.kind.value,
        "cardinality": value.cardinality.value,
        "score": value.score,
        "containment": value.containment,
        "reverseContainment": value.reverse,
        "jaccard": value.jaccard,
        "reasons": list(value.reasons),
    }


def partners(value: Partners, sources: Mapping[int, Source]) -> Document:
    """What goes under the rows of a source and beside its columns."""
    return {
        "unions": [
            {
                "source": nodes([union.other], sources)[0],
                "share": union.share,
                "fields": [{"field": field, "otherField": other} for field, other in union.fields],
            }
            for union in value.unions
        ],
        "additions": [
            {"join": join(addition.join, sources), "columns": list(addition.columns)}
            for addition in value.additions
        ],
    }
