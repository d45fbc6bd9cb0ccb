"""A catalogued dataset read again, typed, with columns and filters that reach the source."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from connectors import registry
from connectors.model import Dataset, Limits
from connectors.reading import list_entries, open_dataset, read_dataset
from schema.errors import SourceError
from schema.infer import infer
from schema.model import Schema
from schema.summary import summarise


def catalogued(uri: str) -> tuple[Dataset, Schema]:
    """As the catalog would hold it: without entries, evidence and findings."""
    source = registry.open_source(uri, Limits())
    (dataset,) = (source.examine(one) for one in source.datasets())
    batches = (batch for entry in dataset.entries for batch in source.batches(dataset, entry))
    schema = infer(summarise(batches), dataset.declared)
    return replace(dataset, entries=(), evidence=(), findings=(), declared=None), schema


@pytest.fixture
def flights(tmp_path):
    for month in (1, 2, 10):
        folder = tmp_path / f"year=2013/month={month}"
        folder.mkdir(parents=True)
        rows = "".join(f"{day},AA,{day * month}.5\n" for day in range(1, 29))
        (folder / "part-0.csv").write_text("day,carrier,delay\n" + rows)
    return catalogued(str(tmp_path))


def test_typed_rows(flights) -> None:
    dataset, schema = flights
    table = pa.Table.from_batches(read_dataset(dataset, schema))
    assert table.schema.names == ["day", "carrier", "delay", "year", "month"]
    assert table.num_rows == 84
    assert pa.types.is_integer(table.schema.field("month").type)
    assert pc.sum(table["day"]).as_py() == 3 * sum(range(1, 29))
    assert sorted(set(table["month"].to_pylist())) == [1, 2, 10]


def test_columns_are_selected_in_their_order(flights) -> None:
    dataset, schema = flights
    batches = list(read_dataset(dataset, schema, columns=["month", "day"]))
    assert {tuple(batch.schema.names) for batch in batches} == {("month", "day")}
    assert sum(batch.num_rows for batch in batches) == 84


def test_a_filter_on_columns_that_are_not_selected(flights) -> None:
    dataset, schema = flights
    where = (pc.field("delay") > 100) & (pc.field("month") == 10)
    table = pa.Table.from_batches(read_dataset(dataset, schema, columns=["day"], where=where))
    assert table.column_names == ["day"]
    assert table["day"].to_pylist() == list(range(10, 29))


def test_partitions_that_a_filter_rules_out_are_not_opened(flights, monkeypatch) -> None:
    from connectors.sources.stored_file import StoredFile

    opened = []
    real = StoredFile.open
    monkeypatch.setattr(StoredFile, "open", lambda self: (opened.append(self.path), real(self))[1])
    dataset, schema = flights
    table = pa.Table.from_batches(read_dataset(dataset, schema, where=pc.field("month") == 2))
    assert table.num_rows == 28
    assert {path.rpartition("/")[0].rpartition("/")[2] for path in opened} == {"month=2"}


def test_entries_that_are_given_are_read(flights) -> None:
    dataset, schema = flights
    entries = list_entries(dataset)
    assert len(entries) == 3
    batches = read_dataset(dataset, schema, entries=entries[:1])
    assert sum(batch.num_rows for batch in batches) == 28


def test_new_entries_are_found_when_read_again(flights, tmp_path) -> None:
    dataset, schema = flights
    (tmp_path / "year=2013/month=3").mkdir()
    (tmp_path / "year=2013/month=3/part-0.csv").write_text("day,carrier,delay\n1,AA,2.5\n")
    assert sum(batch.num_rows for batch in read_dataset(dataset, schema)) == 85


def test_a_part_with_other_columns(tmp_path) -> None:
    (tmp_path / "part-0.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "part-1.csv").write_text("c,a\nx,5\ny,6\n")
    dataset, schema = catalogued(str(tmp_path))
    rows = [row for batch in read_dataset(dataset, schema) for row in batch.to_pylist()]
    assert rows == [
        {"a": 1, "b": 2, "c": None},
        {"a": 3, "b": 4, "c": None},
        {"a": 5, "b": None, "c": "x"},
        {"a": 6, "b": None, "c": "y"},
    ]


def test_one_of_several_sequences_in_a_folder(tmp_path) -> None:
    for name in ("orders_1", "orders_2", "items_1", "items_2"):
        (tmp_path / f"{name}.csv").write_text(f"id,{name.partition('_')[0]}\n1,2\n3,4\n")
    source = registry.open_source(str(tmp_path))
    found = {one.name.rpartition("/")[2]: source.examine(one) for one in source.datasets()}
    assert set(found) == {"orders", "items"}
    schema = Schema.from_arrow(pa.schema([("id", pa.int64()), ("orders", pa.int64())]))
    again = replace(found["orders"], entries=())
    assert sum(batch.num_rows for batch in read_dataset(again, schema)) == 4


def test_a_table(tmp_path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, str(n)) for n in range(10)])
    connection.close()
    dataset, schema = catalogued(f"sqlite:///{path}")
    rows = [
        row
        for batch in read_dataset(dataset, schema, columns=["b"], where=pc.field("a") > 7)
        for row in batch.to_pylist()
    ]
    assert len(rows) == 2
    assert open_dataset(dataset).uri == f"sqlite:///{path}"


def test_what_is_gone_is_told(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    dataset, schema = catalogued(str(path))
    path.unlink()
    with pytest.raises(SourceError, match="no such file"):
        list(read_dataset(dataset, schema))
