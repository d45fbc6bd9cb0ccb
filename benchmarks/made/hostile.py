"""Files that mean harm, or come of it: damaged samples, bombs, odd shapes and odd places."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq


def damaged(folder: Path, samples: Mapping[str, bytes], each: int, seed: int = 1) -> None:
    """So many files of each sample, by suffix: cut off at a random place, with bits flipped, with
    a piece left out or doubled, or several of these.
    """
    chance = Random(seed)
    for suffix, sample in samples.items():
        for number in range(each):
            content = bytearray(sample)
            for harm in chance.sample(HARMS, chance.choice((1, 1, 2))):
                harm(content, chance)
            place = folder / f"{suffix[1:]}{number:04}"
            place.mkdir(parents=True)
            (place / f"damaged{suffix}").write_bytes(content)


def _cut(content: bytearray, chance: Random) -> None:
    del content[chance.randrange(len(content) + 1) :]


def _flip(content: bytearray, chance: Random) -> None:
    for _ in range(chance.choice((1, 1, 3, 20)) if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _leave_out(content: bytearray, chance: Random) -> None:
    start = chance.randrange(len(content) + 1)
    del content[start : start + chance.choice((1, 4, 100))]


def _double(content: bytearray, chance: Random) -> None:
    start = chance.randrange(len(content) + 1)
    content[start:start] = content[start : start + chance.choice((1, 4, 100))]


HARMS: tuple[Callable[[bytearray, Random], None], ...] = (_cut, _flip, _leave_out, _double)


def bombs(folder: Path, size: int) -> None:
    """Small files that unpack to `size` bytes, or to very many things."""
    zeros = size // (1 << 20)
    with gzip.open(folder / "ratio.csv.gz", "wb", 9) as packed:
        packed.write(b"a,b\n")
        for _ in range(zeros):
            packed.write(b"1,2\n" * (1 << 18))
    with zipfile.ZipFile(folder / "count.zip", "w") as members:
        for number in range(20_000):
            members.writestr(f"{number:05}.csv", b"a\n1\n")
    (folder / "entities.xml").write_bytes(
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 9))
        + b"]><x><r>&a8;</r><r>1</r></x>"
    )
    nulls = pa.ListArray.from_arrays([0, size >> 4], pa.nulls(size >> 4, pa.int64()))
    pq.write_table(pa.table({"list": nulls}), folder / "nulls.parquet", compression="zstd")
    (folder / "sound.csv").write_text("a,b\n1,2\n")
    same = pa.array(["x" * 1000]).take(pa.array([0] * 65_536, pa.int32()))
    schema = pa.schema([("text", pa.string())])
    with pq.ParquetWriter(folder / "same.parquet", schema, compression="zstd") as rows:
        for _ in range(size // (65_536 * 1000)):
            rows.write_table(pa.table([same], schema))
    (folder / "codec.avro").write_bytes(_avro(size))


def _avro(size: int) -> bytes:
    """One block of `size` bytes of one text, deflated: few bytes that must be held at once."""
    import fastavro

    kinds = {"type": "record", "name": "row", "fields": [{"name": "text", "type": "string"}]}
    sink = io.BytesIO()
    text = "x" * (1 << 20)
    rows = ({"text": text} for _ in range(size >> 20))
    fastavro.writer(sink, kinds, rows, codec="deflate", sync_interval=2 * size)
    return sink.getvalue()


def oddities(folder: Path, line: int) -> None:
    """Odd shapes and places: one line of `line` bytes, names of 4,000 characters, deep JSON, a
    FIFO, a folder that may not be entered, a link in a circle.
    """
    heads = {"csv": b"a,b\n1,2\n3,", "jsonl": b'{"a": 1}\n{"a": "', "txt": b""}
    for suffix, head in heads.items():
        name = f"line.{suffix}"
        with (folder / name).open("wb") as stream:
            stream.write(head)
            for _ in range(line >> 20):
                stream.write(b"x" * (1 << 20))
    with (folder / "holes.csv").open("wb") as stream:
        stream.write(b"a,b\n1,2\n3,4\n")
        stream.truncate(line)
    names = ["n" * 4000, "ü" * 4000, '"' * 4000]
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    (folder / "names.csv").write_text(f"{quoted}\n1,2,3\n4,5,6\n")
    (folder / "deep.json").write_bytes(b"[" * 100_000 + b"]" * 100_000)
    (folder / "deep.jsonl").write_bytes(
        b'{"a": 1}\n' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"
    )
    (folder / "wide.csv").write_text(
        ",".join(f"c{n}" for n in range(20_000)) + "\n" + "1," * 20_000
    )
    os.mkfifo(folder / "pipe.csv")
    closed = folder / "closed"
    closed.mkdir()
    (closed / "a.csv").write_text("a,b\n1,2\n")
    closed.chmod(0)
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    (folder / "sound.csv").write_text("a,b\n1,2\n")
