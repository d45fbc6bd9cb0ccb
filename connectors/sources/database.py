"""The database behind a SQLAlchemy URL: opened read-only, named without its secrets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from connectors.credentials import resolve
from connectors.sources.postgresql import accept_any_time
from connectors.sources.stored_file import reason
from connectors.uri import redact, take_apart
from schema.errors import MissingDependency, SourceError

STATEMENT_TIMEOUT_SECONDS = 3600
CONNECT_TIMEOUT_SECONDS = 15

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_INSTALL = {
    "postgresql": "pip install 'headwater[postgres]'",
    "mysql": "pip install 'headwater[mysql]'",
    "mariadb": "pip install 'headwater[mysql]'",
    "mssql": "pip install pymssql",
    "oracle": "pip install oracledb",
    "snowflake": "pip install snowflake-sqlalchemy",
    "bigquery": "pip install sqlalchemy-bigquery",
    "clickhouse": "pip install clickhouse-sqlalchemy",
}
_NAMESPACES = {
    "postgresql": ("postgres", 5432),
    "mysql": ("mysql", 3306),
    "mariadb": ("mysql", 3306),
    "mssql": ("mssql", 1433),
    "oracle": ("oracle", 1521),
}


@dataclass(frozen=True, slots=True)
class Database:
    """An opened database. `uri` and `namespace` hold no secrets; `path` is a SQLite file's."""

    engine: sa.Engine = field(repr=False)
    uri: str
    namespace: str
    name: str | None
    path: str | None = None

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """A connection in a read-only transaction with a statement timeout where the dialect has
        them. Raises SourceError in one line when the database cannot be reached or fails.
        """
        try:
            with self.engine.connect() as connection:
                for statement in _read_only(self.engine.dialect):
                    connection.exec_driver_sql(statement)
                yield connection
        except SQLAlchemyError as error:
            raise self.fault(error) from error

    def asked(self) -> sa.Engine:
        """The engine, each of whose transactions is read-only and has a timeout."""

        def begun(connection: sa.Connection) -> None:
            for statement in _read_only(self.engine.dialect):
                connection.exec_driver_sql(statement)

        sa.event.listen(self.engine, "begin", begun)
        return self.engine

    def fault(self, error: Exception) -> SourceError:
        """The error of a driver as one line that says where, without secrets."""
        return SourceError(f"{self.uri}: {_told(error)}")


def open_database(uri: str, reference: str | None) -> Database:
    """The database that a SQLAlchemy URL means; connects on first use.

    Raises SourceError (MissingDependency) when the URL cannot be used.
    """
    credentials = resolve(reference)
    given = credentials.url or uri
    clean = take_apart(uri.partition("#")[0]).clean
    try:
        url = make_url(given.partition("#")[0])
    except (ArgumentError, ValueError):
        raise SourceError(
            f"{clean}: not a database URL (dialect://user@host:port/database)"
        ) from None
    if credentials.user is not None:
        url = url.set(username=credentials.user, password=credentials.password)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _sqlite(url)
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    backend = url.get_backend_name()
    try:
        engine = sa.create_engine(
            url,
            pool_size=2,
            max_overflow=2,
            pool_pre_ping=False,
            connect_args=_connect_arguments(backend),
        )
    except (ImportError, NoSuchModuleError) as error:
        install = _INSTALL.get(backend, "install the SQLAlchemy dialect for it")
        raise MissingDependency(
            f"{clean}: no driver for {url.drivername} is installed; {install}"
        ) from error
    except TypeError:
        engine = sa.create_engine(url)
    if engine.dialect.driver == "psycopg":
        sa.event.listen(engine, "connect", lambda connection, _: accept_any_time(connection))
    if engine.dialect.driver in {"oracledb", "cx_oracle"}:
        sa.event.listen(engine, "connect", _limit_calls)
    kind, port = _NAMESPACES.get(backend, (backend, url.port))
    host = (
        f"{url.host or 'localhost'}:{url.port or port}"
        if url.port or port
        else (url.host or "localhost")
    )
    return Database(engine, clean, f"{kind}://{host}", url.database)


