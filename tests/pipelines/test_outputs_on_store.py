"""Outputs on an object store: a real S3 server on loopback, no jar of Hadoop for it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from catalog.crawl import crawl
from catalog.model import RunState
from catalog.runs import run
from catalog.store import Store
from connectors import registry
from connectors.credentials import resolve
from connectors.model import Limits
from connectors.reading import read_dataset
from connectors.sources.filesystem import open_remote
from connectors.spark import publishing
from connectors.spark.cluster import Cluster
from connectors.spark.objects import exists, staged_objects
from connectors.spark.outputs import Output
from connectors.spark.writing import staged_files
from schema.errors import HeadwaterError, RunError
from tests.connectors import servers

COLUMNS = (
    "id long, small int, `odd, name` string, price decimal(10,2), at timestamp, day date, "
    "ok boolean, ratio double, part string"
)


class Bucket:
    """The bucket `lake`, and how it is reached."""

    def __init__(self, client: Any, credentials: str) -> None:
        self.client, self.credentials = client, credentials

    def keys(self, prefix: str) -> list[str]:
        found = self.client.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
        return [one["Key"] for one in found]

    def data(self, prefix: str) -> list[str]:
        return [key for key in self.keys(prefix) if "part-" in key]

    def content(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket="lake", Key=key)["Body"].read())

    def output(self, name: str, **fields: Any) -> Output:
        return Output(f"s3://lake/{name}", credentials=self.credentials, **fields)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with servers.s3("lake") as (endpoint, client):
        reference = tmp_path_factory.mktemp("s3") / "credentials.json"
        options = {
            "key": "AKEY",
            "secret": "SECRET/KEY",
            "client_kwargs": {"endpoint_url": endpoint},
        }
        reference.write_text(json.dumps(options))
        yield Bucket(client, f"file:{reference}")


def put(frame: Any, output: Output) -> Any:
    with (staged_objects if output.is_stored else staged_files)(frame, output) as made:
        return made.commit()


def seen(output: Output, store: Store) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Types by name and sorted rows, as a crawl and then a reading see them."""
    (found,) = crawl([output.uri], store, Limits(credentials=output.credentials))
    assert found.source.version is not None
    version = store.version(found.source.version)
    batches = read_dataset(version.dataset, version.schema)
    rows = [row for batch in batches for row in batch.to_pylist()]
    kinds = {field.name: str(field.type) for field in version.schema}
    return kinds, sorted(rows, key=lambda row: row["id"])


@pytest.fixture(scope="module")
def frame(spark: Any) -> Any:
    then, day = datetime(2021, 1, 2, 3, 4, 5, tzinfo=UTC), date(1999, 1, 2)
    rows = [
        (1, 1, 'a "b", c', Decimal("1.50"), then, day, True, 2.0, "x"),
        (2, None, "", Decimal("-2.25"), then, day, False, 3.0, "a/b=c% d"),
        (3, 3, None, None, None, None, None, None, None),
        (4, 4, "two\nlines", Decimal("7.00"), then, day, True, 4.0, "x"),
    ]
    return spark.createDataFrame(rows, COLUMNS).coalesce(1)


@pytest.mark.spark
@pytest.mark.parametrize("form", ["csv", "json"])
def test_texts_are_those_that_spark_writes_to_files(
    frame: Any, bucket: Bucket, tmp_path: Path, form: str
) -> None:
    local = Output(str(tmp_path / "local"), form, partition_by="part")
    assert put(frame, local).rows == 4
    written = put(frame, bucket.output(f"same_{form}", format=form, partition_by="part"))
    own = {key.split("/")[1]: bucket.content(key) for key in bucket.data(f"same_{form}/")}
    expected = {
        path.parent.name: path.read_bytes() for path in (tmp_path / "local").glob("part=*/part-*")
    }
    assert own == expected
    assert len(own) == 3
    assert (written.rows, written.files) == (4, 3)
    assert written.bytes == sum(map(len, own.values()))


@pytest.mark.spark
@pytest.mark.parametrize("form", ["orc", "parquet"])
def test_typed_rows_are_those_of_the_frame(frame: Any, bucket: Bucket, form: str) -> None:
    put(frame, bucket.output(f"typed_{form}", format=form, partition_by="part"))
    read = {"orc": orc.read_table, "parquet": pq.read_table}[form]
    tables = [read(io.BytesIO(bucket.content(key))) for key in bucket.data(f"typed_{form}/")]
    rows = [row for table in tables for row in table.to_pylist()]
    expected = [row.asDict() for row in frame.drop("part").collect()]
    zoned = [
        {**row, "at": row["at"] and row["at"].astimezone(UTC).replace(tzinfo=UTC)}
        for row in expected
    ]
    assert sorted(rows, key=itemgetter("id")) == zoned
    types = {str(field.type) for field in tables[0].schema}
    assert types >= {"int64", "int32", "decimal128(10, 2)", "date32[day]", "double"}


class Watched:
    """A file system that tells each change of an object, and may end there as a killed run does."""

    def __init__(self, fs: Any, changed: Callable[[], None]) -> None:
        self.fs, self.changed, self.ended = fs, changed, False

    def __getattr__(self, name: str) -> Any:
        act = getattr(self.fs, name)
        if name not in {"pipe_file", "cp_file", "rm_file"}:
            return act

        def watched(*arguments: Any) -> None:
            if not self.ended:
                act(*arguments)
                self.ended = True
                self.changed()
                self.ended = False

        return watched


class KilledError(Exception):
    """Stands for the end of a process."""


def listed(uri: str, credentials: str) -> frozenset[str]:
    """What a reader finds."""
    source = registry.open_source(uri, Limits(credentials=credentials))
    return frozenset(
        entry.uri.removeprefix(uri + "/") for one in source.datasets() for entry in one.entries
    )


