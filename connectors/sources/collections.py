"""Files without rows (pictures, documents, models, …): those of one kind in a folder are one
dataset, a row for each file.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from connectors import sniff
from connectors.model import Dataset, Entry, Evidence, Limits
from connectors.sources.filesystem import Files, open_files
from connectors.sources.walk import Selection
from schema.model import Schema

BATCH_ROWS = 16 * 1024
FILES = "files"
"""The kind of a file whose content no registered format can read."""

COLUMNS = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("size", pa.int64(), metadata={"description": "in bytes"}),
        pa.field("modified", pa.timestamp("us", "UTC")),
        pa.field("media_type", pa.string(), metadata={"description": "told by the suffix"}),
    ]
)
_MEDIA = mimetypes.MimeTypes()


@dataclass(slots=True)
class _Group:
    """What was listed of one kind in one folder."""

    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


@dataclass(slots=True)
class Collections:
    """The files without rows of one place, by folder and kind."""

    files: Files
    limits: Limits
    _groups: dict[tuple[str, str], _Group] = field(default_factory=dict, init=False)

    def add(self, path: str, kind: str, entry: Entry) -> None:
        """Count a listed file in."""
        folder, _, name = path.rpartition("/")
        group = self._groups.setdefault((folder, kind), _Group())
        group.count += 1
        group.digest.update(f"{name}\0{entry.stamp}\0".encode("utf-8", "surrogateescape"))

    def datasets(self) -> Iterator[Dataset]:
        """A dataset for each folder and kind; their stamps change with any of their files."""
        for (folder, kind), group in self._groups.items():
            above = self.files.name_of(folder)
            label = (folder or self.files.root_name).rsplit("/", 1)[-1]
            uri = self.files.uri_of(folder)
            stamp = f"{group.count}-{group.digest.hexdigest()[:24]}"
            yield Dataset(
                self.files.namespace,
                f"{above}/{label} ({kind})" if above else f"{label} ({kind})",
                uri,
                (Entry(uri, None, stamp),),
                kind,
                self.limits.options,
                "*",
                credentials=self.limits.credentials,
            )
        self._groups.clear()

    def holds(self, dataset: Dataset) -> bool:
        return dataset.format in sniff.KINDS or dataset.format == FILES

    def examine(self, dataset: Dataset) -> Dataset:
        from dataclasses import replace

        reason = f"the names of {dataset.entries[0].stamp.partition('-')[0]} files"
        evidence = (Evidence("format", str(dataset.format), reason),)
        return replace(dataset, declared=Schema.from_arrow(COLUMNS), evidence=evidence)

    def batches(
        self, dataset: Dataset, entry: Entry, columns: Sequence[str] | None
    ) -> Iterator[pa.RecordBatch]:
        """A row for each file as it is listed now; the files themselves are not opened."""
        wanted = [name for name in COLUMNS.names if columns is None or name in columns]
        rows: list[dict[str, Any]] = []
        for one in self._listed(dataset, entry):
            rows.append(one)
            if len(rows) == BATCH_ROWS:
                yield pa.RecordBatch.from_pylist(rows, schema=COLUMNS).select(wanted)
                rows = []
        yield pa.RecordBatch.from_pylist(rows, schema=COLUMNS).select(wanted)

    def _listed(self, dataset: Dataset, entry: Entry) -> Iterator[dict[str, Any]]:
        if dataset.pattern is None:
            yield _row(entry.uri.rstrip("/").rsplit("/", 1)[-1], entry)
            return
        files, _ = open_files(dataset.uri, self.limits.credentials, self.limits.reach)
        selection = Selection(exclude=self.limits.exclude)
        for listed in files.listing(selection, []):
            if "/" in listed.path:  # a folder's own files come first
                return
            if listed.entry is not None and sniff.kind_of(listed.path) == dataset.format:
                yield _row(listed.path, listed.entry)


def _row(name: str, entry: Entry) -> dict[str, Any]:
    return {
        "name": unquote(name, errors="replace").encode("utf-8", "replace").decode(),
        "uri": entry.uri,
        "size": entry.size,
        "modified": entry.modified,
        "media_type": _MEDIA.guess_type(name)[0],
    }
