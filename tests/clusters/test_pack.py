"""An archive of Python for executors: it runs by itself, and executors run on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.model import Status
from catalog.store import Store
from connectors.spark import masters, summaries
from connectors.spark.cluster import Cluster
from connectors.spark.pack import closure, pack, reading
from connectors.spark.session import session
from connectors.spark.standalone import Standalone
from schema.errors import InvalidInput, MissingDependency, RunError

pytestmark = [
    pytest.mark.spark,
    # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),
]

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
def test_executors_run_on_the_archive_alone(
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


def test_faults_of_packing_are_told(tmp_path: Path, two_workers: Standalone) -> None:
    with pytest.raises(InvalidInput, match=r"must end in \.tar\.gz"):
        pack(tmp_path / "environment.zip")
    with pytest.raises(MissingDependency, match="no-such-package: is not installed here"):
        pack(tmp_path / "a.tar.gz", ["no-such-package"])
    with pytest.raises(RunError, match="No such file or directory"):
        pack(tmp_path / "nowhere" / "a.tar.gz")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidInput, match="there is no such file; `headwater cluster pack"):
        masters.prepare(Cluster(two_workers.master, archive=str(tmp_path / "a.tar.gz")))


def test_extras_of_requirements_are_followed() -> None:
    plain = {each.name for each in closure(["psycopg"])}
    assert "psycopg" in plain
    assert {each.name for each in closure(["psycopg[binary]>=3"])} - plain == {"psycopg-binary"}
    assert closure(["not-installed-at-all"]) == []


def test_what_readers_import_is_found_in_their_code() -> None:
    assert {"pyarrow", "fsspec", "SQLAlchemy"} <= set(reading())
