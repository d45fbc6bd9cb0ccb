"""Small Parquet files that become very much, and footers that lie, are told."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.crawl import crawl
from catalog.model import Outcome, Status
from catalog.store import Store
from connectors.formats.parquet_batches import BATCH_ROWS, batch_rows


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
