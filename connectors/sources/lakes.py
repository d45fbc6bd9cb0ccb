"""Tables of formats with metadata of their own (Delta Lake, Iceberg) among the files of a place."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from connectors import registry
from connectors.model import Dataset, Entry, Limits
from connectors.sources.filesystem import Files, LocalFiles
from connectors.sources.stored_file import UNREADABLE
from connectors.sources.walk import Listed
from connectors.tables.model import Table, TableFormat
from connectors.tables.storage import Folder
from schema.errors import MissingDependency, SourceError
from schema.model import Finding


@dataclass(slots=True)
class Lakes:
    """The tables of one place, each opened once. Safe for threads."""

    files: Files
    limits: Limits
    _opened: dict[str, Table] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def dataset(self, listed: Listed) -> Dataset:
        """The dataset of a folder that is a table: the files that its metadata names.

        One that cannot be opened has the reason as a finding.
        """
        assert listed.table is not None
        kind, marks = listed.table.format, listed.table.marks
        name, uri = self.files.name_of(listed.path), self.files.uri_of(listed.path)
        made = Dataset(
            self.files.namespace,
            name,
            uri,
            (Entry(uri, None, f"{len(marks)}-{marks[-1]}"),),
            kind,
            self.limits.options,
            credentials=self.limits.credentials,
        )
        try:
            table = self._open(kind, uri, marks)
            entries = table.entries()
        except (SourceError, *UNREADABLE) as error:
            code = "missing-package" if isinstance(error, MissingDependency) else "table-unreadable"
            message = str(error).removeprefix(f"{uri}: ")
            return replace(made, findings=(Finding(code, message, name, "error"),))
        if not entries:
            empty = Entry(uri, 0, f"no files-{table.declared.fingerprint}")
            return replace(self._described(made, table), entries=(empty,))
        return replace(self._described(made, table), entries=entries)

    def holds(self, dataset: Dataset) -> bool:
        return dataset.format in registry.table("tables")

    def examine(self, dataset: Dataset) -> Dataset:
        """The dataset with what its metadata declares."""
        if any(finding.severity == "error" for finding in dataset.findings):
            return replace(dataset, format=None)
        return self._described(dataset, self._table(dataset))

    def batches(
        self, dataset: Dataset, entry: Entry, columns: Sequence[str] | None
    ) -> Iterator[pa.RecordBatch]:
        table = self._table(dataset)
        if entry.uri == dataset.uri:
            fields = [one for one in table.schema if columns is None or one.name in columns]
            return iter([pa.RecordBatch.from_pylist([], schema=pa.schema(fields))])
        return table.batches(entry, columns)

    def _described(self, dataset: Dataset, table: Table) -> Dataset:
        return replace(
            dataset,
            declared=table.declared,
            description=table.description,
            evidence=table.evidence,
        )

    def _table(self, dataset: Dataset) -> Table:
        """The table as of the listing; one that was not listed here is opened as it is now."""
        with self._lock:
            known = self._opened.get(dataset.uri)
        if known is not None:
            return known
        for listed in self._listed(dataset):
            assert listed.table is not None
            return self._open(listed.table.format, dataset.uri, listed.table.marks)
        raise SourceError(f"{dataset.uri}: no {dataset.format} table any more; crawl again")

    def _listed(self, dataset: Dataset) -> Iterator[Listed]:
        from connectors.sources.filesystem import open_files
        from connectors.sources.walk import Selection

        files, _ = open_files(dataset.uri, self.limits.credentials, self.limits.reach)
        for listed in files.listing(Selection(), []):
            if listed.table is not None and not listed.path:
                yield listed
            return

    def _open(self, kind: str, uri: str, marks: Sequence[str]) -> Table:
        form: TableFormat = registry.load("tables", kind)
        fs = None if isinstance(self.files, LocalFiles) else self.files.fs
        with self._lock:
            self._opened[uri] = table = form.open(Folder(uri, fs), marks)
        return table
