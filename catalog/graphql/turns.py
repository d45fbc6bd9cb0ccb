"""Turns: so many operations at a time, and one answer for all who wait to ask the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import anyio
import anyio.to_thread

V = TypeVar("V")


@dataclass(slots=True, eq=False)
class _Shared(Generic[V]):
    """What is going to be worked out once for several; `found` has the one value when it is."""

    over: anyio.Event = field(default_factory=anyio.Event)
    found: list[V] = field(default_factory=list)


class Turns(Generic[V]):
    """Works things out in threads, `at_once` of them. Used in one event loop.

    Who asks what another one waits for a turn to ask gets the same answer. Once its turn has come,
    nobody joins any more: each answer is of a moment after it was asked for, and so tells of every
    change that was acknowledged before.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._turns: anyio.CapacityLimiter | None = None
        self._threads: anyio.CapacityLimiter | None = None
        self._waiting: dict[Hashable, _Shared[V]] = {}

    async def take(self, work: Callable[[], V], same: Hashable = None) -> V:
        """What `work` returns. `same` is equal for what has the same answer; None is like none.

        Raises what `work` raises, to the one whose turn it was; the others then ask themselves.
        """
        while same is not None and (shared := self._waiting.get(same)) is not None:
            await shared.over.wait()
            if shared.found:
                return shared.found[0]
        return await self._led(work, same)

    async def _led(self, work: Callable[[], V], same: Hashable) -> V:
        if self._turns is None or self._threads is None:  # they belong to the event loop
            self._turns = anyio.CapacityLimiter(self._at_once)
            self._threads = anyio.CapacityLimiter(self._at_once)
        mine: _Shared[V] = _Shared()
        if same is not None:
            self._waiting[same] = mine
        try:
            async with self._turns:
                self._forget(same, mine)
                found = await _finished(anyio.to_thread.run_sync(work, limiter=self._threads))
            mine.found.append(found)
        finally:
            self._forget(same, mine)
            mine.over.set()
        return found

    def _forget(self, same: Hashable, mine: _Shared[V]) -> None:
        if self._waiting.get(same) is mine:
            del self._waiting[same]


async def _finished(working: Coroutine[Any, Any, V]) -> V:
    """What a thread works out. Who is cancelled meanwhile keeps the turn until the thread is done,
    which nothing can stop.
    """
    task = asyncio.ensure_future(working)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        task.exception()  # nobody waits for it any more
        raise