OLD = frozenset({"k=1/part-0-a.csv", "k=2/part-0-a.csv"})
NEW = frozenset({"k=1/part-0-b.csv", "k=3/part-0-b.csv", "k=3/part-1-b.csv"})


def published_once(bucket: Bucket, at: int | None) -> tuple[Any, str, str, list[frozenset[str]]]:
    """New objects in the place of old ones, ended after change number `at`."""
    uri, root = f"s3://lake/steps{at}", f"lake/steps{at}"
    files = open_remote(uri, resolve(bucket.credentials), shown=uri)
    fresh = publishing.staging(root)
    for path in OLD:
        files.fs.pipe_file(f"{root}/{path}", b"a\n1\n")
    for path in NEW:
        files.fs.pipe_file(f"{fresh}/{path}", b"a\n2\n")
    found: list[frozenset[str]] = []

    def changed() -> None:
        last = len(found) + 1 == at
        found.append(listed(uri, bucket.credentials) if last or at is None else OLD)
        if last:
            raise KilledError

    with suppress(KilledError):
        publishing.publish(Watched(files.fs, changed), root, fresh, NEW, replaced=OLD)
    return files.fs, uri, root, found


def test_readers_find_the_old_objects_or_the_new_ones_at_every_step(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_REQUESTS", 1)
    _, uri, _, found = published_once(bucket, None)
    assert len(found) == 3 + len(OLD) + len(NEW) + 1
    assert [one for one, _ in groupby(found)] == [OLD, NEW], "one exchange, nothing between"
    assert listed(uri, bucket.credentials) == NEW


def test_a_run_that_was_killed_at_any_step_leaves_one_of_them_and_no_orphans(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_REQUESTS", 1)
    for step in range(1, 10):
        fs, uri, root, found = published_once(bucket, step)
        assert len(found) == step
        publishing.recover(fs, root)
        assert listed(uri, bucket.credentials) == found[-1]
        keys = {key.removeprefix(f"steps{step}/") for key in bucket.keys(f"steps{step}/")}
        assert keys - {"_SUCCESS"} == found[-1]


@pytest.mark.spark
def test_overwriting_appending_and_no_rows_at_all(spark: Any, bucket: Bucket, store: Store) -> None:
    ids = spark.range(3).selectExpr("id", "cast(id as string) as name")
    at = bucket.output("log")
    for _ in range(2):
        assert put(ids, at).rows == 3
    more = bucket.output("log", mode="append")
    assert put(ids.limit(1), more).rows == 1
    assert put(ids.limit(0), more).files == 0
    assert [row["id"] for row in seen(at, store)[1]] == [0, 0, 1, 2]
    for wrong in (ids.selectExpr("id as other", "name"), ids.selectExpr("name as id", "name")):
        with pytest.raises(RunError, match="exists with another schema"):
            put(wrong, more)
    assert len(seen(at, store)[1]) == 4
    for form in ("csv", "orc"):
        none = bucket.output(f"none_{form}", format=form)
        assert (put(ids.limit(0), none).rows, len(bucket.data(f"none_{form}/"))) == (0, 1)
        assert set(seen(none, store)[0]) == {"id", "name"}
    left = [*bucket.keys("log"), *bucket.keys("none")]
    assert not [key for key in left if "headwater" in key]


@pytest.mark.spark
def test_a_run_is_catalogued_and_one_that_fails_leaves_the_old_output(
    spark: Any,
    store: Store,
    here: Path,
    bucket: Bucket,
    local: Cluster,
    written: Callable[..., Path],
) -> None:
    fields = f'"s3://lake/run/airports", credentials={bucket.credentials!r}, breaking="fail"'
    path = written(f"output=Output({fields})", "return airports.limit(5)")
    ended = run(path, store, local)
    assert (ended.state, ended.error) == (RunState.COMPLETE, None)
    (pk,) = ended.outputs
    (source,) = store.sources({pk}).values()
    assert (source.uri, source.namespace) == ("s3://lake/run/airports", "s3://lake")
    assert ended.metrics["rowsWritten"] == 5
    there = bucket.keys("run/")
    for body, told in (
        ("return airports.withColumn('lat', F.raise_error(F.lit('too hot')))", "too hot"),
        ("return airports.drop('lat')", "breaks its readers: lat is gone"),
    ):
        ended = run(written(f"output=Output({fields})", body), store, local)
        assert ended.state is RunState.FAIL
        assert told in str(ended.error)
        assert "SECRET" not in str(ended.error)
    assert bucket.keys("run/") == there


def test_what_cannot_be_reached_is_told_before_spark_starts(
    bucket: Bucket, store: Store, written: Callable[..., Path], here: Path
) -> None:
    nowhere = f'"s3://nowhere/x", credentials={bucket.credentials!r}'
    for fields, told in (
        (nowhere, "no such bucket 'nowhere'; make it first"),
        ('"gs://lake/x"', "gs://lake/x: its package is not installed"),
        ('"s3://key:secret@lake/x"', "has a login in its address; name it by credentials="),
        ('"s3://lake"', "is a bucket; name a folder in it"),
    ):
        with pytest.raises(HeadwaterError, match=told) as raised:
            run(written(f"output=Output({fields})", "return airports"), store)
        assert "\n" not in str(raised.value)
        assert "secret@" not in str(raised.value)
    bucket.client.put_object(Bucket="lake", Key="one.csv", Body=b"a\n1\n")
    with pytest.raises(RunError, match="is an object; an output is a folder"):
        exists(bucket.output("one.csv"))
    assert store.runs() == []
