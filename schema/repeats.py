"""Rows that equal another, of any number of rows: a sample of rows that is drawn by what is in
them, so that equal rows are in it together or not at all.

A cheap mark of each row decides whether it is hashed; hashing all of them would cost a third of a
profile. The least marks are kept, below a threshold that only falls (as in
`schema.sketches`), so what is kept depends neither on order nor on chunks.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from schema.clipping import clipped
from schema.hashing import hash_values, mix
from schema.octets import text_buffers
from schema.sketches import ALL, Z_99, no_counts, no_hashes

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 2048
"""Different rows that are kept."""

MOST_MARKED = 6
"""Columns that a mark is made of: those whose hashed names are least, so any of a table."""

_NARROW = 4
"""Up to so many columns, marks have eight bytes of each text; of more columns, one does."""

_MARKED_LENGTH = 32  # bytes of a text that are marked; all texts keep at least as many when clipped
_ODD = np.uint64(0x9E3779B97F4A7C15)
_TAILS = np.array([0] + [2**64 - 2 ** (64 - 8 * n) for n in range(1, 9)], dtype=np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """The different rows with the least marks: `marks` (uint64, ascending), `hashes` of the whole
    rows (uint64), `counts` (int64) of how often each occurs; all with a mark ≤ `theta`. While theta
    is at its start these are all rows; at 0 nothing is known.
    """

    marks: np.ndarray = field(default_factory=no_hashes)
    hashes: np.ndarray = field(default_factory=no_hashes)
    counts: np.ndarray = field(default_factory=no_counts)
    theta: int = ALL

    @classmethod
    def of(cls, table: pa.Table, theta: int = ALL) -> Repeats:
        """Of the rows of a table without nested columns; marks above `theta` are not kept."""
        drawing = Drawing(theta)
        drawing.add(table)
        return drawing.done()

    def __add__(self, other: Repeats) -> Repeats:
        theta = min(self.theta, other.theta)
        marks = np.concatenate([self.marks, other.marks])
        below = marks <= np.uint64(theta)
        hashes = np.concatenate([self.hashes, other.hashes])
        counts = np.concatenate([self.counts, other.counts])
        return _counted(marks[below], hashes[below], counts[below], theta)

    def cut(self, size: int) -> Repeats:
        """The same with at most `size` different rows."""
        if len(self.marks) <= size:
            return self
        theta = _lower(self.marks, size)
        kept = int(np.searchsorted(self.marks, np.uint64(theta), side="right")) if theta else 0
        return Repeats(self.marks[:kept], self.hashes[:kept], self.counts[:kept], theta)

    @property
    def exact(self) -> bool:
        return self.theta == ALL

    @property
    def repeated(self) -> float | None:
        """The share of rows that another row equals, itself among them; None when not known."""
        rows = int(self.counts.sum())
        if not rows:
            return 0.0 if self.exact else None
        return int(self.counts[self.counts > 1].sum()) / rows

    @property
    def share(self) -> float | None:
        """The share of rows that equal one before them: exact, or an estimate; None when not
        known.
        """
        rows = int(self.counts.sum())
        if not rows:
            return 0.0 if self.exact else None
        return (rows - len(self.counts)) / rows

    @property
    def error(self) -> float:
        """A bound on how far `share` is off, at 99 % confidence; 0 when exact. From the variance
        of a ratio of sums over rows drawn together (Cochran 1977), or where no row repeats, the
        share that would have shown with that confidence.
        """
        share, drawn = self.share, len(self.counts)
        if self.exact or share is None:
            return 0.0
        rows = float(self.counts.sum())
        residuals = (self.counts - 1) - share * self.counts
        spread = math.sqrt(float((residuals.astype(np.float64) ** 2).sum())) / rows
        return max(Z_99 * spread, -math.log(0.01) / drawn)


class Drawing:
    """Tables of rows one after another → their `Repeats`. Rows are hashed some thousands at a time,
    which saves half of the work on tables of many columns.
    """

    def __init__(self, theta: int = ALL) -> None:
        self._found = Repeats(theta=theta)
        self._marks: list[np.ndarray] = []
        self._rows: list[pa.Table] = []
        self._waiting = 0

    def add(self, table: pa.Table) -> None:
        """Draw from the rows of a table without nested columns."""
        theta = self._found.theta
        if not theta or not table.num_rows:
            return
        marks = _marks(table)
        most = MOST_ROWS + MOST_ROWS // 4
        if len(marks) > most:  # more than are kept need not be hashed, save repeats
            theta = min(theta, int(np.partition(marks, most)[most]))
            self._found = self._found + Repeats(theta=theta)
        chosen = np.flatnonzero(marks <= np.uint64(theta))
        if self._rows and not self._rows[0].schema.equals(table.schema):
            self._hash()
        self._marks.append(marks[chosen])
        self._rows.append(clipped(table.take(pa.array(chosen))))
        self._waiting += len(chosen)
        if self._waiting > 4 * MOST_ROWS:
            self._hash()

    def done(self) -> Repeats:
        """What was drawn of all of them."""
        self._hash()
        return self._found

    def _hash(self) -> None:
        if not self._waiting:
            return
        marks, rows = np.concatenate(self._marks), pa.concat_tables(self._rows)
        below = np.flatnonzero(marks <= np.uint64(self._found.theta))
        if len(below) < len(marks):
            marks, rows = marks[below], rows.take(pa.array(below))
        ones = np.ones(len(marks), np.int64)
        self._found = self._found + _counted(marks, _hashes(rows), ones, self._found.theta)
        self._marks, self._rows, self._waiting = [], [], 0


UNKNOWN = Repeats(theta=0)


def _counted(marks: np.ndarray, hashes: np.ndarray, counts: np.ndarray, theta: int) -> Repeats:
    order = np.lexsort((hashes, marks))
    marks, hashes, counts = marks[order], hashes[order], counts[order]
    if not len(marks):
        return Repeats(theta=theta)
    first = np.empty(len(marks), bool)
    first[0] = True
    first[1:] = (marks[1:] != marks[:-1]) | (hashes[1:] != hashes[:-1])
    starts = np.flatnonzero(first)
    totals = np.add.reduceat(counts, starts)
    return Repeats(marks[starts], hashes[starts], totals, theta).cut(MOST_ROWS)


def _lower(marks: np.ndarray, size: int = MOST_ROWS) -> int:
    """The greatest threshold below which at most `size` of the ascending marks are: rows of one
    mark stay together. 0 when there is none.
    """
    above = marks[size]
    kept = int(np.searchsorted(marks, above, side="left"))
    return int(marks[kept - 1]) if kept else 0


def _marks(table: pa.Table) -> np.ndarray:
    """uint64 of each row: from the ends and lengths of its texts and the bits of its numbers."""
    names = sorted(table.column_names, key=_seed)[:MOST_MARKED]
    marks = np.zeros(table.num_rows, np.uint64)
    deep = table.num_columns <= _NARROW
    for name in names:
        column = table[name]
        array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        if (found := _mark(array, deep=deep)) is not None:
            marks += np.multiply(found, _seed(name), dtype=np.uint64)
    return mix(marks)


def _mark(array: pa.Array, *, deep: bool) -> np.ndarray | None:
    kind = array.type
    if pa.types.is_dictionary(kind):
        known = _mark(array.dictionary, deep=deep)
        if known is None or not len(known):
            return None
        indices = array.indices.fill_null(0) if array.null_count else array.indices
        found: np.ndarray | None = known[indices.to_numpy(zero_copy_only=False)]
    elif pa.types.is_large_string(kind) or pa.types.is_string(kind) or _is_binary(kind):
        found = _mark_of_text(array, deep=deep)
    else:
        found = _bits(array)
    if found is None or not array.null_count:
        return found
    return np.where(array.is_valid().to_numpy(zero_copy_only=False), found, found.dtype.type(0))


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _mark_of_text(array: pa.Array, *, deep: bool) -> np.ndarray:
    offsets, data = text_buffers(array)
    lengths, ends = offsets[1:] - offsets[:-1], offsets[1:]
    if not len(data) or not len(lengths):
        return np.zeros(len(array), np.uint32)
    if lengths.max() > _MARKED_LENGTH:
        lengths = np.minimum(lengths, _MARKED_LENGTH)
        ends = offsets[:-1] + lengths
    if not deep:
        last = data[ends - 1]
        if not lengths.min():
            last *= lengths != 0
        short: np.ndarray = lengths.astype(np.uint32) << np.uint32(8)
        short |= last
        return short
    padded = np.concatenate([np.zeros(8, np.uint8), data[: offsets[-1]]])
    words = np.lib.stride_tricks.as_strided(
        padded[:8].view(np.uint64), shape=(len(padded) - 7,), strides=(1,)
    )
    found: np.ndarray = words[ends] & _TAILS[np.minimum(lengths, 8)]
    found += lengths.astype(np.uint64) * _ODD
    return found


def _bits(array: pa.Array) -> np.ndarray | None:
    """The bits of numbers and moments as they lie in memory, eight bytes of each at most."""
    width = array.type.bit_width if pa.types.is_primitive(array.type) else 0
    if pa.types.is_decimal128(array.type):
        pairs = np.frombuffer(array.buffers()[1], np.uint64)[2 * array.offset :: 2]
        return pairs[: len(array)]
    if pa.types.is_boolean(array.type):
        filled: np.ndarray = array.fill_null(pa.scalar(value=False)).to_numpy(zero_copy_only=False)
        return filled.view(np.uint8)
    if width not in (8, 16, 32, 64):
        return None
    kind = np.dtype(f"u{width // 8}")
    if pa.types.is_signed_integer(array.type) and width < 64:
        array = array.cast(pa.int64())
        kind = np.dtype(np.uint64)
    buffer = array.buffers()[1]
    return np.frombuffer(buffer, kind)[array.offset : array.offset + len(array)]


def _seed(name: str) -> np.uint64:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little") | 1)


def _hashes(rows: pa.Table) -> np.ndarray:
    """uint64 of each whole row, whatever the order of its columns; a null is as no column."""
    total = np.zeros(rows.num_rows, np.uint64)
    for name, array in _columns(rows):
        seed = _seed(name)
        if array.null_count:
            there = array.is_valid().to_numpy(zero_copy_only=False)
            total[there] += mix(hash_values(array.drop_null()) ^ seed)
        else:
            total += mix(hash_values(array) ^ seed)
    return mix(total)


def _columns(rows: pa.Table) -> Iterator[tuple[str, pa.Array]]:
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        array = column.combine_chunks()
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        yield name, array
