"""The sample pipelines do what a data scientist wants of them, and all of it comes back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv
import pyarrow.dataset as ds
import pytest

from catalog.crawl import crawl
from catalog.grid import Goal, run_grid
from catalog.model import RunState, Search
from catalog.runs import run
from catalog.store import Store
from connectors.reading import read_dataset
from connectors.spark.cluster import Cluster

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]


def rows(store: Store, ref: str) -> list[dict[str, Any]]:
    """All rows of a source, read as the catalog reads it."""
    source = store.source(ref)
    assert source.version is not None
    version = store.version(source.version)
    return [
        row for batch in read_dataset(version.dataset, version.schema) for row in batch.to_pylist()
    ]


@pytest.fixture
def pipelines(sample_data: Path) -> Path:
    return sample_data / "pipelines"


def test_delays_are_found_as_soon_as_they_are_written(
    pipelines: Path, store: Store, here: Path, local: Cluster
) -> None:
    ended = run(pipelines / "delays.py", store, local, {"min_flights": "50"})
    assert (ended.state, ended.error) == (RunState.COMPLETE, None)
    assert "delays" in [hit.source.label for hit in store.search(Search(text="delays")).hits]
    source = store.source("delays")
    assert source.quality is not None
    (edge,) = [one for one in store.edges_into([source.pk]) if "airport" in one.fields]
    assert edge.fields["airport"] == (("name", "IDENTITY"),)
    assert {"cataloguedSeconds", "seconds", "stages", "tasks", "rowsRead"} <= set(ended.metrics)
    assert ended.metrics["shuffleWriteBytes"] > 0
    assert ended.metrics["skew"] >= 1
    told = ended.details
    assert {"python", "spark", "java", "headwater"} <= set(told["environment"])
    assert [one["name"] for one in told["inputs"]] == ["flights", "airports"]
    assert [(one["source"], one["version"]) for one in told["outputs"]] == [(source.id, 1)]


def test_cleaning_sets_aside_what_it_does_not_trust(
    pipelines: Path, store: Store, here: Path, local: Cluster
) -> None:
    ended = run(pipelines / "cleaning.py", store, local, {"most_delay": "200"})
    assert (ended.state, ended.error) == (RunState.COMPLETE, None)
    clean, rejected = store.source("flights_clean"), store.source("flights_rejected")
    assert ended.outputs == (clean.pk, rejected.pk)
    flights = store.source("flights")
    assert clean.row_count + rejected.row_count == flights.row_count
    assert rejected.row_count > 0
    shown = rows(store, "flights_rejected")
    assert {"did not arrive", "delay beyond reason"} <= {row["reason"] for row in shown}
    assert all(
        abs(row["arr_delay"]) > 200 for row in shown if row["reason"] == "delay beyond reason"
    )
    edges = {one.upstream: one.fields for one in store.edges_into([rejected.pk])}
    reason = {name for name, _ in edges[flights.pk]["reason"]}
    assert {"arr_time", "arr_delay"} <= reason
    assert "reason" not in ds.dataset(here / "out" / "flights_clean").schema.names


def test_a_model_is_a_source_with_parameters_and_metrics(
    pipelines: Path, store: Store, here: Path, local: Cluster, spark: Any
) -> None:
    from pyspark.ml import PipelineModel

    goal = Goal("rmse", maximize=False)
    tried = run_grid(
        pipelines / "delay_model.py", store, {"alpha": ["0.1", "50000"], "mix": ["0"]}, goal, local
    )
    assert [one.parameters["alpha"] for one in tried.runs] == [0.1, 50000.0]
    assert [one.state for one in tried.runs] == [RunState.COMPLETE] * 2
    assert tried.best.parameters == {"alpha": 0.1, "mix": 0.0}
    good, bad = (one.metrics["rmse"] for one in tried.runs)
    assert good < bad
    assert all(one.metrics["stages"] > 0 for one in tried.runs)
    assert [len(one.outputs) for one in tried.runs] == [1, 0]

    source = store.source("delay_model")
    assert source.format == "spark-ml-model"
    assert tried.best.outputs == (source.pk,)
    told = {
        (row["kind"], row["stage"], row["name"]): row["value"] for row in rows(store, "delay_model")
    }
    assert told["parameter", "LinearRegressionModel", "regParam"] == "0.1"
    assert float(told["metric", None, "rmse"]) == good
    assert told["parameter", None, "alpha"] == "0.1"
    loaded = PipelineModel.load(f"file://{here / 'out' / 'delay_model'}")
    assert len(loaded.stages) == 2
    # A later crawl of the folder sees one model, not the tables that it is stored in.
    outcomes = [one.source.uri for one in crawl([str(here / "out")], store)]
    assert outcomes == [source.uri]


def test_an_incremental_pipeline_reads_each_month_once(
    pipelines: Path, store: Store, here: Path, local: Cluster, samples: Path, tmp_path: Path
) -> None:
    data = tmp_path / "later"
    shutil.copytree(samples / "flights", data / "flights")
    store.annotate(store.source("flights").pk, tags=["old"])
    list(crawl([str(data)], store))
    path = tmp_path / "daily.py"
    text = (pipelines / "daily.py").read_text()
    path.write_text(text.replace('Input("flights"', f'Input("{data / "flights"}"'))
    first = run(path, store, local)
    assert (first.state, first.error) == (RunState.COMPLETE, None)
    before = rows(store, "daily")
    assert {row["month"] for row in before} == {1, 2}

    nothing = run(path, store, local)
    assert (nothing.state, nothing.outputs) == (RunState.COMPLETE, ())
    assert nothing.metrics["rowsRead"] == 0
    assert rows(store, "daily") == before

    added = data / "flights/year=2013/month=3"
    shutil.copytree(data / "flights/year=2013/month=1", added)
    third = run(path, store, local)
    assert (third.state, third.error) == (RunState.COMPLETE, None)
    after = rows(store, "daily")
    january = [row for row in before if row["month"] == 1]
    assert len(after) == len(before) + len(january)
    assert {row["month"] for row in after} == {1, 2, 3}
    assert third.metrics["rowsWritten"] == len(january)

    assert run(path, store, local).metrics["rowsRead"] == 0
    again = run(path, store, local, full=True)
    assert again.metrics["rowsWritten"] == len(after)
    assert len(rows(store, "daily")) == len(after)
    table = [pa_csv.read_csv(one) for one in (data / "flights").rglob("*.csv")]
    assert sum(row["flights"] for row in after) == sum(one.num_rows for one in table)
