"""One standalone cluster of two workers for all tests of this folder, ended with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from connectors.spark import pages, standalone
from connectors.spark.cluster import Cluster
from connectors.spark.session import session
from connectors.spark.standalone import Standalone
from schema.errors import ClusterError


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where clusters keep their state: not where the user's are."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        yield folder


@pytest.fixture(scope="session")
def two_workers(state: Path) -> Iterator[Standalone]:
    words = ["cluster", "up", "--workers", "2", "--cores", "1", "--memory", "1g", "--name", "tests"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    made = standalone.load("tests")
    assert made is not None
    assert {each.role for each in made.alive} == {"master", "worker-1", "worker-2"}
    assert made in standalone.started()
    yield made
    done = CliRunner().invoke(main, ["cluster", "down", "--name", "tests"])
    assert done.exit_code == 0, done.output
    assert made.alive == ()
    assert Path(made.daemons[0].log).exists()
    left = list(standalone.home("tests").glob("work/*/app-*/*/*"))
    assert not any(path.is_dir() for path in left)  # unpacked archives are large
    with pytest.raises(ClusterError, match=r"no answer \(Connection (refused|reset)"):
        pages.status(made.ui)


@pytest.fixture(scope="module")
def spark(two_workers: Standalone) -> Iterator[Any]:
    """A session that whatever runs on that master in this process is lent."""
    with session(Cluster(two_workers.master, memory="512m"), "tests") as running:
        yield running
