"""The rows of one source, typed as its current version has them, read from the source itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from catalog.access.masking import mask, masked_schema
from catalog.access.plain import plain_rows
from catalog.model import Source, Version
from catalog.quality.personal import is_personal
from connectors.model import Entry
from schema.errors import InvalidInput, NotFound
from schema.model import Schema

if TYPE_CHECKING:
    from catalog.store import Store


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows on their way. `batches` reads as it is drawn, and closes the source when it is closed.

    `schema` is that of the batches; `masked` names the columns whose values are hidden.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a source as JSON-ready values."""

    columns: tuple[str, ...]
    rows: list[list[Any]]
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalog has of a source to read it by; None for entries not asked for yet."""

    version: Version | None
    entries: tuple[Entry, ...] | None = None


def open_rows(
    store: Store,
    source: Source,
    *,
    columns: Sequence[str] | None = None,
    limit: int | None = None,
    unmask: bool = False,
    known: Known | None = None,
) -> Rows:
    """The rows of `source`: only `columns` if given, `limit` at most.

    Personal data is masked unless `unmask`. `known` is what is read of the catalog if left out.
    Raises NotFound while nothing of the source could be
    read, InvalidInput for a column that it lacks; reading raises SourceError.
    """
    from connectors.reading import read_dataset

    known = known or Known(store.current_versions((source.pk,)).get(source.pk))
    version = known.version
    if version is None:
        raise NotFound(f"{source.name}: nothing of it could be read yet; see its findings")
    schema = _chosen(source, version.schema, columns)
    batches = read_dataset(
        version.dataset,
        version.schema,
        columns=columns,
        entries=store.entries(source.pk) if known.entries is None else known.entries,
    )
    if limit is not None:
        batches = first_rows(batches, limit)
    personal = () if unmask else tuple(field.name for field in schema if is_personal(field))
    if not personal:
        return Rows(schema.to_arrow(), batches, ())
    return Rows(masked_schema(schema), (mask(batch, schema) for batch in batches), personal)


def sample(
    store: Store, source: Source, *, first: int, unmask: bool = False, known: Known | None = None
) -> Sample:
    """The first rows of a source, as values that JSON has; see `open_rows`."""
    rows = open_rows(store, source, limit=first, unmask=unmask, known=known)
    return Sample(
        tuple(rows.schema.names),
        [row for batch in rows.batches for row in plain_rows(batch)],
        rows.masked,
    )


def first_rows(batches: Iterator[pa.RecordBatch], limit: int) -> Iterator[pa.RecordBatch]:
    """The first `limit` rows; the source is closed as soon as they are read."""
    left = limit
    try:
        if left <= 0:
            return
        for batch in batches:
            yield batch.slice(0, left)
            left -= batch.num_rows
            if left <= 0:
                return
    finally:
        close = getattr(batches, "close", None)
        if close is not None:
            close()


def _chosen(source: Source, schema: Schema, columns: Sequence[str] | None) -> Schema:
    if columns is None:
        return schema
    missing = [name for name in columns if name not in schema.names]
    if missing:
        known = ", ".join(schema.names[:20])
        raise InvalidInput(f"{source.name} has no column {missing[0]!r}; it has {known}")
    return schema.select(tuple(columns))
