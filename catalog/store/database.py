"""Database: one engine, its read and write transactions, and its faults told in one line."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from catalog.store import auditing
from catalog.store.places import fill_in
from schema.errors import CatalogError, InvalidInput

T = TypeVar("T")

_POSTGRES = {"postgres", "postgresql"}
_BUSY_SECONDS = 60
_RETRIED = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock
_POOL = {"pool_size": 8, "max_overflow": 24, "pool_timeout": 600}
"""A connection that is made anew reads the whole schema of the catalog first."""

_NO_TURN = nullcontext()

_TRIES = 8
_FIRST_WAIT = 0.02
"""Seconds, at most, before the second try; each further one may wait twice as long."""


class _SqliteCompiler(SQLiteCompiler):
    """SQLAlchemy's, which lacks hints for SQLite."""

    def get_from_hint_text(self, _table: Any, text: str | None) -> str | None:
        """`INDEXED BY …`, where a select was given one."""
        return text


class Database:
    """An engine with `read()` and `write(function)`; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        event.listen(engine, "before_cursor_execute", fill_in, retval=True)
        self.dialect = engine.dialect.name
        # An in-memory catalog has one connection, which threads take in turns.
        self._turn = threading.RLock() if isinstance(engine.pool, StaticPool) else None
        # SQLite has one writer at a time, and who waits for it asks again and again, ever more
        # seldom: writers of this process stand in a line instead.
        self._writing = threading.RLock() if self.dialect == "sqlite" else _NO_TURN

    @classmethod
    def connect(cls, url: str, *, create: bool) -> Database:
        """An engine for SQLite or PostgreSQL; nothing is asked of the server yet.

        Raises InvalidInput for other URLs, CatalogError when the folder or driver is missing.
        """
        parsed = parse(url)
        try:
            if parsed.get_backend_name() == "sqlite":
                return cls(_sqlite(parsed, create=create))
            return cls(_postgres(parsed))
        except ModuleNotFoundError as error:
            raise CatalogError(
                f"catalog {masked(parsed)}: {error}; pip install 'headwater[postgres]'"
            ) from error

    @property
    def path(self) -> Path | None:
        """The SQLite file; None when the catalog is in memory or on a server."""
        return sqlite_path(self.engine.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of the catalog."""
        with self._turn or _NO_TURN:
            try:
                with self.engine.connect() as connection:
                    yield connection
            except SQLAlchemyError as error:
                raise CatalogError(explain(self.engine.url, error)) from error

    def write(self, function: Callable[[Connection], T]) -> T:
        """What `function` returns, in one transaction: all of it or nothing.

        What the audit log is to keep of it is written with it (`catalog.store.auditing`).

        It is called again when PostgreSQL ended it for the sake of another transaction, so it
        must hold no state of its own.
        """
        with self._faults_told(), self._turn or self._writing:
            for tried in range(_TRIES - 1):
                try:
                    return self._write_once(function)
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) not in _RETRIED:
                        raise
                time.sleep(random.uniform(0, _FIRST_WAIT * 2**tried))  # noqa: S311  not a secret
            return self._write_once(function)

    def _write_once(self, function: Callable[[Connection], T]) -> T:
        connection = self.engine.connect().execution_options(headwater_write=True)
        note = auditing.due()
        written = None
        with connection, connection.begin():
            result = function(connection)
            if note is not None:
                written = auditing.add(connection, note)
        if note is not None and written is not None:
            note.pk, note.written = written
        return result

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _faults_told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise CatalogError(explain(self.engine.url, error)) from error


def parse(url: str) -> URL:
    """The URL with the driver that Headwater uses. Raises InvalidInput for other databases."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InvalidInput(
            "the catalog's URL cannot be read; give a path, sqlite:///PATH or "
            "postgresql://USER@HOST/DATABASE"
        ) from None
    if parsed.drivername in _POSTGRES:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise InvalidInput(
            f"catalog {masked(parsed)}: a catalog is kept in SQLite or PostgreSQL; give "
            "sqlite:///PATH or postgresql://USER@HOST/DATABASE"
        )
    return parsed


def masked(url: URL) -> str:
    """The URL without its password, wherever that stands."""
    secret = [key for key in url.query if "pass" in key.lower()]
    shown = url.difference_update_query(secret).render_as_string(hide_password=True)
    return unquote(shown) if url.get_backend_name() == "sqlite" else shown


def sqlite_path(url: URL) -> Path | None:
    """The file of a SQLite URL; None when in memory or not SQLite."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def explain(url: URL, error: BaseException) -> str:
    """One line: which catalog, what is wrong, what to do; never a password."""
    cause = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split())
    for secret in filter(None, [url.password, *map(str, _secret_values(url))]):
        said = said.replace(secret, "***")
    path = sqlite_path(url)
    return f"catalog {path or masked(url)}: {said[:300]}; {_advice(said, path)}"


def _secret_values(url: URL) -> list[Any]:
    return [value for key, value in url.query.items() if "pass" in key.lower()]


def _advice(said: str, path: Path | None) -> str:
    known = {
        "not a database": "it is no catalog, or damaged: move it away or give another --catalog",
        "malformed": "it is damaged: restore it from a backup or crawl into a new --catalog",
        "unable to open": "see that its folder exists and may be written to",
        "readonly": "see that the file and its folder may be written to",
        "locked": "another process is writing to it: try again when that has ended",
        "full": "free some disk space and try again",
        "password authentication": "see that user and password are right",
        "does not exist": "create it, or give another --catalog",
    }
    for phrase, advice in known.items():
        if phrase in said:
            return advice
    if path is None:
        return "see that the server runs and may be reached, and that user and database are right"
    return "see that it is a catalog of this version of Headwater"


def _sqlite(url: URL, *, create: bool) -> Engine:
    path = sqlite_path(url)
    if path is None:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        if not path.exists():
            _make_folder(path, create=create)
        elif path.is_dir():
            raise CatalogError(f"catalog {path}: is a folder; give the path of a file in it")
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS}, **_POOL)
    engine.dialect.statement_compiler = _SqliteCompiler
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(path: Path, *, create: bool) -> None:
    if not create:
        raise CatalogError(
            f"catalog {path}: there is none yet; `headwater crawl URI` makes it, --catalog names "
            "another"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogError(
            f"catalog {path}: its folder cannot be made ({error.strerror}); give another --catalog"
        ) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise CatalogError(
            f"catalog {path}: its folder may not be written to; change that or give another "
            "--catalog"
        )


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")  # with WAL: durable against crashes of processes
    cursor.execute("PRAGMA cache_size = -32000")  # KiB
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")  # pages: 16 MB, so fewer waits for the disk
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once: one that began as a read could be refused half-way.
    writes = connection.get_execution_options().get("headwater_write")
    # straight to the driver: SQLAlchemy takes longer for it than for some queries
    driven: Any = connection.connection.driver_connection
    try:
        driven.execute("BEGIN IMMEDIATE" if writes else "BEGIN").close()
    except sqlite3.Error as error:
        raise DBAPIError.instance("BEGIN", None, error, sqlite3.Error) from error


def _postgres(url: URL) -> Engine:
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    engine = create_engine(
        url, connect_args=patience, pool_pre_ping=True, pool_size=10, max_overflow=20
    )
    event.listen(engine, "connect", _set_up_postgres)
    return engine


def _set_up_postgres(connection: Any, _record: Any) -> None:
    # To compile a statement takes longer than to run any of the catalog's. The planner would rather
    # read whole tables than a few thousand rows by an index, as if from a disk that turns.
    connection.execute("SET jit = off")
    connection.execute("SET random_page_cost = 1.1")
    connection.commit()
