"""Delta Lake and Iceberg tables on a real S3 server: listed, read by their metadata, read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from catalog.crawl import crawl
from catalog.model import Outcome
from catalog.store import Store
from connectors.model import Limits
from tests.connectors import servers
from tests.connectors.lake_tables import FIRST

MORE = pa.table({"id": [4], "city": ["a"], "amount": [9.0]})
KEY, SECRET = "AKEY", "SECRETKEY"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with servers.s3("tables") as (address, _):
        yield address


@pytest.fixture
def credentials(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    client = {"endpoint_url": endpoint, "region_name": "us-east-1"}
    monkeypatch.setenv("S3", json.dumps({"key": KEY, "secret": SECRET, "client_kwargs": client}))
    return "env:S3"


def write_delta(endpoint: str, rows: pa.Table, mode: str) -> None:
    from deltalake import write_deltalake

    options = {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_S3_ALLOW_UNSAFE_RENAME": "true",
    }
    place = "s3://tables/raw/delta"
    write_deltalake(place, rows, mode=mode, storage_options=options)  # type: ignore[call-overload]


def iceberg(endpoint: str):  # type: ignore[no-untyped-def]
    from pyiceberg.catalog.memory import InMemoryCatalog

    options = {
        "s3.endpoint": endpoint,
        "s3.access-key-id": KEY,
        "s3.secret-access-key": SECRET,
        "s3.region": "us-east-1",
    }
    catalog = InMemoryCatalog("tests", warehouse="s3://tables/raw", **options)
    catalog.create_namespace("n")
    table = catalog.create_table("n.ice", FIRST.schema, "s3://tables/raw/ice")
    table.append(FIRST)
    return table


def test_tables_on_s3_are_read_and_read_again_where_they_changed(
    endpoint: str, credentials: str, tmp_path: Path
) -> None:
    write_delta(endpoint, FIRST, "error")
    table = iceberg(endpoint)

    with Store.open(f"sqlite:///{tmp_path / 'catalog.db'}") as store:

        def crawled() -> dict[str, Outcome]:
            limits = Limits(credentials=credentials)
            return {one.source.label: one for one in crawl(["s3://tables/raw"], store, limits)}

        first = crawled()
        told = {label: (one.status, one.source.format) for label, one in first.items()}
        assert told == {"delta": ("NEW", "delta"), "ice": ("NEW", "iceberg")}
        assert {one.source.row_count for one in first.values()} == {3}
        assert SECRET not in repr(first)
        again = crawled()
        assert {(one.status, one.bytes_read) for one in again.values()} == {("UNCHANGED", 0)}
        write_delta(endpoint, MORE, "append")
        table.append(MORE)
        changed = crawled()
        assert {one.status for one in changed.values()} == {"CHANGED"}
        assert {one.source.row_count for one in changed.values()} == {4}
        assert all(0 < one.bytes_read < 4_000 for one in changed.values())  # the new file alone
