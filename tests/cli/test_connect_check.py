"""`headwater connect --check FILE`: whether generated code is still true, for use in CI."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli.main import main
from catalog.connect import targets


@pytest.fixture
def crawled(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    crawl(tmp_path, url, "id,name,delay\n1,a,2\n2,b,3\n")
    return url


def crawl(folder: Path, url: str, text: str) -> None:
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "it's odd.csv").write_text(text)
    done = CliRunner().invoke(main, ["--catalog", url, "crawl", str(folder / "data")])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("target", [*targets(), "ddl:sqlite"])
def test_every_kind_of_generated_file_is_checked(
    crawled: str, tmp_path: Path, headwater, answer, target: str
) -> None:
    file = tmp_path / "made"
    headwater("connect", "it's odd", "--target", target, "-o", file, catalog=crawled)
    assert "still true" in headwater("connect", "--check", file, catalog=crawled).stdout
    told = answer("connect", "--check", file, catalog=crawled)
    assert told["valid"] is True
    assert told["changes"] == []
    crawl(tmp_path, crawled, "id,delay,more\n1,2.5,x\n2,3,y\n")
    shown = headwater("connect", "--check", file, catalog=crawled, status=1).stdout
    assert "'name' is gone" in shown
    assert "'delay' was int64 and is double" in shown
    told = answer("connect", "--check", file, catalog=crawled, status=1)
    assert told["valid"] is False
    assert {(one["kind"], one["field"]) for one in told["changes"]} >= {
        ("REMOVED", "name"),
        ("TYPE", "delay"),
        ("ADDED", "more"),
    }


def test_other_files_and_wrong_usage_are_told(headwater, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("print('by hand')\n")
    assert "not generated" in headwater("connect", "--check", file, status=1).stderr
    assert headwater("connect", "flights", status=2)
    assert headwater("connect", "flights", "--check", file, status=2)
    assert headwater("connect", "flights", "--target", "arrow:x", status=1)
    assert "mysql" in headwater("connect", "flights", "--target", "ddl:cobol", status=1).stderr
