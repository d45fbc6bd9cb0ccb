"""What every registered source must do. A new source adds its line to the registry and a place
with two datasets here, and is tested from then on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from connectors import registry
from connectors.model import Limits, Source
from connectors.reading import open_dataset
from schema.errors import SourceError

ROWS = [(str(n), f"name {n}") for n in range(50)]


def _files(folder: Path) -> str:
    for name in ("a", "b"):
        lines = [",".join(row) for row in ROWS]
        (folder / f"{name}.csv").write_text("id,name\n" + "\n".join(lines) + "\n")
    return str(folder)


def _sql(folder: Path) -> str:
    path = folder / "x.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        for name in ("a", "b"):
            connection.execute(f"CREATE TABLE {name} (id TEXT, name TEXT)")
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", ROWS)
    connection.close()
    return f"sqlite:///{path}"


def _duckdb(folder: Path) -> str:
    import duckdb

    path = folder / "x.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        for name in ("a", "b"):
            connection.execute(f"CREATE TABLE {name} (id TEXT, name TEXT)")
            connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", ROWS)
    return f"duckdb:///{path}"


PLACES: dict[str, Callable[[Path], str]] = {"duckdb": _duckdb, "files": _files, "sql": _sql}
"""Two datasets, `a` and `b`, with the same rows."""

KINDS = sorted(registry.table("sources"))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def uri(kind: str, tmp_path: Path) -> str:
    return PLACES[kind](tmp_path)


@pytest.fixture
def source(uri: str) -> Source:
    return registry.open_source(uri)


def test_every_source_has_a_place() -> None:
    assert sorted(PLACES) == KINDS


def test_only_one_source_claims_an_address(kind, uri) -> None:
    table = registry.table("sources")
    assert [name for name in KINDS if table[name].load("source", name).claims(uri)] == [kind]


def test_datasets_are_found_and_named_the_same_each_time(source, uri) -> None:
    found = list(source.datasets())
    assert len(found) == 2
    assert len({(one.namespace, one.name) for one in found}) == 2
    assert list(registry.open_source(uri).datasets()) == found
    assert source.listing_findings == ()
    for one in found:
        assert len(one.entries) == 1
        assert one.entries[0].stamp


def test_datasets_lie_in_the_areas_that_are_listed(source) -> None:
    found = list(source.datasets())
    assert source.areas
    for one in found:
        areas = [area for area in source.areas if area[0] == one.namespace]
        assert any(one.name.startswith(prefix) for _, prefix in areas)


def test_a_selection_covers_no_area(uri) -> None:
    source = registry.open_source(uri, Limits(include=("a*",)))
    (found,) = source.datasets()
    assert "a" in found.name.rpartition("/")[2]
    assert source.areas == ()


def test_examining_tells_format_and_reasons(source) -> None:
    for dataset in source.datasets():
        examined = source.examine(dataset)
        assert examined.format
        assert examined.evidence
        assert examined.findings == ()
        assert (examined.name, examined.entries) == (dataset.name, dataset.entries)


def test_all_rows_are_read_and_columns_reach_the_source(source) -> None:
    for dataset in map(source.examine, source.datasets()):
        (entry,) = dataset.entries
        whole = pa.Table.from_batches(source.batches(dataset, entry))
        assert [tuple(row.values()) for row in whole.to_pylist()] == ROWS
        some = pa.Table.from_batches(source.batches(dataset, entry, columns=["name"]))
        assert some.equals(whole.select(["name"]))
        assert source.findings_of(entry) == ()


def test_a_dataset_is_opened_again_by_its_own_address(source) -> None:
    for dataset in map(source.examine, source.datasets()):
        again = open_dataset(dataset)
        (listed,) = again.datasets()
        assert (listed.namespace, listed.name) == (dataset.namespace, dataset.name)
        assert listed.entries == dataset.entries
        rows = sum(batch.num_rows for batch in again.batches(dataset, listed.entries[0]))
        assert rows == len(ROWS)


def test_what_is_not_there_is_told_in_one_line(kind, tmp_path) -> None:
    missing = {
        "duckdb": f"duckdb:///{tmp_path}/nowhere.duckdb",
        "files": f"{tmp_path}/nowhere",
        "sql": f"sqlite:///{tmp_path}/nowhere.db",
    }[kind]
    with pytest.raises(SourceError, match="nowhere") as raised:
        list(registry.open_source(missing).datasets())
    assert "\n" not in str(raised.value)
