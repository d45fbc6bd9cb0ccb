"""Small Parquet files that become very much, and footers that lie, are told."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.crawl import crawl
from catalog.model import Outcome, Status
from catalog.store import Store
from connectors.formats.parquet import Parquet
from connectors.formats.parquet_batches import BATCH_ROWS, LIST_BYTES, LIST_ROWS, batch_rows
from connectors.model import Term
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.errors import CorruptData


def crawled(path: Path, catalog_url: str) -> Outcome:
    with Store.open(catalog_url) as store:
        (found,) = crawl([str(path)], store)
    return found


def constant(text: str, rows: int) -> pa.Table:
    places = pa.array([0] * rows, pa.int32())
    return pa.table({"text": pa.DictionaryArray.from_arrays(places, pa.array([text]))})


def test_a_long_text_in_very_many_rows(tmp_path, catalog_url) -> None:
    path = tmp_path / "texts.parquet"
    pq.write_table(constant("x" * 1_000_000, 100_000), path, compression="zstd")
    assert path.stat().st_size < 10_000
    found = crawled(path, catalog_url)
    assert found.status is Status.FAILED
    assert {one.code for one in found.findings} == {"decompression-bomb"}


@pytest.mark.parametrize(("length", "whole"), [(100, True), (20_000, False)])
def test_fewer_rows_are_read_at_a_time_where_they_are_long(tmp_path, length, whole) -> None:
    pq.write_table(constant("x" * length, 200_000), tmp_path / "a.parquet")
    with pq.ParquetFile(tmp_path / "a.parquet") as parquet:
        rows = batch_rows(parquet, [0], None, "a.parquet")
    assert (rows == BATCH_ROWS) is whole
    assert rows * length <= 256 << 20


def lists_of_nulls(path: Path, lengths: list[int], group: int) -> int:
    """Write lists of nulls of those lengths; how many rows of them are read at a time."""
    offsets = pa.array([0, *accumulate(lengths)], pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pa.nulls(sum(lengths), pa.int64()))
    pq.write_table(pa.table({"a": lists, "b": range(len(lengths))}), path, row_group_size=group)
    with pq.ParquetFile(path) as parquet:
        return batch_rows(parquet, range(parquet.num_row_groups), None, path.name)


@pytest.mark.parametrize("group", [512, 4096])
def test_few_rows_are_read_at_a_time_where_lists_of_nulls_are_long(tmp_path, group) -> None:
    path = tmp_path / "nulls.parquet"
    rows = lists_of_nulls(path, [2048] * 4096, group)
    assert path.stat().st_size < 100_000
    assert 2048 * 8 * rows <= LIST_BYTES
    source = StoredFile(file_uri(str(path)), str(path), path.stat().st_size)
    batches = list(Parquet().batches(source, ()).batches)
    assert sum(map(len, batches)) == 4096
    assert max(batch.nbytes for batch in batches) < 2 * LIST_BYTES


def test_lists_of_nulls_that_are_long_in_few_rows(tmp_path) -> None:
    lengths = [0] * 100_000 + [50_000] * 100
    assert lists_of_nulls(tmp_path / "a.parquet", lengths, 200_000) == LIST_ROWS
    assert lists_of_nulls(tmp_path / "b.parquet", [3] * 100_000, 200_000) == BATCH_ROWS


def test_a_footer_that_lies_of_its_rows(tmp_path, catalog_url) -> None:
    path = tmp_path / "lie.parquet"
    pq.write_table(pa.table({"a": range(1000)}), path)
    told, other = b"\xd0\x0f", b"\xd2\x0f"  # 1,000 and 1,001 as Thrift writes them
    content = path.read_bytes()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    path.write_bytes(content[:start] + content[start:].replace(told, other, 1))
    found = crawled(path, catalog_url)
    assert "parquet-row-count" in {one.code for one in found.findings}


@pytest.mark.parametrize("column", ["broken", "sound"])
def test_broken_metadata_of_a_column_that_a_condition_names(column, tmp_path) -> None:
    path = tmp_path / "broken.parquet"
    table = pa.table({"broken": range(200), "sound": [f"{at}" for at in range(200)]})
    pq.write_table(table, path, row_group_size=50)
    integers, bools = b"\x15\x04\x19", b"\x15\x00\x19"  # types of column chunks in Thrift
    path.write_bytes(path.read_bytes().replace(integers, bools))
    file = StoredFile(file_uri(str(path)), str(path), path.stat().st_size)
    terms = [Term(column, "==", {"broken": 199, "sound": "199"}[column])]
    reading = Parquet().skipping(file, (), terms, columns=[column])
    if column == "broken":
        with pytest.raises(CorruptData, match="broken Parquet"):
            list(reading.batches)
    else:
        assert sum(batch.num_rows for batch in reading.batches) == 100  # 0-49, 150-199 as texts
