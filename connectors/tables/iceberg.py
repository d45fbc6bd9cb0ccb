"""Apache Iceberg: the files of the current snapshot of a table's newest metadata file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from connectors.formats.packages import package
from connectors.model import Entry, Evidence
from connectors.tables.storage import Folder, plain, stay_below
from connectors.uri import file_uri
from schema.errors import CorruptData
from schema.model import Schema

_OPTIONS = {
    "key": "s3.access-key-id",
    "secret": "s3.secret-access-key",
    "token": "s3.session-token",
    "endpoint": "s3.endpoint",
    "region": "s3.region",
}
_NUMBER = re.compile(r"v?(\d+)[-.]")


class Iceberg:
    """Tables with `*.metadata.json` in `metadata`."""

    name = "iceberg"
    folder = "metadata"
    marks = ("*.metadata.json", "*.metadata.json.gz", "*.gz.metadata.json")

    def open(self, folder: Folder, marks: Sequence[str]) -> IcebergTable:
        """The table as of its newest metadata file, which is one of `marks`: the one with the
        highest number. Raises SourceError when it cannot be read.
        """
        reading = package("pyiceberg.table", self.name)
        arrow = package("pyiceberg.io.pyarrow", self.name)
        newest = max(marks, key=lambda name: (_number(name), name))
        options = {_OPTIONS[name]: value for name, value in folder.s3().items()}
        try:
            at = f"{folder.location.rstrip('/')}/metadata/{newest}"
            table = reading.StaticTable.from_metadata(at, options)
            scan = table.scan()
            schema = arrow.schema_to_pyarrow(table.schema(), include_field_ids=False)
            tasks = {_uri(task.file.file_path): task for task in scan.plan_files()}
            stay_below(folder, tasks)
        except CorruptData:
            raise
        except Exception as error:
            raise _corrupt(folder, error) from error
        return IcebergTable(folder, table, plain(schema), newest, tasks)


@dataclass(slots=True)
class IcebergTable:
    """One snapshot of a table."""

    folder: Folder
    table: Any
    schema: pa.Schema
    newest: str
    tasks: dict[str, Any] = field(default_factory=dict)

    @property
    def declared(self) -> Schema:
        schema = self.table.schema()
        key = tuple(schema.find_column_name(number) for number in schema.identifier_field_ids)
        return Schema(Schema.from_arrow(self.schema).fields, tuple(sorted(key)))

    @property
    def description(self) -> str | None:
        return self.table.properties.get("comment") or None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        snapshot = self.table.current_snapshot()
        number = str(snapshot.snapshot_id) if snapshot else "none"
        found = [Evidence("snapshot", number, f"the current one of metadata/{self.newest}")]
        keys = ", ".join(str(one.name) for one in self.table.spec().fields)
        if keys:
            found.append(Evidence("partitioned by", keys, "declared in the metadata"))
        return tuple(found)

    def entries(self) -> tuple[Entry, ...]:
        """The data files of the snapshot; one is read anew when rows of it were deleted, or in
        another schema.
        """
        shape = self.table.schema().schema_id
        return tuple(
            Entry(uri, task.file.file_size_in_bytes, f"{shape}-{_deleted(task)}")
            for uri, task in sorted(self.tasks.items())
        )

    def batches(self, entry: Entry, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        """Rows of one file as the snapshot has them, in the types of the table."""
        arrow = package("pyiceberg.io.pyarrow", "iceberg")
        task = self.tasks.get(entry.uri)
        if task is None:
            message = f"{entry.uri} is no file of the table any more; crawl again"
            raise CorruptData(f"{self.folder.uri}: {message}")
        target = pa.schema([one for one in self.schema if columns is None or one.name in columns])
        scan = self.table.scan(selected_fields=tuple(target.names) or tuple(self.schema.names[:1]))
        some = False
        try:
            reader = arrow.ArrowScan(
                self.table.metadata, self.table.io, scan.projection(), scan.row_filter
            )
            for batch in reader.to_record_batches([task]):
                some = True
                yield batch.select(target.names).cast(target) if target.names else batch.select([])
        except Exception as error:
            raise _corrupt(self.folder, error) from error
        if not some:
            yield pa.RecordBatch.from_pylist([], schema=target)


def _number(name: str) -> int:
    found = _NUMBER.match(name)
    return int(found[1]) if found else -1


def _uri(location: str) -> str:
    """The URI of a data file as entries have it."""
    if "://" not in location:
        return file_uri(location.removeprefix("file:"))
    return file_uri(location.removeprefix("file://")) if location.startswith("file:") else location


def _deleted(task: Any) -> str:
    files = sorted(one.file_path for one in task.delete_files)
    told = f"{task.file.file_path}-{task.file.file_size_in_bytes}-{files}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _corrupt(folder: Folder, error: Exception) -> CorruptData:
    text = " ".join(str(error).split())[:300].rstrip(". ")
    return CorruptData(f"{folder.uri}: the Iceberg table cannot be read: {text}")
