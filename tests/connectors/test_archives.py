"""Zip and tar archives, and what unpacks to more than it should."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from connectors import registry
from connectors.reading import list_entries, open_dataset
from connectors.sources import bounded
from connectors.sources.stored_file import StoredFile
from schema.errors import DecompressionBomb
from tests.connectors import workbooks

FILES = {
    "raw/flights/year=2013/part-0.csv": b"day,carrier\n1,AA\n2,UA\n",
    "raw/flights/year=2014/part-0.csv": b"day,carrier\n3,DL\n",
    "raw/it's 50% odd #1?::x.csv": b"a,b\n1,2\n3,4\n",
    "planes.jsonl": b'{"id": 1}\n{"id": 2}\n',
    "readme.md": b"nothing",
    "__MACOSX/planes.jsonl": b"\0\0",
}


def zipped(files: dict[str, bytes]) -> bytes:
    return workbooks.zipped(files)


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return sink.getvalue()


MADE: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "all.zip": zipped,
    "all.tar": tarred,
    "all.tar.gz": lambda files: tarred(files, "w:gz"),
    "all.tgz": lambda files: tarred(files, "w:gz"),
    "all.tar.xz": lambda files: tarred(files, "w:xz"),
}


@pytest.mark.parametrize("name", MADE)
def test_an_archive_is_as_a_folder(name: str, tmp_path: Path, read_source: Callable) -> None:
    path = tmp_path / name
    path.write_bytes(MADE[name](FILES))
    found = read_source(str(tmp_path))
    members = {one.removeprefix(f"{path}/"): read for one, read in found.items()}
    assert set(members) == {"raw/flights", "raw/it's 50% odd #1?::x.csv", "planes.jsonl"}
    assert [row["year"] for row in members["raw/flights"].rows] == ["2013", "2013", "2014"]
    assert members["raw/it's 50% odd #1?::x.csv"].rows == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]
    assert members["planes.jsonl"].rows == [{"id": 1}, {"id": 2}]
    kind = "zip" if name.endswith("zip") else "tar"
    assert members["planes.jsonl"].dataset.uri == f"{kind}://planes.jsonl::file://{path}"


@pytest.mark.parametrize("name", ["all.zip", "all.tar.gz"])
def test_a_member_is_opened_again_by_its_own_address(
    name: str, tmp_path: Path, read_source: Callable
) -> None:
    (tmp_path / name).write_bytes(MADE[name](FILES))
    source = registry.open_source(str(tmp_path))
    listed = list(source.datasets())
    assert source.areas == (("file", str(tmp_path)),)
    for dataset in listed:
        assert list_entries(dataset) == dataset.entries
        again = open_dataset(dataset)
        examined = again.examine(dataset)
        assert pa.Table.from_batches(again.batches(examined, dataset.entries[0])).num_rows > 0
    by_hand = read_source(f"{'zip' if 'zip' in name else 'tar'}://raw::{tmp_path / name}")
    assert set(by_hand) == {one.name for one in listed if "/raw/" in one.name}


def test_archives_in_archives(tmp_path: Path, read_source: Callable) -> None:
    inner = zipped({"a.csv": b"a,b\n1,2\n3,4\n", "b.csv": b"c,d\n1,2\n3,4\n"})
    outer = tarred({"x/inner.zip": inner, "c.csv": b"e,f\n1,2\n3,4\n"}, "w:gz")
    (tmp_path / "outer.tar.gz").write_bytes(outer)
    names = {name.removeprefix(f"{tmp_path}/outer.tar.gz/") for name in read_source(str(tmp_path))}
    assert names == {"c.csv", "x/inner.zip/a.csv", "x/inner.zip/b.csv"}
    endless = zipped({"a.csv": b"a,b\n1,2\n", "b": b"1"})
    for _ in range(6):
        endless = zipped({"in.zip": endless, "a.csv": b"a,b\n1,2\n"})
    (tmp_path / "outer.tar.gz").write_bytes(zipped({"in.zip": endless}))
    assert 1 <= len(read_source(str(tmp_path))) < 7


def test_an_archive_of_one_file_is_a_compressed_file(tmp_path: Path, read_source: Callable) -> None:
    for month in ("01", "02"):
        content = zipped({f"m{month}.csv": f"id,n\n{month},1\n9,2\n".encode()})
        (tmp_path / f"m_2013-{month}.csv.zip").write_bytes(content)
    (read,) = read_source(str(tmp_path)).values()
    assert read.dataset.pattern == "m_*.csv.zip"
    assert [row["id"] for row in read.rows] == ["01", "9", "02", "9"]


def test_books_and_tables_in_archives(tmp_path: Path, read_source: Callable) -> None:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table({"n": list(range(1000))}), sink)
    book = workbooks.xlsx({"S": [["id", "n"], [1, 2.5], [2, 3.5]]})
    (tmp_path / "all.zip").write_bytes(zipped({"a.xlsx": book, "t.parquet": sink.getvalue()}))
    found = read_source(str(tmp_path))
    assert found[f"{tmp_path}/all.zip/a.xlsx#S"].rows == [{"id": 1, "n": 2.5}, {"id": 2, "n": 3.5}]
    assert len(found[f"{tmp_path}/all.zip/t.parquet"].rows) == 1000


def test_hostile_members(tmp_path: Path, read_source: Callable) -> None:
    rows = b"a,b\n1,2\n3,4\n"
    files = {"../../etc/x.csv": rows, "/abs.csv": rows, "a//./b.csv": rows, "n\nl.csv": rows}
    (tmp_path / "all.zip").write_bytes(zipped(files))
    names = {name.removeprefix(f"{tmp_path}/all.zip/") for name in read_source(str(tmp_path))}
    assert names == {"abs.csv", "a/b.csv", "n\nl.csv"}
    assert not (tmp_path.parent / "etc").exists()


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_an_archive_that_is_cut_off(
    name: str, share: float, tmp_path: Path, read_source: Callable
) -> None:
    content = MADE[name](dict.fromkeys(("a.csv", "b.csv"), b"a,b\n" + b"1,2\n" * 50_000))
    (tmp_path / name).write_bytes(content[: int(share * len(content))])
    source = registry.open_source(str(tmp_path))
    findings = [
        finding for dataset in source.datasets() for finding in source.examine(dataset).findings
    ]
    assert {one.code for one in findings} <= {"archive-unreadable", "unreadable", "empty-file"}
    assert findings or name == "all.tar"


def test_a_member_with_a_password(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": b"a,b\n1,2\n", "b.csv": b"a,b\n1,2\n"}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        start = archive.start_dir
    content[start + 8] |= 1
    (tmp_path / "all.zip").write_bytes(content)
    source = registry.open_source(str(tmp_path))
    found = {one.name.rpartition("/")[2]: source.examine(one) for one in source.datasets()}
    assert "protected by a password" in found["a.csv"].findings[0].message
    assert found["b.csv"].findings == ()


ROWS = b"id,text\n" + b"1," + b"a" * 100 + b"\n"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, 9),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: pa.compress(data, "zstd", asbytes=True),
    "zip": lambda data: zipped({"a": data}),
}


@pytest.mark.parametrize(
    ("packing", "suffix"),
    [*((packing, "csv") for packing in PACKED), ("gz", "jsonl"), ("gz", "json")],
)
def test_a_bomb_is_not_unpacked_on(
    packing: str,
    suffix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    catalog_url: str,
) -> None:
    from catalog.crawl import crawl
    from catalog.store import Store

    monkeypatch.setattr(bounded, "BOMB_BYTES", 1 << 20)
    monkeypatch.setattr(bounded, "BOMB_RATIO", 100)
    line = {"csv": b"1,a\n", "jsonl": b'{"id": 1, "text": "a"}\n', "json": b'{"id": 1}, '}[suffix]
    head = {"csv": b"id,text\n", "jsonl": b"", "json": b"["}[suffix]
    bomb = PACKED[packing](head + line * ((2 << 20) // len(line)))
    (tmp_path / f"bomb.{suffix}.{packing}").write_bytes(bomb)
    (tmp_path / "fine.csv").write_bytes(b"a,b\n1,2\n3,4\n")
    with Store.open(catalog_url) as store:
        found = {one.source.label: one for one in crawl([str(tmp_path)], store)}
    assert found["fine"].status == "NEW"
    assert "decompression-bomb" in {one.code for one in found["bomb"].findings}


def test_a_bomb_is_told_by_what_was_taken_whatever_follows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "BOMB_BYTES", 1 << 20)
    monkeypatch.setattr(bounded, "BOMB_RATIO", 100)
    noise = random.Random(1).randbytes(1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"1,a\n" * (1 << 20)) + gzip.compress(noise))
    file = StoredFile(path.as_uri(), str(path), path.stat().st_size)
    with file.open() as stream, pytest.raises(DecompressionBomb, match="100 times"):
        stream.read()


def test_what_is_packed_well_is_no_bomb(tmp_path: Path, read_source: Callable) -> None:
    content = gzip.compress(b"id,n\n" + b"1,2\n" * 500_000, 9)
    (tmp_path / "fine.csv.gz").write_bytes(content)
    (read,) = read_source(str(tmp_path)).values()
    assert len(read.rows) == 500_000


def test_files_without_rows_are_sources(tmp_path: Path, read_source: Callable) -> None:
    for name in ("photos/a.png", "photos/b.JPG", "photos/more/c.png", "photos/paper.pdf", "m.onnx"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0" * 10)
    found = read_source(str(tmp_path))
    names = {name.removeprefix(f"{tmp_path}/"): read for name, read in found.items()}
    root = tmp_path.name
    assert set(names) == {
        f"{root} (models)",
        "photos/photos (documents)",
        "photos/photos (images)",
        "photos/more/more (images)",
    }
    images = names["photos/photos (images)"]
    assert images.dataset.format == "images"
    assert images.findings == []
    assert [(row["name"], row["size"], row["media_type"]) for row in images.rows] == [
        ("a.png", 10, "image/png"),
        ("b.JPG", 10, "image/jpeg"),
    ]
    before = images.dataset.entries
    assert list_entries(images.dataset) == before
    (tmp_path / "photos" / "new.png").write_bytes(b"\0")
    assert list_entries(images.dataset) != before


def test_content_that_is_no_table_is_one_file(read_bytes: Callable) -> None:
    read = read_bytes(b"\0\1\2\xff" * 99, "blob.xyz")
    assert read.dataset.format == "files"
    assert [row["name"] for row in read.rows] == ["blob.xyz"]
    assert read.codes == {"unstructured"}
