"""Rows of CSV as Arrow batches of text: streaming, nothing guessed, nothing lost without a finding.

Arrow's reader splits and unquotes (it was measured at half of DuckDB's CPU time for text
columns, see docs/decisions); what it cannot place in the table's width is repaired here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from connectors.formats.csv_dialect import Dialect
from connectors.formats.encoding import FALLBACK, Utf8Stream
from connectors.model import File
from schema.errors import CorruptData
from schema.model import Finding

BLOCK_BYTES = 2 << 20
LARGEST_BLOCK_BYTES = 128 << 20


@dataclass(slots=True)
class Faults:
    """What was found wrong while reading, as counts with the first place of each."""

    padded: int = 0
    trimmed: int = 0
    set_aside: int = 0
    first: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of fault to (line, cells) of its first row."""
    undecodable: int = 0

    def count(self, kind: str, line: int, cells: int) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.first.setdefault(kind, (line, cells))


@dataclass(slots=True)
class Table:
    """A CSV file ready to be read: its dialect and the names of its columns, in order, unique."""

    file: File
    dialect: Dialect
    names: tuple[str, ...]

    def batches(
        self, columns: Sequence[str] | None, findings: list[Finding]
    ) -> Iterator[pa.RecordBatch]:
        """Batches of nullable string columns; an empty cell without quotes is null.

        Adds to `findings` when all is read. Raises CorruptData when nothing can be read.
        """
        wanted = list(range(len(self.names)))
        if columns is not None:
            wanted = [self.names.index(name) for name in columns if name in self.names]
        schema = pa.schema([(self.names[at], pa.string()) for at in wanted])
        faults = Faults()
        block = BLOCK_BYTES
        delivered = 0
        while True:
            faults = Faults()
            with Utf8Stream(self.file.open(), self.dialect.encoding) as stream:
                try:
                    seen = 0
                    for batch in self._positional(stream, wanted, faults, block):
                        seen += batch.num_rows
                        if seen > delivered:
                            fresh = batch.slice(max(0, batch.num_rows - (seen - delivered)))
                            delivered = seen
                            yield _as_text(fresh, schema, faults)
                    findings.extend(_findings(faults, stream, len(self.names), self.dialect))
                    return
                except pa.ArrowInvalid as error:
                    if "straddl" not in str(error) and "out of sync" not in str(error):
                        raise CorruptData(f"{self.file.uri}: {error}") from error
            block *= 8
            if block > LARGEST_BLOCK_BYTES:
                message = (
                    f"a record is longer than {LARGEST_BLOCK_BYTES >> 20} MiB, or a quote is never"
                    f" closed; the {delivered} rows before it were read"
                )
                findings.append(Finding("csv-long-record", message, severity="error"))
                return

    def _positional(
        self, stream: Utf8Stream, wanted: Sequence[int], faults: Faults, block: int
    ) -> Iterator[pa.RecordBatch]:
        """Batches of binary columns named by position, ragged rows repaired in place."""
        for _ in range(self.dialect.skip):
            stream.readline()
        positions = [f"c{at}" for at in range(len(self.names))]
        ragged: deque[pa_csv.InvalidRow] = deque()

        def keep(row: Any) -> str:
            ragged.append(row)
            return "skip"

        try:
            reader = pa_csv.open_csv(
                pa.PythonFile(stream, "r"),
                pa_csv.ReadOptions(
                    column_names=positions,
                    skip_rows_after_names=int(self.dialect.header),
                    block_size=block,
                    use_threads=False,
                ),
                self._parse_options(keep),
                self._convert_options(wanted),
            )
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            raise
        line = 1
        for batch in reader:
            batch, line = self._with_ragged(batch, ragged, line, wanted, faults)
            if batch.num_rows:
                yield batch
        rest = reader.schema.empty_table().to_batches()
        tail = rest[0] if rest else pa.RecordBatch.from_pylist([], schema=reader.schema)
        batch, _ = self._with_ragged(tail, ragged, line, wanted, faults, last=True)
        if batch.num_rows:
            yield batch

    def _parse_options(self, handler: Any) -> pa_csv.ParseOptions:
        dialect = self.dialect
        return pa_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            double_quote=bool(dialect.quote),
            escape_char=dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=handler,
        )

    def _convert_options(self, wanted: Sequence[int]) -> pa_csv.ConvertOptions:
        names = [f"c{at}" for at in wanted]
        return pa_csv.ConvertOptions(
            column_types={f"c{at}": pa.binary() for at in range(len(self.names))},
            include_columns=names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def _with_ragged(
        self,
        batch: pa.RecordBatch,
        ragged: deque[Any],
        line: int,
        wanted: Sequence[int],
        faults: Faults,
        *,
        last: bool = False,
    ) -> tuple[pa.RecordBatch, int]:
        """The batch with the repaired ragged rows that stand between its rows, and the record
        number that the next batch starts at.
        """
        end = line + batch.num_rows
        between: list[Any] = []
        while ragged and (last or ragged[0].number < end):
            between.append(ragged.popleft())
            end += 1
        if not between:
            return batch, end
        texts: list[str] = []
        slots: list[int] = []
        for before, row in enumerate(between):
            text = self._repaired(row, faults)
            if text is not None:
                texts.append(text)
                slots.append(row.number - line - before)
        repaired = self._parsed(texts, wanted) if texts else None
        if repaired is None or repaired.num_rows != len(texts):
            return batch, end
        order = np.insert(
            np.arange(batch.num_rows),
            np.minimum(slots, batch.num_rows),
            batch.num_rows + np.arange(len(slots)),
        )
        both = pa.Table.from_batches([batch, repaired.cast(batch.schema)])
        joined = both.combine_chunks().take(pa.array(order))
        return joined.combine_chunks().to_batches()[0], end

    def _repaired(self, row: Any, faults: Faults) -> str | None:
        """A ragged row's text made to fit: nulls added, empty cells at the end left out; None
        when it has cells too many, and is set aside.
        """
        text, delimiter = row.text, self.dialect.delimiter
        line = self.dialect.skip + row.number
        missing = row.expected_columns - row.actual_columns
        if missing > 0:
            faults.count("padded", line, row.actual_columns)
            return str(text + delimiter * missing)
        if text.endswith(delimiter * -missing):
            faults.count("trimmed", line, row.actual_columns)
            return str(text[:missing])
        faults.count("set_aside", line, row.actual_columns)
        return None

    def _parsed(self, texts: Sequence[str], wanted: Sequence[int]) -> pa.RecordBatch | None:
        data = "\n".join(texts).encode()
        table = pa_csv.read_csv(
            pa.py_buffer(data),
            pa_csv.ReadOptions(
                column_names=[f"c{at}" for at in range(len(self.names))],
                block_size=len(data) + 1,
                use_threads=False,
            ),
            self._parse_options(lambda _: "skip"),
            self._convert_options(wanted),
        )
        batches = table.combine_chunks().to_batches()
        return batches[0] if batches else None


def _as_text(batch: pa.RecordBatch, schema: pa.Schema, faults: Faults) -> pa.RecordBatch:
    """Binary columns as text; bytes that are not UTF-8 are read as windows-1252 and counted."""
    arrays = []
    for column in batch.columns:
        try:
            arrays.append(column.cast(pa.string()))
        except pa.ArrowInvalid:
            arrays.append(
                pa.array([_decoded(cell, faults) for cell in column.to_pylist()], pa.string())
            )
    if not arrays:
        return pa.RecordBatch.from_struct_array(
            pa.nulls(batch.num_rows, pa.struct([])).fill_null({})
        )
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _decoded(cell: bytes | None, faults: Faults) -> str | None:
    if cell is None:
        return None
    try:
        return cell.decode()
    except UnicodeDecodeError:
        faults.undecodable += 1
        return cell.decode(FALLBACK, "replace")


def _findings(
    faults: Faults, stream: Utf8Stream, width: int, dialect: Dialect
) -> Iterator[Finding]:
    """One finding for each kind of fault."""
    told = {
        "padded": "shorter than the table's {width} columns; the cells missing were read as null",
        "trimmed": "longer than the table's {width} columns by empty cells; those were left out",
        "set_aside": "longer than the table's {width} columns; they were set aside, not read",
    }
    for kind, text in told.items():
        count = getattr(faults, kind)
        if count:
            line, cells = faults.first[kind]
            message = (
                f"{_rows(count)} {text.format(width=width)} (first at line {line}: {cells} cells)"
            )
            severity = "info" if kind == "trimmed" else "warning"
            yield Finding("csv-ragged-row", message, f"line {line}", severity)  # type: ignore[arg-type]
    if faults.undecodable:
        message = f"{faults.undecodable} cells are not valid UTF-8; they were read as windows-1252"
        yield Finding("csv-encoding", message)
    if stream.replaced:
        message = f"{stream.replaced} characters could not be decoded as {dialect.encoding}; each was read as U+FFFD"
        yield Finding("csv-encoding", message)
    if stream.zero_bytes:
        message = f"{stream.zero_bytes} zero bytes in the text; they were kept"
        yield Finding("csv-zero-byte", message)


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count} rows are"
