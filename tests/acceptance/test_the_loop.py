"""After a pipeline has run, what it wrote is a source like any other, with its lineage."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from tests.acceptance.conftest import HEADWATER

pytestmark = pytest.mark.spark

QUERY = """
query ($name: String!) {
  source(name: $name) {
    upstream { name }
    schema { fields { name type } }
    quality { score }
    connector(target: PYSPARK) { code }
  }
}
"""


@pytest.fixture(scope="module")
def expected(sample_data: Path) -> pd.DataFrame:
    """The mean arrival delays as pandas computes them."""
    paths = sorted((sample_data / "flights").rglob("*.csv"))
    flights = pd.concat(map(pd.read_csv, paths)).dropna(subset="arr_delay")
    by_destination = flights.groupby("dest")["arr_delay"].agg(["count", "mean", "max"])
    return by_destination[by_destination["count"] >= 100]


def test_the_run_is_recorded(loop: Any) -> None:
    assert loop.run["state"] == "COMPLETE"
    assert {Path(s["name"]).name for s in loop.run["inputs"]} == {"flights", "airports.csv"}
    assert [Path(s["name"]).name for s in loop.run["outputs"]] == ["delays"]


def test_the_output_holds_what_was_asked_for(loop: Any, expected: pd.DataFrame) -> None:
    written = pd.read_parquet(loop.terminal.folder / "out" / "delays").set_index("dest")
    assert set(written.index) == set(expected.index)
    for dest, row in written.iterrows():
        wanted = expected.loc[dest]
        assert (row["flights"], row["worst_arr_delay"]) == (wanted["count"], wanted["max"])
        assert row["mean_arr_delay"] == pytest.approx(wanted["mean"], abs=0.005)


def test_search_finds_it_first(loop: Any) -> None:
    page = loop.terminal.json("search", "delays")
    assert page["sources"][0]["uri"] == (loop.terminal.folder / "out" / "delays").as_uri()
    assert page["totalCount"] >= 1


def test_lineage_shows_its_two_inputs(loop: Any) -> None:
    graph = loop.terminal.json("lineage", "delays")
    names = {node["id"]: Path(node["name"]).name for node in graph["nodes"]}
    edges = {(names[edge["from"]], names[edge["to"]]) for edge in graph["edges"]}
    assert edges == {("flights", "delays"), ("airports.csv", "delays")}


def test_its_quality_can_be_validated(loop: Any) -> None:
    report = loop.terminal.json("quality", "delays")
    assert report["success"]
    assert report["results"]


@pytest.fixture(scope="module")
def service(loop: Any) -> Iterator[str]:
    """The address of `headwater serve` over the catalog of the loop."""
    with subprocess.Popen(
        [HEADWATER, "serve", "--port", "0"],
        cwd=loop.terminal.folder,
        env=loop.terminal.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stderr
            for line in process.stderr:
                if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield address[0]
                    break
            else:
                pytest.fail("the service ended before it told its address")
        finally:
            process.terminate()
            process.wait()


def test_graphql_answers_for_it(loop: Any, service: str, expected: pd.DataFrame) -> None:
    asked = {"query": QUERY, "variables": {"name": "delays"}}
    answer = httpx.post(f"{service}/graphql", json=asked, timeout=60).json()
    assert "errors" not in answer
    source = answer["data"]["source"]
    assert {Path(s["name"]).name for s in source["upstream"]} == {"flights", "airports.csv"}
    assert {field["name"]: field["type"] for field in source["schema"]["fields"]} == {
        "dest": "string",
        "airport": "string",
        "flights": "int64",
        "mean_arr_delay": "double",
        "worst_arr_delay": "int64",
    }
    assert 0 < source["quality"]["score"] <= 100
    compile(source["connector"]["code"], "delays.py", "exec")
    assert "StructType" in source["connector"]["code"]
    assert len(expected) > 50


def test_the_page_of_it_names_its_inputs(loop: Any, service: str) -> None:
    ident = loop.terminal.json("show", "delays")["id"]
    found = httpx.get(service, params={"q": "delays"}, timeout=60)
    assert found.status_code == 200
    assert ident in found.text
