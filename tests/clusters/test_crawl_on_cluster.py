"""A crawl whose reading is done by executors leaves the same catalog as one done here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.crawl import crawl
from catalog.model import Search
from catalog.store import Store
from connectors.parts import Part
from connectors.spark.cluster import Cluster
from connectors.spark.session import session
from connectors.spark.standalone import Standalone
from connectors.spark.summaries import check_shared
from schema.errors import ClusterError

pytestmark = [
    pytest.mark.spark,
    # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),
]


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


def known(url: str) -> dict[str, Any]:
    """All that a catalog knows, but for the times."""
    with Store.open(url) as store:
        found = {}
        for hit in store.search(Search(first=100)).hits:
            source = hit.source
            told: dict[str, Any] = {
                "status": source.status,
                "findings": sorted(map(repr, source.findings)),
                "entries": {each.uri: each.stamp for each in store.entries(source.pk)},
            }
            if source.version is not None:
                version = store.version(source.version)
                profile = version.profile.to_dict()
                profile.pop("computed_at", None)
                told |= {"schema": version.schema.to_json(), "profile": profile}
                told["parts"] = dict(store.part_summaries(source.pk, told["entries"]))
            found[source.name] = told
        return found


@pytest.fixture
def read_here(data: Path, tmp_path: Path) -> dict[str, Any]:
    url = f"sqlite:///{tmp_path / 'here.db'}"
    with Store.open(url) as store:
        list(crawl([str(data)], store))
    found = known(url)
    assert {Path(name).name for name in found} >= {"sales", "odd.csv", "typed.parquet"}
    return found


def crawled(data: Path, url: str, *words: str) -> Any:
    command = ["--catalog", url, "--json", "crawl", str(data), "--engine", "spark", *words]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_executors_on_this_machine(data: Path, catalog_url: str, read_here: dict[str, Any]) -> None:
    crawled(data, catalog_url, "--master", "local[2]")
    assert known(catalog_url) == read_here


def test_executors_of_a_standalone_cluster(
    data: Path, catalog_url: str, read_here: dict[str, Any], two_workers: Standalone
) -> None:
    with session(Cluster(two_workers.master, memory="512m"), "crawl"):
        first = crawled(data, catalog_url, "--cluster", "tests")
        assert known(catalog_url) == read_here
        (data / "sales" / "month=2" / "part.csv").write_text("id,amount,day\n1,2.5,2026-02-01\n")
        second = crawled(data, catalog_url, "--cluster", "tests")
    assert first["counts"]["NEW"] == len(read_here) - 1  # one cannot be read
    changed = [each for each in second["sources"] if each["status"] == "CHANGED"]
    assert [each["name"] for each in changed] == [str(data / "sales")]
    assert second["bytesRead"] < 100  # one partition of four


def test_a_file_that_executors_do_not_see_is_no_fault_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    uri = (tmp_path / "a.csv").as_uri()
    unseen = Part(uri, None, (), 0, 0, frozenset({"unreachable"}))
    with pytest.raises(ClusterError, match=r"a\.csv: is here, but the executors of spark://x:1"):
        check_shared([unseen], "spark://x:1")
    check_shared([replace(unseen, uri=uri + ".gone")], "spark://x:1")
    check_shared([replace(unseen, faults=frozenset({"corrupt-data"}))], "spark://x:1")


@pytest.mark.parametrize(
    "words", [["--master", "local[2]"], ["--engine", "spark", "--rows", "5"], ["--conf", "x"]]
)
def test_options_that_do_not_go_together(tmp_path: Path, words: list[str]) -> None:
    done = CliRunner().invoke(main, ["crawl", str(tmp_path), *words])
    assert done.exit_code == 2
    assert "--engine" in done.output
