"""One standalone cluster of two workers for all tests of this folder, ended with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.store import Store
from connectors.spark import pages, standalone
from connectors.spark.cluster import Cluster
from connectors.spark.session import session
from connectors.spark.standalone import Standalone
from schema.errors import ClusterError
from tests.clusters.catalogued import known


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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Partitions, a text file with misfits, ragged rows, Parquet, and what cannot be read."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = tmp_path / "data"
    for month in range(1, 5):
        part = folder / "sales" / f"month={month}"
        part.mkdir(parents=True)
        rows = "".join(f"{month * 100 + at},{at / 4},2026-0{month}-0{at}\n" for at in range(1, 10))
        (part / "part.csv").write_text(f"id,amount,day\n{rows}")
    (folder / "odd.csv").write_text("a;b\n1;x\n2;y;z\nthree;\n" + "4;ü\n" * 50, encoding="latin-1")
    (folder / "hostile \"name'\n.jsonl").write_text('{"a": 1, "b": [1, 2]}\n{"a": "x"}\n')
    parquet.write_table(
        pa.table(
            {"when": pa.array([1, None, 3], pa.timestamp("us", "UTC")), "v": [b"a", b"b", None]}
        ),
        folder / "typed.parquet",
    )
    (folder / "broken.parquet").write_bytes(b"PAR1 is how it begins")
    return folder


@pytest.fixture
def read_here(data: Path, tmp_path: Path) -> dict[str, Any]:
    url = f"sqlite:///{tmp_path / 'here.db'}"
    with Store.open(url) as store:
        list(crawl([str(data)], store))
    found = known(url)
    assert {Path(name).name for name in found} >= {"sales", "odd.csv", "typed.parquet"}
    return found
