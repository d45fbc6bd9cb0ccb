"""OpenLineage events: ours are as the standard's own client has them, anyone's are taken in."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pyarrow as pa
import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    datasource_dataset,
    documentation_job,
    error_message_run,
    execution_parameters_run,
    job_type_job,
    output_statistics_output_dataset,
    processing_engine_run,
    schema_dataset,
    source_code_location_job,
)
from openlineage.client.serde import Serde

from catalog.model import RunState as State
from catalog.openlineage import Port, RunFacts, ingest, run_event
from catalog.store import Store
from schema.errors import InvalidInput
from schema.model import Field, Schema

SCHEMA = Schema(
    (
        Field("dest", pa.string(), description="where to"),
        Field("at", pa.struct([("lat", pa.float64()), ("lon", pa.float64())])),
    )
)
FLIGHTS = Port("file", "/data/flights", "file:///data/flights", SCHEMA)
AIRPORTS = Port("file", "/data/airports.csv", "file:///data/airports.csv")
DELAYS = Port("file", "/out/delays", "file:///out/delays", SCHEMA, 55, 3600, 1)
COLUMNS = {
    "dest": ((FLIGHTS, "dest", "identity"), (AIRPORTS, "faa", "join")),
    "mean": ((FLIGHTS, "arr_delay", "aggregation"),),
}


def facts(**changes: Any) -> RunFacts:
    values: dict[str, Any] = {
        "uuid": str(uuid.uuid4()),
        "pipeline": "delays",
        "inputs": (FLIGHTS, AIRPORTS),
        "master": "local[2]",
        "parameters": {"min_flights": 50},
        "code_hash": "abc",
        "code_uri": "file:///p/delays.py",
        "documentation": "Mean delay.",
        "engine": ("spark", "3.5.9"),
    }
    return RunFacts(**values | changes)


def kept(text: str) -> dict[str, Any]:
    """A facet of the official client as JSON has it, without what is empty."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(one) for key, one in value.items() if one not in (None, [], {})}
        return [clean(one) for one in value] if isinstance(value, list) else value

    found: dict[str, Any] = clean(json.loads(text))
    return found


FACETS = [
    (("run", "facets", "errorMessage"), error_message_run.ErrorMessageRunFacet),
    (("run", "facets", "processing_engine"), processing_engine_run.ProcessingEngineRunFacet),
    (("run", "facets", "executionParameters"),
     execution_parameters_run.ExecutionParametersRunFacet),
    (("job", "facets", "jobType"), job_type_job.JobTypeJobFacet),
    (("job", "facets", "documentation"), documentation_job.DocumentationJobFacet),
    (("job", "facets", "sourceCodeLocation"),
     source_code_location_job.SourceCodeLocationJobFacet),
    (("outputs", 0, "facets", "schema"), schema_dataset.SchemaDatasetFacet),
    (("outputs", 0, "facets", "dataSource"), datasource_dataset.DatasourceDatasetFacet),
    (("outputs", 0, "facets", "columnLineage"), column_lineage_dataset.ColumnLineageDatasetFacet),
    (("outputs", 0, "outputFacets", "outputStatistics"),
     output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet),
]  # fmt: skip


@pytest.mark.parametrize(("path", "standard"), FACETS, ids=[path[-1] for path, _ in FACETS])
def test_our_facets_are_the_standards(path: tuple[Any, ...], standard: type[Any]) -> None:
    event = run_event("FAIL", facts(), outputs=[DELAYS], columns=COLUMNS, error="x", trace="y")
    facet = event
    for step in path:
        facet = facet[step]
    content = {key: value for key, value in facet.items() if not key.startswith("_")}
    made = standard(**content, producer=facet["_producer"])
    assert kept(Serde.to_json(made)) == kept(json.dumps(facet))


def test_our_events_are_json_with_what_the_standard_requires() -> None:
    event = run_event("START", facts())
    assert json.loads(json.dumps(event)) == event
    assert event["schemaURL"] == RunEvent._get_schema()
    RunEvent(
        eventType=RunState[event["eventType"]],
        eventTime=event["eventTime"],
        run=Run(event["run"]["runId"]),
        job=Job(event["job"]["namespace"], event["job"]["name"]),
        producer=event["producer"],
    )


