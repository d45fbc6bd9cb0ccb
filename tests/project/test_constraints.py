"""constraints.txt pins what pyproject.toml asks for, and names no index."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINES = (ROOT / "constraints.txt").read_text().splitlines()
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)( ; .+)?$")


def requirements() -> Iterator[Requirement]:
    tables = [
        PROJECT["build-system"]["requires"],
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    ]
    for table in tables:
        for text in table:
            requirement = Requirement(text)
            if requirement.name != PROJECT["project"]["name"]:
                yield requirement


def pins() -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for line in LINES:
        match = PIN.match(line)
        assert match, line
        name = canonicalize_name(match["name"])
        found.setdefault(name, []).append(Version(match["version"]))
    return found


@pytest.mark.parametrize("requirement", list(requirements()), ids=str)
def test_every_requirement_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    pinned = pins().get(canonicalize_name(requirement.name))
    assert pinned, f"{requirement.name} is not pinned: make constraints"
    assert all(requirement.specifier.contains(version) for version in pinned)


def test_no_index_address() -> None:
    for path in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run"):
        text = (ROOT / path).read_text()
        for sign in ("index-url", "find-links", "trusted-host", "file:///", " @ "):
            assert sign not in text, f"{path} names an index: {sign}"
    assert not [line for line in LINES if "://" in line]
