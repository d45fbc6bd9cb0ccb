"""Database tables as outputs: written by the driver in one transaction a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from connectors.sources.database import Database, open_database
from connectors.sources.sql import TableName
from connectors.sources.sql_columns import columns_of
from connectors.sources.sql_types import arrow_type
from connectors.spark.names import quoted
from connectors.spark.outputs import TABLE, Output
from connectors.spark.writing import Written
from schema.errors import RunError
from schema.model import Field, Schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType, StructType

BATCH_ROWS = 10_000
"""Rows that are sent at once."""


class Transactions(AbstractContextManager["Transactions"]):
    """One transaction for each database that a run writes to; rolled back unless committed."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Database, sa.Connection]] = {}

    def of(self, output: Output) -> tuple[Database, sa.Connection]:
        """The database of an output, in its transaction. Raises SourceError, RunError."""
        key = output.uri.partition("#")[0]
        if key not in self._open:
            database = _writable(key, output.credentials)
            connection = database.engine.connect()
            connection.begin()
            self._open[key] = database, connection
        return self._open[key]

    def commit(self) -> None:
        """Let readers see what was written. Raises RunError."""
        for database, connection in self._open.values():
            with told(database):
                connection.commit()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for database, connection in self._open.values():
            connection.close()
            database.engine.dispose()
        self._open.clear()


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows that are written in a transaction that is open; committing that shows them."""

    output: Output
    uri: str
    rows: int
    schema: Schema | None = None
    fresh: str | None = None

    def commit(self) -> Written:
        """Count them; `Transactions.commit` is what lets readers see them."""
        return Written(self.uri, TABLE, self.rows, 0, 0)


@contextmanager
def staged_table(frame: DataFrame, output: Output, transactions: Transactions) -> Iterator[_Table]:
    """The rows of `frame` in a table, within its database's transaction.

    The rows are computed before the transaction begins, so that it is short. Raises RunError in
    one line when the database refuses them, or the table has other columns.
    """
    from pyspark import StorageLevel

    kept = frame.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        rows = kept.count()
        if output.key:
            _check_key(kept, output)
        name = TableName.parse(output.uri.partition("#")[2])
        with _named(output):
            database, connection = transactions.of(output)
            with told(database):
                name = _qualified(connection, name)
                table = _prepared(connection, name, kept.schema, output)
                _fill(connection, table, kept, output)
                found = sa.inspect(connection).get_columns(name.name, name.schema)
                columns, _ = columns_of(connection, name.name, found)
        fields = (Field(one.name, one.type, one.nullable) for one in columns)
        yield _Table(output, f"{database.uri}#{name.fragment}", rows, Schema(tuple(fields)))
    finally:
        kept.unpersist()


@contextmanager
def told(database: Database) -> Iterator[None]:
    """What a driver raises as one line that says where."""
    try:
        yield
    except SQLAlchemyError as error:
        raise RunError(f"output {database.fault(error)}") from error


@contextmanager
def _named(output: Output) -> Iterator[None]:
    """A table that a RunError of this module is about."""
    try:
        yield
    except OSError as error:
        raise RunError(f"output {output.place}: {error.strerror or error}") from error


def _writable(uri: str, credentials: str | None) -> Database:
    """The database; a SQLite file is made when there is none."""
    if not uri.startswith("sqlite"):
        return open_database(uri, credentials)
    path = sa.make_url(uri).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if not Path(path).exists():
            Path(path).touch()
    opened = open_database(uri, credentials)
    engine = sa.create_engine("sqlite://", creator=lambda: _sqlite(opened.path))
    sa.event.listen(engine, "begin", lambda one: one.exec_driver_sql("BEGIN IMMEDIATE"))
    return Database(engine, opened.uri, opened.namespace, opened.name, opened.path)


def _sqlite(path: str | None) -> Any:
    import sqlite3

    # Without a level sqlite3 begins no transactions by itself, and making tables is part of ours.
    return sqlite3.connect(path or "", timeout=30, isolation_level=None, check_same_thread=False)


def _qualified(connection: sa.Connection, name: TableName) -> TableName:
    """The name with the schema that the database takes when none is said."""
    if name.schema is not None or connection.dialect.name == "sqlite":
        return name
    return TableName(sa.inspect(connection).default_schema_name, name.name)


def _prepared(
    connection: sa.Connection, name: TableName, schema: StructType, output: Output
) -> sa.Table:
    """The table that rows go into: as it is, emptied, or made anew."""
    made = _table(name, schema, output.key)
    inspector = sa.inspect(connection)
    if not inspector.has_table(name.name, schema=name.schema):
        made.create(connection)
        return made
    columns = inspector.get_columns(name.name, schema=name.schema)
    there = {column["name"]: arrow_type(column["type"]) for column in columns}
    own = {column.name: arrow_type(column.type) for column in made.columns}
    if output.mode == "overwrite":
        typed = connection.dialect.name != "sqlite"  # which keeps any value in any column
        if there == own or (not typed and there.keys() == own.keys()):
            connection.execute(sa.delete(made))
        else:
            made.drop(connection)
            made.create(connection)
        return made
    unknown = own.keys() - there.keys()
    if unknown:
        missing = ", ".join(sorted(unknown))
        raise RunError(
            f"output {output.place}: exists with another schema (it has no {missing}); "
            "write elsewhere, or overwrite it"
        )
    return made


def _fill(connection: sa.Connection, table: sa.Table, frame: DataFrame, output: Output) -> None:
    names = list(table.columns.keys())
    key = [table.c[name] for name in output.key]
    replaced = sa.delete(table).where(
        *(column == sa.bindparam(f"key_{at}") for at, column in enumerate(key))
    )
    zoned = {
        field.name for field in frame.schema.fields if field.dataType.typeName() == "timestamp"
    }
    rows = (tuple(row) for row in _in_utc(frame, zoned).toLocalIterator(prefetchPartitions=True))
    while batch := list(islice(rows, BATCH_ROWS)):
        if output.mode == "upsert":
            places = [names.index(column.name) for column in key]
            connection.execute(
                replaced,
                [{f"key_{at}": row[place] for at, place in enumerate(places)} for row in batch],
            )
        made = [dict(zip(names, map(_plain, row), strict=True)) for row in batch]
        for row in made if zoned else ():
            row |= {name: row[name] and row[name].replace(tzinfo=UTC) for name in zoned}
        connection.execute(sa.insert(table), made)


def _in_utc(frame: DataFrame, zoned: Collection[str]) -> DataFrame:
    """Times with a zone as UTC's local ones: pyspark hands them over in this computer's zone."""
    from pyspark.sql import functions as F  # noqa: N812 (what Spark code calls functions)

    zone = frame.sparkSession.conf.get("spark.sql.session.timeZone")
    for name in zoned:
        at = F.col(quoted(name)).cast("timestamp_ntz")
        frame = frame.withColumn(name, F.convert_timezone(F.lit(zone), F.lit("UTC"), at))
    return frame


def _check_key(frame: DataFrame, output: Output) -> None:
    """Raises RunError when a row's key is null or stands twice."""
    from pyspark.sql import functions as F  # noqa: N812 (what Spark code calls functions)

    unknown = [name for name in output.key if name not in frame.columns]
    if unknown:
        raise RunError(f"output {output.place}: key {', '.join(unknown)} is no column of it")
    columns = [F.col(quoted(name)) for name in output.key]
    for column, name in zip(columns, output.key, strict=True):
        if frame.where(column.isNull()).limit(1).count():
            raise RunError(f"output {output.place}: key {name} is null in a row")
    twice = frame.groupBy(*columns).agg(F.count("*").alias("n")).where("n > 1").first()
    if twice is not None:
        shown = ", ".join(f"{name}={twice[name]!r}" for name in output.key)
        raise RunError(f"output {output.place}: the key {shown} stands {twice['n']} times")


