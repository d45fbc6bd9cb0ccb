"""A folder of clean sources that engines' own readers are known to read differently."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pq
import pytest

from catalog.connect import Connector, connector, targets
from catalog.crawl import crawl
from catalog.model import Version
from catalog.store import Store
from schema.errors import UnsupportedType
from tests.conformance.target_samples import EDGES, SAMPLES
from tests.connectors import workbooks
from tests.connectors.lake_tables import WRITERS

TEXTS = {
    "codes.csv": 'n,text\n1,a\nNA,NA\n"",""\n3,-\n',
    "headerless.csv": "1,2013-01-01,x\n2,2013-01-02,y\n3,2013-01-03,\n4,2013-01-04,z\n",
    "infinite.csv": "id,x\n1,1.5\n2,inf\n3,-Infinity\n4,2\n",
    "lines.csv": 'id,text\n1,"two\nlines"\n2,"a\r\nb"\n3,c\n',
    "one_column.csv": "n\n1\n2\n3\n",
    "quotes.csv": 'id,text,more\n1,"say ""hi""","a,b"\n2,"",x\n3,,"it\'s"\n4, lead,trail \n'
    '5,"back\\slash",\\\n6,"\\""",é✈\n7,None,NA\n',
    "tabs.tsv": "id\ttext\n1\ta,b\n2\tc;d\n3\t\n",
    "short.csv": "id,at\n1,2013-01-01T00:00Z\n2,2013-01-01T00:00:00Z\n",
    "times.csv": "id,at,fine\n1,05:06,2013-01-01 00:00:00.123456000\n2,05:06:07,\n"
    "3,,2013-01-01T01:00\n",
    "table.json": '{"count": 2, "rows": [{"id": 1, "who": {"name": "a"}},\n'
    '{"id": 2, "more": [0.5]}]}\n',
    "fixed.txt": "  id  name      when        share\n"
    + "".join(f"{n:>4}  name {n:<5}2013-01-{n:02}  {n / 4:>5}\n" for n in range(1, 9)),
    "records.xml": "<d:list xmlns:d='urn:x'>"
    + "".join(
        f"<d:one at='2013-01-0{n}'><d:n>{n}</d:n><d:who><d:name>a{n}</d:name></d:who>"
        f"{'<d:tag>x</d:tag>' * (n % 3)}</d:one>"
        for n in range(1, 6)
    )
    + "</d:list>",
    "types.csv": "id,flag,day,local,zoned,share,big,exact\n"
    "1,true,2013-01-31,2013-01-01 05:06,2013-01-01T00:00:00+01:00,.5,18446744073709551615,"
    "0.12345678901234567890\n"
    "2,FALSE,1969-12-31,2013-01-01T05:06:07.123456,2013-01-01 00:00:00+0100,-1e-3,1,-12.5\n"
    "3,,,,,,,\n"
    "4,True,0001-01-01,1582-10-10 00:00:00,1582-10-10T00:00:00.000Z,5.,2,7\n",
    "dates.jsonl": '{"id": 1, "at": "2013-01-01T00:00:00Z"}\n'
    '{"id": 2, "at": "2014-01-01T00:00:00Z"}\n',
    "nested.jsonl": '{"id": 1, "who": {"name": "a", "tags": ["x", null]}, "ok": true, "r": 1}\n'
    '{"id": 2, "who": {"name": null}, "r": 0.5}\n{"id": 3, "who": null, "ok": false}\n'
    '{"who": {"tags": []}, "id": 9007199254740993, "r": 2}\n',
    "parted/city=S%C3%A3o Paulo/code=01/a.csv": "id,x\n1,1.5\n",
    "parted/city=a%2Fb/code=02/a.csv": "id,x\n2,\n",
    "parted/city=__HIVE_DEFAULT_PARTITION__/code=10/a.csv": "id,x\n3,2.5\n",
}


BOOK = {
    "cells": [
        ["id", "day", "at", "ok", "share", "mixed", "who's"],
        [1, date(2013, 1, 1), datetime(2013, 1, 1, 5, 6), True, 0.5, 1, "a"],  # noqa: DTZ001
        [2, None, None, False, None, "n/a", "007"],
        [3, date(2013, 1, 2), datetime(2013, 1, 2), None, 1.25, 2.5, None],  # noqa: DTZ001
    ]
}


