"""What is asked of a Mesos master before Spark goes there: recorded answers of a real one."""

from __future__ import annotations

import base64
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from connectors.spark.cluster import Cluster, MesosOptions
from connectors.spark.libmesos import native_library
from connectors.spark.masters import mesos_leader, prepare
from connectors.spark.mesos import zookeeper_address
from connectors.spark.session import _properties
from connectors.spark.status import Resources
from schema.errors import ClusterError, InvalidInput, MissingDependency

RECORDED = Path(__file__).parent / "mesos"
PATHS = {
    "/master/state-summary": "state-summary.json",
    "/master/frameworks": "frameworks.json",
    "/version": "version.json",
}


@dataclass
class Recorded:
    """A master that answers as the real one did; tests change what it says."""

    moment: str = "idle"
    leads: str | None = None
    """`HOST:PORT` of the leader; itself when None, nobody when empty."""
    change: Callable[[dict[str, Any]], None] = lambda _: None
    login: str | None = None
    address: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"mesos://{self.address}"

    def answer(self, path: str, login: str | None) -> tuple[int, dict[str, str], bytes]:
        self.asked.append((path, login))
        if path == "/master/redirect":
            if self.leads == "":
                return 503, {}, b""
            return 307, {"Location": f"//{self.leads or self.address}"}, b""
        if self.login is not None and login != self.login:
            return 401, {"WWW-Authenticate": 'Basic realm="mesos-master-readonly"'}, b""
        said = json.loads((RECORDED / self.moment / PATHS[path]).read_text())
        if path == "/master/state-summary":
            self.change(said)
        return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()


