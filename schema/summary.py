"""summarise(), Summary and its +: all that is learned about data, as a value that merges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from schema.column import ColumnSummary
from schema.kind import Kind
from schema.lattice import join
from schema.measure import measure, plain
from schema.ordering import stretch_of
from schema.repeats import ALL, UNKNOWN, Drawing, Repeats
from schema.sketches import SAMPLE_ROWS, RowSample

RAW = {b"headwater": b"raw"}
"""Metadata of an Arrow field whose texts may stand for another type (cells of a CSV file)."""

_GROUP_ROWS = 131_072
_GROUP_BYTES = 64 * 2**20


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


def summarise(batches: Iterable[pa.RecordBatch], *, place: str = "") -> Summary:
    """The summary of all rows of `batches`, in one pass and bounded memory.

    Fields with `RAW` metadata hold text that may stand for other types. `place` names where the
    rows come from (a file): examples tell it, and the sample of rows is drawn by it, so that the
    same data gives the same summary.
    """
    seed = int.from_bytes(hashlib.blake2b(place.encode("utf-8", "replace"), digest_size=8).digest())
    columns: dict[str, ColumnSummary] = {}
    names: dict[str, None] = {}
    sample = RowSample()
    drawing: Drawing | None = None
    rows = 0
    for table in _groups(batches):
        count = table.num_rows
        names.update(dict.fromkeys(table.column_names))
        found: dict[str, ColumnSummary] = {}
        for column, declared in zip(table.columns, table.schema, strict=True):
            array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
            raw = (declared.metadata or {}).get(b"headwater") == b"raw"
            measured = dict(
                measure(
                    declared.name, array, columns, place, rows, raw=raw, optional=declared.nullable
                )
            )
            before = columns.get(declared.name)
            if before is None or before.stretches is not None:
                measured[declared.name] = _ordered(measured[declared.name], array, place, rows)
            else:
                measured[declared.name] = replace(measured[declared.name], stretches=None)
            found.update(measured)
        for path, summary in found.items():
            before = columns.get(path)
            absent = rows if path in names else 0
            columns[path] = before + summary if before else summary.absent(absent)
        for path in names.keys() - found.keys():
            columns[path] = columns[path].absent(count)
        flat = _flat(table)
        drawn = RowSample.of(flat, seed, rows, sample.theta)
        merged = sample.merge(drawn, _stack(sample.rows, drawn.rows))
        if not merged.complete:
            if drawing is None:
                drawing = Drawing()
                drawing.add(sample.rows)
            drawing.add(flat)
        sample = merged
        rows += count
    repeats = drawing.done() if drawing is not None else None
    return Summary(rows, tuple(names), columns, sample, repeats)


def _ordered(column: ColumnSummary, array: pa.Array, place: str, start: int) -> ColumnSummary:
    """The summary of an array with what its order is."""
    found = stretch_of(plain(array), frozenset(column.kinds), tuple(column.missing), place, start)
    return replace(column, stretches=found)


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Tables of one chunk a column: small batches of one schema are put together."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if held and (
            rows + batch.num_rows > _GROUP_ROWS
            or size + batch.nbytes > _GROUP_BYTES
            or held[0].schema != batch.schema
        ):
            yield _one_chunk(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
    if held:
        yield _one_chunk(held)


def _one_chunk(batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches)
    names = _distinct_names(table.column_names)
    if names != table.column_names:
        table = table.rename_columns(names)
    return table.unify_dictionaries().combine_chunks() if len(batches) > 1 else table


def _distinct_names(names: list[str]) -> list[str]:
    """Names made different by a number behind those that repeat."""
    seen: set[str] = set()
    distinct = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen:
            candidate, number = f"{name}_{number}", number + 1
        seen.add(candidate)
        distinct.append(candidate)
    return distinct


def _flat(table: pa.Table) -> pa.Table:
    """The columns that are not nested, in encodings that every kernel takes."""
    columns = {
        name: column
        for name, column in zip(table.column_names, table.columns, strict=True)
        if not pa.types.is_nested(column.type) and not pa.types.is_null(column.type)
    }
    fields = [table.schema.field(table.column_names.index(name)) for name in columns]
    arrays = [plain(column.combine_chunks()) for column in columns.values()]
    kept = [field.with_type(array.type) for field, array in zip(fields, arrays, strict=True)]
    # A table without columns has no rows, so one is kept to count them.
    return (
        pa.table(arrays, schema=pa.schema(kept)) if arrays else pa.table({"": pa.nulls(len(table))})
    )


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
