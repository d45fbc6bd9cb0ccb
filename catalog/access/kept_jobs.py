"""What the catalog keeps of a service's jobs, and what became of those whose service is gone."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import platform
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from catalog import running
from catalog.store.jobs import KeptJob
from schema.errors import CatalogError

if TYPE_CHECKING:
    from catalog.access.jobs import Job
    from catalog.store import Store

_log = logging.getLogger("headwater.jobs")

ENDED = frozenset({"DONE", "FAILED", "CANCELLED"})


class Keeper:
    """Keeps the jobs of one service, which holds a lock from its first job until `close`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._name = f"jobs-{uuid.uuid4().hex}"
        self._held: int | None = None
        self._closed = False
        self._lock = threading.Lock()

    def keep(self, job: Job) -> None:
        """Keep how a job stands. A catalog that cannot be written to is told in the log."""
        if self._closed:
            return
        self._hold()
        kept = KeptJob(
            id=job.id,
            uris=job.uris,
            state=job.state,
            holder=self._name,
            host=platform.node(),
            created_at=job.created_at,
            started_at=job.started_at,
            ended_at=job.ended_at,
            error=job.error,
            counts=dict(job.counts),
            bytes_read=job.bytes_read,
        )
        self._put(kept)

    def earlier(self, first: int, longest: float) -> Iterator[KeptJob]:
        """The newest jobs of services before, the newest first. Those whose service ended in the
        midst become FAILED; those of services that live elsewhere are left out, for at most
        `longest` seconds.
        """
        try:
            found = self._store.jobs.newest(first)
        except CatalogError as error:
            _log.warning("the jobs of before cannot be told: %s", error)
            return
        for job in found:
            if job.state in ENDED:
                yield job
            elif not self._may_live(job, longest):
                yield self._interrupted(job)

    def close(self) -> None:
        """Let go of the lock; what is told of jobs afterwards is not kept."""
        with self._lock:
            self._closed = True
            if self._held is not None:
                (running.folder() / self._name).unlink(missing_ok=True)
                os.close(self._held)
                self._held = None

    def _hold(self) -> None:
        place = running.folder()
        with self._lock:
            if self._held is not None or self._closed:
                return
            try:
                place.mkdir(parents=True, exist_ok=True)
                self._held = os.open(place / self._name, os.O_CREAT | os.O_RDWR, 0o600)
                fcntl.flock(self._held, fcntl.LOCK_EX)
            except OSError as error:
                _log.warning("%s: no lock can be held (%s); make it writable", place, error)

    def _may_live(self, job: KeptJob, longest: float) -> bool:
        lock = running.folder() / job.holder
        if lock.name == job.holder and lock.exists():
            return not running.is_free(lock)
        elsewhere = self._store.jobs.is_shared and job.host != platform.node()
        return elsewhere and datetime.now(UTC) - job.created_at < timedelta(seconds=longest)

    def _interrupted(self, job: KeptJob) -> KeptJob:
        when = "before it had begun" if job.started_at is None else "while it was at work"
        told = f"interrupted: the service ended {when}; crawl again to finish"
        ended = replace(job, state="FAILED", ended_at=datetime.now(UTC), error=told)
        self._put(ended)
        lock = running.folder() / job.holder
        if lock.name == job.holder:
            with contextlib.suppress(OSError):
                lock.unlink()
        return ended

    def _put(self, job: KeptJob) -> None:
        try:
            self._store.jobs.put(job)
        except CatalogError as error:
            _log.warning("job %s is not kept: %s", job.id, error)