def _table(name: TableName, schema: StructType, key: Sequence[str]) -> sa.Table:
    columns: list[sa.Column[Any]] = []
    for field in schema.fields:
        is_key = field.name in key
        columns.append(
            sa.Column(
                field.name,
                _sql_type(field.dataType, field.name, short=is_key),
                primary_key=is_key,
                autoincrement=False,
                nullable=not is_key,
            )
        )
    return sa.Table(name.name, sa.MetaData(), *columns, schema=name.schema)


def _sql_type(kind: DataType, name: str, *, short: bool) -> sa.types.TypeEngine[Any]:
    """The SQL type of a Spark type. Raises RunError for nested columns, naming them."""
    from pyspark.sql import types as T  # noqa: N812 (what Spark code calls types)

    if isinstance(kind, T.DecimalType):
        return sa.Numeric(kind.precision, kind.scale)
    if isinstance(kind, T.TimestampType):
        return sa.DateTime(timezone=True)
    if isinstance(kind, T.StringType) and short:
        return sa.String(255)  # MySQL has no keys of unlimited length
    known: dict[type[DataType], sa.types.TypeEngine[Any]] = {
        T.BinaryType: sa.LargeBinary(),
        T.BooleanType: sa.Boolean(),
        T.ByteType: sa.SmallInteger(),
        T.DateType: sa.Date(),
        T.DoubleType: sa.Double(),
        T.FloatType: sa.Float(),
        T.IntegerType: sa.Integer(),
        T.LongType: sa.BigInteger(),
        T.ShortType: sa.SmallInteger(),
        T.StringType: sa.Text(),
        T.TimestampNTZType: sa.DateTime(),
    }
    if type(kind) not in known:
        raise RunError(
            f"output column {name!r}: {kind.simpleString()} has no place in a table; "
            "take it apart or write it as JSON text (to_json)"
        )
    return known[type(kind)]


def _plain(value: Any) -> Any:
    """A value as drivers take it."""
    return bytes(value) if isinstance(value, bytearray) else value