@contextmanager
def serving(recorded: Recorded) -> Iterator[Recorded]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = recorded.answer(self.path, self.headers["Authorization"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        recorded.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield recorded
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def master() -> Iterator[Recorded]:
    with serving(Recorded()) as recorded:
        yield recorded


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a user who has a library."""
    library = tmp_path / "libmesos.so"
    library.touch()
    return {"MESOS_NATIVE_JAVA_LIBRARY": str(library)}


def refusal(cluster: Cluster, environment: dict[str, str]) -> str:
    with pytest.raises(ClusterError) as told:
        prepare(cluster, environment)
    return str(told.value)


def test_a_job_that_fits_is_prepared(master: Recorded, environment: dict[str, str]) -> None:
    options = MesosOptions(role="science", image="repo/python:3.11")
    cluster = Cluster(
        master.url,
        cores=2,
        memory="1g",
        mesos=options,
        environment=(("AWS_REGION", "eu-west-1"),),
        configuration=(("spark.sql.shuffle.partitions", "4"),),
    )
    prepared = prepare(cluster, environment)
    assert prepared.cluster.properties() == {
        "spark.master": master.url,
        "spark.cores.max": "2",
        "spark.executor.memory": "1g",
        "spark.executorEnv.AWS_REGION": "eu-west-1",
        "spark.mesos.coarse": "true",
        "spark.mesos.role": "science",
        "spark.mesos.executor.docker.image": "repo/python:3.11",
        "spark.sql.shuffle.partitions": "4",
    }
    assert prepared.properties["spark.driver.host"] == "127.0.0.1"
    assert prepared.variables == {
        "MESOS_NATIVE_JAVA_LIBRARY": environment["MESOS_NATIVE_JAVA_LIBRARY"],
        "SPARK_LOCAL_IP": "127.0.0.1",
        "LIBPROCESS_IP": "127.0.0.1",
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"cores": 3}, r"asks for 3 cores, and all 1 agents have 2; ask for fewer \(--cores\)"),
        ({"memory": "4g"}, "executors of 1 cores and 4505 MiB with its overhead, .* 4096 MiB"),
        ({"executor_cores": 3}, "executors of 3 cores and 1408 MiB .*has 2 cores"),
    ],
)
def test_a_job_that_could_never_run_is_refused_at_once(
    master: Recorded, environment: dict[str, str], asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(ClusterError, match=told):
        prepare(Cluster(master.url, **asked), environment)


def test_what_is_used_just_now_is_waited_for(environment: dict[str, str]) -> None:
    with serving(Recorded("running")) as master:
        assert prepare(Cluster(master.url, cores=2), environment).cluster.cores == 2


def test_executors_of_this_machine_are_told_where_java_is(
    master: Recorded, environment: dict[str, str]
) -> None:
    prepared = prepare(Cluster(master.url), environment)
    assert prepared.is_here
    told = _properties(prepared, Path("/tmp"), "/opt/java")
    assert told["spark.executorEnv.JAVA_HOME"] == "/opt/java"
    own = replace(
        prepared,
        cluster=Cluster(master.url, environment=(("JAVA_HOME", "/opt/agents"),)),
    )
    told = _properties(own, Path("/tmp"), "/opt/java")
    assert told["spark.executorEnv.JAVA_HOME"] == "/opt/agents"
    image = MesosOptions(image="repo/spark:3.5")
    assert not prepare(Cluster(master.url, mesos=image), environment).is_here
    master.change = lambda said: said["slaves"][0].update(hostname="192.0.2.7")  # of nobody
    assert not prepare(Cluster(master.url), environment).is_here


def test_without_agents_it_is_told(master: Recorded, environment: dict[str, str]) -> None:
    master.change = lambda said: said["slaves"].clear()
    assert "no agent is there; start one" in refusal(Cluster(master.url), environment)
    master.change = lambda said: said["slaves"][0].update(active=False)
    assert "no agent is there (1 are not active)" in refusal(Cluster(master.url), environment)


def test_what_other_roles_have_reserved_does_not_count(
    master: Recorded, environment: dict[str, str]
) -> None:
    held = {"cpus": 1.5, "mem": 1024.0}
    master.change = lambda said: said["slaves"][0].update(reserved_resources={"eng": held})
    assert "all 1 agents have 0.5" in refusal(Cluster(master.url, cores=1), environment)
    for role in ("eng", "eng/web"):
        allowed = Cluster(master.url, cores=2, mesos=MesosOptions(role=role))
        assert prepare(allowed, environment).cluster.cores == 2


@pytest.mark.parametrize(
    ("constraints", "fits"),
    [
        ("rack:a", True),
        ("rack:b,a;level:3", True),
        ("gpu", True),
        ("rack:b", False),
        ("level:5", False),
        ("zone", False),
    ],
)
def test_constraints_are_held_against_attributes(
    master: Recorded, environment: dict[str, str], constraints: str, fits: bool
) -> None:
    attributes = {"rack": "a", "level": 4.0, "gpu": "none"}
    master.change = lambda said: said["slaves"][0].update(attributes=attributes)
    cluster = Cluster(master.url, mesos=MesosOptions(constraints=constraints))
    if fits:
        said = prepare(cluster, environment).cluster.properties()
        assert said["spark.mesos.constraints"] == constraints
    else:
        assert f"satisfies the constraints {constraints!r}" in refusal(cluster, environment)


def test_the_leader_is_followed(
    master: Recorded, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with (
        serving(Recorded(leads=master.address)) as other,
        caplog.at_level(logging.WARNING),
    ):
        prepared = prepare(Cluster(other.url), environment)
    assert prepared.cluster.master == master.url
    assert f"the master that leads is {master.url}" in caplog.text
    assert [path for path, _ in other.asked] == ["/master/redirect"]


def test_a_leader_by_another_name_is_the_same(
    master: Recorded, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    named = master.url.replace("127.0.0.1", "localhost")
    prepare(Cluster(named), environment)
    assert not caplog.text


def test_faults_of_masters_are_told(environment: dict[str, str]) -> None:
    with serving(Recorded(leads="")) as undecided:
        assert "no master leads just now" in refusal(Cluster(undecided.url), environment)
    gone = Cluster(undecided.url)
    assert "no answer (Connection refused)" in refusal(gone, environment)
    with serving(Recorded(leads=undecided.address)) as stale:
        told = refusal(Cluster(stale.url), environment)
    assert f"{stale.address} says that {undecided.address} leads, but " in told
    with serving(Recorded()) as one, serving(Recorded(leads=one.address)) as two:
        one.leads = two.address
        assert "do not agree on who leads" in refusal(Cluster(one.url), environment)


def test_the_secret_goes_to_the_master_that_asks_for_it_and_nowhere_else(
    master: Recorded, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESOS_TEST_SECRET", "s3cret!")
    options = MesosOptions(principal="spark", secret="env:MESOS_TEST_SECRET")
    cluster = Cluster(master.url, mesos=options)
    prepared = prepare(cluster, environment)
    assert {login for _, login in master.asked} == {None}
    master.login = "Basic " + base64.b64encode(b"spark:s3cret!").decode()
    prepared = prepare(cluster, environment)
    assert prepared.variables["SPARK_MESOS_PRINCIPAL"] == "spark"
    assert prepared.variables["SPARK_MESOS_SECRET"] == "s3cret!"
    shown = f"{prepared!r}{mesos_leader(cluster)!r}{prepared.cluster.properties()}"
    assert "s3cret!" not in shown
    assert "wants to know who asks" in refusal(Cluster(master.url), environment)
    monkeypatch.delenv("MESOS_TEST_SECRET")
    with pytest.raises(InvalidInput, match="the variable MESOS_TEST_SECRET is not set"):
        prepare(cluster, environment)


@pytest.mark.parametrize("options", [{"principal": "p", "secret": "s3cret!"}, {"principal": "p"}])
def test_a_secret_itself_is_no_setting(options: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as told:
        MesosOptions(**options)
    assert "s3cret" not in str(told.value)


def test_fine_grained_executors_are_told_where_the_library_is(
    master: Recorded, environment: dict[str, str]
) -> None:
    prepared = prepare(Cluster(master.url, mesos=MesosOptions(coarse=False)), environment)
    assert prepared.cluster.properties()["spark.mesos.coarse"] == "false"
    named = prepared.properties["spark.executorEnv.MESOS_NATIVE_JAVA_LIBRARY"]
    assert named == environment["MESOS_NATIVE_JAVA_LIBRARY"]


def test_the_library_is_looked_for_where_it_is_put(tmp_path: Path) -> None:
    with pytest.raises(MissingDependency, match=f"there is none in {tmp_path}: install Apache"):
        native_library({}, [str(tmp_path)])
    with pytest.raises(MissingDependency, match=r"names /nowhere/libmesos\.so, which is not there"):
        native_library({"MESOS_NATIVE_JAVA_LIBRARY": "/nowhere/libmesos.so"})
    custom = tmp_path / "libmesos-1.11.0.so"
    custom.touch()
    assert native_library({}, ["/nowhere", str(tmp_path)]) == str(custom)
    assert native_library({"LD_LIBRARY_PATH": f":{tmp_path}"}, []) == str(custom)
    assert native_library({"MESOS_NATIVE_JAVA_LIBRARY": str(custom)}, []) == str(custom)


def status(*words: str, exit_code: int = 0) -> str:
    done = CliRunner().invoke(main, ["cluster", "status", *words])
    assert done.exit_code == exit_code, done.output
    return done.output


def test_status_shows_agents_resources_and_frameworks() -> None:
    with serving(Recorded("running")) as master:
        told = json.loads(status("--json", "--master", master.url))
        table = status("--master", master.url)
    assert (told["kind"], told["version"], told["state"]) == ("mesos", "1.11.0", "ALIVE")
    (agent,) = told["agents"]
    assert (agent["host"], agent["port"], agent["state"]) == ("127.0.0.1", 5051, "ALIVE")
    assert (agent["cores"], agent["coresUsed"], agent["coresOffered"]) == (2, 2, 0)
    assert (agent["memory"], agent["memoryUsed"]) == (4096 << 20, 1792 << 20)
    assert [(each["name"], each["state"]) for each in told["frameworks"]] == [
        ("headwater-recording", "RUNNING"),
        ("mesos-demo", "FINISHED"),
    ]
    assert told["frameworks"][0]["role"] == "*"
    assert "2 of 2 cores" in table
    assert "headwater-recording" in table


def test_status_of_what_is_no_mesos_master_is_one_line(master: Recorded) -> None:
    master.change = lambda said: said.clear()
    told = status("--master", master.url, exit_code=1)
    assert "does not answer as a Mesos master does" in told
    assert len(told.splitlines()) == 1
    assert "can be asked" in status("--master", "yarn", exit_code=1)


def test_resources_add_up() -> None:
    assert Resources(1, 2) + Resources(0.5, 1) - Resources(1, 1) == Resources(0.5, 2)


def test_zookeeper_addresses() -> None:
    assert zookeeper_address("zk://a:1,b/mesos/") == ([("a", 1), ("b", 2181)], "/mesos")
    with pytest.raises(InvalidInput, match="holds a password") as told:
        zookeeper_address("zk://me:pass@a:1/mesos")
    assert "pass@" not in str(told.value)
    for wrong in ("zk://", "zk://a:b/mesos", "zk://,/mesos"):
        with pytest.raises(InvalidInput, match="not zk://"):
            zookeeper_address(wrong)


@pytest.mark.mesos
@pytest.mark.spark
@pytest.mark.timeout(900)  # agents may be slow to offer
@pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning")  # pyspark's
@pytest.mark.skipif(
    not os.environ.get("HEADWATER_MESOS_MASTER"),
    reason="needs a Mesos master (HEADWATER_MESOS_MASTER=mesos://HOST:PORT)",
)
def test_the_loop_on_a_real_master(tmp_path: Path, catalog_url: str, sample_data: Path) -> None:
    master = os.environ["HEADWATER_MESOS_MASTER"]
    url = master if master.startswith("mesos://") else f"mesos://{master}"

    def headwater(*words: object) -> Any:
        done = CliRunner().invoke(main, ["--catalog", catalog_url, "--json", *map(str, words)])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    before = headwater("cluster", "status", "--master", url)
    assert before["agents"]
    headwater("crawl", sample_data)
    pipeline = sample_data / "pipelines" / "delays.py"
    output = tmp_path / "delays"
    run = headwater(*("run", pipeline, "--master", url, "--output", output, "--memory", "512m"))[
        "run"
    ]
    assert run["state"] == "COMPLETE"
    (found,) = (
        each
        for each in headwater("search", "delays")["sources"]
        if each["uri"].startswith(output.as_uri())
    )
    assert found["rowCount"] > 0
    assert headwater("lineage", found["id"])["edges"]
    after = headwater("cluster", "status", "--master", url)
    assert len(after["frameworks"]) > len(before["frameworks"])
