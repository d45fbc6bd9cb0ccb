"""Files that hold several tables: each table is a dataset of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from connectors import sniff
from connectors.model import Book, Dataset, Entry
from connectors.sources.stored_file import UNREADABLE, StoredFile
from schema.errors import SourceError


def expanded(
    dataset: Dataset, book: Book, file: Callable[[Entry], StoredFile], table: str | None
) -> Iterator[Dataset]:
    """The datasets of the tables in the files of a dataset; only `table` where one is meant.

    Tables of the same name in several files are one dataset, and so are files of one table each. A
    file that cannot be opened stays whole, and reading it tells why.
    """
    if table is not None:
        yield _table(dataset, table, dataset.entries)
        return
    found: dict[str, list[Entry]] = {}
    closed: list[Entry] = []
    counts = set()
    for entry in dataset.entries:
        names = _names(book, file(entry))
        counts.add(len(names))
        for name in names:
            found.setdefault(name, []).append(entry)
        if not names:
            closed.append(entry)
    if not found or (dataset.pattern is not None and counts <= {0, 1}):
        yield dataset
        return
    for name, entries in found.items():
        made = _table(dataset, name, tuple(entries))
        yield replace(made, entries=(*made.entries, *closed))
        closed = []


def _names(book: Book, file: StoredFile) -> tuple[str, ...]:
    try:
        return book.tables(file)
    except (SourceError, *UNREADABLE):
        return ()


def _table(dataset: Dataset, table: str, entries: tuple[Entry, ...]) -> Dataset:
    marked = tuple(replace(one, uri=sniff.with_table(one.uri, table)) for one in entries)
    return replace(
        dataset,
        name=f"{dataset.name}#{table}",
        uri=sniff.with_table(dataset.uri, table) if dataset.pattern is None else dataset.uri,
        entries=marked,
    )
