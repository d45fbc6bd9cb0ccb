"""Which Mesos master leads, asked of a real ZooKeeper: the one that PySpark's jars hold."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest

from connectors.spark import daemons
from connectors.spark.java import java_home
from connectors.spark.mesos import leader
from connectors.spark.zookeeper import leading_master
from schema.errors import ClusterError

pytestmark = pytest.mark.spark

LOOPBACK = "127.0.0.1"
READY = "binding to port"
LOGGING = """\
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %m%n
"""


def described(port: int, hostname: str = "localhost") -> str:
    address = {"address": {"hostname": hostname, "ip": LOOPBACK, "port": port}, "id": "x"}
    return json.dumps(address, separators=(",", ":"))


NODES = {
    "/mesos": "''",
    "/mesos/log_replicas": "''",
    "/mesos/json.info_0000000012": described(5052),
    "/mesos/json.info_0000000009": described(5051),
    "/mesos/info_0000000001": "''",
    "/empty": "''",
    "/odd": "''",
    "/odd/json.info_0000000001": "[]",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that holds `NODES`."""
    folder = tmp_path_factory.mktemp("zookeeper")
    (port,) = daemons.free_ports(1)
    (folder / "log4j2.properties").write_text(LOGGING)
    (folder / "zoo.cfg").write_text(
        f"dataDir={folder}/data\nclientPort={port}\nclientPortAddress={LOOPBACK}\n"
        "admin.enableServer=false\n"
    )
    jars = Path(pyspark.__file__).parent / "jars"
    logging = f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}"
    java = daemons.java_command(java_home(), jars, [logging, "-XX:TieredStopAtLevel=1"])
    zookeeper = "org.apache.zookeeper"
    with subprocess.Popen(
        [*java, f"{zookeeper}.server.ZooKeeperServerMain", str(folder / "zoo.cfg")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert any(READY in line for line in process.stdout)
            commands = "".join(f"create {path} {data}\n" for path, data in NODES.items())
            done = subprocess.run(
                [*java, f"{zookeeper}.ZooKeeperMain", "-server", f"{LOOPBACK}:{port}"],
                input=f"{commands}quit\n",
                capture_output=True,
                text=True,
                check=False,
            )
            assert (done.stdout + done.stderr).count("Created /") == len(NODES), done.stdout
            yield port
        finally:
            process.kill()


def test_the_lowest_number_leads(server: int) -> None:
    assert leading_master([(LOOPBACK, server)], "/mesos") == "localhost:5051"


def test_a_server_that_is_away_is_passed_over(server: int) -> None:
    (closed,) = daemons.free_ports(1)
    servers = [(LOOPBACK, closed), (LOOPBACK, server)]
    assert leading_master(servers, "/mesos") == "localhost:5051"


def test_the_url_of_a_cluster_says_where_to_ask(server: int) -> None:
    assert leader(f"mesos://zk://{LOOPBACK}:{server}/mesos").url == "http://localhost:5051"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/nowhere", "zk /nowhere: there is no such node"),
        ("/empty", "no Mesos master has registered there"),
        ("/odd", "does not describe a Mesos master"),
    ],
)
def test_what_is_not_there_is_told(server: int, path: str, told: str) -> None:
    with pytest.raises(ClusterError, match=told):
        leading_master([(LOOPBACK, server)], path)


def test_nobody_and_somebody_else_are_told() -> None:
    (closed,) = daemons.free_ports(1)
    with pytest.raises(ClusterError, match=rf"{LOOPBACK}:{closed}: Connection refused"):
        leading_master([(LOOPBACK, closed)], "/mesos")
    with (
        socket.create_server((LOOPBACK, 0)) as silent,
        pytest.raises(ClusterError, match="timed out"),
    ):
        leading_master([silent.getsockname()], "/mesos", seconds=0.1)
