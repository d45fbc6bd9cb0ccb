"""What goes wrong while CSV is read, counted by kind with the first place, and told as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.formats.csv_dialect import Dialect
from connectors.formats.encoding import UTF8
from schema.model import Finding, Severity

MOST_SHOWN = 3
LONGEST_SHOWN = 40
"""How many cells, and how many characters of each, are shown as an example."""

_RAGGED: dict[str, tuple[str, Severity]] = {
    "padded": ("shorter than the table's {width} columns; the cells missing are null", "warning"),
    "trimmed": (
        "longer than the table's {width} columns by empty cells, which were left out",
        "info",
    ),
    "set aside": ("longer than the table's {width} columns and set aside, not read", "warning"),
}


@dataclass(slots=True)
class Faults:
    """Counts over one file whose table has `width` columns, and `footer` records behind it."""

    width: int
    footer: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    """Kind of ragged row (`padded`, `trimmed`, `set aside`) to count."""
    first: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Kind to line and number of cells of its first row."""
    surplus: tuple[str, ...] = ()
    """The cells beyond the columns of the first row that was set aside."""
    recent: list[tuple[int, str]] = field(default_factory=list)
    """Line and kind of the last ragged rows, as many as the footer has records."""
    replaced: int = 0
    zero_bytes: int = 0
    stray_quotes: int = 0
    first_stray_quote: int = 0
    too_long: int = 0
    first_too_long: int = 0
    first_broken: int | None = None
    """The first row with a line break inside of a cell; the one below the header is 1."""

    def ragged(self, kind: str, line: int, cells: int, surplus: Sequence[str] = ()) -> None:
        """Count a row that does not fit; `surplus` are its cells beyond the columns."""
        if surplus and not self.surplus:
            self.surplus = tuple(surplus)
        self.rows[kind] = self.rows.get(kind, 0) + 1
        self.first.setdefault(kind, (line, cells))
        self.recent = [*self.recent, (line, kind)][-self.footer :] if self.footer else []

    def end(self, line: int) -> None:
        """The last record stood in `line`: those of the footer need not fit the table."""
        for at, kind in self.recent:
            if at > line - self.footer:
                self.rows[kind] -= 1
        self.recent = []

    def findings(self, dialect: Dialect) -> Iterator[Finding]:
        """One finding for each kind of fault."""
        for kind, count in self.rows.items():
            if not count:
                continue
            text, severity = _RAGGED[kind]
            line, cells = self.first[kind]
            what = f"{_many(count, 'row')} {text.format(width=self.width)}"
            example = f"; too many: {_examples(self.surplus)}" if kind == "set aside" else ""
            message = f"{what} (the first has {cells} cells{example})"
            yield Finding("csv-ragged-row", message, f"line {line}", severity)
        if self.stray_quotes:
            what = f"{_many(self.stray_quotes, 'quote')} never closed"
            message = f"{what}; the line was read by itself, the quote as it stands"
            yield Finding("csv-unclosed-quote", message, f"line {self.first_stray_quote}")
        if self.too_long:
            message = f"{_many(self.too_long, 'line')} too long to be read and left out"
            yield Finding("csv-long-line", message, f"line {self.first_too_long}", "error")
        if self.replaced:
            instead = "windows-1252" if dialect.encoding == UTF8 else "U+FFFD"
            what = f"{_many(self.replaced, 'character')} not valid {dialect.encoding}"
            yield Finding("csv-encoding", f"{what} and read as {instead}")
        if self.first_broken is not None:
            message = "cells have line breaks in them; not every reader of CSV takes them as such"
            yield Finding("csv-line-breaks", message, f"row {self.first_broken}", "info")
        if self.zero_bytes:
            message = f"{_many(self.zero_bytes, 'zero byte')} in the text and kept"
            yield Finding("csv-zero-byte", message)


def _examples(cells: Sequence[str]) -> str:
    shown = [repr(cell if len(cell) <= LONGEST_SHOWN else cell[:LONGEST_SHOWN] + "…")
             for cell in cells[:MOST_SHOWN]]  # fmt: skip
    more = len(cells) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _many(count: int, what: str) -> str:
    return f"1 {what} is" if count == 1 else f"{count} {what}s are"
