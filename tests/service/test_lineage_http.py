"""`POST /api/v1/lineage`: the official client sends, and nothing that is sent breaks anything."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.facet_v2 import column_lineage_dataset, error_message_run
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpCompression,
    HttpConfig,
    HttpTransport,
)

from catalog.access.callers import Role
from catalog.crawl import crawl
from catalog.openlineage import ingest
from catalog.server import Service
from catalog.store import Store
from connectors.model import Limits
from schema.errors import InvalidInput
from tests.service.guarded_catalog import Guarded, fill
from tests.service.made_catalog import codes, serving

PATH = "/api/v1/lineage"
RUN = "01890000-0000-7000-8000-00000000000{}"
PRODUCER = "https://example.org/airflow"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("lineage") / "data"
    folder.mkdir()
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        secrets = fill(store, folder)
        with serving(store, Service(auth=True)) as served:
            yield Guarded(served, store, folder, secrets)


def client(guarded: Guarded, who: str, compression: HttpCompression | None) -> OpenLineageClient:
    auth = ApiKeyTokenProvider({"apiKey": guarded.secrets[who]})
    config = HttpConfig(guarded.served.url, auth=auth, compression=compression)
    return OpenLineageClient(transport=HttpTransport(config))


def event(guarded: Guarded, state: RunState, number: int, **facets: Any) -> RunEvent:
    birds = str(guarded.folder / "birds.csv")
    columns = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            "total": column_lineage_dataset.Fields(
                inputFields=[column_lineage_dataset.InputField("file", birds, "count")],
                transformationDescription="sum",
                transformationType="AGGREGATION",
            )
        }
    )
    return RunEvent(
        eventType=state,
        eventTime="2026-11-22T12:00:00Z",
        run=Run(RUN.format(number), facets=facets),
        job=Job("airflow", "count_birds"),
        inputs=[InputDataset("file", birds)],
        outputs=[
            OutputDataset("file", f"{guarded.folder}/totals.csv", facets={"columnLineage": columns})
        ],
        producer=PRODUCER,
    )


@pytest.mark.parametrize("compression", [None, HttpCompression.GZIP])
def test_the_official_client_sends_runs(guarded: Guarded, compression: Any) -> None:
    number = 1 if compression is None else 2
    sender = client(guarded, "editor", compression)
    sender.emit(event(guarded, RunState.START, number))
    assert guarded.store.run(RUN.format(number)).state.value == "RUNNING"
    error = error_message_run.ErrorMessageRunFacet("no birds", "python")
    sender.emit(event(guarded, RunState.FAIL, number, errorMessage=error))
    run = guarded.store.run(RUN.format(number))
    assert (run.state.value, run.error, run.pipeline) == ("FAIL", "no birds", "count_birds")
    sources = guarded.store.sources({*run.inputs, *run.outputs})
    assert sorted(one.label for one in sources.values()) == ["birds", "totals"]
    entry = guarded.store.access.log(first=1)[0]
    assert (entry.caller, entry.action, entry.target) == ("a editor", "lineage", "count_birds")


def test_the_next_crawl_fills_what_an_event_made_known(guarded: Guarded) -> None:
    client(guarded, "editor", None).emit(event(guarded, RunState.COMPLETE, 3))
    totals = guarded.store.source(f"{guarded.folder}/totals.csv")
    assert totals.version is None
    (guarded.folder / "totals.csv").write_text("total\n4\n")
    list(crawl([str(guarded.folder)], guarded.store, Limits()))
    assert guarded.store.source(totals.id).row_count == 1
    page = guarded.get(f"/sources/{totals.id}/lineage")
    assert "count_birds" in page.text


def test_events_of_jobs_alone_are_taken_without_effect(guarded: Guarded) -> None:
    told = JobEvent(eventTime="2026-11-22T12:00:00Z", job=Job("airflow", "idle"), producer=PRODUCER)
    before = guarded.store.counts()
    client(guarded, "admin", None).emit(told)
    assert guarded.store.counts() == before


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("reader", 403), ("editor", 422)])
def test_who_may_send(guarded: Guarded, who: str, status: int) -> None:
    found = guarded.served.http.post(PATH, json={}, headers=guarded.as_(who))
    assert found.status_code == status
    assert found.json()["errors"][0]["message"]


DATASET = {"namespace": "file", "name": "/x"}
EVENT: dict[str, Any] = {
    "eventType": "COMPLETE",
    "run": {"runId": "r", "facets": {}},
    "job": {"namespace": "n", "name": "j"},
    "inputs": [],
    "outputs": [],
}
NO_EVENTS = [
    {},
    {**EVENT, "run": []},
    {**EVENT, "run": {"runId": 7}},
    {**EVENT, "run": {"runId": "x" * 100}},
    {**EVENT, "job": {"name": ""}},
    {**EVENT, "job": {"name": "x" * 5000}},
    {**EVENT, "inputs": {}},
    {**EVENT, "inputs": [7]},
    {**EVENT, "inputs": [{"namespace": "file"}]},
    {**EVENT, "outputs": [{**DATASET, "facets": [1]}]},
    {**EVENT, "outputs": [{**DATASET, "facets": {"columnLineage": [1]}}]},
    {**EVENT, "outputs": [{**DATASET, "facets": {"columnLineage": {"fields": [1]}}}]},
    {**EVENT, "outputs": [{**DATASET, "facets": {"dataSource": 7}}]},
    {**EVENT, "inputs": [{"namespace": "file", "name": f"/{n}"} for n in range(2001)]},
    {**EVENT, "run": {"runId": "r", "facets": {"headwater_run": {"metrics": {"a": "b"}}}}},
    {**EVENT, "run": {"runId": "r", "facets": {"headwater_run": {"parameters": [1]}}}},
    {**EVENT, "run": {"runId": "r", "facets": {"executionParameters": {"parameters": 7}}}},
    {**EVENT, "run": {"runId": "r", "facets": {"errorMessage": "text"}}},
]


@pytest.mark.parametrize("no_event", NO_EVENTS, ids=range(len(NO_EVENTS)))
def test_what_is_no_event_says_which_part_and_leaves_nothing(
    guarded: Guarded, no_event: dict[str, Any]
) -> None:
    before = guarded.store.counts()
    found = guarded.served.http.post(PATH, json=no_event, headers=guarded.as_("editor"))
    assert found.status_code == 422
    assert codes(found) == ["INVALID_INPUT"]
    assert guarded.store.counts() == before


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b"\xff", JSON, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {**JSON, "content-encoding": "br"}, 415),
        (b"{}", {**JSON, "content-encoding": "gzip"}, 400),
        (gzip.compress(b"{}", mtime=0)[:-4], {**JSON, "content-encoding": "gzip"}, 400),
        (gzip.compress(b" " * 11_000_000, mtime=0), {**JSON, "content-encoding": "gzip"}, 413),
        (b" " * 1_000_001, JSON, 413),
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_told(
    guarded: Guarded, body: bytes, headers: dict[str, str], status: int
) -> None:
    found = guarded.served.http.post(
        PATH, content=body, headers={**headers, **guarded.as_("editor")}
    )
    assert found.status_code == status
    assert found.json()["errors"][0]["extensions"]["code"]
    assert guarded.get(PATH, "editor").status_code == 405


def test_logins_in_events_are_not_kept(guarded: Guarded) -> None:
    said = {
        **EVENT,
        "eventType": "FAIL",
        "run": {
            "runId": "login",
            "facets": {"errorMessage": {"message": "no postgresql://u:hunter2@db/x"}},
        },
        "inputs": [{"namespace": "postgres://user:hunter2@db:5432", "name": "sales.public.orders"}],
    }
    found = guarded.served.http.post(PATH, json=said, headers=guarded.as_("editor"))
    assert found.status_code == 201
    assert found.json()["run"]["state"] == "FAIL"
    run = guarded.store.run("login")
    (source,) = guarded.store.sources(run.inputs).values()
    assert source.namespace == "postgres://db:5432"
    assert "hunter2" not in f"{source} {run}"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
PARTS = ("runId", "name", "namespace", "facets", "columnLineage", "fields", "inputFields", "uri",
         "dataSource", "headwater_run", "metrics", "parameters", "details", "transformations",
         "field", "errorMessage", "message", "executionParameters", "_producer")  # fmt: skip
ANYTHING = st.recursive(
    VALUES | st.just(dict(DATASET)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PARTS), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.dictionaries(st.sampled_from(("run", "job", "inputs", "outputs", "eventType")),
                             ANYTHING), facets=ANYTHING)  # fmt: skip
def test_no_event_breaks_the_catalog(catalog_memory: Store, parts: Any, facets: Any) -> None:
    output = {**DATASET, "facets": facets}
    for said in ({**EVENT, "outputs": [output], **parts}, {**EVENT, **parts}, parts):
        with contextlib.suppress(InvalidInput):
            ingest(catalog_memory, json.loads(json.dumps(said)))


@pytest.fixture(scope="module")
def catalog_memory() -> Iterator[Store]:
    with Store.open("sqlite://") as store:
        yield store


def test_the_role_of_the_endpoint_is_that_of_the_table() -> None:
    from catalog.access import policy

    assert policy.least_role(policy.operation_of(PATH) or "") is Role.EDITOR
