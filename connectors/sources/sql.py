"""SqlSource: the tables and views of one database, by reflection."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from connectors.context.database import database_facts
from connectors.key_ranges import even_ranges
from connectors.model import Dataset, Entry, Evidence, ForeignKey, KeyRanges, Limits, Term
from connectors.sources.database import Database, open_database
from connectors.sources.sql_columns import Column, columns_of, to_batch, zero_days
from connectors.sources.sql_conditions import conditions
from connectors.sources.sql_reflection import Reflection
from connectors.sources.sql_stamp import stamp
from connectors.sources.walk import Selection
from schema.errors import SourceError
from schema.model import Field, Finding, Schema

BATCH_ROWS = 64 * 1024

_SYSTEM_SCHEMAS = frozenset(
    {
        "INFORMATION_SCHEMA",
        "guest",
        "information_schema",
        "mysql",
        "performance_schema",
        "pg_catalog",
        "sys",
        "system",
    }
)


@dataclass(frozen=True, slots=True)
class TableName:
    """A table or view; `schema` None where the dialect has none."""

    schema: str | None
    name: str

    @property
    def fragment(self) -> str:
        """As it stands behind the `#` of a URI."""
        parts = [part for part in (self.schema, self.name) if part is not None]
        return ".".join(quote(part, safe="").replace(".", "%2E") for part in parts)

    @classmethod
    def parse(cls, fragment: str) -> TableName:
        """The inverse of `fragment`."""
        schema, dot, name = fragment.rpartition(".")
        return cls(unquote(schema) if dot else None, unquote(name))

    def clause(self) -> sa.TableClause:
        return sa.table(self.name, schema=self.schema)


class SqlSource:
    """Tables and views of a database, or one table when the URL ends with `#schema.table`."""

    def __init__(self, uri: str, limits: Limits) -> None:
        self._limits = limits
        self._database: Database = open_database(uri, limits.credentials)
        self._only = TableName.parse(uri.partition("#")[2]) if "#" in uri else None
        self._listing_findings: list[Finding] = []
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._columns: dict[TableName, tuple[Column, ...]] = {}
        self._reflection = Reflection()
        self.uri = self._database.uri
        weakref.finalize(self, self._database.engine.dispose)

    @classmethod
    def claims(cls, uri: str) -> bool:
        """Whether SQLAlchemy knows the dialect, or it is one that we can name a driver for."""
        from sqlalchemy.dialects import registry
        from sqlalchemy.exc import NoSuchModuleError

        from connectors.sources.database import _INSTALL

        kind = uri.partition("://")[0]
        backend = kind.partition("+")[0]
        if backend in _INSTALL or backend in {"postgres", "sqlite"}:
            return True
        try:
            registry.load(kind.replace("+", "."))
        except NoSuchModuleError:
            return False
        except ImportError:
            return True
        return True

    @property
    def listing_findings(self) -> tuple[Finding, ...]:
        return tuple(self._listing_findings)

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        if self._limits.include or self._limits.exclude:
            return ()
        name = self._database.name or ""
        if self._only is not None:
            name = self._name_of(self._only)
        return ((self._database.namespace, name),)

    def datasets(self) -> Iterator[Dataset]:
        selection = Selection(self._limits.include, self._limits.exclude)
        with self._database.connect() as connection:
            try:
                tables = self._tables(sa.inspect(connection))
            except SQLAlchemyError as error:
                raise self._database.fault(error) from error
        for table in tables:
            path = "/".join(part for part in (table.schema, table.name) if part)
            if selection.wants(path):
                yield self._dataset(table)

    def _tables(self, inspector: Any) -> list[TableName]:
        if self._only is not None:
            return [self._only]
        dialect = self._database.dialect
        if dialect == "sqlite":
            schemas: list[str | None] = [None]
        elif dialect in {"mysql", "mariadb"} and self._database.name:
            schemas = [self._database.name]
        else:
            schemas = [
                name
                for name in inspector.get_schema_names()
                if name not in _SYSTEM_SCHEMAS and not name.startswith(("pg_temp", "pg_toast"))
            ]
        found = []
        for schema in schemas:
            names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
            if dialect == "postgresql":
                names += inspector.get_materialized_view_names(schema)
            found += [TableName(schema, name) for name in sorted(set(names))]
        return found

    def _name_of(self, table: TableName) -> str:
        """Database, schema and table, as far as the dialect has them apart."""
        parts = [self._database.name, table.schema, table.name]
        if table.schema == self._database.name:
            parts = parts[1:]
        return ".".join(part for part in parts if part)

    def _dataset(self, table: TableName) -> Dataset:
        database = self._database
        name = self._name_of(table)
        uri = f"{database.uri}#{table.fragment}"
        findings: tuple[Finding, ...] = ()
        try:
            mark = stamp(database, table.clause())
        except SourceError as error:
            mark = "unknown"
            findings = (Finding("not-stamped", str(error), name, "info"),)
        return Dataset(
            database.namespace,
            name,
            uri,
            (Entry(uri, None, mark),),
            database.dialect,
            self._limits.options,
            credentials=self._limits.credentials,
            findings=findings,
        )

    def examine(self, dataset: Dataset) -> Dataset:
        table = self._table_of(dataset)
        try:
            with self._database.connect() as connection:
                told = self._reflection.of(connection, table.name, table.schema)
                columns, misfits = columns_of(connection, table.name, told.columns)
            self._columns[table] = columns
        except (SourceError, SQLAlchemyError) as error:
            fault = error if isinstance(error, SourceError) else self._database.fault(error)
            finding = Finding("table-unreadable", str(fault), dataset.name, "error")
            return replace(dataset, findings=(*dataset.findings, finding))
        fields = tuple(Field(one.name, one.type, one.nullable, one.comment) for one in columns)
        declared = Schema(fields, tuple(told.key.get("constrained_columns") or ()))
        evidence = Evidence(
            "schema", "declared", f"{self._database.dialect}: {len(columns)} columns reflected"
        )
        keys = tuple(self._foreign_key(table, one) for one in told.foreign)
        return replace(
            dataset,
            declared=declared,
            description=told.comment or dataset.description,
            evidence=(evidence,),
            findings=(*dataset.findings, *_placed(misfits, dataset.name)),
            foreign_keys=keys,
            context=tuple(database_facts(told.comment, keys, f"{self._database.dialect} database")),
        )

    def _foreign_key(self, table: TableName, found: Mapping[str, Any]) -> ForeignKey:
        schema = found.get("referred_schema") or (table.schema and self._default_schema)
        referred = TableName(schema, found["referred_table"])
        columns = tuple(found["constrained_columns"])
        return ForeignKey(columns, self._name_of(referred), tuple(found["referred_columns"]))

    @property
    def _default_schema(self) -> str | None:
        return self._database.engine.dialect.default_schema_name

    def batches(
        self,
        dataset: Dataset,
        entry: Entry,
        *,
        columns: Sequence[str] | None = None,
        terms: Sequence[Term] = (),
    ) -> Iterator[pa.RecordBatch]:
        table = self._table_of(dataset)
        known = self._known(table)
        wanted = [one for one in known if columns is None or one.name in columns]
        query = sa.select(*[one.clause() for one in wanted]).select_from(table.clause())
        query = query.where(*conditions(known, entry.range, terms, self._database.dialect))
        misfits: dict[str, int] = {}
        zeros: dict[str, int] = {}
        has_zeros = self._database.dialect in {"mysql", "mariadb"}
        empty = True
        with self._database.connect() as connection:
            try:
                streaming = connection.execution_options(stream_results=True, yield_per=BATCH_ROWS)
                with streaming.execute(query) as result:
                    for rows in result.partitions(BATCH_ROWS):
                        empty = False
                        if has_zeros:
                            zero_days(rows, wanted, zeros)
                        yield to_batch(rows, wanted, misfits)
            except SQLAlchemyError as error:
                raise self._database.fault(error) from error
        if empty:
            yield to_batch([], wanted, misfits)
        if misfits:
            names = ", ".join(f"{name!r} ({count})" for name, count in misfits.items())
            message = f"values that do not fit the declared type in {names}; read as text"
            self._findings[entry.uri] = (Finding("declared-type-misfit", message, dataset.name),)
        if zeros:
            names = ", ".join(f"{name!r} ({count})" for name, count in zeros.items())
            message = f"days that no calendar has, such as 0000-00-00, in {names}; read as null"
            told = Finding("zero-dates", message, dataset.name)
            self._findings[entry.uri] = (*self._findings.get(entry.uri, ()), told)

    def selectable(
        self, dataset: Dataset
    ) -> tuple[sa.Engine, sa.TableClause, dict[str, sa.ColumnElement[Any]]]:
        """The database, opened so that nothing is written, a table of it and its columns by name:
        for those who ask it questions of their own. Raises SourceError.
        """
        table = self._table_of(dataset)
        columns = {one.name: one.clause() for one in self._known(table)}
        return self._database.asked(), table.clause(), columns

    def key_ranges(self, dataset: Dataset) -> KeyRanges | None:
        """How several readers share a table, None where one reads it: a small one, one without a
        primary key that can be cut, one of SQLite, whose types are those of each value.
        """
        key = dataset.declared.primary_key if dataset.declared else ()
        if not key or self._database.dialect == "sqlite":
            return None
        table = self._table_of(dataset)
        known = {one.name: one for one in self._known(table)}
        if key[0] not in known or known[key[0]].as_text:
            return None
        column: sa.ColumnElement[Any] = sa.column(key[0])
        asked = sa.select(sa.func.min(column), sa.func.max(column), sa.func.count())
        with self._database.connect() as connection:
            try:
                least, greatest, rows = connection.execute(asked.select_from(table.clause())).one()
            except SQLAlchemyError as error:
                raise self._database.fault(error) from error
        return even_ranges(key[0], known[key[0]].type, least, greatest, rows)

    def findings_of(self, entry: Entry) -> tuple[Finding, ...]:
        return self._findings.get(entry.uri, ())

    def _table_of(self, dataset: Dataset) -> TableName:
        return TableName.parse(dataset.uri.partition("#")[2])

    def _known(self, table: TableName) -> tuple[Column, ...]:
        """The columns as the table was examined, or when first asked for: a task reads many ranges
        of one table.
        """
        if table not in self._columns:
            self._columns[table] = self._reflected(table)[0]
        return self._columns[table]

    def _reflected(self, table: TableName) -> tuple[tuple[Column, ...], tuple[Finding, ...]]:
        with self._database.connect() as connection:
            found = sa.inspect(connection).get_columns(table.name, table.schema)
            return columns_of(connection, table.name, found)


def _placed(findings: Sequence[Finding], name: str) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, place=f"{name}, {finding.place}")