def test_a_run_is_taken_in_from_start_to_end(store: Store) -> None:
    told = facts()
    started = ingest(store, run_event("START", told))
    assert started is not None
    assert (started.state, started.pipeline, started.master) == (
        State.RUNNING,
        "delays",
        "local[2]",
    )
    assert started.parameters == {"min_flights": 50}
    metrics = {"rowsWritten": 55.0}
    ended = ingest(
        store, run_event("COMPLETE", told, outputs=[DELAYS], columns=COLUMNS, metrics=metrics)
    )
    assert ended is not None
    assert (ended.state, ended.metrics, ended.code_hash) == (State.COMPLETE, metrics, "abc")
    sources = store.sources({*ended.inputs, *ended.outputs})
    assert [sources[pk].name for pk in ended.inputs] == ["/data/flights", "/data/airports.csv"]
    (output,) = ended.outputs
    assert sources[output].uri == "file:///out/delays"
    _, edges = store.lineage(output)
    fields = {sources[edge.upstream].label: dict(edge.fields) for edge in edges}
    assert fields == {
        "flights": {"dest": (("dest", "IDENTITY"),), "mean": (("arr_delay", "AGGREGATION"),)},
        "airports": {"dest": (("faa", "JOIN"),)},
    }


def test_events_may_come_twice_and_late(store: Store) -> None:
    told = facts()
    start, end = run_event("START", told), run_event("COMPLETE", told, outputs=[DELAYS])
    for event in (end, start, end, start):
        ingest(store, event)
    (run,) = store.runs()
    assert (run.state, len(run.inputs), len(run.outputs)) == (State.COMPLETE, 2, 1)
    assert store.counts()["sources"] == 3
    assert len(store.lineage(run.outputs[0])[1]) == 2


def test_a_failure_is_kept_with_its_message(store: Store) -> None:
    told = facts()
    ingest(store, run_event("START", told))
    ended = ingest(store, run_event("FAIL", told, error="no such column", trace="…"))
    assert ended is not None
    assert (ended.state, ended.error, ended.outputs) == (State.FAIL, "no such column", ())


def test_events_of_another_producer_are_taken_in(store: Store) -> None:
    """Made by the official client: an Airflow task that reads and writes PostgreSQL."""
    run = Run(str(uuid.uuid4()))
    job = Job("airflow", "dag.load_orders")
    lineage = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            "total": column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(
                        "postgres://db:5432", "shop.public.items", "price",
                        [column_lineage_dataset.Transformation("DIRECT", "AGGREGATION")],
                    )
                ]
            )
        }
    )  # fmt: skip
    events = [
        RunEvent(
            eventType=RunState.START,
            eventTime="2026-11-22T10:00:00Z",
            run=run,
            job=job,
            inputs=[InputDataset("postgres://db:5432", "shop.public.items")],
            producer="https://airflow.apache.org",
        ),
        RunEvent(
            eventType=RunState.COMPLETE,
            eventTime="2026-11-22T10:01:00Z",
            run=run,
            job=job,
            outputs=[OutputDataset("s3://lake", "marts/orders", facets={"columnLineage": lineage})],
            producer="https://airflow.apache.org",
        ),
    ]
    for event in events:
        ended = ingest(store, json.loads(Serde.to_json(event)))
    assert ended is not None
    assert (ended.pipeline, ended.state) == ("dag.load_orders", State.COMPLETE)
    orders = store.source("s3://lake/marts/orders")
    assert (orders.namespace, orders.version) == ("s3://lake", None)
    (edge,) = store.lineage(orders.pk)[1]
    assert edge.fields == {"total": (("price", "AGGREGATION"),)}
    assert store.source("items").pk == edge.upstream


def test_events_about_a_job_or_a_data_set_alone_change_nothing(store: Store) -> None:
    assert ingest(store, {"eventTime": "x", "job": {"namespace": "a", "name": "b"}}) is None
    assert ingest(store, {"eventTime": "x", "dataset": {"namespace": "a", "name": "b"}}) is None
    assert store.counts()["sources"] == store.counts()["runs"] == 0


BROKEN = [
    ({}, "run is not an object"),
    ({"run": {}, "job": {"name": "x"}}, "run.runId is missing"),
    ({"run": {"runId": "x"}, "job": {}}, "job.name is missing"),
    ({"run": {"runId": "x"}, "job": {"name": "j"}, "inputs": {}}, "inputs is not a list"),
    ({"run": {"runId": "x"}, "job": {"name": "j"}, "inputs": [1]}, r"inputs\[0\] is not an object"),
    (
        {"run": {"runId": "x"}, "job": {"name": "j"}, "outputs": [{"name": "n"}]},
        r"outputs\[0\].namespace is missing",
    ),
    ({"run": {"runId": "x", "facets": 3}, "job": {"name": "j"}}, "run.facets is not an object"),
]


@pytest.mark.parametrize(("event", "message"), BROKEN)
def test_an_event_that_is_none_is_refused_and_leaves_nothing(
    store: Store, event: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        ingest(store, event)
    assert store.counts()["runs"] == store.counts()["sources"] == 0
