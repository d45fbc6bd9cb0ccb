"""File systems other than the local one: a real S3 server on loopback, memory, archives."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors import registry
from connectors.model import Limits
from connectors.reading import open_dataset
from schema.errors import SourceError
from tests.connectors import servers

FILES = {
    "raw/flights/year=2013/month=1/part-0.csv": b"day,carrier\n1,AA\n2,UA\n",
    "raw/flights/year=2013/month=2/part-0.csv": b"day,carrier\n3,DL\n",
    "raw/it's 50% odd #1?.csv": b"a,b\n1,2\n",
    "raw/planes.jsonl.gz": None,
    "raw/weather.parquet": None,
    "raw/_SUCCESS": b"",
    "raw/_temporary/0/x.csv": b"a\n1\n",
}


NAMES = ("flights", "it's 50% odd #1?.csv", "planes.jsonl.gz", "weather.parquet")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    import gzip

    parquet = io.BytesIO()
    pq.write_table(pa.table({"temp": [1.5, 2.5], "wind": [1, None]}), parquet)
    made = {
        "raw/planes.jsonl.gz": gzip.compress(b'{"id": 1}\n{"id": 2}\n'),
        "raw/weather.parquet": parquet.getvalue(),
    }
    return {name: content or made.get(name, b"") for name, content in FILES.items()}


@pytest.fixture(scope="module")
def endpoint(files: dict[str, bytes]) -> Iterator[str]:
    with servers.s3("lake") as (address, client):
        for name, content in files.items():
            client.put_object(Bucket="lake", Key=name, Body=content)
        yield address


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The bucket, with a variable S3 that holds storage options."""
    options = {"key": "AKEY", "secret": "SECRET/KEY", "client_kwargs": {"endpoint_url": endpoint}}
    monkeypatch.setenv("S3", json.dumps(options))
    return "s3://lake"


def check(found: dict, namespace: str, prefix: str, start: str) -> None:
    assert set(found) == {f"{prefix}{name}" for name in NAMES}
    flights = found[f"{prefix}flights"]
    assert flights.dataset.namespace == namespace
    assert flights.dataset.uri == f"{start}flights"
    assert flights.dataset.entries[0].uri == f"{start}flights/year=2013/month=1/part-0.csv"
    assert flights.rows == [
        {"day": "1", "carrier": "AA", "year": "2013", "month": "1"},
        {"day": "2", "carrier": "UA", "year": "2013", "month": "1"},
        {"day": "3", "carrier": "DL", "year": "2013", "month": "2"},
    ]
    assert found[f"{prefix}it's 50% odd #1?.csv"].rows == [{"a": "1", "b": "2"}]
    assert found[f"{prefix}planes.jsonl.gz"].rows == [{"id": 1}, {"id": 2}]
    assert found[f"{prefix}weather.parquet"].rows == [
        {"temp": 1.5, "wind": 1},
        {"temp": 2.5, "wind": None},
    ]


def test_s3(s3: str, read_source: Callable) -> None:
    found = read_source(f"{s3}/raw", credentials="env:S3")
    check(found, "s3://lake", "raw/", "s3://lake/raw/")
    assert all(one.dataset.credentials == "env:S3" for one in found.values())
    assert "SECRET" not in repr(found)


def test_s3_stamps_are_etags(s3: str) -> None:
    source = registry.open_source(f"{s3}/raw", Limits(credentials="env:S3"))
    entries = [entry for one in source.datasets() for entry in one.entries]
    assert len({entry.stamp for entry in entries}) == len(entries)
    assert all(len(entry.stamp) >= 32 for entry in entries)
    assert all(entry.modified and entry.modified.tzinfo for entry in entries)


def test_s3_one_object_and_opening_it_again(s3: str, read_source: Callable) -> None:
    (found,) = read_source(f"{s3}/raw/weather.parquet", credentials="env:S3").values()
    assert found.dataset.name == "raw/weather.parquet"
    source = open_dataset(found.dataset)
    (again,) = source.datasets()
    assert again.entries == found.dataset.entries


