"""Runs: a pipeline over sources of the catalog, recorded however it ends, its output catalogued."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.model import RunState, Status
from catalog.planning import resolve
from catalog.running import end_dead_runs
from catalog.runs import run
from catalog.store import Store
from connectors.spark.cluster import Cluster
from connectors.spark.session import session
from schema.errors import InvalidInput, NotFound, RunError

pytestmark = pytest.mark.spark
LOCAL = Cluster("local[2]")


@pytest.fixture(scope="module", autouse=True)
def _one_spark() -> Iterator[None]:
    """A session that the runs of this process are lent, since each takes seconds to start."""
    with session(LOCAL):
        yield


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def shop(data: Path, store: Store) -> Path:
    """A crawled folder with two sources that can be joined."""
    (data / "orders.csv").write_text("id,person,price\n1,1,10.5\n2,1,4.5\n3,2,1\n")
    (data / "people.csv").write_text('id,name\n1,"Ann, A."\n2,Bob\n')
    list(crawl([str(data)], store))
    return data


def pipeline(folder: Path, body: str, *, inputs: str = '{"orders": "orders"}') -> Path:
    """A pipeline file whose function has this body; it may use F and log_metric."""
    path = folder / "made.py"
    names = ", ".join(json.loads(inputs))
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    path.write_text(
        "from pyspark.sql import functions as F\n"
        "from connectors.spark.pipeline import log_metric, pipeline\n\n\n"
        f"@pipeline(inputs={inputs}, output={str(folder / 'out' / 'spent')!r})\n"
        f"def spent({names}, *, least: float = 0.0):\n"
        f'    """What each person spent."""\n{lines}\n'
    )
    return path


SPENT = """\
log_metric("share", 0.5)
total = orders.groupBy("person").agg(F.sum("price").alias("total")).where(F.col("total") > least)
names = people.select(F.col("id").alias("person"), "name")
return total.join(names, on="person").select("name", "total").orderBy("name")"""
BOTH = '{"orders": "orders", "people": "people"}'


def test_a_run_reads_writes_records_and_catalogues(
    shop: Path, store: Store, tmp_path: Path
) -> None:
    path = pipeline(tmp_path, SPENT, inputs=BOTH)
    steps: list[str] = []
    ended = run(path, store, LOCAL, {"least": "2"}, on_step=steps.append)

    assert (ended.state, ended.error) == (RunState.COMPLETE, None)
    assert (ended.pipeline, ended.master) == ("spent", "local[2]")
    assert ended.parameters == {"least": 2.0}
    assert ended.metrics["share"] == 0.5
    assert ended.metrics["rowsWritten"] == 1
    assert ended.code_hash
    assert len(steps) >= 3
    assert pq.read_table(tmp_path / "out" / "spent").to_pylist() == [
        {"name": "Ann, A.", "total": 15.0}
    ]
    source = store.source("spent")
    assert (source.status, source.row_count, source.format) == (Status.NEW, 1, "parquet")
    assert ended.outputs == (source.pk,)
    pks, edges = store.lineage(source.pk, upstream=1, downstream=0)
    labels = {pk: one.label for pk, one in store.sources(pks).items()}
    assert {labels[edge.upstream] for edge in edges} == {"orders", "people"}
    fields = {labels[edge.upstream]: dict(edge.fields) for edge in edges}
    assert fields["orders"]["total"] == (("price", "AGGREGATION"),)
    assert fields["people"]["name"] == (("name", "IDENTITY"),)

    again = run(path, store, LOCAL, {"least": 0})
    assert again.pk != ended.pk
    assert [one.pk for one in store.runs(source.pk)] == [again.pk, ended.pk]
    assert store.source("spent").row_count == 2
    assert store.version_count(source.pk) == 2


def test_a_pipeline_that_raises_is_a_run_that_failed_and_leaves_the_old_output(
    shop: Path, store: Store, tmp_path: Path
) -> None:
    good = run(pipeline(tmp_path, "return orders"), store, LOCAL)
    before = pq.read_table(tmp_path / "out" / "spent")
    failed = run(pipeline(tmp_path, 'return orders.select("nothing_of_this")'), store, LOCAL)
    assert failed.state is RunState.FAIL
    assert failed.error is not None
    assert "nothing_of_this" in failed.error
    assert failed.ended_at is not None
    assert (good.outputs, failed.outputs) == ((store.source("spent").pk,), ())
    assert pq.read_table(tmp_path / "out" / "spent").equals(before)


def test_ctrl_c_makes_a_run_that_was_aborted(shop: Path, store: Store, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(pipeline(tmp_path, "raise KeyboardInterrupt"), store, LOCAL)
    (aborted,) = store.runs()
    assert aborted.state is RunState.ABORT


def test_a_run_whose_process_was_killed_is_aborted_when_runs_are_listed(
    shop: Path, store: Store, tmp_path: Path, catalog_url: str
) -> None:
    waits = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\nreturn orders"
    path = pipeline(tmp_path, waits)
    command = [sys.executable, "-m", "catalog.cli.main", "--catalog", catalog_url]
    killed = subprocess.run(
        [*command, "run", str(path), "--master", "local[1]"], check=False, env={**os.environ}
    )
    assert killed.returncode == -signal.SIGKILL
    (left,) = store.runs()
    assert left.state is RunState.RUNNING
    assert end_dead_runs(store) == 1
    (ended,) = store.runs()
    assert ended.state is RunState.ABORT
    assert end_dead_runs(store) == 0


def test_a_run_that_lives_is_left_alone(shop: Path, store: Store, tmp_path: Path) -> None:
    seen: list[RunState] = []

    def look(_: str) -> None:
        end_dead_runs(store)
        seen.extend(one.state for one in store.runs())

    run(pipeline(tmp_path, "return orders"), store, LOCAL, on_step=look)
    assert set(seen) == {RunState.RUNNING}


def test_an_input_that_the_catalog_does_not_have_says_what_is_near_and_to_crawl(
    shop: Path, store: Store, tmp_path: Path
) -> None:
    path = pipeline(tmp_path, "return orders", inputs='{"orders": "ordres"}')
    with pytest.raises(NotFound, match=r"input orders: .*ordres.*orders.*headwater crawl"):
        run(path, store, LOCAL)
    assert store.runs() == []


def test_an_input_that_could_not_be_read_says_so(shop: Path, store: Store) -> None:
    (shop / "bad.parquet").write_bytes(b"PAR1")
    list(crawl([str(shop)], store))
    with pytest.raises(NotFound, match=r"input x: nothing of .*bad.parquet could be read"):
        resolve(store, "x", "bad")


@pytest.mark.parametrize("ref", ["orders", "orders.csv", "search: person price", "{uri}", "{id}"])
def test_an_input_is_named_by_name_uri_id_or_search(shop: Path, store: Store, ref: str) -> None:
    source = store.source("orders")
    found = resolve(store, "x", ref.format(uri=source.uri, id=source.id))
    assert found.source.pk == source.pk


def test_a_search_that_finds_nothing_is_told(shop: Path, store: Store) -> None:
    with pytest.raises(NotFound, match="zzz"):
        resolve(store, "x", "search: zzz")


def test_what_is_wrong_before_the_start_leaves_no_run(
    shop: Path, store: Store, tmp_path: Path
) -> None:
    path = pipeline(tmp_path, "return orders")
    with pytest.raises(InvalidInput, match="most"):
        run(path, store, LOCAL, {"most": "1"})
    with pytest.raises(InvalidInput, match="least"):
        run(path, store, LOCAL, {"least": "many"})
    with pytest.raises(RunError, match="nowhere"):
        run(tmp_path / "nowhere.py", store, LOCAL)
    assert store.runs() == []


def test_the_command_tells_the_run(
    shop: Path, store: Store, tmp_path: Path, catalog_url: str
) -> None:
    path = pipeline(tmp_path, SPENT, inputs=BOTH)
    there = tmp_path / "elsewhere" / "totals"
    told = answer(catalog_url, "run", path, "--master", "local[2]", "--output", there)
    assert set(told["run"]) >= {"id", "state", "inputs", "outputs", "metrics"}
    assert told["run"]["state"] == "COMPLETE"
    assert [one["name"] for one in told["run"]["outputs"]] == [str(there)]
    found = answer(catalog_url, "search", "totals")["sources"]
    assert [one["name"] for one in found] == [str(there)]
    lineage = answer(catalog_url, "lineage", "totals", "--depth", "1")
    assert {Path(node["name"]).stem for node in lineage["nodes"]} == {"orders", "people", "totals"}
    assert {edge["to"] for edge in lineage["edges"]} == {told["run"]["outputs"][0]["id"]}
    assert {edge["run"] for edge in lineage["edges"]} == {told["run"]["id"]}
    fields = {one["field"]: one["inputs"] for edge in lineage["edges"] for one in edge["fields"]}
    assert fields["total"] == [{"field": "price", "kind": "AGGREGATION"}]
    assert [one["id"] for one in answer(catalog_url, "runs", "orders")["runs"]] == [
        told["run"]["id"]
    ]
    shown = CliRunner().invoke(main, ["--catalog", catalog_url, "lineage", "orders"]).stdout
    assert "goes into" in shown
    assert "totals" in shown
    assert "total ← price (aggregation)" in shown
    shown = CliRunner().invoke(main, ["--catalog", catalog_url, "runs"]).stdout
    assert "COMPLETE" in shown


def test_the_command_tells_a_failure_in_one_line_and_in_its_document(
    shop: Path, store: Store, tmp_path: Path, catalog_url: str
) -> None:
    path = pipeline(tmp_path, "raise ValueError('no\\nluck')")
    words = ["--catalog", catalog_url, "--json", "run", str(path), "--master", "local[2]"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "luck" in done.stderr or "no" in done.stderr
    told = json.loads(done.stdout)["run"]
    assert (told["state"], told["outputs"]) == ("FAIL", [])
    assert "ValueError" in told["error"]


def answer(catalog: str, *arguments: object) -> Any:
    words = ["--catalog", catalog, "--json", *map(str, arguments)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_no_run_imports_great_expectations(
    shop: Path, store: Store, tmp_path: Path, catalog_url: str
) -> None:
    path = pipeline(tmp_path, "return orders")
    code = (
        "import sys\nfrom catalog.cli.main import main\n"
        f"sys.argv = ['headwater', '--catalog', {catalog_url!r}, 'run', {str(path)!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    status = end.code\n"
        "print(status, 'great_expectations' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "0 False"
