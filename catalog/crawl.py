"""The way of the data: list, group, read what changed, record; one outcome a dataset."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from catalog.judging import settle
from catalog.learning import record_all
from catalog.model import Known, Outcome, Source, Status
from catalog.reading import Content, read, unchanged, with_fixed_options
from catalog.store.stamps import listed_stamps
from catalog.workers import Workers, units
from connectors import registry
from connectors.model import Dataset, Limits
from connectors.model import Source as Place
from connectors.parts import HERE, Engine
from schema.errors import SourceError
from schema.model import Finding

if TYPE_CHECKING:
    from catalog.store import Store

T = TypeVar("T")
Pair = tuple[Dataset, Known | None]

LISTED_AT_ONCE = 1000
"""Datasets whose stamps are compared in one question to the store."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl is: datasets and their files done, bytes and rows read, what was done last,
    and how many bytes the files have that are to be read, as far as was listed.
    """

    datasets: int = 0
    bytes: int = 0
    rows: int = 0
    current: str = ""
    files: int = 0
    bytes_found: int = 0

    def __add__(self, more: Progress) -> Progress:
        return Progress(
            self.datasets + more.datasets,
            self.bytes + more.bytes,
            self.rows + more.rows,
            more.current or self.current,
            self.files + more.files,
            self.bytes_found + more.bytes_found,
        )


def crawl(
    uris: Iterable[str] | str,
    store: Store,
    limits: Limits = Limits(),  # noqa: B008  frozen
    *,
    force: bool = False,
    run: int | None = None,
    engine: Engine = HERE,
    on_progress: Callable[[Progress], None] | None = None,
    on_finding: Callable[[Finding], None] | None = None,
) -> Iterator[Outcome]:
    """List, group, read what changed, record: one outcome for each dataset below the URIs (or the
    one).

    `force` reads what has not changed too. `run` is the primary key of the run that wrote what
    is found. `engine` reads, here or on a cluster. `on_finding` is told of places that could not
    be listed. A crawl that is stopped keeps what it has recorded. Raises SourceError at the end,
    when all others are done, naming the URIs that cannot be reached.
    """
    meter = _Meter(on_progress)
    limits = replace(limits, known=store.there)
    unreachable: list[str] = []
    unsettled: list[Outcome] = []
    changed: set[int] = set()
    for uri in (uris,) if isinstance(uris, str) else uris:
        try:
            source = registry.open_source(uri, limits)
            stopped = threading.Event()
            way = _Way(source, store, limits, force, run, engine, meter, stopped)
            for outcome in _crawl_one(way):
                if outcome.unsettled is not None:
                    unsettled.append(outcome)
                if outcome.status is Status.CHANGED:
                    changed.add(outcome.source.pk)
                yield outcome
        except SourceError as error:
            unreachable.append(str(error))
        else:
            for finding in source.listing_findings:
                (on_finding or _ignore)(finding)
    settle(store, unsettled, changed)
    if unreachable:
        raise SourceError("; ".join(unreachable))


@dataclass(frozen=True, slots=True)
class _Way:
    """From where to where one URI is crawled, and how."""

    source: Place
    store: Store
    limits: Limits
    force: bool
    run: int | None
    engine: Engine
    meter: _Meter
    stopped: threading.Event

    def on_batch(self, byte_count: int, rows: int) -> None:
        """Count what is read; ends the reading thread when the crawl has been stopped."""
        if self.stopped.is_set():
            raise _Stopped
        self.meter.add(Progress(bytes=byte_count, rows=rows))


def _crawl_one(way: _Way) -> Iterator[Outcome]:
    """The datasets below one URI, in the order listed; then the sources that are gone."""
    began = datetime.now(UTC)
    seen: set[int] = set()
    broken: set[str] = set()
    readers = ThreadPoolExecutor(way.engine.readers, thread_name_prefix="crawl")
    workers = Workers(
        way.engine.processes,
        way.source,
        way.store,
        way.limits.rows,
        lambda byte_count, rows: way.meter.add(Progress(bytes=byte_count, rows=rows)),
    )
    try:
        for listed in _batches(way.source.datasets(), LISTED_AT_ONCE):
            for outcome in _crawl_listed(way, listed, readers, workers):
                seen.add(outcome.source.pk)
                if outcome.status is Status.FAILED:
                    broken.add(outcome.source.name)
                yield outcome
    except BaseException:  # Ctrl-C: what is being read now is not read to its end
        way.stopped.set()
        raise
    finally:
        workers.end()
        readers.shutdown(cancel_futures=True)
    if _unlisted(way.source):
        return
    for namespace, prefix in _areas(way, broken):
        yield from way.store.mark_gone(namespace, prefix, seen, since=began)


def _crawl_listed(
    way: _Way, listed: list[Dataset], readers: ThreadPoolExecutor, workers: Workers
) -> Iterator[Outcome]:
    """One outcome for each listed dataset: read in threads or processes, recorded here and in
    order.
    """
    same = _settled(way, listed)
    rest = [dataset for dataset in listed if _named(dataset) not in same]
    known = way.store.known_many(map(_named, rest))
    found = [(dataset, known.get(_named(dataset))) for dataset in rest]
    unfixed = way.limits.unfixed
    pairs = [(with_fixed_options(dataset, one, unfixed), one) for dataset, one in found]
    kept = {
        one.source_pk: _named(dataset)
        for dataset, one in pairs
        if one is not None and not way.force and unchanged(dataset, one, way.limits.rows, unfixed)
    }
    changed = [pair for pair in pairs if pair[1] is None or pair[1].source_pk not in kept]
    same |= {kept[pk]: source for pk, source in way.store.sources(kept).items()}
    way.store.record_unchanged([source.pk for source in same.values()])
    way.meter.add(Progress(bytes_found=sum(_to_read(*pair, way.force) for pair in changed)))

    def fetch(pair: Pair) -> Content:
        return read(
            way.source,
            pair[0],
            None if way.force else pair[1],
            way.store,
            rows=way.limits.rows,
            on_batch=way.on_batch,
            summaries=workers.parts(way.engine.summaries),
        )

    workers.begin(changed)
    coming = _ahead(
        lambda unit: workers.submit(unit, readers, fetch),
        units(changed),
        2 * max(way.engine.readers, way.engine.processes),
    )
    recorded = record_all(way.store, zip(coming, (one for _, one in changed), strict=True), way.run)
    for dataset in listed:
        source = same.get(_named(dataset))
        if source is None:
            outcome = next(recorded)
        else:
            status = Status.FAILED if source.status is Status.FAILED else Status.UNCHANGED
            outcome = Outcome(source, status, source.findings)
        name, files = outcome.source.name, len(dataset.entries)
        way.meter.add(Progress(datasets=1, current=name, files=files))
        yield outcome


def _to_read(dataset: Dataset, known: Known | None, force: bool) -> int:  # noqa: FBT001
    """How many bytes the entries have that changed, as far as their sizes are known."""
    stamps = known.stamps if known is not None and not force else {}
    return sum(entry.size or 0 for entry in dataset.entries if stamps.get(entry.uri) != entry.stamp)


def _named(dataset: Dataset) -> tuple[str, str]:
    return dataset.namespace, dataset.name


def _settled(way: _Way, listed: list[Dataset]) -> dict[tuple[str, str], Source]:
    """The sources of datasets that are as they were, told by one stamp each."""
    if way.force or way.limits.options:
        return {}
    settled = way.store.settled(map(_named, listed))
    return {
        _named(dataset): one.source
        for dataset in listed
        if (one := settled.get(_named(dataset))) is not None
        and one.content_stamp in listed_stamps(dataset, way.limits.rows)
    }


def _areas(way: _Way, broken: set[str]) -> Iterator[tuple[str, str]]:
    """What was listed in full, with the databases in files of it that are there no more: those in
    files that are `broken` are only out of reach.
    """
    for namespace, prefix in way.source.areas:
        yield namespace, prefix
        if namespace == "file":
            for start in (f"sqlite://{prefix}", f"duckdb://{prefix}"):
                for database in way.store.namespaces(start):
                    path = database.partition("://")[2]
                    if database.removeprefix(start)[:1] in {"", "/"} and path not in broken:
                        yield database, ""


def _unlisted(source: Place) -> bool:
    """Whether part of the source could not be listed: then nothing can be told to be gone."""
    return any(finding.severity == "error" for finding in source.listing_findings)


def _ignore(_: Finding) -> None:
    """For those who do not ask."""


class _Stopped(BaseException):
    """The crawl was stopped; no fault of the data, so nothing that reads it may keep it."""


class _Meter:
    """Adds up what the reading threads tell and passes it on."""

    def __init__(self, on_progress: Callable[[Progress], None] | None) -> None:
        self._on_progress = on_progress
        self._progress = Progress()
        self._lock = threading.Lock()

    def add(self, more: Progress) -> None:
        if self._on_progress is None:
            return
        with self._lock:
            self._progress += more
            self._on_progress(self._progress)


def _ahead(
    submit: Callable[[list[Pair]], list[Future[T]]], pairs: Iterator[list[Pair]], most: int
) -> Iterator[Future[T]]:
    """What is submitted of some pairs at once, in order, at most so many times ahead."""
    waiting = deque(submit(some) for some in islice(pairs, most))
    while waiting:
        yield from waiting.popleft()
        waiting.extend(submit(some) for some in islice(pairs, 1))


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
