"""A cluster of two worker processes: it starts, runs, survives the loss of a worker, ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.model import Run, RunState
from catalog.runs import run
from catalog.store import Store
from connectors.spark import daemons, pages, standalone
from connectors.spark.cluster import Cluster
from connectors.spark.masters import prepare
from connectors.spark.standalone import Plan, Standalone
from schema.errors import ClusterError, InvalidInput

pytestmark = [
    pytest.mark.spark,
    # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),
]

SALES = "shop,amount\n" + "".join(f"s{number % 3},{number}\n" for number in range(60))

SUMS = '''
from collections.abc import Iterator
from connectors.spark.pipeline import pipeline
from pyspark.sql import functions as F

@pipeline(inputs={"sales": "sales"}, output="sums")
def sums(sales, *, gate: int = 0):
    """Amounts by shop; each of the first tasks waits until the gate on that port opens."""

    def wait(batches):
        import socket
        try:
            with socket.create_connection(("127.0.0.1", gate)) as door:
                door.recv(1)
        except OSError:  # no gate, or not any more
            pass
        yield from batches

    waited = sales.repartition(2).mapInArrow(wait, sales.schema)
    return waited.groupBy("shop").agg(F.sum("amount").alias("amount"), F.count("*").alias("n"))
'''

EXPECTED = {f"s{shop}": (sum(range(shop, 60, 3)), 20) for shop in range(3)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sales.csv").write_text(SALES)
    (tmp_path / "sums.py").write_text(SUMS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def store(catalog_url: str) -> Iterator[Store]:
    with Store.open(catalog_url) as opened:
        yield opened


@contextmanager
def gate(tasks: int, then: Callable[[], None]) -> Iterator[int]:
    """A port where tasks wait; once that many do, `then` happens, and all go on."""

    def keep() -> None:
        with server, ExitStack() as doors:
            for _ in range(tasks):
                doors.enter_context(server.accept()[0])
            then()

    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(240)  # a loaded machine starts executors late
    keeper = threading.Thread(target=keep)
    keeper.start()
    yield server.getsockname()[1]
    keeper.join()


def rows_of(folder: Path) -> dict[str, tuple[int, int]]:
    import pyarrow.dataset

    rows = pyarrow.dataset.dataset(folder / "sums").to_table().to_pylist()
    return {row["shop"]: (row["amount"], row["n"]) for row in rows}


def check_recatalogued(ended: Run, store: Store) -> None:
    (output,) = (store.source(pk) for pk in ended.outputs)
    assert output.label == "sums"
    assert output.version is not None
    version = store.version(output.version)
    assert version.schema.names == ("shop", "amount", "n")
    assert version.profile.row_count == 3


def headwater(*words: str, status: int = 0) -> Any:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == status, done.output
    return json.loads(done.stdout) if "--json" in words and not status else done.output


def test_crawl_pipeline_and_recataloguing_on_two_workers(
    two_workers: Standalone, spark: Any, folder: Path, store: Store
) -> None:
    hosts: list[float] = []
    list(crawl([str(folder / "sales.csv")], store))
    with gate(2, lambda: hosts.append(pages.status(two_workers.ui).used.cores)) as port:
        ended = run(folder / "sums.py", store, Cluster(two_workers.master), {"gate": port})
    assert ended.error is None
    assert ended.state is RunState.COMPLETE
    assert ended.master == two_workers.master
    assert hosts == [2]  # both workers' cores were at work at once
    assert rows_of(folder) == EXPECTED
    check_recatalogued(ended, store)


def test_status_tells_workers_and_what_runs(two_workers: Standalone, spark: Any) -> None:
    told = headwater("--json", "cluster", "status", "--name", "tests")
    assert (told["kind"], told["state"], told["master"]) == (
        "standalone",
        "ALIVE",
        two_workers.master,
    )
    assert [(each["state"], each["cores"], each["memory"]) for each in told["workers"]] == [
        ("ALIVE", 1, 1 << 30)
    ] * 2
    application = told["applications"][0]  # a busy machine may have asked twice
    assert (application["name"], application["state"]) == ("tests", "RUNNING")
    assert application["memory"] == 512 << 20
    assert {each["role"] for each in told["processes"]} == {"master", "worker-1", "worker-2"}
    asked = headwater("cluster", "status", "--master", two_workers.master)
    assert "2 workers" in asked
    assert "RUNNING" in asked


def test_a_worker_killed_in_the_middle_of_a_run_costs_no_row(
    two_workers: Standalone, spark: Any, folder: Path, store: Store
) -> None:
    (victim,) = (each for each in two_workers.daemons if each.role == "worker-2")
    list(crawl([str(folder / "sales.csv")], store))
    with gate(2, lambda: os.killpg(victim.pid, signal.SIGKILL)) as port:
        ended = run(folder / "sums.py", store, Cluster(two_workers.master), {"gate": port})
    assert ended.error is None
    assert ended.state is RunState.COMPLETE
    assert rows_of(folder) == EXPECTED
    check_recatalogued(ended, store)
    left = pages.status(two_workers.ui)
    assert [each.is_alive for each in left.machines].count(True) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"memory": "2g"}, "executors of 1 cores and 2048 MiB, and the largest worker has 1 cores"),
        ({"executor_cores": 2}, "executors of 2 cores"),
        ({"cores": 5}, "the run asks for 5 cores, and all . workers have"),
    ],
)
def test_what_no_worker_has_is_not_waited_for(
    two_workers: Standalone, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(ClusterError, match=told):
        prepare(Cluster(two_workers.master, **asked))


def test_a_second_cluster_of_that_name_is_refused(two_workers: Standalone) -> None:
    with pytest.raises(ClusterError, match=f"tests: is up already at {two_workers.master}"):
        standalone.up(Plan(), "tests")


def test_a_port_that_is_taken_is_told_and_leaves_nothing(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = headwater("cluster", "up", "--name", "other", "--port", str(port), status=1)
    assert f"port {port} of 127.0.0.1 cannot be had" in told
    assert len(told.splitlines()) == 1
    assert standalone.load("other") is None


def test_without_java_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Exception, match=r"pip install 'headwater\[spark\]'"):
        standalone.up(Plan(), "other")


def test_a_master_that_ends_at_once_is_told_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(standalone, "java_home", lambda: str(tmp_path))
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\necho 'Error: no room on this machine' >&2\n")
    java.chmod(0o755)
    with pytest.raises(ClusterError, match=r"master ended: Error: no room .*master\.log"):
        standalone.up(Plan(), "other")
    assert standalone.load("other") is None


def test_a_cluster_whose_processes_are_gone_is_not_up(state: Path) -> None:
    home = standalone.home("stale")
    home.mkdir(parents=True)
    daemon = {"role": "master", "pid": os.getpid(), "log": str(home / "master.log")}
    kept = {"name": "stale", "master": "spark://127.0.0.1:1", "ui": "http://127.0.0.1:1"}
    kept |= {"token": "-Dnot.mine", "started": "2026-01-01T00:00:00+00:00", "daemons": [daemon]}
    (home / "state.json").write_text(json.dumps(kept))
    told = headwater("cluster", "status", "--name", "stale", status=1)
    assert "its master at spark://127.0.0.1:1 has ended" in told
    assert headwater("--json", "cluster", "down", "--name", "stale")["ended"] is True
    assert headwater("--json", "cluster", "down", "--name", "stale")["ended"] is False
    assert standalone.load("stale") is None


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 65])
def test_names_are_not_paths(name: str) -> None:
    with pytest.raises(InvalidInput, match="cluster name"):
        standalone.home(name)


def test_ports_that_are_free_are_different() -> None:
    assert len(set(daemons.free_ports(8))) == 8
