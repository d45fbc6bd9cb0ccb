"""Bring a catalog to the revision that this version of Headwater works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from catalog.store import auditing
from catalog.store.database import Database, explain
from schema.errors import CatalogError

HEAD = "0017"
"""The newest revision; a test holds it against migrations/versions/."""

_ADVISORY_LOCK = 0x48656164776174  # "Headwat": one number for all who migrate a PostgreSQL catalog


def migrate(database: Database) -> None:
    """Create or upgrade the catalog. Costs one query when it is up to date already.

    Processes that do so at once take turns. Raises CatalogError when the catalog was made by a
    newer version, is no catalog, or cannot be reached.
    """
    if _revision(database) == HEAD:
        return
    with _alone(database):
        if _revision(database) != HEAD:
            _prepare(database)
            with auditing.noting(None):
                database.write(_upgrade)


def _revision(database: Database) -> str | None:
    """The catalog's revision; None when it is empty."""
    if database.dialect == "sqlite":
        exists = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    else:
        exists = "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL"
    with database.read() as connection:
        if connection.execute(text(exists)).scalar() is None:
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Nobody else migrates meanwhile; `_upgrade` itself sees to it on PostgreSQL."""
    path = database.path
    if path is None:
        yield
        return
    import fcntl

    lock = path.with_name(f"{path.name}.lock")
    try:
        stream = lock.open("w")
    except OSError as error:
        raise CatalogError(
            f"catalog {path}: {error.strerror} ({lock.name}); see that its folder may be written to"
        ) from error
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _prepare(database: Database) -> None:
    """WAL, kept in the file: readers do not wait for a writer."""
    if database.dialect != "sqlite":
        return
    try:
        connection = database.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
    except (SQLAlchemyError, database.engine.dialect.loaded_dbapi.Error) as error:
        raise CatalogError(explain(database.engine.url, error)) from error


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = alembic_config(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found in known:
            raise CatalogError(f"the catalog cannot be migrated: {error}") from error
        raise CatalogError(
            f"the catalog was made by a newer version of Headwater (its revision is {found}, this "
            f"version knows {HEAD}); upgrade Headwater or give another --catalog"
        ) from error


def alembic_config(connection: Connection) -> Any:
    """Alembic's configuration for the migrations of this package, over an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
