"""The Protocols that table formats implement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import pyarrow as pa

from connectors.model import Entry, Evidence
from schema.model import Schema


class Table(Protocol):
    """One table of a table format, as of one commit or snapshot."""

    schema: pa.Schema

    @property
    def declared(self) -> Schema: ...

    @property
    def description(self) -> str | None: ...

    @property
    def evidence(self) -> tuple[Evidence, ...]: ...

    def entries(self) -> tuple[Entry, ...]:
        """The files that are the table; a stamp changes when a file is to be read anew."""

    def batches(self, entry: Entry, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        """Rows of one file in the types of `schema`, at least one batch. Raises SourceError."""


class TableFormat(Protocol):
    """A format of tables that are folders: a folder inside, `folder`, holds metadata files whose
    names match one of the globs `marks`.
    """

    name: str
    folder: str
    marks: tuple[str, ...]

    def open(self, folder: Any, marks: Sequence[str]) -> Table:
        """The table in a `connectors.tables.storage.Folder`, with the names of its metadata files,
        sorted. Raises SourceError.
        """
