"""Following a catalog: its store is asked for new events as long as anybody listens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio.to_thread

from catalog.events import Event, EventKind
from catalog.graphql.errors import LimitExceeded
from schema.errors import HeadwaterError

if TYPE_CHECKING:
    from catalog.access.jobs import Job
    from catalog.store import Store

_log = logging.getLogger("headwater.events")

EVERY_SECONDS = 0.3
MOST_WAITING = 5_000
"""Events that one listener may be behind."""

MOST_LISTENERS = 1_000
REMEMBERED = 10_000
"""Numbers of events that are known to be told."""


@dataclass(slots=True, eq=False)
class _Listener:
    """One who follows, and the events that wait for it; `late` once there were too many."""

    kinds: frozenset[EventKind]
    waiting: deque[Event] = field(default_factory=deque)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    late: bool = False

    def tell(self, event: Event) -> None:
        if event.kind not in self.kinds:
            return
        if len(self.waiting) >= MOST_WAITING:
            self.late = True
        else:
            self.waiting.append(event)
        self.called.set()


class Following:
    """All who follow one store in this process, and the one task that asks it for events.

    Other processes write the same catalog, so that only the store knows all that happens.
    Used within one event loop, but for `job_changed`.
    """

    def __init__(self, store: Store, every: float = EVERY_SECONDS) -> None:
        self._store = store
        self._every = every
        self._listeners: set[_Listener] = set()
        self._last: int | None = None
        self._told: deque[int] = deque(maxlen=REMEMBERED)
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def follow(self, kinds: Collection[EventKind] | None = None) -> AsyncIterator[Event]:
        """The events of those kinds from now on, all when None.

        What happens after this returns will be told. Raises LimitExceeded when too many follow;
        the iterator does when its reader falls too far behind.
        """
        if len(self._listeners) >= MOST_LISTENERS:
            raise LimitExceeded(f"{MOST_LISTENERS} follow already; try again later")
        listener = _Listener(frozenset(EventKind if kinds is None else kinds))
        self._listeners.add(listener)
        self._loop = asyncio.get_running_loop()
        try:
            if self._last is None:
                self._last = await anyio.to_thread.run_sync(self._store.events.last)
                self._told.extend(
                    event.pk
                    for event in await anyio.to_thread.run_sync(
                        self._store.events.since, self._last
                    )
                    if event.pk is not None and event.pk <= self._last
                )
            if self._task is None:
                self._task = asyncio.create_task(self._ask())
        except BaseException:
            self._leave(listener)
            raise
        return self._events(listener)

    def job_changed(self, job: Job) -> None:
        """Tell of a job; from any thread."""
        loop = self._loop
        if loop is not None and self._listeners:
            event = Event(EventKind.JOB_PROGRESSED, datetime.now(UTC), job=job)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._tell, [event])

    async def _events(self, listener: _Listener) -> AsyncGenerator[Event]:
        try:
            while True:
                while listener.waiting:
                    yield listener.waiting.popleft()
                if listener.late:
                    raise LimitExceeded("events come faster than they are taken; follow anew")
                listener.called.clear()
                await listener.called.wait()
        finally:
            self._leave(listener)

    def _leave(self, listener: _Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners:
            if self._task is not None:
                self._task.cancel()
            self._task = self._last = None
            self._told.clear()

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                found = await anyio.to_thread.run_sync(self._store.events.since, self._last or 0)
            except HeadwaterError as error:
                _log.warning("events: %s", error)
                continue
            known = set(self._told)
            fresh = [event for event in found if event.pk not in known]
            self._told.extend(event.pk for event in fresh if event.pk is not None)
            self._last = max([self._last or 0, *(event.pk or 0 for event in fresh)])
            self._tell(fresh)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            for listener in self._listeners:
                listener.tell(event)
