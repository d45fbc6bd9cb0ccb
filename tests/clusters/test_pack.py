"""An archive of Python for executors: what is in it, and what cannot be packed."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.spark import masters
from connectors.spark.cluster import Cluster
from connectors.spark.pack import closure, pack, reading
from schema.errors import InvalidInput, MissingDependency, RunError


def test_faults_of_packing_are_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"must end in \.tar\.gz"):
        pack(tmp_path / "environment.zip")
    with pytest.raises(MissingDependency, match="no-such-package: is not installed here"):
        pack(tmp_path / "a.tar.gz", ["no-such-package"])
    with pytest.raises(RunError, match="No such file or directory"):
        pack(tmp_path / "nowhere" / "a.tar.gz")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidInput, match="there is no such file; `headwater cluster pack"):
        masters.prepare(Cluster("spark://127.0.0.1:9", archive=str(tmp_path / "a.tar.gz")))


def test_extras_of_requirements_are_followed() -> None:
    plain = {each.name for each in closure(["psycopg"])}
    assert "psycopg" in plain
    assert {each.name for each in closure(["psycopg[binary]>=3"])} - plain == {"psycopg-binary"}
    assert closure(["not-installed-at-all"]) == []


def test_what_readers_import_is_found_in_their_code() -> None:
    assert {"pyarrow", "fsspec", "SQLAlchemy"} <= set(reading())
