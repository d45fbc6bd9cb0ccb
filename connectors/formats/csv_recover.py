"""CSV with a quote that is never closed: record by record, the stray quote taken as it stands.

Slow and careful; a file is read this way only where the quick reader ran into such a quote, or
into a line of tens of MiB. Cells are text; an empty cell is null, with quotes or without.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.formats.csv_dialect import Dialect

MOST_LINES = 1000
MOST_CHARACTERS = 4 << 20


@dataclass(slots=True)
class Recovery:
    """Records of UTF-8 text. `stray` counts quotes that were never closed, with the line of the
    first; `too_long` likewise counts lines that were left out.
    """

    stream: io.RawIOBase
    dialect: Dialect
    width: int
    stray: int = 0
    first_stray: int = 0
    too_long: int = 0
    first_too_long: int = 0
    _ahead: deque[str] = field(default_factory=deque)
    _taken: list[str] = field(default_factory=list)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every record that is not blank, header included, with its line."""
        text = io.TextIOWrapper(
            io.BufferedReader(self.stream), encoding="utf-8", errors="replace", newline=""
        )
        for _ in range(self.dialect.skip):
            text.readline()
        line = self.dialect.skip + 1
        while True:
            self._taken = []
            try:
                row = next(self.dialect.reader(self._lines(text)), None)
            except csv.Error:
                row = None
            if not self._taken:
                return
            if self._is_too_long(text):
                self.too_long += 1
                self.first_too_long = self.first_too_long or line
                row = []
            elif self._is_unclosed(row):
                self.stray += 1
                self.first_stray = self.first_stray or line
                first, *rest = self._taken
                self._ahead.extendleft(reversed(rest))
                self._taken = [first]
                row = next(self.dialect.reader(iter([first.rstrip("\r\n")]), quoted=False), [])
            if row:
                yield line, row
            line += len(self._taken)

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        """The lines of one record, remembered; ends where a record has become too long."""
        characters = 0
        while len(self._taken) < MOST_LINES and characters < MOST_CHARACTERS:
            line = self._ahead.popleft() if self._ahead else text.readline(MOST_CHARACTERS)
            if not line:
                return
            self._taken.append(line)
            characters += len(line)
            yield line

    def _is_too_long(self, text: io.TextIOWrapper) -> bool:
        """Whether the record starts with a line beyond the limit; its rest is passed over."""
        first = self._taken[0]
        if len(first) < MOST_CHARACTERS or first.endswith(("\n", "\r")):
            return False
        while (part := text.readline(MOST_CHARACTERS)) and not part.endswith(("\n", "\r")):
            continue
        return True

    def _is_unclosed(self, row: list[str] | None) -> bool:
        """Whether a record of several lines, or the last one, ended only as its lines ran out, or
        has more cells than the table.
        """
        if not self.dialect.quote:
            return False
        try:
            for _ in self.dialect.reader(iter(self._taken), strict=True):
                pass
        except csv.Error:
            return True
        return row is None or (len(self._taken) > 1 and len(row) > self.width)
