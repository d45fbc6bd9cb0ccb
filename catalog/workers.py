"""Small new files, read and learned in processes of their own, as are the parts of a dataset that
has many small ones: nearly all that they cost holds the interpreter, so that threads gain nothing.

The processes are forked from the crawl, and neither ask the catalog nor write to it. When one of
them dies, what they were given is read by the crawl itself, as all else is.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from catalog.learning import learn
from catalog.reading import read
from connectors import crashes
from connectors.model import Dataset, Entry, Source
from connectors.parts import read_parts
from connectors.registry import FORMATS
from schema.summary import Summary

if TYPE_CHECKING:
    from catalog.model import Known, Record
    from catalog.reading import Content
    from catalog.store import Store
    from connectors.parts import OnBatch, Part, Summaries

Pair = tuple[Dataset, "Known | None"]
Read = Callable[[Pair], "Content"]

FEWEST = 48
"""Small datasets, or small parts of one, from which on it is worth to start processes."""

MOST_BYTES = 1 << 20
MOST_ENTRIES = 16
"""What is small: read in some hundredths of a second."""

TOGETHER = 8
"""Datasets, or parts of one, that a process is given at once."""

AHEAD = 4
"""How often as many parts each process is given before they are asked for."""

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def is_small(dataset: Dataset, known: Known | None) -> bool:
    """Whether a dataset is new, small and of local files, so that any process can read it; not
    what crashed one before.
    """
    if known is not None or dataset.namespace != "file" or crashes.is_suspect(dataset.uri):
        return False
    sizes = [entry.size for entry in dataset.entries[: MOST_ENTRIES + 1]]
    known_sizes = [size for size in sizes if size is not None]
    return len(sizes) == len(known_sizes) <= MOST_ENTRIES and sum(known_sizes) <= MOST_BYTES


def many_small(dataset: Dataset, entries: Iterable[Entry]) -> bool:
    """Whether there are many parts, all small and local files."""
    if dataset.namespace != "file" or "::" in dataset.uri:
        return False
    sizes = [entry.size for entry in entries]
    return len(sizes) >= FEWEST and all(size is not None and size <= MOST_BYTES for size in sizes)


def _changed(dataset: Dataset, known: Known | None) -> Iterator[Entry]:
    stamps = known.stamps if known is not None else {}
    return (entry for entry in dataset.entries if stamps.get(entry.uri) != entry.stamp)


class Workers:
    """As many processes as are asked for, started when there are small datasets enough; none where
    processes cannot be forked. `on_read` is told the bytes and rows of what they have read.
    """

    def __init__(
        self, count: int, source: Source, store: Store, rows: int | None, on_read: OnBatch
    ) -> None:
        self._count = count if sys.platform == "linux" else 0
        self._task = (source, store, rows, bool(self._count and store.alerts.rules()))
        self._on_read = on_read
        self._pool: ProcessPoolExecutor | None = None

    def begin(self, pairs: Sequence[Pair]) -> None:
        """Start where these are worth it. Forks, so no thread of the crawl may be at work."""
        if self._pool is None and self._count > 1:
            worth = sum(is_small(*pair) for pair in pairs) >= FEWEST
            if worth or any(many_small(pair[0], _changed(*pair)) for pair in pairs):
                self._pool = _forked(self._count, self._task)

    def parts(self, inner: Summaries) -> Summaries:
        """A way to read entries: many small ones in the processes, all others as `inner` does."""

        def summaries(
            source: Source,
            dataset: Dataset,
            entries: Sequence[Entry],
            *,
            rows: int | None,
            on_batch: OnBatch,
        ) -> Iterable[Part]:
            here = partial(inner, source, dataset, rows=rows, on_batch=on_batch)
            apart = self._pool is not None and rows is None and dataset.format in FORMATS
            if not apart or not many_small(dataset, entries):
                return here(entries)
            return self._parts(replace(dataset, entries=()), entries, here, on_batch)

        return summaries

    def _parts(
        self,
        dataset: Dataset,
        entries: Sequence[Entry],
        here: Callable[[Sequence[Entry]], Iterable[Part]],
        on_batch: OnBatch,
    ) -> Iterator[Part]:
        """The parts in the order of the entries; `here` reads those of a process that died."""
        groups = (entries[at : at + TOGETHER] for at in range(0, len(entries), TOGETHER))
        ahead = AHEAD * self._count
        waiting = deque((some, self._promised(dataset, some)) for some in islice(groups, ahead))
        while waiting:
            some, promise = waiting.popleft()
            try:
                found = promise.result() if promise is not None else None
            except Exception:  # noqa: BLE001  read here, where it is told what is wrong
                found = None
            waiting.extend((more, self._promised(dataset, more)) for more in islice(groups, 1))
            if found is None:
                yield from here(some)
                continue
            for encoded, part in found:
                on_batch(part.bytes_read, part.rows)
                summary = None if encoded is None else Summary.from_bytes(encoded)
                yield replace(part, summary=summary)

    def _promised(
        self, dataset: Dataset, entries: Sequence[Entry]
    ) -> Future[list[tuple[bytes | None, Part]]] | None:
        """What a process will tell of some parts; None where there is none any more."""
        try:
            return self._pool.submit(_summarised, dataset, entries) if self._pool else None
        except RuntimeError:  # one of them died, or the crawl ends
            return None

    def submit(
        self, pairs: Sequence[Pair], readers: Executor, fetch: Read
    ) -> list[Future[Content | Record]]:
        """What is learned of small datasets together, or what `fetch` reads of any in a thread."""
        if self._pool is None or not all(is_small(*pair) for pair in pairs):
            return [readers.submit(fetch, pair) for pair in pairs]
        promised: list[Future[Content | Record]] = [Future() for _ in pairs]
        try:
            work = self._pool.submit(_learned, [dataset for dataset, _ in pairs])
        except BrokenProcessPool:
            self._pool = None
            return [readers.submit(fetch, pair) for pair in pairs]

        def settle(done: Future[list[Record]]) -> None:
            try:
                for promise, record in zip(promised, done.result(), strict=True):
                    rows = record.profile.rows_seen if record.profile is not None else 0
                    self._on_read(record.bytes_read, rows)
                    promise.set_result(record)
            except CancelledError:
                for promise in promised:
                    promise.cancel()
            except BaseException:  # noqa: BLE001  read here, where it is told what is wrong
                for promise, pair in zip(promised, pairs, strict=True):
                    _follow(promise, readers.submit(fetch, pair))

        work.add_done_callback(settle)
        return promised

    def end(self) -> None:
        """Wait for what is being read, and leave the rest."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def units(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Small datasets that follow each other, some together; each of the others alone."""
    held: list[Pair] = []
    for pair in pairs:
        small = is_small(*pair)
        if held and (not small or len(held) == TOGETHER):
            yield held
            held = []
        if small:
            held.append(pair)
        else:
            yield [pair]
    if held:
        yield held


