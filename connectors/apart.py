"""Reading in a process of its own what crashed, or may crash, the process that reads it."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from connectors.model import Dataset, Entry, Source, Term
from connectors.parts import OnBatch, Part, read_part
from schema.model import Finding
from schema.summary import Summary

MOST_SECONDS = 3600


class Apart:
    """A source that looks into its datasets in another process."""

    def __init__(self, inner: Source) -> None:
        self.inner = inner
        self.uri = inner.uri

    @property
    def listing_findings(self) -> tuple[Finding, ...]:
        return self.inner.listing_findings

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        return self.inner.areas

    def datasets(self) -> Iterator[Dataset]:
        return self.inner.datasets()

    def examine(self, dataset: Dataset) -> Dataset:
        """As the source itself does; a finding `reader-crashed` when that process crashes."""
        found = _asked("examine", dataset, None, None)
        if isinstance(found, Finding):
            return replace(dataset, format=None, findings=(*dataset.findings, found))
        examined: Dataset = found
        return examined

    def batches(
        self,
        dataset: Dataset,
        entry: Entry,
        *,
        columns: Sequence[str] | None = None,
        terms: Sequence[Term] = (),
    ) -> Iterator[pa.RecordBatch]:
        return self.inner.batches(dataset, entry, columns=columns, terms=terms)

    def findings_of(self, entry: Entry) -> tuple[Finding, ...]:
        return self.inner.findings_of(entry)


def read_apart(
    source: Source,  # noqa: ARG001  opened again where it is read
    dataset: Dataset,
    entries: Sequence[Entry],
    *,
    rows: int | None,
    on_batch: OnBatch,
) -> Iterator[Part]:
    """A part for each entry, each read in a process of its own; one of `Summaries`."""
    for entry in entries:
        if rows == 0:
            return
        found = _asked("read", replace(dataset, entries=()), entry, rows)
        if isinstance(found, Finding):
            part = Part(entry.uri, None, (found,), 0, 0, frozenset({found.code}))
        else:
            summary, told = found
            part = replace(told, summary=None if summary is None else Summary.from_bytes(summary))
        on_batch(part.bytes_read, part.rows)
        rows = None if rows is None else rows - part.rows
        yield part


def _asked(what: str, dataset: Dataset, entry: Entry | None, rows: int | None) -> Any:
    """What the other process answers, or the finding that it crashed."""
    question = pickle.dumps((what, dataset, entry, rows))
    command = [sys.executable, "-m", "connectors.apart"]
    place = entry.uri if entry is not None else dataset.uri
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and module
            command, input=question, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _crashed(place, f"was not done after {MOST_SECONDS} s")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        ended = _signal(-done.returncode) if done.returncode < 0 else " ".join(said)
        return _crashed(place, f"crashed ({ended})")
    return pickle.loads(done.stdout)  # noqa: S301  our own process


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _crashed(place: str, how: str) -> Finding:
    message = f"its reader {how}, in a process of its own; the file is broken, or the reader is"
    return Finding("reader-crashed", message, place, "error")


def _answer(question: bytes) -> bytes:
    from connectors.reading import open_dataset

    what, dataset, entry, rows = pickle.loads(question)  # noqa: S301  of our parent
    source = open_dataset(dataset)
    if what == "examine":
        return pickle.dumps(source.examine(dataset))
    part = read_part(source, dataset, entry, rows=rows, on_batch=lambda _bytes, _rows: None)
    summary = None if part.summary is None else part.summary.to_bytes()
    return pickle.dumps((summary, replace(part, summary=None)))


if __name__ == "__main__":
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))
