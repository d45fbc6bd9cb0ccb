"""Reading a catalogued dataset again: typed Arrow batches of its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from connectors import registry
from connectors.implied import implied, satisfiable
from connectors.model import Dataset, Entry, Limits, Name, Source, Term
from schema.errors import SourceError
from schema.model import Schema

if TYPE_CHECKING:
    from collections.abc import Iterable


def open_dataset(dataset: Dataset) -> Source:
    """The source that a dataset lies in, opened below the dataset's own URI with the credentials
    that it refers to. Raises SourceError.
    """
    limits = Limits(options=dataset.options, credentials=dataset.credentials, known=_all_of_them)
    return registry.open_source(dataset.uri, limits)


def _all_of_them(names: Collection[Name]) -> Collection[Name]:
    """A dataset that is read again is grouped as the catalog has it."""
    return names


def list_entries(dataset: Dataset, source: Source | None = None) -> tuple[Entry, ...]:
    """The entries that a dataset has now, listed again. Raises SourceError when it is gone."""
    source = source or open_dataset(dataset)
    for found in source.datasets():
        if (found.namespace, found.name) == (dataset.namespace, dataset.name):
            return found.entries
    raise SourceError(f"{dataset.name}: nothing is left of it at {dataset.uri}; crawl again")


def read_dataset(
    dataset: Dataset,
    schema: Schema,
    *,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    entries: Iterable[Entry] | None = None,
    terms: Sequence[Term] = (),
) -> Iterator[pa.RecordBatch]:
    """Rows of a dataset in the types of `schema`, read as the crawl read them.

    `columns` selects and orders; `where` is an Arrow expression over typed columns, whether
    selected or not; `entries` are read instead of those that a new listing finds. Entries whose
    partition values rule `where` out are not opened. `terms` follow from `where`; without them
    they are found. A source that can applies them itself. Raises SourceError.
    """
    from schema.notation import notations
    from schema.text import cast_batch

    names = list(schema.names) if columns is None else list(columns)
    output = schema.select(tuple(names))
    needed = _needed(schema, names, where)
    source = open_dataset(dataset)
    chosen = list_entries(dataset, source) if entries is None else tuple(entries)
    typed = schema.select(tuple(needed))
    written = notations(dict(dataset.options))
    terms = terms or implied(where, schema)
    for entry in _possible(chosen, schema, where):
        for raw in source.batches(dataset, entry, columns=needed, terms=terms):
            batch = cast_batch(raw, typed, written)
            if where is not None:
                batch = batch.filter(where)
            if batch.num_rows:
                yield batch.select(list(output.names))


def _needed(schema: Schema, names: Sequence[str], where: pc.Expression | None) -> list[str]:
    """The columns that must be read: those asked for, and all when a filter may name others."""
    if where is None:
        return list(names)
    text = str(where)
    return [name for name in schema.names if name in names or name in text]


def _possible(
    entries: Sequence[Entry], schema: Schema, where: pc.Expression | None
) -> Iterator[Entry]:
    """Entries whose partition values do not rule the filter out."""
    if where is None or not any(entry.partition for entry in entries):
        yield from entries
        return
    types = {field.name: field.type for field in schema}
    guarantees = []
    for entry in entries:
        guarantee = pc.scalar(True)  # noqa: FBT003 - the neutral expression
        for key, value in entry.partition:
            if value is not None and key in types:
                guarantee &= pc.field(key) == pa.scalar(value).cast(types[key])
        guarantees.append(guarantee)
    for at in sorted(satisfiable(guarantees, where, schema)):
        yield entries[at]
