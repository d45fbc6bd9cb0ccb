"""The house keeps its shape: fixed top level, small rooms, no rooms for odds and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("schema", "connectors", "catalog", "tests", "sample_data", "benchmarks", "docs")


def python_files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


@pytest.mark.parametrize("path", list(python_files()), ids=str)
def test_file_is_one_room(path: Path) -> None:
    lines = (ROOT / path).read_text().count("\n")
    assert lines < 500, f"{path} has {lines} lines: split it by what its parts do"


def test_no_rooms_for_odds_and_ends() -> None:
    vague = re.compile(r"^(utils?|helpers?|managers?|misc|common)$")
    assert not [
        path for path in python_files() if any(map(vague.match, path.with_suffix("").parts))
    ]


def test_product_packages_are_the_three() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= {"schema", "connectors", "catalog", "benchmarks"}
    assert {"schema", "connectors", "catalog"} <= packages


def test_no_test_module_is_named_twice() -> None:
    """`--import-mode=importlib` tells modules apart by path, people by name."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
