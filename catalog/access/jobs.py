"""Jobs: crawls that a caller asked for and that go on after the answer, one at a time."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from catalog.access.kept_jobs import ENDED, Keeper
from catalog.access.roots import Roots
from connectors.uri import take_apart
from schema.errors import HeadwaterError, InvalidInput, NotFound

if TYPE_CHECKING:
    from catalog.crawl import Progress
    from catalog.model import Outcome
    from catalog.store import Store
    from catalog.store.jobs import KeptJob

_log = logging.getLogger("headwater.jobs")

TOLD_EVERY = 0.25
"""Seconds between two tellings of the progress of a job."""

MOST_WAITING = 32
MOST_REMEMBERED = 200
MOST_SECONDS = 6 * 3600
GOING_DOWN = "the service went down; crawl again to finish"


@dataclass(slots=True)
class Job:
    """One crawl; changes while it goes on, so read it and do not keep what was read. `uris` are
    without logins, which stand in `asked` until it has begun.
    """

    id: str
    asked: tuple[str, ...] = field(repr=False)
    created_at: datetime
    state: str = "QUEUED"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    bytes_read: int = 0
    progress: Progress | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set when somebody has cancelled it."""
    uris: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """Reader options to fix; those without a value are found out again."""

    def __post_init__(self) -> None:
        self.uris = tuple(take_apart(uri).clean for uri in self.asked)

    def bytes_per_second(self) -> float | None:
        """How fast it has read since it started; None before it has read anything."""
        if self.started_at is None or self.progress is None or not self.progress.bytes:
            return None
        passed = ((self.ended_at or datetime.now(UTC)) - self.started_at).total_seconds()
        return self.progress.bytes / max(passed, 1e-3)

    def seconds_left(self) -> float | None:
        """How long what is listed so far takes at that pace; None where nothing is known of it."""
        pace, progress = self.bytes_per_second(), self.progress
        if self.ended_at is not None or pace is None or progress is None:
            return None
        left = progress.bytes_found - progress.bytes
        return left / pace if left > 0 else None


class Jobs:
    """The jobs of one service: a queue with one worker, started with the first job."""

    def __init__(
        self, store: Store, roots: Roots, on_change: Callable[[Job], None] = lambda _: None
    ) -> None:
        """`on_change` is told of a job when it starts, ends, and now and then between."""
        self._store = store
        self._on_change = on_change
        self._told = 0.0
        self._roots = roots
        self._known: OrderedDict[str, Job] = OrderedDict()
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._closing = False
        self._keeper = Keeper(store)
        for job in reversed([*self._keeper.earlier(MOST_REMEMBERED, 2 * MOST_SECONDS)]):
            self._known[job.id] = _of(job)

    def crawl(self, uris: Sequence[str], options: Sequence[tuple[str, str]] = ()) -> Job:
        """Queue a crawl of `uris`; reader `options` are fixed, empty ones taken back. Raises
        NotAllowed outside the roots, InvalidInput when full.
        """
        for uri in uris:
            self._roots.check(uri)
        with self._lock:
            if self._closing:
                raise InvalidInput("the service is going down; ask again when it is back")
            if self._waiting.qsize() >= MOST_WAITING:
                raise InvalidInput(f"{MOST_WAITING} crawls wait already; ask again later")
            job = Job(uuid.uuid4().hex, tuple(uris), datetime.now(UTC), options=tuple(options))
            self._known[job.id] = job
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="jobs", daemon=True)
                self._worker.start()
        self._changed(job)
        self._waiting.put(job)
        return job

    def cancel(self, job_id: str) -> Job:
        """End a job: at once if it waits, else after the source that it is at.

        What it has recorded stays. Raises NotFound; a job that has ended stays as it is.
        """
        job = self._known.get(job_id)
        if job is None:
            raise NotFound(f"no job {job_id[:80]!r}; it may be forgotten, `jobs` lists them")
        with self._lock:
            job.stopped.set()
            if job.state == "QUEUED":
                job.state, job.ended_at = "CANCELLED", datetime.now(UTC)
        self._changed(job)
        return job

    def get(self, job_id: str) -> Job | None:
        """A job by id, None once it is forgotten."""
        return self._known.get(job_id)

    def all(self) -> list[Job]:
        """The remembered jobs, newest first."""
        return list(reversed(list(self._known.values())))

    def close(self, timeout: float = 5.0) -> None:
        """Take no more jobs and wait up to `timeout` seconds for the one at work; those that wait
        are FAILED.

        A crawl that is cut off leaves every source at its old version or its new one.
        """
        with self._lock:
            self._closing = True
            worker = self._worker
        self._waiting.put(None)
        if worker is not None:
            worker.join(timeout)
        for job in self._known.values():
            if job.state not in ENDED:
                job.state, job.ended_at, job.error = "FAILED", datetime.now(UTC), GOING_DOWN
                self._changed(job)
        self._keeper.close()

    def _changed(self, job: Job) -> None:
        self._keeper.keep(job)
        self._on_change(job)

    def _work(self) -> None:
        while not self._closing:
            job = self._waiting.get()
            if job is None:
                return
            self._do(job)

    def _do(self, job: Job) -> None:
        with self._lock:
            if job.state != "QUEUED":
                return
            job.state, job.started_at = "RUNNING", datetime.now(UTC)
        self._changed(job)
        state = "DONE"
        ends = time.monotonic() + MOST_SECONDS
        try:
            for outcome in self._outcomes(job):
                job.counts[outcome.status.value] += 1
                job.bytes_read += outcome.bytes_read
                if job.stopped.is_set():
                    state = "CANCELLED"
                    break
                if time.monotonic() > ends:
                    raise HeadwaterError(
                        f"it took more than {MOST_SECONDS // 3600} hours; crawl less at once"
                    )
                if self._closing:
                    raise HeadwaterError(GOING_DOWN)
        except HeadwaterError as error:
            state, job.error = "FAILED", str(error)
        except Exception:  # noqa: BLE001 - a job ends with its fault told, not the worker
            _log.exception("job %s failed", job.id)
            state, job.error = "FAILED", f"the service failed; its log tells why: job {job.id}"
        self._announce()
        job.state, job.ended_at = state, datetime.now(UTC)
        self._changed(job)

    def _progressed(self, job: Job, progress: Progress) -> None:
        job.progress = progress
        if time.monotonic() - self._told >= TOLD_EVERY:
            self._told = time.monotonic()
            self._on_change(job)

    def _announce(self) -> None:
        from catalog.alerts.deliver import deliver

        try:
            faults = deliver(self._store).faults
        except HeadwaterError as error:
            faults = (str(error),)
        for fault in faults:
            _log.warning("%s", fault)

    def _outcomes(self, job: Job) -> Iterator[Outcome]:
        from catalog.crawl import crawl
        from connectors.model import Limits

        asked, job.asked = job.asked, ()
        limits = Limits(
            options=tuple(sorted(pair for pair in job.options if pair[1])),
            unfixed=tuple(name for name, value in job.options if not value),
            reach=self._roots.check,
        )
        with contextlib.closing(
            cast(
                "Generator[Outcome]",
                crawl(
                    asked,
                    self._store,
                    limits,
                    on_progress=lambda progress: self._progressed(job, progress),
                ),
            )
        ) as outcomes:
            yield from outcomes


def _of(kept: KeptJob) -> Job:
    """A job of before this service."""
    return Job(
        kept.id,
        kept.uris,
        kept.created_at,
        state=kept.state,
        started_at=kept.started_at,
        ended_at=kept.ended_at,
        error=kept.error,
        counts=Counter(kept.counts),
        bytes_read=kept.bytes_read,
    )
