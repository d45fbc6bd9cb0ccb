"""The installed distribution is what the project file says, and its packages are ours."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["schema", "connectors", "catalog"])
def test_package_is_ours(package: str, root: Path) -> None:
    """PyPI has distributions of these names; what is imported must come from this checkout."""
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve().parent == root / package


@pytest.mark.parametrize("package", ["schema", "connectors", "catalog"])
def test_package_is_ours_outside_the_checkout(package: str, root: Path, tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"import {package}; print({package}.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).resolve().parent == root / package


def test_no_other_distribution_brings_these_packages() -> None:
    distributions = packages_distributions()
    for package in ("schema", "connectors", "catalog"):
        assert set(distributions.get(package, ["headwater"])) == {"headwater"}


def test_the_command_is_installed() -> None:
    points = {point.name: point.value for point in entry_points(group="console_scripts")}
    assert points["headwater"] == "catalog.cli.main:main"


def test_imports_go_one_way(root: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
