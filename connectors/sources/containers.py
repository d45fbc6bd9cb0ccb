"""Files that hold datasets of their own: SQLite and DuckDB databases, and archives, opened as
sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from connectors.layout import suffix_of
from connectors.model import Dataset, Entry, Limits, Source
from connectors.sources.archive import DEEPEST, archive_kind
from connectors.sources.filesystem import Files, LocalFiles
from connectors.uri import file_path, printable, quoted_name
from schema.errors import SourceError
from schema.model import Finding

DATABASE_SUFFIXES = frozenset({".db", ".sqlite", ".sqlite3", ".db3", ".duckdb", ".ddb"})
SQLITE_MAGIC = b"SQLite format 3\0"
DUCKDB_MAGIC = b"DUCK"
"""Behind a checksum of eight bytes."""


@dataclass(slots=True)
class Containers:
    """The databases and archives among the files of one place. `archives` opens one by its URI."""

    files: Files
    limits: Limits
    archives: Callable[[str, Limits], Source]
    findings: list[Finding]
    _databases: dict[str, Source] = field(default_factory=dict, init=False)
    _archives: dict[str, Source] = field(default_factory=dict, init=False)

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        """What is listed of databases; archives lie in the area of their place."""
        return tuple(area for one in self._databases.values() for area in one.areas)

    def owner(self, dataset: Dataset) -> Source | None:
        """The source of a dataset that was found in a container."""
        if "::" not in dataset.uri:
            return self._databases.get(dataset.uri.partition("#")[0])
        rest = dataset.uri
        while "::" in rest:
            rest = rest.partition("::")[2]
            if rest in self._archives:
                return self._archives[rest]
        return None

    def datasets(self, whole: Dataset) -> Iterator[Dataset] | None:
        """The datasets in a file; None when it is no container."""
        if whole.pattern is not None or len(whole.entries) != 1:
            return None
        (entry,) = whole.entries
        name = whole.name.rsplit("/", 1)[-1]
        if suffix_of(name) in DATABASE_SUFFIXES:
            database = self._database(entry)
            return None if database is None else self._tables(database, entry)
        kind = archive_kind(name)
        if kind is None or entry.uri.count("::") >= DEEPEST:
            return None
        return self._members(f"{kind}://::{entry.uri}", whole, entry)

    def _members(self, uri: str, whole: Dataset, entry: Entry) -> Iterator[Dataset]:
        if whole.format is not None:  # x.csv.zip is one compressed file, unless it holds more
            with self.files.file(entry).raw() as stream:
                from connectors.sources.zip_members import single

                if single(stream, entry.uri) is not None:
                    yield whole
                    return
        try:
            source = self.archives(uri, replace(self.limits, include=(), exclude=()))
            self._archives[entry.uri] = source
            yield from source.datasets()
        except SourceError as error:
            message = str(error).removeprefix(f"{entry.uri}: ")
            finding = Finding("archive-unreadable", message, whole.name, "error")
            yield replace(whole, format=None, findings=(finding,))
            return
        self.findings.extend(source.listing_findings)

    def _database(self, entry: Entry) -> Source | None:
        """The database in a local file; None when the file is something else."""
        if not isinstance(self.files, LocalFiles):
            return None
        path = file_path(entry.uri)
        try:
            with open(path, "rb") as stream:  # noqa: PTH123 - bytes of a name need no Path
                head = stream.read(16)
            return _opened(path, head, Limits(rows=self.limits.rows))
        except (OSError, SourceError):
            return None

    def _tables(self, database: Source, entry: Entry) -> Iterator[Dataset]:
        self._databases[database.uri] = database
        try:
            yield from database.datasets()
        except SourceError as error:
            path = printable(file_path(entry.uri))
            del self._databases[database.uri]  # what is in it is out of reach, and not gone
            finding = Finding("database-unreadable", str(error), path, "error")
            yield Dataset("file", path, entry.uri, (entry,), findings=(finding,))
        self.findings.extend(database.listing_findings)


def _opened(path: str, head: bytes, limits: Limits) -> Source | None:
    """The database in a file that begins so, by the reader of its kind."""
    if head == SQLITE_MAGIC:
        from connectors.sources.database import sqlite_uri
        from connectors.sources.sql import SqlSource

        return SqlSource(sqlite_uri(path), limits)
    if head[8:12] == DUCKDB_MAGIC:
        from connectors.sources.duckdb import SCHEME, DuckDbSource

        return DuckDbSource(f"{SCHEME}/{quoted_name(path)}", limits)
    return None
