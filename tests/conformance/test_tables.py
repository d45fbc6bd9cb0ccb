"""What every registered table format must do. A new one adds its line to the registry and a writer
to `tests/connectors/lake_tables.py`, and is tested from then on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from catalog.crawl import crawl
from catalog.store import Store
from connectors import registry
from connectors.model import Source
from connectors.reading import open_dataset
from tests.connectors.lake_tables import FIRST, WRITERS

NAMES = sorted(registry.table("tables"))
ALL = [
    {"id": 1, "city": "a", "amount": 1.5, "note": None},
    {"id": 2, "city": "b c", "amount": 2.0, "note": None},
    {"id": 3, "city": None, "amount": None, "note": None},
    {"id": 4, "city": "a", "amount": 9.0, "note": "z"},
]


@pytest.fixture(params=NAMES)
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = WRITERS[request.param](tmp_path / "lake" / "orders")
    made.create()
    (tmp_path / "lake" / "beside.csv").write_text("a,b\n1,2\n3,4\n")
    return made


@pytest.fixture
def place(writer: Any, tmp_path: Path) -> str:
    return str(tmp_path / "lake")


def rows(source: Source, **arguments: Any) -> list[dict[str, Any]]:
    dataset = next(one for one in source.datasets() if one.format in NAMES)
    dataset = source.examine(dataset)
    found = [
        row
        for entry in dataset.entries
        for batch in source.batches(dataset, entry, **arguments)
        for row in batch.to_pylist()
    ]
    return sorted(found, key=lambda row: row.get("id", 0))


def test_every_table_format_has_a_writer() -> None:
    assert sorted(WRITERS) == NAMES


def test_a_table_is_one_source_beside_others(place: str, request: pytest.FixtureRequest) -> None:
    source = registry.open_source(place)
    found = {Path(one.name).name: one for one in map(source.examine, source.datasets())}
    assert set(found) == {"beside.csv", "orders"}
    table = found["orders"]
    assert table.format in NAMES
    assert table.description == "All orders"
    assert table.declared is not None
    assert table.declared.names == ("id", "city", "amount")
    assert {one.choice for one in table.evidence} & {"version", "snapshot"}
    assert ("file", place) in source.areas


def test_rows_are_those_of_the_last_commit(writer: Any, place: str) -> None:
    writer.append_with_a_new_column()
    assert rows(registry.open_source(place)) == ALL
    writer.delete(1)
    assert rows(registry.open_source(place)) == ALL[1:]


def test_columns_reach_the_files(writer: Any, place: str) -> None:
    writer.append_with_a_new_column()
    names = [{name: row[name] for name in ("id", "note")} for row in ALL]
    assert rows(registry.open_source(place), columns=["note", "id"]) == names
    source = registry.open_source(place)
    table = next(one for one in source.datasets() if one.format in NAMES)
    counted = [
        batch.num_rows for one in table.entries for batch in source.batches(table, one, columns=[])
    ]
    assert sum(counted) == len(ALL)


def test_it_is_opened_again_by_its_own_address(place: str) -> None:
    source = registry.open_source(place)
    table = next(one for one in source.datasets() if one.format in NAMES)
    again = open_dataset(table)
    read = [batch for one in table.entries for batch in again.batches(table, one)]
    assert pa.Table.from_batches(read).num_rows == FIRST.num_rows
    (listed,) = again.datasets()
    assert (listed.name, listed.entries) == (table.name, table.entries)


def test_only_what_a_commit_changed_is_read(writer: Any, place: str, catalog_url: str) -> None:
    def crawled(store: Store) -> tuple[str, int, int | None]:
        outcomes = {one.source.label: one for one in crawl([place], store)}
        table = outcomes["orders"]
        assert table.findings == ()
        return table.status.value, table.bytes_read, table.source.row_count

    with Store.open(catalog_url) as store:
        state, everything, count = crawled(store)
        assert (state, count) == ("NEW", 3)
        assert crawled(store) == ("UNCHANGED", 0, 3)
        writer.append(pa.table({"id": [5], "city": ["new"], "amount": [1.0]}))
        state, some, count = crawled(store)
        assert (state, count) == ("CHANGED", 4)
        assert 0 < some < everything
        writer.delete(2)
        assert crawled(store) == ("CHANGED", 0, 3)  # a whole file went
        writer.append_with_a_new_column()
        state, _, count = crawled(store)
        assert (state, count) == ("CHANGED", 4)


def test_a_table_without_rows(writer: Any, place: str) -> None:
    for number in (1, 2, 3):
        writer.delete(number)
    source = registry.open_source(place)
    table = next(one for one in source.datasets() if one.format in NAMES)
    (entry,) = table.entries
    (batch,) = source.batches(table, entry)
    assert batch.schema.names == ["id", "city", "amount"]
    assert batch.num_rows == 0


@pytest.mark.parametrize("damage", ["emptied", "cut", "nonsense"])
def test_damaged_metadata_is_a_finding(writer: Any, place: str, damage: str) -> None:
    table = next(one for one in registry.open_source(place).datasets() if one.format in NAMES)
    form = registry.load("tables", table.format or "")
    folder = Path(place, "orders", form.folder)
    for path in folder.glob("*.json"):
        content = path.read_bytes()
        path.write_bytes({"emptied": b"", "cut": content[:40]}.get(damage, b"[" * 100_000))
    source = registry.open_source(place)
    broken = next(one for one in source.datasets() if one.name.endswith("/orders"))
    (finding,) = source.examine(broken).findings
    assert (finding.code, finding.severity) == ("table-unreadable", "error")
    assert "\n" not in finding.message


def test_metadata_leads_nowhere_else(writer: Any, place: str) -> None:
    table = next(one for one in registry.open_source(place).datasets() if one.format in NAMES)
    folder = Path(place, "orders")
    moved = folder.with_name("elsewhere")
    shutil.copytree(folder, moved)  # metadata of Iceberg names the files where they were
    if table.format == "delta":
        log = moved / "_delta_log" / f"{0:020d}.json"
        log.write_text(log.read_text().replace('"path":"city=', '"path":"../orders/city='))
    source = registry.open_source(place)
    found = next(one for one in source.datasets() if one.name.endswith("/elsewhere"))
    (finding,) = source.examine(found).findings
    assert "outside of its folder" in finding.message


def test_files_that_are_gone_are_told(writer: Any, place: str) -> None:
    source = registry.open_source(place)
    table = next(one for one in source.datasets() if one.format in NAMES)
    for path in Path(place, "orders").rglob("*.parquet"):
        path.unlink()
    from schema.errors import SourceError

    with pytest.raises(SourceError, match="orders"):
        list(source.batches(table, table.entries[0]))


def test_a_package_that_is_not_installed_is_named(
    writer: Any, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    for name in ("deltalake", "pyiceberg.table"):
        monkeypatch.setitem(sys.modules, name, None)  # type: ignore[arg-type]
    source = registry.open_source(place)
    table = next(one for one in source.datasets() if one.name.endswith("/orders"))
    (finding,) = source.examine(table).findings
    assert finding.code == "missing-package"
    assert f"pip install 'headwater[{table.format}]'" in finding.message


def test_a_selection_leaves_tables_out(writer: Any, place: str, read_rows: Callable) -> None:
    assert list(read_rows(place, exclude=("orders",))) == ["beside.csv"]


@pytest.fixture
def read_rows() -> Callable[..., dict[str, int]]:
    from connectors.model import Limits

    def call(uri: str, **limits: Any) -> dict[str, int]:
        source = registry.open_source(uri, Limits(**limits))
        return {Path(one.name).name: len(one.entries) for one in source.datasets()}

    return call


def test_a_folder_called_metadata_is_no_table(tmp_path: Path, read_rows: Callable) -> None:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "_delta_log").mkdir()
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    assert set(read_rows(str(tmp_path))) == {"a.csv", "b.csv"}
    shutil.rmtree(tmp_path / "metadata")
