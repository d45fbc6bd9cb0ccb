"""The sample pipelines on a standalone cluster do what they do on one machine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from catalog.crawl import crawl
from catalog.model import RunState
from catalog.runs import run
from catalog.store import Store
from connectors.spark.cluster import Cluster

pytestmark = pytest.mark.spark


def test_all_run_on_two_workers(
    spark: Any,
    sample_data: Path,
    tmp_path: Path,
    catalog_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, here = tmp_path / "data", tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for month in (1, 2):
        part = f"flights/year=2013/month={month}"
        shutil.copytree(sample_data / part, data / part)
    shutil.copy(sample_data / "airports.csv", data)
    cluster = Cluster(spark.sparkContext.master, memory="512m")
    with Store.open(catalog_url) as store:
        list(crawl([str(data)], store))
        for name in ("delays", "cleaning", "delay_model", "daily"):
            ended = run(sample_data / "pipelines" / f"{name}.py", store, cluster)
            assert (ended.state, ended.error) == (RunState.COMPLETE, None), name
            assert ended.master == cluster.master
            assert ended.metrics["stages"] > 0
        nothing = run(sample_data / "pipelines" / "daily.py", store, cluster)
        assert nothing.metrics["rowsRead"] == 0
        flights = store.source("flights").row_count
        parts = [
            store.source(name).row_count or 0 for name in ("flights_clean", "flights_rejected")
        ]
        assert sum(parts) == flights
        assert store.source("delay_model").format == "spark-ml-model"
