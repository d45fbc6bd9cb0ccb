"""What is kept and held of values and blocks is bounded, whatever a file holds."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import fastavro
import pyarrow as pa
import pytest

from catalog.crawl import crawl
from catalog.store import Store
from connectors.formats import avro_blocks, csv_read, csv_recover, jsonl
from connectors.formats.avro import Avro
from connectors.sources.stored_file import StoredFile
from connectors.uri import file_uri
from schema.clipping import LONGEST
from schema.errors import CorruptData, DecompressionBomb
from schema.summary import summarise

SCHEMA = {"type": "record", "name": "row", "fields": [{"name": "text", "type": "string"}]}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()])
def test_of_long_values_the_beginning_is_kept(kind: pa.DataType) -> None:
    values = [("é" if at % 2 else "e") * 500_000 for at in range(20)]
    texts = [
        value if pa.types.is_large_string(kind) or kind == pa.string() else value.encode()
        for value in values
    ]
    array = pa.array(texts, kind)
    parts = [summarise([pa.record_batch([array.slice(at, 10)], ["a"])]) for at in (0, 10)]
    summary = parts[0] + parts[1]
    column = summary.columns["a"]
    assert column.lengths is not None
    assert column.lengths.high >= 500_000
    assert len(column.low_text or "") <= LONGEST
    assert all(len(value) <= LONGEST for value in summary.sample.rows["a"].to_pylist())
    assert len(summary.to_bytes()) < 200_000
    whole = summarise([pa.record_batch([array], ["a"])])
    assert (whole.columns["a"].low_text, whole.columns["a"].high_text) == (
        column.low_text,
        column.high_text,
    )


def test_one_long_line_is_not_held(
    tmp_path: Path, catalog_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With bounds of a sixteenth of the real ones; `benchmarks/robustness` reads lines of 2 GB."""
    monkeypatch.setattr(csv_read, "BLOCKS", (1 << 17, 1 << 20, 4 << 20))
    monkeypatch.setattr(csv_recover, "MOST_CHARACTERS", 1 << 18)
    monkeypatch.setattr(jsonl, "LONGEST_LINE_BYTES", 4 << 20)
    for name, head in (("a.csv", b"a,b\n1,2\n3,"), ("b.jsonl", b'{"a": 1}\n{"a": "')):
        with (tmp_path / name).open("wb") as stream:
            stream.write(head)
            for _ in range(20):
                stream.write(b"x" * (1 << 20))
    (tmp_path / "sound.csv").write_text("a,b\n1,2\n")
    with Store.open(catalog_url) as store:
        found = {one.source.label: one for one in crawl([str(tmp_path)], store)}
    assert "csv-long-line" in {one.code for one in found["a"].findings}
    assert [one.code for one in found["b"].findings] == ["json-bad-line"]
    assert found["sound"].source.row_count == 1


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[bytes], StoredFile]:
    def store(content: bytes) -> StoredFile:
        path = tmp_path / "x.avro"
        path.write_bytes(content)
        return StoredFile(file_uri(str(path)), str(path), len(content))

    return store


def container(codec: str, pack: Callable[[bytes], bytes], texts: list[str]) -> bytes:
    """A container whose blocks are packed by a codec that fastavro has no package for."""
    sink = io.BytesIO()
    sync = b"0123456789abcdef"
    fastavro.writer(
        sink, SCHEMA, [{"text": text} for text in texts], sync_marker=sync, sync_interval=1 << 26
    )
    head, block, end = sink.getvalue().split(sync)
    assert end == b""
    stream = io.BytesIO(block)
    count, size = avro_blocks._read_number(stream), avro_blocks._read_number(stream)
    packed = pack(stream.read())
    assert count is not None
    assert size is not None
    head = head.replace(b"\x08null", avro_blocks._number(len(codec)) + codec.encode())
    numbers = avro_blocks._number(count) + avro_blocks._number(len(packed))
    return head + sync + numbers + packed + sync


CODECS = {
    "snappy": lambda data: pa.compress(data, "snappy", asbytes=True) + b"\0\0\0\0",
    "zstandard": lambda data: pa.compress(data, "zstd", asbytes=True),
    "deflate": lambda data: zlib.compress(data)[2:-4],
}


@pytest.mark.parametrize("codec", CODECS)
def test_codecs_of_avro(codec: str, stored: Callable[[bytes], StoredFile]) -> None:
    texts = [f"row {at}" for at in range(1000)]
    file = stored(container(codec, CODECS[codec], texts))
    table = pa.Table.from_batches(Avro().batches(file, ()).batches)
    assert table["text"].to_pylist() == texts


@pytest.mark.parametrize("codec", CODECS)
def test_a_block_that_unpacks_to_too_much_is_a_bomb(
    codec: str, stored: Callable[[bytes], StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(avro_blocks, "MOST_BLOCK_BYTES", 1 << 16)
    file = stored(container(codec, CODECS[codec], ["x" * 100_000] * 2))
    with pytest.raises(DecompressionBomb, match="more than"):
        list(Avro().batches(file, ()).batches)


def test_an_unknown_codec_is_told(stored: Callable[[bytes], StoredFile]) -> None:
    file = stored(container("brotli", lambda data: data, ["a"]))
    with pytest.raises(CorruptData, match=r"brotli"):
        list(Avro().batches(file, ()).batches)


def test_avro_rows_of_many_bytes_are_batched_by_them(
    stored: Callable[[bytes], StoredFile],
) -> None:
    sink = io.BytesIO()
    rows = [{"text": "x" * (1 << 20)} for _ in range(40)]
    fastavro.writer(sink, SCHEMA, rows, codec="deflate", sync_interval=1 << 26)
    batches = list(Avro().batches(stored(sink.getvalue()), ()).batches)
    assert sum(batch.num_rows for batch in batches) == 40
    assert max(batch.nbytes for batch in batches) < 24 << 20
