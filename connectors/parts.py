"""Reading the entries of a dataset, one after the other, into summaries and findings: what a crawl
does in its own threads, and what executors of a cluster do with their share.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import unquote

import pyarrow as pa

from connectors.model import Dataset, Entry, Source
from connectors.threads import ahead, in_threads
from schema.errors import CorruptData, DecompressionBomb, MissingDependency, SourceError
from schema.model import Finding
from schema.summary import Summary, summarise, unordered

LARGE = 4 << 20
"""Bytes of an entry from which on it is worth a thread of its own."""

OnBatch = Callable[[int, int], None]
"""Told of every batch read: its bytes and rows."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was read of one entry. `summary` is None when it cannot be read; `faults` are the
    codes of what kept it from being read to its end.
    """

    uri: str
    summary: Summary | None
    findings: tuple[Finding, ...]
    rows: int
    bytes_read: int
    faults: frozenset[str] = frozenset()


class Summaries(Protocol):
    """A way to read entries: parts in the order of the entries, up to a limit of rows in all."""

    def __call__(
        self,
        source: Source,
        dataset: Dataset,
        entries: Sequence[Entry],
        *,
        rows: int | None,
        on_batch: OnBatch,
    ) -> Iterable[Part]: ...


def read_parts(
    source: Source,
    dataset: Dataset,
    entries: Iterable[Entry],
    *,
    rows: int | None = None,
    on_batch: OnBatch = lambda _bytes, _rows: None,
    threads: bool = False,
) -> Iterator[Part]:
    """A part for each entry, until the limit of rows is reached. Never raises for bad data.
    With `threads` large ones are read and summarised in those of this process.
    """
    left = rows
    for entry in entries:
        if left == 0:
            return
        part = read_part(source, dataset, entry, rows=left, on_batch=on_batch, threads=threads)
        if left is not None:
            left -= part.rows
        yield part


def read_part(
    source: Source,
    dataset: Dataset,
    entry: Entry,
    *,
    rows: int | None,
    on_batch: OnBatch,
    threads: bool = False,
) -> Part:
    """The summary of an entry and what was found wrong with it."""
    read = _Count(rows, on_batch)
    place = place_in(dataset, entry)
    summary: Summary | None = None
    findings: list[Finding] = []
    faults: set[str] = set()
    try:
        batches = read.batches(source, dataset, entry)
        if threads and (entry.size is None or entry.size >= LARGE):
            summary = summarise(batches, place=place, each=in_threads, ahead=ahead)
        else:
            summary = summarise(batches, place=place)
    except Exception as error:  # noqa: BLE001  whatever a reader raises, the crawl goes on
        finding = _fault(error, dataset, place)
        if not any(told.message in finding.message for told in dataset.findings):
            findings.append(finding)
        faults.add(finding.code)
    findings.extend(source.findings_of(entry))
    return Part(entry.uri, summary, tuple(findings), read.rows, read.bytes, frozenset(faults))


def joined(parts: Sequence[Part]) -> Part:
    """The ranges of one entry as that entry; unread when one of them is. In which order its rows
    stand is not known then.
    """
    if len(parts) == 1:
        return parts[0]
    found = [one.summary for one in parts if one.summary is not None]
    return Part(
        parts[0].uri,
        unordered(sum(found, Summary())) if len(found) == len(parts) else None,
        tuple(dict.fromkeys(finding for one in parts for finding in one.findings)),
        sum(one.rows for one in parts),
        sum(one.bytes_read for one in parts),
        frozenset().union(*(one.faults for one in parts)),
    )


@dataclass(frozen=True, slots=True)
class Engine:
    """Who reads for a crawl, how many datasets at the same time, and in how many processes small
    files of this machine.
    """

    summaries: Summaries
    readers: int
    processes: int = 0


HERE = Engine(partial(read_parts, threads=True), 2)
"""This process."""


@dataclass(slots=True)
class _Count:
    """Rows and bytes of one entry, up to a limit of rows."""

    limit: int | None
    on_batch: OnBatch
    rows: int = field(default=0, init=False)
    bytes: int = field(default=0, init=False)

    def batches(self, source: Source, dataset: Dataset, entry: Entry) -> Generator[pa.RecordBatch]:
        for batch in source.batches(dataset, entry):
            if self.limit is not None:
                batch = batch.slice(0, self.limit - self.rows)  # noqa: PLW2901
            size = batch.nbytes
            if entry.size is not None:
                size = min(size, entry.size - self.bytes)
            self._add(size, batch.num_rows)
            yield batch
            if self.rows == self.limit:
                return
        if entry.size is not None:
            self._add(entry.size - self.bytes, 0)

    def _add(self, byte_count: int, rows: int) -> None:
        self.bytes += byte_count
        self.rows += rows
        self.on_batch(byte_count, rows)


def place_in(dataset: Dataset, entry: Entry) -> str:
    """Where an entry is, for people: its path below the dataset, else its name."""
    below = entry.uri.removeprefix(dataset.uri).lstrip("/#")
    name = unquote(below or entry.uri.rstrip("/").rsplit("/", 1)[-1])
    if entry.range is None or entry.range.low is None:
        return name
    return f"{name} from {entry.range.column} = {entry.range.low}"


def _fault(error: Exception, dataset: Dataset, place: str) -> Finding:
    """What went wrong with an entry, as a finding."""
    text = " ".join(str(error).split())
    if isinstance(error, MissingDependency):
        return Finding("missing-package", text, place, "error")
    if isinstance(error, DecompressionBomb):
        return Finding("decompression-bomb", text, place, "error")
    if isinstance(error, CorruptData):
        return Finding("corrupt-data", text, place, "error")
    if isinstance(error, PermissionError):
        return Finding(
            "permission-denied", f"{text}; grant reading and crawl again", place, "error"
        )
    if isinstance(error, (SourceError, OSError)):
        return Finding("unreachable", text, place, "error")
    message = f"the {dataset.format} reader failed: {type(error).__name__}: {text}"
    return Finding("reader-failed", message, place, "error")
