"""Two worker processes at work: pipelines, crawls and packed Python, and the loss of a worker.

All of it in one file, so that one cluster and one session do: starting them takes 20 s of CPU.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.model import Run, RunState, Status
from catalog.runs import run
from catalog.store import Store
from connectors.spark import pages, standalone, summaries
from connectors.spark.cluster import Cluster
from connectors.spark.masters import prepare
from connectors.spark.objects import staged_objects
from connectors.spark.outputs import Output
from connectors.spark.session import session
from connectors.spark.standalone import Plan, Standalone
from schema.errors import ClusterError
from tests.clusters.catalogued import crawled, known
from tests.connectors import servers

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


MODULES = ("connectors.reading", "schema.summary", "pyarrow", "pandas", "s3fs", "sqlalchemy", "ssl")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "environment.tar.gz"
    done = CliRunner().invoke(
        main, ["--json", "cluster", "pack", "-o", str(path), "--with", "hypothesis"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["bytes"] == path.stat().st_size
    names = {each["name"].lower() for each in told["packages"]}
    assert {"pyarrow", "pandas", "numpy", "fsspec", "sqlalchemy", "hypothesis"} <= names
    assert not {"pyspark", "great-expectations", "starlette", "pytest"} & names
    return path


def where(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Which Python an executor runs, and where our packages and theirs are."""
    import connectors.reading
    import schema

    found = [sys.executable, pa.__file__, schema.__file__, connectors.reading.__file__]
    for _ in batches:
        yield pa.RecordBatch.from_pydict({"path": found})


@pytest.mark.timeout(600)  # 100 MB are packed, sent and unpacked
def test_executors_run_on_the_archive_alone(  # first: it has a session of its own
    archive: Path, two_workers: Standalone, tmp_path: Path, catalog_url: str
) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n2,y\n")
    cluster = Cluster(two_workers.master, cores=1, memory="512m", archive=str(archive))
    with session(cluster, "packed") as spark, Store.open(catalog_url) as store:
        from pyspark import cloudpickle

        cloudpickle.register_pickle_by_value(sys.modules[__name__])
        told = spark.range(1, numPartitions=1).mapInArrow(where, "path string").collect()
        (outcome,) = crawl([str(tmp_path / "a.csv")], store, engine=summaries.engine(spark))
        executable = Path(told[0]["path"])
        in_empty_environment(executable, tmp_path)
    packed = executable.parent.parent
    work = Path(two_workers.daemons[0].log).parents[1] / "work"
    assert packed.is_relative_to(work)
    assert len(told) == 4
    assert all(Path(row["path"]).is_relative_to(packed) for row in told), told
    assert (outcome.status, outcome.source.row_count) == (Status.NEW, 2)


def in_empty_environment(executable: Path, folder: Path) -> None:
    """What was unpacked runs with nothing of ours around it: no variables, no other Python."""
    script = "import importlib, sys; print(sys.prefix)\n" + "".join(
        f"print(importlib.import_module({name!r}).__file__)\n" for name in MODULES
    )
    done = subprocess.run(
        [executable.with_name("python"), "-c", script],
        env={"PATH": "/usr/bin:/bin"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    paths = [Path(line).resolve() for line in done.stdout.splitlines()]
    assert len(paths) == len(MODULES) + 1
    assert all(path.is_relative_to(executable.parent.parent.resolve()) for path in paths), paths


def headwater(*words: str, status: int = 0) -> Any:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == status, done.output
    return json.loads(done.stdout) if "--json" in words and not status else done.output


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


def test_executors_write_to_an_object_store_themselves(
    two_workers: Standalone, spark: Any, tmp_path: Path
) -> None:
    assert spark.sparkContext.master == two_workers.master
    reference = tmp_path / "login.json"
    with servers.s3("lake") as (endpoint, client):
        login = {"key": "AKEY", "secret": "KEY", "client_kwargs": {"endpoint_url": endpoint}}
        reference.write_text(json.dumps(login))
        output = Output("s3://lake/out", partition_by="odd", credentials=f"file:{reference}")
        frame = spark.range(100, numPartitions=2).selectExpr("id", "id % 2 as odd")
        with staged_objects(frame, output) as staged:
            written = staged.commit()
        found = client.list_objects_v2(Bucket="lake")["Contents"]
        keys = [one["Key"] for one in found if "part-" in one["Key"]]
        read = [client.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys]
    assert (written.rows, written.files, len(found)) == (100, 4, 5)
    ids = [value for one in read for value in pq.read_table(io.BytesIO(one))["id"].to_pylist()]
    assert sorted(ids) == list(range(100))


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


def test_a_crawl_by_executors_leaves_the_same_catalog(
    data: Path, catalog_url: str, read_here: dict[str, Any], spark: Any
) -> None:
    first = crawled(data, catalog_url, "--cluster", "tests")
    assert known(catalog_url) == read_here
    (data / "sales" / "month=2" / "part.csv").write_text("id,amount,day\n1,2.5,2026-02-01\n")
    second = crawled(data, catalog_url, "--cluster", "tests")
    assert first["counts"]["NEW"] == len(read_here) - 1  # one cannot be read
    changed = [each for each in second["sources"] if each["status"] == "CHANGED"]
    assert [each["name"] for each in changed] == [str(data / "sales")]
    assert second["bytesRead"] < 100  # one partition of four


def test_all_sample_pipelines_run(
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
