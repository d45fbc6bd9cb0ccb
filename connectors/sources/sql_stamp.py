"""Stamps of tables: what tells, without reading the rows out, whether they may have changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.sources.database import Database


def stamp(database: Database, table: sa.TableClause) -> str:
    """An opaque text that changes whenever the content of a table may have.

    SQLite: size and time of the file and its write-ahead log. PostgreSQL: count of rows and sum of
    their transaction ids (`xmin`), or for views a checksum of the rows, computed there: the
    statistics views were found to lag up to 10 s behind an open session. MySQL: CHECKSUM TABLE.
    Others, and views of MySQL: count of rows with the least and greatest value of each column that
    has an order, which misses changes in between. Raises SourceError.
    """
    if database.path is not None:
        return file_stamp(database.path, "-wal")
    with database.connect() as connection:
        if database.dialect == "postgresql":
            return _postgresql(connection, table)
        if database.dialect in {"mysql", "mariadb"}:
            return _mysql(connection, table)
        return _by_bounds(connection, table)


def file_stamp(path: str, log: str) -> str:
    """Size and time of a database file and of its write-ahead log, called like it and `log`."""
    parts = []
    for name in (path, path + log):
        try:
            status = Path(name).stat()
        except FileNotFoundError:
            continue
        if name == path or status.st_size:
            parts.append(f"{status.st_size}-{status.st_mtime_ns}")
    return "+".join(parts)


def _postgresql(connection: sa.Connection, table: sa.TableClause) -> str:
    kind = connection.execute(
        sa.text(
            "SELECT c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = :schema AND c.relname = :name"
        ),
        {"schema": table.schema, "name": table.name},
    ).scalar()
    if kind in {"r", "m", "p", b"r", b"m", b"p"}:
        change: Any = sa.cast(sa.cast(sa.column("xmin"), sa.Text), sa.BigInteger)
    else:
        row: Any = sa.literal_column(connection.dialect.identifier_preparer.quote(table.name))
        change = sa.func.hashtextextended(sa.cast(row, sa.Text), 0)
    query = sa.select(sa.func.count(), sa.func.sum(change)).select_from(table)
    count, total = connection.execute(query).one()
    return f"{count}-{total or 0}"


def _mysql(connection: sa.Connection, table: sa.TableClause) -> str:
    name = connection.dialect.identifier_preparer.format_table(table)
    row = connection.exec_driver_sql(f"CHECKSUM TABLE {name}").one()
    if row[1] is None:  # a view
        return _by_bounds(connection, table)
    count = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
    return f"{count}-{row[1]}"


def _by_bounds(connection: sa.Connection, table: sa.TableClause) -> str:
    import hashlib

    columns = sa.inspect(connection).get_columns(table.name, table.schema)
    ordered = (
        sa.types.Numeric,
        sa.types.Float,
        sa.types.Integer,
        sa.types.String,
        sa.types.Date,
        sa.types.DateTime,
    )
    bounds: list[Any] = [
        bound(sa.column(one["name"]))
        for one in columns
        if isinstance(one["type"], ordered)
        for bound in (sa.func.min, sa.func.max, sa.func.count)
    ]
    row = connection.execute(sa.select(sa.func.count(), *bounds).select_from(table)).one()
    return hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:24]
