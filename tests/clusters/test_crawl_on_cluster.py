"""A crawl whose reading is done by executors leaves the same catalog as one done here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from connectors.parts import Part
from connectors.spark.summaries import check_shared
from schema.errors import ClusterError
from tests.clusters.catalogued import crawled, known

pytestmark = [
    pytest.mark.spark,
    # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),
]


def test_executors_on_this_machine(data: Path, catalog_url: str, read_here: dict[str, Any]) -> None:
    crawled(data, catalog_url, "--master", "local[2]")
    assert known(catalog_url) == read_here


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