def _limit_calls(connection: Any, _: object) -> None:
    """Oracle has no statement that limits others; its drivers limit each round trip."""
    connection.call_timeout = STATEMENT_TIMEOUT_SECONDS * 1000


def _connect_arguments(backend: str) -> dict[str, Any]:
    return (
        {"connect_timeout": CONNECT_TIMEOUT_SECONDS}
        if backend in {"postgresql", "mysql", "mariadb"}
        else {}
    )


def sqlite_uri(path: str) -> str:
    """The URL of a SQLite file, with what URLs give a meaning to percent-encoded."""
    return "sqlite:///" + quote(os.fsencode(path), safe=b"/ !$&'()*+,;=:@~[]{}")


def _sqlite(url: URL) -> Database:
    """A SQLite file, opened so that nothing can be written."""
    named = url.database or ""
    if not named or named == ":memory:":
        raise SourceError("sqlite://: name a file (sqlite:///path/to/file.db)")
    import sqlite3

    from connectors.sources.sqlite import Kept, Timed

    path = str(
        Path(named if Path(named).exists() else unquote(named, errors="surrogateescape")).absolute()
    )
    if not Path(path).is_file():
        raise SourceError(f"sqlite:///{path}: no such file; check the path")
    target = f"file:{quote(os.fsencode(path))}?mode=ro"

    def connect() -> Timed:
        connection = sqlite3.connect(
            target, uri=True, timeout=30, check_same_thread=False, factory=Timed
        )
        connection.text_factory = _text
        connection.limit(STATEMENT_TIMEOUT_SECONDS)
        return connection

    kept = Kept(path, connect)
    engine = sa.create_engine("sqlite://", creator=kept.open, poolclass=sa.pool.NullPool)
    sa.event.listen(engine, "engine_disposed", lambda _: kept.end())
    uri = sqlite_uri(path)
    return Database(engine, uri, "sqlite://" + path, None, path)


def _text(value: bytes) -> str:
    """Text of SQLite; bytes that are not UTF-8 are read as windows-1252."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _read_only(known: sa.Dialect) -> tuple[str, ...]:
    dialect = known.name
    if dialect == "postgresql":
        return (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_SECONDS * 1000}",
        )
    if dialect in {"mysql", "mariadb"}:
        limit = f"max_statement_time = {STATEMENT_TIMEOUT_SECONDS}"
        if not getattr(known, "is_mariadb", False):
            limit = f"max_execution_time = {STATEMENT_TIMEOUT_SECONDS * 1000}"
        return (
            "SET SESSION TRANSACTION READ ONLY",
            f"SET SESSION {limit}, net_write_timeout = {STATEMENT_TIMEOUT_SECONDS}",
            "SET SESSION time_zone = '+00:00'",
        )
    if dialect == "mssql":
        return (f"SET LOCK_TIMEOUT {STATEMENT_TIMEOUT_SECONDS * 1000}",)
    return ("PRAGMA query_only = ON",) if dialect == "sqlite" else ()


def ended() -> str:
    """Of a statement that was interrupted, what is told."""
    seconds = f"{STATEMENT_TIMEOUT_SECONDS:,} s"
    return f"a statement gave no row for {seconds} and was ended (simplify the view, or exclude it)"


def _told(error: Exception) -> str:
    text = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error)
    text = redact(reason(Exception(text)))
    lower = text.lower()
    if lower == "interrupted":
        return ended()
    if "refused" in lower or "could not connect" in lower or "timeout expired" in lower:
        return f"{text} (check that the server runs and can be reached)"
    if "password" in lower or "authentication" in lower or "access denied" in lower:
        return f"{text} (name the login with --credentials env:NAME)"
    return text
