"""The demo walks the whole loop with real figures, and touches nothing but its own folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli.demo import FOLDER
from catalog.cli.main import main
from catalog.store import Store


@pytest.mark.spark
def test_the_demo_walks_the_whole_loop(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    here = tmp_path / "here"
    here.mkdir()
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": ""}
    command = [sys.executable, "-m", "catalog.cli.main", "demo"]
    done = subprocess.run(
        command, cwd=here, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    stations = [line for line in done.stdout.splitlines() if line[:1].isdigit() and "  " in line]
    assert [line[0] for line in stations if line[1:3] == "  "] == list("123456")
    for figure in ("33,678", "27 sources", "arr_delay", "int64", "quality", "StructField"):
        assert figure in done.stdout, figure
    for word in ("delays complete", "delays comes from", "├── ", "headwater", "serve"):
        assert word in done.stdout, word
    assert {path.name for path in here.iterdir()} == {FOLDER}
    assert not (home / ".local/share/headwater").exists()
    with Store.open(f"sqlite:///{here / FOLDER / 'catalog.db'}") as store:
        output = store.source("delays")
        _, edges = store.lineage(output.pk, upstream=1, downstream=0)
        upstream = store.sources({edge.upstream for edge in edges}).values()
    assert output.row_count is not None
    assert output.row_count > 10
    assert {source.label for source in upstream} == {"flights", "airports"}


def test_the_demo_without_samples_says_what_to_do(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["demo", "--data", str(tmp_path)])
    assert done.exit_code == 1
    assert str(tmp_path) in done.stderr
    assert "checkout" in done.stderr
