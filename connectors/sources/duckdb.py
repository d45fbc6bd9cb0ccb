"""DuckDbSource: the tables and views of a DuckDB file, by DuckDB itself.

The SQLAlchemy dialect for DuckDB cannot reflect with the DuckDB and SQLAlchemy of today
(docs/decisions/0032-duckdb-by-itself.md).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from connectors.context.database import database_facts
from connectors.model import Dataset, Entry, Evidence, ForeignKey, Limits, Term
from connectors.sources import database
from connectors.sources.sql import TableName
from connectors.sources.sql_stamp import file_stamp
from connectors.sources.walk import Selection
from connectors.uri import quoted_name
from schema.errors import MissingDependency, SourceError
from schema.model import Field, Finding, Schema

BATCH_ROWS = 64 * 1024
SCHEME = "duckdb://"
_KEYS = """
SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names
FROM duckdb_constraints() WHERE schema_name = ? AND table_name = ?
AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
"""
_TABLES = """
SELECT schema_name, table_name, comment, estimated_size FROM duckdb_tables() WHERE NOT internal
UNION ALL
SELECT schema_name, view_name, comment, NULL FROM duckdb_views() WHERE NOT internal
ORDER BY 1, 2
"""
_COLUMNS = """
SELECT column_name, is_nullable, comment FROM duckdb_columns()
WHERE schema_name = ? AND table_name = ? ORDER BY column_index
"""


@dataclass(frozen=True, slots=True)
class _About:
    comment: str | None
    rows: int | None


class DuckDbSource:
    """Tables and views of a DuckDB file, or one of them when the URL ends with `#schema.table`."""

    def __init__(self, uri: str, limits: Limits) -> None:
        place, mark, fragment = uri.partition("#")
        path = unquote(place.removeprefix(SCHEME).removeprefix("/").partition("?")[0])
        if not path or path == ":memory:":
            raise SourceError("duckdb://: name a file (duckdb:////path/to/file.duckdb)")
        self._path = str(Path(path).absolute())
        self._limits = limits
        self._only = TableName.parse(fragment) if mark else None
        self._about: dict[TableName, _About] = {}
        self._base = f"{SCHEME}/{quoted_name(self._path)}"
        self._namespace = f"duckdb://{self._path}"
        self._lock = threading.Lock()
        self.uri = self._base + (f"#{fragment}" if mark else "")

    @classmethod
    def claims(cls, uri: str) -> bool:
        return uri.startswith(SCHEME)

    @property
    def listing_findings(self) -> tuple[Finding, ...]:
        return ()

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        if self._limits.include or self._limits.exclude:
            return ()
        return ((self._namespace, _name(self._only) if self._only else ""),)

    def datasets(self) -> Iterator[Dataset]:
        selection = Selection(self._limits.include, self._limits.exclude)
        with self._connected() as connection:
            found = connection.execute(_TABLES).fetchall()
        mark = file_stamp(self._path, ".wal")
        for schema, name, comment, rows in found:
            table = TableName(schema, name)
            if self._only not in {None, table} or not selection.wants(f"{schema}/{name}"):
                continue
            self._about[table] = _About(comment, rows)
            uri = f"{self._base}#{table.fragment}"
            yield Dataset(
                self._namespace,
                _name(table),
                uri,
                (Entry(uri, None, mark),),
                "duckdb",
                self._limits.options,
                description=comment,
            )

    def examine(self, dataset: Dataset) -> Dataset:
        from dataclasses import replace

        table = _table(dataset)
        place = [table.schema, table.name]
        try:
            with self._connected() as connection:
                with _in_time(connection):
                    types = self._query(connection, table, None).limit(0).to_arrow_reader(1).schema
                columns = connection.execute(_COLUMNS, place).fetchall()
                keys = connection.execute(_KEYS, place).fetchall()
        except SourceError as error:
            finding = Finding("table-unreadable", str(error), dataset.name, "error")
            return replace(dataset, findings=(*dataset.findings, finding))
        told = {name: (nullable, comment) for name, nullable, comment in columns}
        fields = tuple(
            Field(one.name, one.type, *told.get(one.name, (True, None))) for one in types
        )
        primary = next((tuple(one[1]) for one in keys if one[0] == "PRIMARY KEY"), ())
        about = self._about.get(table)
        evidence = [Evidence("schema", "declared", f"duckdb: {len(fields)} columns")]
        if about is not None and about.rows is not None:
            evidence.append(Evidence("estimated rows", str(about.rows), "duckdb_tables()"))
        foreign = tuple(
            ForeignKey(tuple(one[1]), _name(TableName(table.schema, one[2])), tuple(one[3]))
            for one in keys
            if one[0] == "FOREIGN KEY"
        )
        return replace(
            dataset,
            declared=Schema(fields, primary),
            evidence=tuple(evidence),
            foreign_keys=foreign,
            context=tuple(database_facts(dataset.description, foreign, "duckdb database")),
        )

    def batches(
        self,
        dataset: Dataset,
        entry: Entry,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
        terms: Sequence[Term] = (),
    ) -> Iterator[pa.RecordBatch]:
        with self._connected() as connection:
            query = self._query(connection, _table(dataset), columns, terms)
            with _in_time(connection):
                reader = query.to_arrow_reader(BATCH_ROWS)
            some = False
            try:
                while (batch := _next(connection, reader)) is not None:
                    some = True
                    yield batch if columns is None or columns else batch.select([])
            except pa.ArrowException as error:
                raise self._fault(error) from error
            if not some:
                yield pa.RecordBatch.from_pylist([], schema=reader.schema)

    def findings_of(self, entry: Entry) -> tuple[Finding, ...]:  # noqa: ARG002
        return ()

    def _query(
        self,
        connection: Any,
        table: TableName,
        columns: Sequence[str] | None,
        terms: Sequence[Term] = (),
    ) -> Any:
        known = [
            row[0] for row in connection.execute(_COLUMNS, [table.schema, table.name]).fetchall()
        ]
        if not known:
            raise SourceError(f"{self.uri}: no table {_name(table)} any more; crawl again")
        wanted = [one for one in known if columns is None or one in columns]
        select = ", ".join(map(_quoted, wanted)) or "NULL"
        place = f"{_quoted(table.schema or 'main')}.{_quoted(table.name)}"
        applied = [term for term in terms if term.column in known and _applicable(term)]
        clauses = " AND ".join(map(_clause, applied)) or "true"
        values = [value for term in applied for value in _values(term)]
        return connection.sql(f"SELECT {select} FROM {place} WHERE {clauses}", params=values)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection that can only read. Raises SourceError."""
        try:
            import duckdb
        except ImportError as error:
            raise MissingDependency(f"{self.uri}: {error}; pip install duckdb") from error
        if not Path(self._path).is_file():
            raise SourceError(f"{self.uri}: no such file; check the path")
        safe = {"enable_external_access": "false", "autoinstall_known_extensions": "false"}
        try:
            with self._lock:
                connection = duckdb.connect(self._path, read_only=True, config=safe)
        except duckdb.Error as error:
            raise self._fault(error) from error
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
        except duckdb.Error as error:
            raise self._fault(error) from error
        finally:
            connection.close()

    def _fault(self, error: Exception) -> SourceError:
        text = str(error)
        if "INTERRUPT" in text.upper():
            return SourceError(f"{self.uri}: {database.ended()}")
        if text.startswith("{"):
            text = str(json.loads(text).get("exception_message", text))
        return SourceError(f"{self.uri}: {' '.join(text.split())[:300]}")


@contextmanager
def _in_time(connection: Any) -> Iterator[None]:
    """Interrupt what the connection does when it takes too long."""
    timer = threading.Timer(database.STATEMENT_TIMEOUT_SECONDS, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _next(connection: Any, reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
    with _in_time(connection):
        return next(iter(reader), None)


def _applicable(term: Term) -> bool:
    """Whether DuckDB finds every row that we would: text has the order of its collation."""
    return all(
        isinstance(value, int | float | date) or (isinstance(value, str) and term.operator == "==")
        for value in _values(term)
    )


def _clause(term: Term) -> str:
    column = _quoted(term.column)
    if term.operator == "valid":
        return f"{column} IS NOT NULL"
    if term.operator == "in":
        return f"{column} IN ({', '.join('?' * len(term.value))})"
    return f"{column} {term.operator} ?"


def _values(term: Term) -> tuple[Any, ...]:
    if term.operator == "valid":
        return ()
    return tuple(term.value) if term.operator == "in" else (term.value,)


def _table(dataset: Dataset) -> TableName:
    return TableName.parse(dataset.uri.partition("#")[2])


def _name(table: TableName) -> str:
    return f"{table.schema}.{table.name}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