@pytest.fixture(scope="session")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edges")
    for name, text in TEXTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (folder / "zipped.csv.gz").write_bytes(gzip.compress(b"id,text\n1,a\n2,b\n"))
    pq.write_table(deep(), folder / "deep.parquet")
    with pa.ipc.new_file(folder / "deep.arrow", deep().schema) as writer:
        writer.write_table(deep())
    unsigned = deep().drop_columns(["small", "large", "word"])  # ORC has none, nor dictionaries
    pa_orc.write_table(unsigned, folder / "deep.orc")
    write_avro(folder / "table.avro")
    for kind, writer in WRITERS.items():
        table = writer(folder / f"in_{kind}")
        table.create()
        table.append_with_a_new_column()
    (folder / "book.xlsx").write_bytes(workbooks.xlsx(BOOK))
    return folder


def write_avro(path: Path) -> None:
    """Rows with types that only Avro declares."""
    day = {"type": "int", "logicalType": "date"}
    colour = {"type": "enum", "name": "colour", "symbols": ["red", "green"]}
    exact = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
    kinds = {"id": "int", "day": ["null", day], "colour": colour, "exact": exact}
    fields = [{"name": name, "type": kind} for name, kind in kinds.items()]
    row = {"id": 1, "day": date(2013, 1, 1), "colour": "red", "exact": Decimal("1.50")}
    with path.open("wb") as stream:
        schema = {"type": "record", "name": "row", "fields": fields}
        fastavro.writer(stream, schema, [row, row | {"id": 2, "day": None, "colour": "green"}])


def deep() -> pa.Table:
    """Types that Spark's own Parquet reader gives as they are."""
    at = datetime(2013, 1, 2, 3, 4, 5, 678000)  # noqa: DTZ001 (a local time)
    return pa.table(
        {
            "small": pa.array([255, None], pa.uint8()),
            "large": pa.array([2**64 - 1, 0], pa.uint64()),
            "exact": pa.array([Decimal("1.50"), None], pa.decimal128(20, 2)),
            "day": pa.array([date(1, 1, 1), None]),
            "local": pa.array([at, None], pa.timestamp("us")),
            "berlin": pa.array([at, None], pa.timestamp("ms", "Europe/Berlin")),
            "word": pa.array(["a", None]).dictionary_encode(),
            "words": pa.array([["a", None], None], pa.list_(pa.large_string())),
            "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int16())),
            "odd.name `x`": pa.array([{"a.b": [{"c": b"\0"}]}, None]),
            'x", or 1=1 --': pa.array([1.5, float("nan")]),
        }
    )


GAPS = {
    ("types.csv", "scala"): "decimal(22,20) has more places than the encoder of BigDecimal",
}
"""Samples with a type that a target cannot hold, and why; strict: a gap that closes is noticed."""


@pytest.fixture(scope="session")
def versions(
    tmp_path_factory: pytest.TempPathFactory, sample_data: Path, edges: Path
) -> dict[str, Version]:
    """The current version of each sample that can be read, by the end of its name."""
    url = f"sqlite:///{tmp_path_factory.mktemp('catalog') / 'catalog.db'}"
    found = {}
    with Store.open(url) as store:
        for outcome in crawl([str(sample_data), str(edges)], store):
            pk = outcome.source.version
            if pk is not None:
                found[outcome.source.name] = store.version(pk)
    return {
        sample: version
        for sample in (*SAMPLES, *EDGES)
        for name, version in found.items()
        if name == sample or name.endswith(f"/{sample}")
    }


@pytest.fixture(scope="session")
def written(
    versions: dict[str, Version], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], tuple[Path, Connector]]:
    """Every connector, written into a folder of its own, by sample and target."""
    files = {}
    refused = []
    for number, sample in enumerate((*SAMPLES, *EDGES)):
        for target in targets():
            try:
                made = connector(versions[sample], target)
            except UnsupportedType as error:
                refused.append((sample, target, str(error)))
                continue
            folder = tmp_path_factory.mktemp(f"sample{number}")
            path = folder / made.filename
            path.write_text(made.code, encoding="utf-8")
            files[sample, target] = (path, made)
    assert {(sample, target) for sample, target, _ in refused} == set(GAPS), refused
    return files


@pytest.fixture(scope="session")
def python() -> Callable[..., str]:
    """What a fresh interpreter prints; it has to end well."""

    def run(*arguments: str, cwd: Path | None = None) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