def _follow(promise: Future[Content | Record], other: Future[Content]) -> None:
    def settle(done: Future[Content]) -> None:
        try:
            promise.set_result(done.result())
        except BaseException as error:  # noqa: BLE001  raised where it is asked for
            promise.set_exception(error)

    other.add_done_callback(settle)


_Task = tuple[Source, "Store", int | None, bool]
_task: _Task | None = None


def _forked(count: int, task: _Task) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(count, context, initializer=_started, initargs=(task, os.getpid()))
    pool.submit(int).result()  # forks all of them
    return pool


def _started(task: _Task, parent: int) -> None:
    """In a process that was forked: end with the crawl, not by Ctrl-C, and leave its journal."""
    global _task  # noqa: PLW0603  what was forked is asked for by name only
    import ctypes

    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    crashes.leave()
    _task = task


def _learned(datasets: Sequence[Dataset]) -> list[Record]:
    assert _task is not None
    source, store, rows, noticed = _task
    made = []
    for dataset in datasets:
        content = read(source, dataset, None, store, rows=rows, on_batch=_nobody)
        made.append(learn(store, content, None, None, noticed=noticed))
    return made


def _summarised(dataset: Dataset, entries: Sequence[Entry]) -> list[tuple[bytes | None, Part]]:
    """Parts of a dataset, each with its summary as bytes."""
    assert _task is not None
    return [
        (None if part.summary is None else part.summary.to_bytes(), replace(part, summary=None))
        for part in read_parts(_task[0], dataset, entries)
    ]


def _nobody(_bytes: int, _rows: int) -> None:
    """The crawl counts what it receives."""
