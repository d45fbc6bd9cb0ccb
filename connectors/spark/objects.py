"""Folders of object stores as outputs: written by the executors, published by the driver."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.credentials import resolve
from connectors.sources.filesystem import RemoteFiles, open_remote, unreachable
from connectors.spark.object_parts import Part, write_parts
from connectors.spark.outputs import MODEL, Output
from connectors.spark.placing import alone
from connectors.spark.publishing import publish, published, recover, staging
from connectors.spark.writing import Staged, Written, same_columns, save_model
from schema.errors import HeadwaterError, RunError
from schema.model import Schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True, slots=True)
class _Objects:
    """Objects that are complete in a hidden folder within the output's."""

    output: Output
    store: RemoteFiles
    folder: str
    parts: Sequence[Part]
    format: str
    rows: int | None
    schema: Schema | None = None

    @property
    def uri(self) -> str:
        return self.store.uri

    @property
    def fresh(self) -> str:
        return _uri_of(self.store, self.folder)

    def commit(self) -> Written:
        added = self.output.mode == "append"
        if added and not self.rows:
            return Written(self.uri, self.format, self.rows, 0, 0)
        with _told(self.uri):
            fs, root = self.store.fs, self.store.root
            replaced = () if added else published(fs, root)
            paths = [part.path for part in self.parts]
            publish(fs, root, self.folder, paths, replaced=replaced)
        size = sum(part.bytes for part in self.parts)
        return Written(self.uri, self.format, self.rows, size, len(self.parts))


@contextmanager
def staged_objects(frame: DataFrame, output: Output) -> Iterator[Staged]:
    """The rows of `frame` as objects. Raises RunError as `write` does."""
    for name in output.partition_by:
        if name not in frame.columns:
            raise RunError(f"output {output.place}: partition_by {name!r} is no column of it")
    if len(frame.columns) <= len(output.partition_by):
        raise RunError(f"output {output.place}: no column is left beside those of partition_by")
    with _staging(output) as (store, folder):
        parts = write_parts(
            frame,
            _uri_of(store, folder),
            output.format,
            partition_by=output.partition_by,
            credentials=output.credentials,
        )
        if output.mode == "append":
            _check_append(store, folder, parts, output)
        rows = sum(part.rows for part in parts)
        yield _Objects(output, store, folder, parts, output.format, rows)


@contextmanager
def staged_model_objects(
    model: Any, output: Output, metrics: Mapping[str, float], parameters: Mapping[str, Any]
) -> Iterator[Staged]:
    """A Spark ML model, which saves itself to this machine's disk. Raises RunError on a cluster,
    whose executors do not see that.
    """
    from pyspark import SparkContext

    context = SparkContext._active_spark_context
    if context is None or not str(context.master).startswith("local"):
        raise RunError(
            f"output {output.place}: a model of a cluster is saved to a folder that all its "
            "machines share; name one as the output, or run with --master local"
        )
    with _staging(output) as (store, folder), tempfile.TemporaryDirectory() as home:
        saved = Path(home) / "model"
        save_model(model, saved, metrics, parameters)
        parts = []
        for path in sorted(saved.rglob("*")):
            if path.is_file() and not path.name.endswith(".crc"):
                name = path.relative_to(saved).as_posix()
                store.fs.put_file(str(path), f"{folder}/{name}")
                parts.append(Part(name, 0, path.stat().st_size))
        yield _Objects(output, store, folder, parts, MODEL, None)


def exists(output: Output) -> bool:
    """Whether something is published there. Raises SourceError (MissingDependency) when the store
    cannot be reached, RunError when there is no such bucket.
    """
    store = _opened(output)
    with _told(store.uri):
        bucket = store.root.partition("/")[0]
        if not store.fs.exists(store.root) and not store.fs.exists(bucket):
            raise RunError(f"output {store.uri}: no such bucket {bucket!r}; make it first")
        if store.fs.isfile(store.root):
            raise RunError(
                f"output {store.uri}: is an object; an output is a folder of objects: remove it, "
                "or name another place"
            )
        return bool(published(store.fs, store.root))


@contextmanager
def _staging(output: Output) -> Iterator[tuple[RemoteFiles, str]]:
    """The store, and a hidden folder in the output's that goes when the block ends."""
    exists(output)
    store = _opened(output)
    mark = hashlib.sha256(store.uri.encode()).hexdigest()[:16]
    state = Path(platformdirs.user_state_dir("headwater", appauthor=False))
    with alone(state / "writing" / mark, store.uri):
        with _told(store.uri):
            recover(store.fs, store.root)
        try:
            yield store, staging(store.root)
        finally:
            with _told(store.uri):
                recover(store.fs, store.root)


def _opened(output: Output) -> RemoteFiles:
    return open_remote(output.uri, resolve(output.credentials), shown=output.uri)


@contextmanager
def _told(place: str) -> Iterator[None]:
    """What a store's client raises as one line that says where."""
    try:
        yield
    except HeadwaterError:
        raise
    except Exception as error:  # every file system has errors of its own
        raise unreachable(f"output {place}", error) from error


def _uri_of(store: RemoteFiles, path: str) -> str:
    return store.uri_of(path.removeprefix(f"{store.root}/"))


def _check_append(store: RemoteFiles, folder: str, parts: Sequence[Part], output: Output) -> None:
    """Raises RunError when what is there has other columns than what is to be added."""
    with _told(store.uri):
        there = published(store.fs, store.root)
        if not there or not parts:
            return
        try:
            before = _columns(store, store.root, there[0], output)
        except (OSError, ValueError) as error:
            raise RunError(f"output {store.uri}: what is there is not {output.format}") from error
        after = _columns(store, folder, parts[0].path, output)
    same_columns(store.uri, before, after)


def _columns(store: RemoteFiles, folder: str, path: str, output: Output) -> frozenset[str]:
    """The columns of an object and of the folders that it lies in, as texts to compare. JSON Lines
    name none that are null, so that no columns can be told.
    """
    keys = frozenset(part.partition("=")[0] for part in path.split("/")[:-1])
    with store.fs.open(f"{folder}/{path}", "rb") as stream:
        if output.format == "csv":
            return keys | {stream.readline().decode().strip()}
        if output.format == "json":
            return keys
        schema = _SCHEMAS[output.format](stream)
    return keys | {f"{field.name} {field.type}" for field in schema}


def _of_orc(stream: Any) -> pa.Schema:
    from pyarrow import orc

    return orc.ORCFile(stream).schema


_SCHEMAS: dict[str, Callable[[Any], pa.Schema]] = {"orc": _of_orc, "parquet": pq.read_schema}
