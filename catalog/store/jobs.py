"""The crawls that services were asked for, as far as they have come; they outlive the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from catalog.store.database import Database
from catalog.store.rows import upsert
from catalog.store.tables import jobs

KEPT = 1_000
"""Jobs that stay; older ones go when another is kept."""


@dataclass(frozen=True, slots=True)
class KeptJob:
    """One crawl. `uris` are without logins; `holder` names the lock that its service holds while it
    lives on `host`. `counts` are sources by what they came to.
    """

    id: str
    uris: tuple[str, ...]
    state: str
    holder: str
    host: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str | None
    counts: Mapping[str, int]
    bytes_read: int


class JobLog:
    """Every method is one transaction and raises CatalogError in one line when it fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, job: KeptJob) -> None:
        """Keep a job, in place of what was kept of it."""
        row = asdict(job) | {"uris": list(job.uris), "counts": dict(job.counts)}

        def write(connection: Connection) -> None:
            statement = upsert(connection, jobs)
            fresh = {name: statement.excluded[name] for name in row if name != "id"}
            connection.execute(
                statement.on_conflict_do_update(index_elements=["id"], set_=fresh), row
            )
            newest = select(jobs.c.created_at).order_by(jobs.c.created_at.desc())
            oldest = newest.offset(KEPT - 1).limit(1).scalar_subquery()
            connection.execute(delete(jobs).where(jobs.c.created_at < oldest))

        self._database.write(write)

    def newest(self, first: int) -> list[KeptJob]:
        """The newest jobs, the newest first."""
        query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id).limit(first)
        with self._database.read() as connection:
            found = connection.execute(query).mappings()
            return [KeptJob(**{**row, "uris": tuple(row["uris"])}) for row in found]

    @property
    def is_shared(self) -> bool:
        """Whether services on other machines may keep jobs here too."""
        return self._database.dialect != "sqlite"
