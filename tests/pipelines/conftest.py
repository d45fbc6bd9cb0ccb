"""One Spark session and one crawled catalog of the samples for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.crawl import crawl
from catalog.store import Store
from connectors.spark.cluster import Cluster
from connectors.spark.session import session

LOCAL = Cluster("local[2]")


@pytest.fixture(scope="session")
def local() -> Cluster:
    """The master of the session that every run here is lent."""
    return LOCAL


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with session(LOCAL, "tests") as running:
        yield running


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, which pipelines write into."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory, sample_data: Path) -> Path:
    """Two months of the flights, and the airports."""
    folder = tmp_path_factory.mktemp("samples")
    for month in (1, 2):
        part = f"flights/year=2013/month={month}"
        shutil.copytree(sample_data / part, folder / part)
    shutil.copy(sample_data / "airports.csv", folder)
    return folder


@pytest.fixture(scope="session")
def _crawled(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    path = tmp_path_factory.mktemp("catalog") / "catalog.db"
    with Store.open(f"sqlite:///{path}") as opened:
        list(crawl([str(samples)], opened))
    return path


@pytest.fixture
def store(_crawled: Path, catalog_url: str) -> Iterator[Store]:
    """A catalog of its own that knows the samples."""
    shutil.copy(_crawled, catalog_url.removeprefix("sqlite:///"))
    with Store.open(catalog_url) as opened:
        yield opened


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A pipeline file: its decorator's arguments and its function's body."""

    def write(arguments: str, body: str, parameters: str = "airports") -> Path:
        path = tmp_path / "made.py"
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        path.write_text(
            "from pyspark.sql import functions as F\n"
            "from connectors.spark.outputs import Output\n"
            "from connectors.spark.pipeline import Input, log_metric, pipeline\n\n\n"
            f'@pipeline(inputs={{"airports": "airports"}}, {arguments})\n'
            f"def made({parameters}):\n{lines}\n"
        )
        return path

    return write
