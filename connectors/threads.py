"""Threads that summarise, and one that reads on meanwhile: Arrow and numpy let go of the
interpreter while they work.

All readers of a process share the threads, so that there are never more than it may use.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pyarrow as pa

T = TypeVar("T")
R = TypeVar("R")

AHEAD_BYTES = 32 << 20
"""Tables that wait have at most so many bytes, but for the last of them."""

_most: int | None = None
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def limit_threads(most: int | None) -> None:
    """At most so many threads summarise in this process; None for as many as it has cores."""
    global _most, _pool
    with _lock:
        _most, _pool = most, None


def thread_count() -> int:
    """How many threads may summarise: the cores that are there and given to this process
    (`OMP_NUM_THREADS` says it as well, as to all of Arrow), or fewer.
    """
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores: int = min(pa.cpu_count(), given or 1)
    return max(1, min(cores, _most or cores))


def in_threads(function: Callable[[T], R], values: Iterable[T]) -> Iterable[R]:
    """`map` in the threads of this process; nothing that runs in them may call it."""
    pool = _shared_pool()
    return map(function, values) if pool is None else pool.map(function, values)


def _shared_pool() -> ThreadPoolExecutor | None:
    global _pool  # noqa: PLW0603  one pool a process
    with _lock:
        count = thread_count()
        if _pool is None and count > 1:
            _pool = ThreadPoolExecutor(count, thread_name_prefix="summarise")
        return _pool


def _forget() -> None:
    """In a process that was forked no thread goes on."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)


def ahead(tables: Generator[pa.Table]) -> Iterator[pa.Table]:
    """The tables, made by a thread of their own as far ahead as `AHEAD_BYTES`. What making them
    raises is raised here. They are closed where they were made.
    """
    if thread_count() == 1:
        yield from tables
        return
    waiting = _Waiting()
    reader = threading.Thread(target=waiting.fill, args=(tables,), name="read-ahead", daemon=True)
    reader.start()
    try:
        yield from waiting.taken()
    finally:
        waiting.stop()
        reader.join()


class _Waiting:
    """Tables between the thread that makes them and the one that takes them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tables: deque[pa.Table] = deque()
        self._bytes = 0
        self._ended = self._stopped = False
        self._fault: BaseException | None = None

    def fill(self, tables: Generator[pa.Table]) -> None:
        """Read to the end, or until stopped."""
        try:
            while not self._stopped and (table := next(tables, None)) is not None:
                self._put(table)
                del table  # it may be large, and is taken while the next is waited for
        except BaseException as fault:  # noqa: BLE001  raised where the batches are taken
            self._fault = fault
        finally:
            tables.close()
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, table: pa.Table) -> None:
        size = table.nbytes
        with self._changed:
            self._tables.append(table)
            self._bytes += size
            self._changed.notify_all()
            del table
            self._changed.wait_for(lambda: self._bytes < AHEAD_BYTES or self._stopped)

    def taken(self) -> Iterator[pa.Table]:
        """The tables in their order; then what ended them is raised."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._tables or self._ended)
                if not self._tables:
                    break
                table = self._tables.popleft()
                self._bytes -= table.nbytes
                self._changed.notify_all()
            yield table
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        """Nobody takes any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
