"""CSV through Arrow's streaming reader, with rows of the wrong width repaired in their place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from connectors.formats.csv_dialect import Dialect
from connectors.formats.csv_faults import Faults
from connectors.formats.encoding import Utf8Stream


class RecordTooLong(Exception):
    """A record is longer than a block."""


@dataclass(slots=True)
class Quick:
    """One pass over a CSV stream of UTF-8 whose table has `width` columns."""

    stream: Utf8Stream
    dialect: Dialect
    width: int
    faults: Faults
    block: int
    held: pa.RecordBatch | None = None
    """The last row of all, which `batches` does not yield: its end may be that of the file only."""
    _ragged: deque[Any] = field(default_factory=deque)
    _line: int = 1
    """The number that Arrow gives to the next record; the first of the text is 1."""

    def batches(self, wanted: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Batches of the wanted text columns, called `c0`, `c1`, … by position, but for the last
        row. Raises RecordTooLong, ArrowInvalid.
        """
        try:
            for batch in self._repaired_batches(wanted):
                if self.held is not None:
                    yield self.held
                    self.held = None
                if batch.num_rows > 1:
                    yield batch.slice(0, batch.num_rows - 1)
                self.held = batch.slice(batch.num_rows - 1)
        except pa.ArrowInvalid as error:
            if "straddl" in str(error) or "out of sync" in str(error):
                raise RecordTooLong from error
            raise

    def _repaired_batches(self, wanted: Sequence[int]) -> Iterator[pa.RecordBatch]:
        for _ in range(self.dialect.skip):
            self.stream.readline()
        read = pa_csv.ReadOptions(
            column_names=self._positions,
            skip_rows_after_names=self.dialect.heading,
            block_size=self.block,
            use_threads=False,
        )
        self._line = 1 + self.dialect.heading
        source = pa.PythonFile(self.stream, "r")
        convert = self._convert_options(wanted)
        try:
            reader = pa_csv.open_csv(source, read, self._parse_options(self._keep), convert)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            raise
        for batch in reader:
            if (whole := self._with_ragged(batch, wanted)).num_rows:
                yield whole
        nothing = pa.RecordBatch.from_pylist([], schema=reader.schema)
        if (rest := self._with_ragged(nothing, wanted, last=True)).num_rows:
            yield rest
        self.faults.end(self.dialect.skip + self._line - 1)

    @property
    def _positions(self) -> list[str]:
        return [f"c{at}" for at in range(self.width)]

    def _keep(self, row: Any) -> str:
        self._ragged.append(row)
        return "skip"

    def _parse_options(self, handler: Callable[[Any], str]) -> pa_csv.ParseOptions:
        return pa_csv.ParseOptions(
            delimiter=self.dialect.delimiter,
            quote_char=self.dialect.quote or False,
            double_quote=bool(self.dialect.quote),
            escape_char=self.dialect.escape or False,
            newlines_in_values=True,
            invalid_row_handler=handler,
        )

    def _convert_options(self, wanted: Sequence[int]) -> pa_csv.ConvertOptions:
        return pa_csv.ConvertOptions(
            column_types=dict.fromkeys(self._positions, pa.string()),
            check_utf8=False,
            include_columns=[f"c{at}" for at in wanted],
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )

    def _with_ragged(
        self, batch: pa.RecordBatch, wanted: Sequence[int], *, last: bool = False
    ) -> pa.RecordBatch:
        """The batch with the repaired ragged rows between the rows that they stand between."""
        start = self._line
        end = start + batch.num_rows
        texts: list[str] = []
        slots: list[int] = []
        passed = 0
        while self._ragged and (last or self._ragged[0].number < end):
            row = self._ragged.popleft()
            text = self._repaired(row)
            if text is not None:
                texts.append(text)
                slots.append(min(row.number - start - passed, batch.num_rows))
            passed += 1
            end += 1
        self._line = end
        if not texts:
            return batch
        repaired = self._parsed(texts, wanted)
        order = np.insert(np.arange(batch.num_rows), slots, batch.num_rows + np.arange(len(slots)))
        both = pa.Table.from_batches([batch, repaired], batch.schema)
        return both.take(pa.array(order)).combine_chunks().to_batches()[0]

    def _repaired(self, row: Any) -> str | None:
        """A ragged row's text made to fit: cells added, empty cells at the end left out; None
        when it has cells too many, and is set aside.
        """
        text: str = row.text
        delimiter = self.dialect.delimiter
        line = self.dialect.skip + row.number
        missing: int = row.expected_columns - row.actual_columns
        if missing > 0:
            self.faults.ragged("padded", line, row.actual_columns)
            return text + delimiter * missing
        if text.endswith(delimiter * -missing):
            self.faults.ragged("trimmed", line, row.actual_columns)
            return text.removesuffix(delimiter * -missing)
        surplus = [] if self.faults.surplus else self._cells(text)[self.width :]
        self.faults.ragged("set aside", line, row.actual_columns, surplus)
        return None

    def _cells(self, text: str) -> list[str]:
        return next(self.dialect.reader(iter(text.splitlines(keepends=True))), [])

    def _parsed(self, texts: Sequence[str], wanted: Sequence[int]) -> pa.RecordBatch:
        """One row for each repaired text; text that still does not fit is the first cell of one."""
        try:
            together = self._parsed_text("\n".join(texts), wanted)
            if together.num_rows == len(texts):
                return together
        except pa.ArrowInvalid:
            pass
        pieces = [self._parsed_alone(text, wanted) for text in texts]
        return pa.Table.from_batches(pieces).combine_chunks().to_batches()[0]

    def _parsed_alone(self, text: str, wanted: Sequence[int]) -> pa.RecordBatch:
        try:
            batch = self._parsed_text(text, wanted)
            if batch.num_rows == 1:
                return batch
        except pa.ArrowInvalid:
            pass
        cells = [pa.array([text if at == 0 else None], pa.string()) for at in wanted]
        return pa.RecordBatch.from_arrays(cells, [f"c{at}" for at in wanted])

    def _parsed_text(self, text: str, wanted: Sequence[int]) -> pa.RecordBatch:
        data = text.encode()
        read = pa_csv.ReadOptions(
            column_names=self._positions, block_size=len(data) + 1, use_threads=False
        )
        parse, convert = self._parse_options(lambda _: "skip"), self._convert_options(wanted)
        table = pa_csv.read_csv(pa.py_buffer(data), read, parse, convert).combine_chunks()
        return (table.to_batches() or [pa.RecordBatch.from_pylist([], table.schema)])[0]