def test_s3_login_in_the_address_is_used_and_not_kept(
    s3: str, endpoint: str, read_source: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    found = read_source("s3://AKEY:SECRET%2FKEY@lake/raw/flights")
    assert set(found) == {"raw/flights"}
    assert "SECRET" not in repr(found)
    assert found["raw/flights"].dataset.uri == "s3://lake/raw/flights"


@pytest.mark.parametrize("place", ["s3://lake/nowhere", "s3://no-such-bucket/x"])
def test_s3_no_such_place(s3: str, place: str) -> None:
    with pytest.raises(SourceError, match=r"^s3://[^\n]*no such[^\n]*$"):
        list(registry.open_source(place, Limits(credentials="env:S3")).datasets())


def test_a_refused_connection_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "key": "A",
        "secret": "HUNTER2",
        "client_kwargs": {"endpoint_url": f"http://127.0.0.1:{port}"},
        "config_kwargs": {"retries": {"max_attempts": 1}, "connect_timeout": 1},
    }
    monkeypatch.setenv("S3", json.dumps(options))
    with pytest.raises(SourceError, match="s3://lake") as raised:
        list(registry.open_source("s3://lake/raw", Limits(credentials="env:S3")).datasets())
    assert "\n" not in str(raised.value)
    assert "HUNTER2" not in str(raised.value)


@pytest.fixture
def memory(files: dict[str, bytes]) -> Iterator[str]:
    fs = fsspec.filesystem("memory")
    for name, content in files.items():
        fs.pipe_file(f"/lake/{name}", content)
    yield "memory://lake"
    fs.rm("/lake", recursive=True)


def test_memory(memory: str, read_source: Callable) -> None:
    check(read_source(f"{memory}/raw"), "memory", "/lake/raw/", "memory://lake/raw/")


def test_a_zip_archive(tmp_path: Path, files: dict[str, bytes], read_source: Callable) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found = read_source(f"zip://raw::file://{path}")
    assert len(found) == 4
    flights = next(one for name, one in found.items() if name.endswith("flights"))
    assert len(flights.rows) == 3
    assert flights.dataset.uri == f"zip://raw/flights::file://{path}"


@pytest.fixture
def web(tmp_path: Path, files: dict[str, bytes]) -> Iterator[str]:
    """The files on a web server that lists its folders."""
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_web_server(web: str, read_source: Callable) -> None:
    found = read_source(f"{web}/raw")
    assert set(found) == {f"raw/{name}" for name in NAMES}
    flights = found["raw/flights"]
    assert flights.dataset.namespace == web
    assert flights.dataset.partition_keys == ("year", "month")
    assert [row["month"] for row in flights.rows] == ["1", "1", "2"]
    odd = found["raw/it's 50% odd #1?.csv"]
    assert odd.rows == [{"a": "1", "b": "2"}]
    assert odd.dataset.uri == f"{web}/raw/it%27s%2050%25%20odd%20%231%3F.csv"
    assert all(entry.stamp and "None" not in entry.stamp for entry in flights.dataset.entries)
    (again,) = open_dataset(odd.dataset).datasets()
    assert again.name == odd.dataset.name


def test_a_web_server_without_the_file(web: str) -> None:
    with pytest.raises(SourceError, match="no such file"):
        list(registry.open_source(f"{web}/nowhere.csv").datasets())


def test_a_protocol_whose_package_is_not_installed() -> None:
    from schema.errors import MissingDependency

    with pytest.raises(MissingDependency, match=r"^gs://bucket/x: "):
        registry.open_source("gs://bucket/x")


def test_a_protocol_that_needs_more_than_an_address() -> None:
    with pytest.raises(SourceError, match=r"token.*more than an address.*--credentials"):
        registry.open_source("dbfs://x/y")


def test_an_unknown_scheme() -> None:
    from schema.errors import InvalidInput

    with pytest.raises(InvalidInput, match="no source for klingon://"):
        registry.open_source("klingon://x/y")
