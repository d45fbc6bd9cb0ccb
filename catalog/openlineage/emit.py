"""Run events of our own runs, as OpenLineage 2-0-2 has them.

What the standard facets have no place for (master, code hash, typed parameters, metrics) is in
the run facet `headwater_run`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from schema.model import Field, Schema

Event = dict[str, Any]
ColumnLineage = Mapping[str, tuple[tuple["Port", str, str], ...]]
"""Output field → (input, input field, kind); kinds are `identity`, `transformation`,
`aggregation` and, for what decides over rows, `filter`, `join`, `group_by`, `sort`, `window`,
`conditional`."""

PRODUCER = "https://pypi.org/project/headwater/"
JOB_NAMESPACE = "headwater"
SPEC = "https://openlineage.io/spec"
FACETS = {  # facet name → version and name of its definition
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "dataSource": "1-0-1/DatasourceDatasetFacet",
    "documentation": "1-1-0/DocumentationJobFacet",
    "errorMessage": "1-0-1/ErrorMessageRunFacet",
    "executionParameters": "1-0-0/ExecutionParametersRunFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "sourceCodeLocation": "1-1-0/SourceCodeLocationJobFacet",
}
DIRECT = {"identity", "transformation", "aggregation"}


@dataclass(frozen=True, slots=True)
class Port:
    """One data set that a run reads or writes; figures are of what was written."""

    namespace: str
    name: str
    uri: str
    schema: Schema | None = None
    row_count: int | None = None
    byte_count: int | None = None
    file_count: int | None = None
    columns: ColumnLineage | None = None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What stays the same over the events of one run; `uuid` is the OpenLineage run id."""

    uuid: str
    pipeline: str
    inputs: tuple[Port, ...]
    master: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    code_hash: str | None = None
    code_uri: str | None = None
    documentation: str | None = None
    engine: tuple[str, str] | None = None
    """Name and version of what executes it: `("spark", "3.5.9")`."""


def run_event(
    kind: str,
    facts: RunFacts,
    *,
    outputs: Iterable[Port] = (),
    columns: ColumnLineage | None = None,
    metrics: Mapping[str, float] | None = None,
    error: str | None = None,
    trace: str | None = None,
    details: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """The run event of `kind`: START, RUNNING, COMPLETE, FAIL or ABORT."""
    return {
        "eventType": kind,
        "eventTime": (at or datetime.now(UTC)).isoformat(),
        "producer": PRODUCER,
        "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {
            "runId": facts.uuid,
            "facets": _run_facets(facts, metrics or {}, error, trace, details),
        },
        "job": {
            "namespace": JOB_NAMESPACE,
            "name": facts.pipeline,
            "facets": _job_facets(facts),
        },
        "inputs": [_dataset(port) for port in facts.inputs],
        "outputs": [_output(port, port.columns or columns or {}) for port in outputs],
    }


def _facet(name: str, /, **content: Any) -> dict[str, Any]:
    definition = FACETS[name]
    title = definition.rpartition("/")[2]
    url = f"{SPEC}/facets/{definition}.json#/$defs/{title}"
    present = {key: value for key, value in content.items() if value is not None}
    return {name: {"_producer": PRODUCER, "_schemaURL": url, **present}}


def _run_facets(
    facts: RunFacts,
    metrics: Mapping[str, float],
    error: str | None,
    trace: str | None,
    details: Mapping[str, Any] | None,
) -> dict[str, Any]:
    parameters = [{"key": key, "value": str(value)} for key, value in facts.parameters.items()]
    facets = {
        **_facet("executionParameters", parameters=parameters),
        "headwater_run": {
            "_producer": PRODUCER,
            "_schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunFacet",
            "master": facts.master,
            "codeHash": facts.code_hash,
            "parameters": dict(facts.parameters),
            "metrics": dict(metrics),
            **({} if details is None else {"details": dict(details)}),
        },
    }
    if facts.engine is not None:
        name, version = facts.engine
        facets |= _facet("processing_engine", name=name, version=version)
    if error is not None:
        facets |= _facet(
            "errorMessage", message=error, programmingLanguage="PYTHON", stackTrace=trace
        )
    return facets


def _job_facets(facts: RunFacts) -> dict[str, Any]:
    facets = _facet("jobType", processingType="BATCH", integration="SPARK", jobType="JOB")
    if facts.documentation:
        facets |= _facet("documentation", description=facts.documentation)
    if facts.code_uri:
        facets |= _facet("sourceCodeLocation", type="file", url=facts.code_uri)
    return facets


def _dataset(port: Port) -> dict[str, Any]:
    facets = _facet("dataSource", name=port.namespace, uri=port.uri)
    if port.schema is not None:
        fields = [_schema_field(one, place) for place, one in enumerate(port.schema, 1)]
        facets |= _facet("schema", fields=fields)
    return {"namespace": port.namespace, "name": port.name, "facets": facets}


def _output(port: Port, columns: ColumnLineage) -> dict[str, Any]:
    made = _dataset(port)
    if columns:
        fields = {
            output: {
                "inputFields": [
                    {
                        "namespace": origin.namespace,
                        "name": origin.name,
                        "field": name,
                        "transformations": [_transformation(kind)],
                    }
                    for origin, name, kind in origins
                ]
            }
            for output, origins in columns.items()
        }
        made["facets"] |= _facet("columnLineage", fields=fields)
    made["outputFacets"] = _facet(
        "outputStatistics",
        rowCount=port.row_count,
        size=port.byte_count,
        fileCount=port.file_count,
    )
    return made


def _transformation(kind: str) -> dict[str, str]:
    kind = kind.lower()
    return {"type": "DIRECT" if kind in DIRECT else "INDIRECT", "subtype": kind.upper()}


def _schema_field(one: Field, position: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": one.name,
        "type": str(one.type),
        "ordinal_position": position,
    }
    if one.description:
        made["description"] = one.description
    if pa.types.is_struct(one.type):
        nested = Schema.from_arrow(pa.schema(list(one.type)))
        made["fields"] = [_schema_field(child, place) for place, child in enumerate(nested, 1)]
    return made
