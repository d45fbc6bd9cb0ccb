"""The examples of docs/pipelines.md run as they stand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.model import RunState
from catalog.runs import run
from catalog.store import Store
from connectors.spark.cluster import Cluster

IMPORTS = """
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from connectors.spark.outputs import Output
from connectors.spark.pipeline import pipeline

"""


def examples(root: Path, language: str) -> Iterator[str]:
    page = (root / "docs" / "pipelines.md").read_text()
    return (found[1] for found in re.finditer(rf"^```{language}\n(.*?)^```", page, re.M | re.S))


@pytest.mark.spark
def test_several_outputs(
    spark: Any, root: Path, store: Store, here: Path, local: Cluster, tmp_path: Path
) -> None:
    (code,) = examples(root, "py")
    path = tmp_path / "cleaning.py"
    path.write_text(IMPORTS + code)
    for times in (1, 2):
        ended = run(path, store, local)
        assert (ended.state, ended.error) == (RunState.COMPLETE, None)
        sources = store.sources(ended.outputs)
        rows = {one.label: one.row_count for one in sources.values()}
        flights = store.source("flights").row_count
        assert flights is not None
        assert rows["clean"] + rows["rejected"] / times == flights
        assert 50 < rows["totals"] < 200, "upserted, so that there is one row a destination"


@pytest.mark.spark
def test_the_grid(
    spark: Any, root: Path, store: Store, here: Path, sample_data: Path, catalog_url: str
) -> None:
    (line,) = (line for line in examples(root, "sh") if "--grid" in line)
    words = shlex.split(
        line.replace("delay_model.py", str(sample_data / "pipelines/delay_model.py"))
    )
    words = [word.replace("0,0.1,1", "0.1").replace("mix=0,1", "mix=0") for word in words]
    arguments = ["--catalog", catalog_url, *words[1:], "--master", "local[2]"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "kept" in done.stdout
    assert "r2" in done.stdout


def test_all_that_a_run_measures_is_told(root: Path) -> None:
    from catalog.cli.run import MEASURED

    page = (root / "docs" / "pipelines.md").read_text()
    assert {name for name in MEASURED if f"`{name}`" not in page} == set()
