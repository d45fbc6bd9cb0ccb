"""Small Parquet files that become very much, and footers that lie, are told."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.crawl import crawl
from catalog.model import Outcome, Status
from catalog.store import Store
from connectors.formats.parquet import Parquet
from connectors.formats.parquet_batches import BATCH_ROWS, batch_rows
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
