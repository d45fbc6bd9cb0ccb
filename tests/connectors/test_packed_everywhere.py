"""Every kind of packing in every kind of place: the same rows come of all of them."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.connectors import servers, workbooks

CONTENT = b"a,b\n1,x\n2,y\n"
ROWS = [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]
LOGIN = {"username": "anna", "password": "hunter2"}


def packed(codec: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(CONTENT)
    return bytes(sink.getvalue())


def tarred(mode: str) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("in/t.csv")
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    return sink.getvalue()


SINGLE = {
    "g.csv.gz": gzip.compress(CONTENT),
    "b.csv.bz2": bz2.compress(CONTENT),
    "x.csv.xz": lzma.compress(CONTENT),
    "z.csv.zst": packed("zstd"),
    "l.csv.lz4": packed("lz4"),
}


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    return bytes(sink.getvalue())


ARCHIVES = {
    "a.zip": workbooks.zipped({"in/t.csv": CONTENT, "in/g.csv.gz": SINGLE["g.csv.gz"]}),
    "t.tar": tarred("w"),
    "tg.tar.gz": tarred("w:gz"),
    "tx.tar.xz": tarred("w:xz"),
    "deep.zip": workbooks.zipped({"t.tar": tarred("w"), "more.tar.gz": tarred("w:gz")}),
}
EXPECTED = {
    *(f"raw/{name}" for name in (*SINGLE, "p.parquet")),
    *("raw/a.zip/in/t.csv", "raw/a.zip/in/g.csv.gz"),
    *(f"raw/{name}/in/t.csv" for name in ("t.tar", "tg.tar.gz", "tx.tar.xz")),
    *("raw/deep.zip/t.tar/in/t.csv", "raw/deep.zip/more.tar.gz/in/t.csv"),
}


@contextlib.contextmanager
def local(folder: Path) -> Iterator[str]:
    yield f"{folder.as_uri()}/raw"


@contextlib.contextmanager
def memory(folder: Path) -> Iterator[str]:
    fs = fsspec.filesystem("memory")
    for path in (folder / "raw").iterdir():
        fs.pipe_file(f"/packed/raw/{path.name}", path.read_bytes())
    yield "memory://packed/raw"
    fs.rm("/packed", recursive=True)


@contextlib.contextmanager
def web(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/raw"
    server.shutdown()
    thread.join()
    server.server_close()


@contextlib.contextmanager
def login(kind: str, folder: Path) -> Iterator[str]:
    serve = {"ftp": servers.ftp, "sftp": servers.sftp}[kind]
    with serve(folder, *LOGIN.values()) as port, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOGIN", json.dumps(LOGIN))
        yield f"{kind}://127.0.0.1:{port}/raw"


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[str]:
    with servers.s3("lake") as (endpoint, client), pytest.MonkeyPatch.context() as patch:
        for path in (folder / "raw").iterdir():
            client.put_object(Bucket="lake", Key=f"raw/{path.name}", Body=path.read_bytes())
        options = {"key": "A", "secret": "B", "client_kwargs": {"endpoint_url": endpoint}}
        patch.setenv("LOGIN", json.dumps(options))
        yield "s3://lake/raw"


PLACES = {
    "file": local,
    "ftp": partial(login, "ftp"),
    "http": web,
    "memory": memory,
    "s3": s3,
    "sftp": partial(login, "sftp"),
}


@pytest.mark.parametrize("place", PLACES)
def test_what_is_packed_in_any_way_is_read_anywhere(
    place: str, tmp_path: Path, read_source: Callable
) -> None:
    (tmp_path / "raw").mkdir()
    for name, content in (SINGLE | ARCHIVES | {"p.parquet": parquet()}).items():
        (tmp_path / "raw" / name).write_bytes(content)
    with PLACES[place](tmp_path) as uri:
        limits = {"credentials": "env:LOGIN"} if place in {"ftp", "s3", "sftp"} else {}
        found = read_source(uri, **limits)
        assert {name[name.index("raw/") :] for name in found} == EXPECTED
        assert {name: read.rows for name, read in found.items()} == dict.fromkeys(found, ROWS)
