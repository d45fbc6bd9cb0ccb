"""Whether a source still has the columns that a connector was generated for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from connectors.model import Dataset, Entry, Source
from connectors.reading import list_entries, open_dataset
from schema.diff import diff
from schema.lattice import join
from schema.model import Change, Field, Schema


def drift(dataset: Dataset, schema: Schema) -> tuple[list[str], tuple[Entry, ...]]:
    """What changed, a sentence each, and the entries that were listed to know it.

    Reads the head of one entry, and of the others while columns are missing. Text tells names
    alone, other formats types too. Raises SourceError.
    """
    source = open_dataset(dataset)
    entries = list_entries(dataset, source)
    keys = set(dataset.partition_keys)
    before = Schema(tuple(field for field in schema if field.name not in keys))
    found: dict[str, Field] = {}
    heads = _heads(source, replace(dataset, entries=entries))
    while set(before.names) - set(found) and (head := next(heads, None)) is not None:
        found |= {field.name: field for field in head if field.name not in keys}
    if not found:
        return [], entries
    known = {field.name: field for field in before}
    after = Schema(tuple(_as_known(field, known.get(field.name)) for field in found.values()))
    changes = [change for change in diff(before, after).changes if change.kind in _SHAPE]
    return [sentence(change) for change in changes], entries


def sentence(change: Change) -> str:
    """A change in a few words: `'delay' was int64 and is double`."""
    name = repr(change.field)
    words = {
        "added": f"{name} is new",
        "removed": f"{name} is gone",
        "renamed": f"{change.before!r} is now called {change.after!r}",
        "moved": f"{name} stands elsewhere",
        "nullable": f"{name} may hold nulls" if change.breaking else f"{name} holds no nulls",
    }
    return words.get(change.kind, f"{name} was {change.before} and is {change.after}")


_SHAPE = frozenset(("added", "removed", "renamed", "type"))


def _heads(source: Source, dataset: Dataset) -> Iterator[Schema]:
    """Schemas of the entries as the source has them now."""
    declared = source.examine(dataset).declared
    if declared is not None:
        yield declared
    for entry in dataset.entries if declared is None else dataset.entries[1:]:
        batches = source.batches(dataset, entry)
        for batch in batches:
            yield Schema.from_arrow(batch.schema)
            break


def _as_known(found: Field, known: Field | None) -> Field:
    """The field that is known where it still holds what was found; text says nothing of types."""
    if known is None:
        return found
    text = pa.types.is_string(found.type) or pa.types.is_large_string(found.type)
    return known if text or join(known.type, found.type) == known.type else found
