"""summarise(), Summary and its +: all that is learned about data, as a value that merges."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from schema.batching import flat, grouped, one_array
from schema.column import ColumnSummary
from schema.kind import Kind
from schema.lattice import join
from schema.measure import measure, plain
from schema.ordering import stretch_of
from schema.repeats import UNKNOWN, Drawing, Repeats
from schema.sketches import ALL, SAMPLE_ROWS, RowSample

T = TypeVar("T")
R = TypeVar("R")

RAW = {b"headwater": b"raw"}
"""Metadata of an Arrow field whose texts may stand for another type (cells of a CSV file)."""

_LARGE = 1 << 20
"""Bytes of a batch from which on it is worth to hand its columns to threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """The evidence of a table or of any part of one; `Summary()` is neutral under `+`.

    `columns` is by path, in the order first seen: top-level names, then what is nested in them
    (`a.b`, `a[]`). `names` are the top-level ones. Exact figures of `x + y` equal those of
    the data together, in any grouping and order; sketches stay within their bounds.
    """

    rows: int = 0
    names: tuple[str, ...] = ()
    columns: Mapping[str, ColumnSummary] = field(default_factory=dict)
    sample: RowSample = field(default_factory=RowSample)
    repeats: Repeats | None = None
    """Rows that equal another; None while the sample has all rows, of which they are read off."""

    def __add__(self, other: Summary) -> Summary:
        if not self.names and not self.rows:
            return other
        if not other.names and not other.rows:
            return self
        columns: dict[str, ColumnSummary] = {}
        for path in dict.fromkeys((*self.columns, *other.columns)):
            mine, theirs = self.columns.get(path), other.columns.get(path)
            if mine and theirs:
                columns[path] = mine + theirs
            elif mine:
                columns[path] = mine.absent(other.rows if path in self.names else 0)
            elif theirs:
                columns[path] = theirs.absent(self.rows if path in other.names else 0)
        sample = self.sample.merge(other.sample, _stack(self.sample.rows, other.sample.rows))
        return Summary(
            self.rows + other.rows,
            tuple(dict.fromkeys((*self.names, *other.names))),
            columns,
            sample,
            None if sample.complete else _together(self, other),
        )

    def repeats_below(self, theta: int = ALL) -> Repeats:
        """Rows that equal another, those with marks up to `theta`; unknown of nested columns."""
        if any(Kind.NESTED in self.columns[name].kinds for name in self.names):
            return UNKNOWN
        if self.repeats is not None:
            return self.repeats
        return Repeats.of(self.sample.rows, theta) if self.sample.complete else UNKNOWN

    def thin(self, parts: int) -> Summary:
        """The same with a sample small enough to be kept for each of so many parts."""
        size = max(SAMPLE_ROWS // 16, 4 * SAMPLE_ROWS // max(parts, 4))
        sample = self.sample.thin(size)
        repeats = None if sample.complete else self.repeats_below().cut(size // 4)
        return Summary(self.rows, self.names, self.columns, sample, repeats)

    def to_bytes(self) -> bytes:
        """Compressed bytes to be stored; `from_bytes` is the inverse."""
        from schema.summary_codec import encode

        return encode(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Summary:
        """The summary that `to_bytes` encoded.

        Raises SummaryError when it is damaged or of a version that cannot be merged any more.
        """
        from schema.summary_codec import decode

        return decode(data)


def _together(one: Summary, other: Summary) -> Repeats:
    """The repeated rows of both, those with repeats of their own first: they tell which marks of
    the other's rows need not be looked at.
    """
    first, second = (one, other) if one.repeats is not None else (other, one)
    found = first.repeats_below()
    return found + second.repeats_below(found.theta)


def unordered(summary: Summary) -> Summary:
    """The same of rows that were read in an order which says nothing of how they stand."""
    columns = {path: replace(one, stretches=None) for path, one in summary.columns.items()}
    return replace(summary, columns=columns)


class Each(Protocol):
    """Applies a function to values and gives the results in the order of the values: one after the
    other, as `map` does, or in threads, as the `map` of an executor.
    """

    def __call__(self, function: Callable[[T], R], values: Iterable[T], /) -> Iterable[R]:
        """The results; what the function raises is raised where its result would stand."""


Ahead = Callable[[Generator[pa.Table]], Iterator[pa.Table]]
"""The same tables, which may be made before they are asked for, in a thread of their own."""


def summarise(
    batches: Iterable[pa.RecordBatch],
    *,
    place: str = "",
    each: Each = map,
    ahead: Ahead = iter,
) -> Summary:
    """The summary of all rows of `batches`, in one pass and bounded memory.

    Fields with `RAW` metadata hold text that may stand for other types. `place` names where the
    rows come from (a file): examples tell it, and the sample of rows is drawn by it, so that the
    same data gives the same summary. `each` goes through the columns of a large batch; it changes
    no figure, since each column sees the batches in their order. `ahead` reads on meanwhile.
    """
    seed = int.from_bytes(hashlib.blake2b(place.encode("utf-8", "replace"), digest_size=8).digest())
    columns: dict[str, ColumnSummary] = {}
    names: dict[str, None] = {}
    drawn = _Drawn(seed)
    rows = 0
    for table in ahead(grouped(batches)):
        names.update(dict.fromkeys(table.column_names))
        column = partial(_column, table, columns, names.keys(), place, rows)
        works: list[Callable[[], Mapping[str, ColumnSummary]]] = [
            partial(drawn.add, table, rows),
            *(partial(column, at) for at in range(table.num_columns)),
        ]
        through = each if table.nbytes >= _LARGE else map
        found: dict[str, ColumnSummary] = {}
        for measured in through(_done, works):
            found.update(measured)
        columns.update(found)
        for path in names.keys() - found.keys():
            columns[path] = columns[path].absent(table.num_rows)
        rows += table.num_rows
    return Summary(rows, tuple(names), columns, drawn.sample, drawn.repeats)


def _done(work: Callable[[], T]) -> T:
    return work()


def _column(  # noqa: PLR0917  the last is what differs between columns
    table: pa.Table,
    known: Mapping[str, ColumnSummary],
    names: Container[str],
    place: str,
    start: int,
    at: int,
) -> Mapping[str, ColumnSummary]:
    """The summaries of a column and of what is nested in it, with the `known` ones of the `start`
    rows before, all of which lack what is not known of their top-level `names`.
    """
    declared = table.schema.field(at)
    array = one_array(table.column(at))
    raw = (declared.metadata or {}).get(b"headwater") == b"raw"
    measured = dict(
        measure(declared.name, array, known, place, start, raw=raw, optional=declared.nullable)
    )
    before = known.get(declared.name)
    if before is None or before.stretches is not None:
        measured[declared.name] = _ordered(measured[declared.name], array, place, start)
    else:
        measured[declared.name] = replace(measured[declared.name], stretches=None)
    return {
        path: known[path] + one if path in known else one.absent(start if path in names else 0)
        for path, one in measured.items()
    }


class _Drawn:
    """The rows that are kept of all that are read: a sample, and those that tell of repeats."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawing: Drawing | None = None
        self.sample = RowSample()

    def add(self, table: pa.Table, start: int) -> Mapping[str, ColumnSummary]:
        """Draw from the rows of a batch, which stand at `start` and after. Of columns it tells
        nothing.
        """
        rows = flat(table)
        drawn = RowSample.of(rows, self._seed, start, self.sample.theta)
        merged = self.sample.merge(drawn, _stack(self.sample.rows, drawn.rows))
        if not merged.complete:
            if self._drawing is None:
                self._drawing = Drawing()
                self._drawing.add(self.sample.rows)
            self._drawing.add(rows)
        self.sample = merged
        return {}

    @property
    def repeats(self) -> Repeats | None:
        """Rows that equal another; None while the sample has all rows."""
        return self._drawing.done() if self._drawing is not None else None


def _ordered(column: ColumnSummary, array: pa.Array, place: str, start: int) -> ColumnSummary:
    """The summary of an array with what its order is."""
    found = stretch_of(plain(array), frozenset(column.kinds), tuple(column.missing), place, start)
    return replace(column, stretches=found)


def _stack(one: pa.Table, other: pa.Table) -> pa.Table:
    """The rows of both tables under the union of their columns, each in the joined type."""
    if not one.num_columns:
        return other
    if not other.num_columns:
        return one
    if one.schema.equals(other.schema):
        return pa.concat_tables([one, other])
    fields: dict[str, pa.Field] = {}
    for declared in (*one.schema, *other.schema):
        known = fields.get(declared.name)
        kind = join(known.type, declared.type) if known else declared.type
        fields[declared.name] = pa.field(declared.name, kind, metadata=declared.metadata)
    target = pa.schema(list(fields.values()))
    return pa.concat_tables([_fit(one, target), _fit(other, target)])


def _fit(table: pa.Table, target: pa.Schema) -> pa.Table:
    columns = []
    for declared in target:
        if declared.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, declared.type))
            continue
        column = table[declared.name]
        try:
            columns.append(pc.cast(column, declared.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            texts = [None if value is None else str(value) for value in column.to_pylist()]
            columns.append(pa.array(texts, pa.string()).cast(declared.type, safe=False))
    return pa.table(columns, schema=target)
