"""Delta Lake: the files of the last commit of a table's log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from connectors.formats.packages import package
from connectors.model import Entry, Evidence
from connectors.tables.storage import Folder, plain, stay_below
from schema.errors import CorruptData
from schema.model import Schema

BATCH_ROWS = 64 * 1024
_OPTIONS = {
    "key": "AWS_ACCESS_KEY_ID",
    "secret": "AWS_SECRET_ACCESS_KEY",
    "token": "AWS_SESSION_TOKEN",
    "endpoint": "AWS_ENDPOINT_URL",
    "region": "AWS_REGION",
}


class Delta:
    """Tables with a log of commits in `_delta_log`."""

    name = "delta"
    folder = "_delta_log"
    marks = ("[0-9]" * 20 + ".json", "[0-9]" * 20 + ".checkpoint*.parquet")

    def open(self, folder: Folder, marks: Sequence[str]) -> DeltaTable:  # noqa: ARG002
        """The table as of its last commit. Raises SourceError when its log cannot be read."""
        deltalake = package("deltalake", self.name)
        try:
            table = deltalake.DeltaTable(folder.location, storage_options=_options(folder))
            return DeltaTable(folder, table, plain(pa.schema(table.schema().to_arrow())))
        except Exception as error:
            raise _corrupt(folder, error) from error


@dataclass(slots=True)
class DeltaTable:
    """One commit of a table."""

    folder: Folder
    table: Any
    schema: pa.Schema
    _fragments: dict[str, Any] = field(default_factory=dict, init=False)

    @property
    def declared(self) -> Schema:
        return Schema.from_arrow(self.schema)

    @property
    def description(self) -> str | None:
        about = self.table.metadata()
        return about.description or None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        about = self.table.metadata()
        found = [Evidence("version", str(self.table.version()), "the last commit of _delta_log")]
        if about.partition_columns:
            keys = ", ".join(about.partition_columns)
            found.append(Evidence("partitioned by", keys, "declared in _delta_log"))
        if about.name:
            found.append(Evidence("name", about.name, "declared in _delta_log"))
        return tuple(found)

    def entries(self) -> tuple[Entry, ...]:
        """The files of the commit; a file never changes, but is read anew in another schema."""
        shape = self.declared.fingerprint
        actions = pa.table(self.table.get_add_actions(flatten=False))
        stay_below(self.folder, map(self.folder.uri_of, actions["path"].to_pylist()))
        columns = [
            actions[name].to_pylist() for name in ("path", "size_bytes", "modification_time")
        ]
        return tuple(
            Entry(
                self.folder.uri_of(unquote(path)),
                size,
                f"{size}-{modified}-{shape}",
                datetime.fromtimestamp(modified / 1000, UTC),
            )
            for path, size, modified in sorted(zip(*columns, strict=True))
        )

    def batches(self, entry: Entry, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        """Rows of one file with the values of its partition, in the types of the table."""
        wanted = [one for one in self.schema if columns is None or one.name in columns]
        target = pa.schema(wanted)
        try:
            found = self._fragment(entry).to_batches(
                schema=self.table_schema, columns=target.names, batch_size=BATCH_ROWS
            )
            some = False
            for batch in found:
                some = True
                yield batch.cast(target) if target.names else batch
            if not some:
                yield pa.RecordBatch.from_pylist([], schema=target)
        except (pa.ArrowException, OSError) as error:
            raise _corrupt(self.folder, error) from error

    @property
    def table_schema(self) -> pa.Schema:
        return self._fragments[""].schema

    def _fragment(self, entry: Entry) -> Any:
        if not self._fragments:
            try:
                dataset = self.table.to_pyarrow_dataset()
            except Exception as error:
                raise _corrupt(self.folder, error) from error
            named = {
                self.folder.uri_of(one.path.removeprefix("/")): one
                for one in dataset.get_fragments()
            }
            self._fragments = {"": dataset, **named}
        found = self._fragments.get(entry.uri)
        if found is None:
            message = f"{entry.uri} is no file of the table any more; crawl again"
            raise CorruptData(f"{self.folder.uri}: {message}")
        return found


def _options(folder: Folder) -> dict[str, str]:
    known = folder.s3()
    options = {_OPTIONS[name]: value for name, value in known.items()}
    if known.get("endpoint", "").startswith("http://"):
        options["AWS_ALLOW_HTTP"] = "true"
    if known:
        options.setdefault("AWS_REGION", "us-east-1")
    return options


def _corrupt(folder: Folder, error: Exception) -> CorruptData:
    text = " ".join(str(error).split())[:300].rstrip(". ")
    return CorruptData(f"{folder.uri}: the Delta table cannot be read: {text}")
