"""Rows of CSV as Arrow batches of text: streaming, nothing guessed, nothing lost without a finding.

Arrow's reader splits and unquotes (docs/decisions/0010-csv-reader.md has the measurement). What it
cannot fit into the table's width is repaired in place; where a quote is never closed, the careful
reader takes over after the rows that were given already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.csv_dialect import Dialect
from connectors.formats.csv_faults import Faults
from connectors.formats.csv_lines import open_text
from connectors.formats.csv_quick import Quick, RecordTooLong
from connectors.formats.csv_recover import Recovery
from connectors.model import File
from schema.errors import CorruptData
from schema.model import Finding
from schema.summary import RAW

BLOCKS = (2 << 20, 16 << 20, 64 << 20)
"""Bytes read at a time; a record longer than one makes the reader start again with the next."""

CAREFUL_ROWS = 8 * 1024

LINE_FEED, CARRIAGE_RETURN = b"\n\r"


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file ready to be read: its dialect and the names of its columns, in order, unique."""

    file: File
    dialect: Dialect
    names: tuple[str, ...]

    def batches(
        self, columns: Sequence[str] | None, findings: list[Finding]
    ) -> Iterator[pa.RecordBatch]:
        """Batches of nullable string columns; an empty cell without quotes is null. At least one
        batch, if need be without rows.

        Adds to `findings` when all is read. Raises CorruptData when it cannot be read on.
        """
        wanted = list(range(len(self.names)))
        if columns is not None:
            wanted = [self.names.index(name) for name in columns if name in self.names]
        schema = pa.schema([pa.field(self.names[at], pa.string(), metadata=RAW) for at in wanted])
        given = 0
        for read in _without_last(self._all(wanted or [0], findings), self.dialect.footer):
            batch = self._restored(read)
            given += batch.num_rows
            if wanted:
                yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
            else:
                yield bare(batch.num_rows)
        if not given:
            yield pa.RecordBatch.from_arrays(
                [pa.array([], pa.string()) for _ in wanted], schema=schema
            )

    def _restored(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with delimiters inside cells as the file has them."""
        plain, delimiter = self.dialect.plain.delimiter, self.dialect.delimiter
        if plain == delimiter:
            return batch
        cells = [pc.replace_substring(column, plain, delimiter) for column in batch.columns]
        return pa.RecordBatch.from_arrays(cells, batch.schema.names)

    def _all(self, wanted: Sequence[int], findings: list[Finding]) -> Iterator[pa.RecordBatch]:
        """Batches of columns called by position, by the quick reader as far as it comes."""
        given = 0
        broken: int | None = None
        for block in BLOCKS if not self.dialect.initial_space else ():
            faults = Faults(len(self.names), self.dialect.footer, first_broken=broken)
            with open_text(self.file.open(), self.dialect) as stream:
                quick = Quick(stream, self.dialect.plain, len(self.names), faults, block)
                try:
                    for batch in _after(quick.batches(wanted), given):
                        if stream.quotes and faults.first_broken is None:
                            faults.first_broken = _first_broken(batch, given)
                        given += batch.num_rows
                        yield batch
                    last = quick.held
                except RecordTooLong:
                    broken = faults.first_broken  # of rows that are not looked at again
                    continue
                except pa.ArrowInvalid as error:
                    raise CorruptData(f"{self.file.uri}: {error}") from error
                faults.zero_bytes, faults.replaced = stream.zero_bytes, stream.replaced
                if (
                    stream.quotes % 2
                    and not self.dialect.escape
                    and self._last_row_spans_lines(block)
                ):
                    break
            if last is not None:
                if stream.quotes and faults.first_broken is None:
                    faults.first_broken = _first_broken(last, given)
                yield last
            findings.extend(faults.findings(self.dialect))
            return
        yield from self._careful(wanted, given, findings)

    def _last_row_spans_lines(self, block: int) -> bool:
        """Whether the last record holds a line break, as it does when a stray quote swallowed the
        lines after it. Asked only where the quotes of a file do not pair up.
        """
        width = len(self.names)
        with open_text(self.file.open(), self.dialect) as stream:
            quick = Quick(stream, self.dialect.plain, width, Faults(width), block)
            for _ in quick.batches(range(width)):
                pass
        if quick.held is None:
            return True
        return any("\n" in (cell or "") for cell in quick.held.to_pylist()[0].values())

    def _careful(
        self, wanted: Sequence[int], given: int, findings: list[Finding]
    ) -> Iterator[pa.RecordBatch]:
        """Batches after the first `given` rows, by the careful reader."""
        faults = Faults(len(self.names), self.dialect.footer)
        with open_text(self.file.open(), self.dialect) as stream:
            recovery = Recovery(stream, self.dialect.plain, len(self.names))
            rows = _fitting(islice(recovery.records(), self.dialect.heading, None), faults)
            rows = islice(rows, given, None)
            while part := list(islice(rows, CAREFUL_ROWS)):
                arrays = [pa.array([row[at] or None for row in part], pa.string()) for at in wanted]
                yield pa.RecordBatch.from_arrays(arrays, [f"c{at}" for at in wanted])
            faults.zero_bytes, faults.replaced = stream.zero_bytes, stream.replaced
        faults.stray_quotes, faults.first_stray_quote = recovery.stray, recovery.first_stray
        faults.too_long, faults.first_too_long = recovery.too_long, recovery.first_too_long
        findings.extend(faults.findings(self.dialect))


def _fitting(records: Iterator[tuple[int, list[str]]], faults: Faults) -> Iterator[list[str]]:
    """Records brought to the table's width: padded, trimmed, or set aside."""
    width, line = faults.width, 0
    for line, row in records:
        if len(row) < width:
            faults.ragged("padded", line, len(row))
            yield row + [""] * (width - len(row))
        elif len(row) > width and any(row[width:]):
            faults.ragged("set aside", line, len(row), row[width:])
        else:
            if len(row) > width:
                faults.ragged("trimmed", line, len(row))
            yield row[:width]
    faults.end(line)


def _without_last(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The batches without their last rows, which stand behind the table."""
    if not rows:
        yield from batches
        return
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(len(one) for one in held[1:]) >= rows:
            yield held.pop(0)
    while held:
        first = held.pop(0)
        behind = sum(len(one) for one in held)
        yield first.slice(0, max(0, len(first) + behind - rows) if behind < rows else len(first))


def _first_broken(batch: pa.RecordBatch, before: int) -> int | None:
    """The number of the first row that has a line break in a cell, after so many rows before."""
    rows = [
        pc.index(pc.match_substring_regex(column, "[\\r\\n]"), True).as_py()
        for column in batch.columns
        if _has_line_break(column)
    ]
    found = [row for row in rows if row >= 0]
    return before + min(found) + 1 if found else None


def _has_line_break(column: pa.Array) -> bool:
    """Whether there may be one: all texts of an array stand in one buffer."""
    data = column.buffers()[2]
    if data is None:
        return False
    letters = np.frombuffer(data, np.uint8)
    return bool((letters == LINE_FEED).any() or (letters == CARRIAGE_RETURN).any())


def _after(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """The batches without their first rows."""
    for batch in batches:
        if rows < batch.num_rows:
            yield batch.slice(rows)
        rows = max(0, rows - batch.num_rows)


def bare(rows: int) -> pa.RecordBatch:
    """A batch of rows without columns."""
    empty = pa.StructArray.from_buffers(pa.struct([]), rows, [None])
    return pa.RecordBatch.from_struct_array(empty)
