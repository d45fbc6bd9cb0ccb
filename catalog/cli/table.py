"""A table for people: figures are never cut, texts shrink to the terminal's width, least wanted
columns go first where even that is too wide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.cli.output import CELL_WIDTH, NOTHING, text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

GAP = 2
LEAST = 10


@dataclass(slots=True)
class Table:
    """Rows below the names of columns. Those named in `figures` stand to the right and keep their
    width; those in `optional` are left out, first first, where there is no room. A column that
    holds nothing in any row is left out too.
    """

    columns: tuple[str, ...]
    figures: frozenset[str] = frozenset()
    optional: tuple[str, ...] = ()
    rows: list[tuple[Text, ...]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """A row of data; None is a dash."""
        from rich.text import Text

        self.rows.append(
            tuple(
                cell if isinstance(cell, Text) else text(NOTHING if cell is None else cell)
                for cell in cells
            )
        )

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.lines(options.max_width)

    def lines(self, width: int) -> Iterator[Text]:
        """The table, no line longer than `width` unless the figures alone are."""
        shown, widths = self._fit(width)
        names = tuple(text(self.columns[at], "bold") for at in shown)
        yield self._line(shown, widths, names)
        yield text("─" * min(width, sum(widths) + GAP * (len(widths) - 1)), "dim")
        for row in self.rows:
            yield self._line(shown, widths, [row[at] for at in shown])

    def _fit(self, width: int) -> tuple[list[int], list[int]]:
        """Which columns are shown, and how wide."""
        shown = [at for at in range(len(self.columns)) if self._holds(at) or at == 0]
        for name in (*self.optional, None):
            widths = [self._width(at) for at in shown]
            short = sum(widths) + GAP * (len(widths) - 1) - width
            loose = [
                place for place, at in enumerate(shown) if self.columns[at] not in self.figures
            ]
            while short > 0 and any(widths[place] > LEAST for place in loose):
                widest = max(loose, key=lambda place: widths[place])
                widths[widest] -= 1
                short -= 1
            if short <= 0 or name is None:
                break
            shown = [at for at in shown if self.columns[at] != name]
        return shown, widths

    def _holds(self, at: int) -> bool:
        return not self.rows or any(row[at].plain not in {NOTHING, ""} for row in self.rows)

    def _width(self, at: int) -> int:
        longest = max((row[at].cell_len for row in self.rows), default=0)
        least = len(self.columns[at])
        return max(least, longest if self.columns[at] in self.figures else min(longest, CELL_WIDTH))

    def _line(self, shown: Sequence[int], widths: Sequence[int], cells: Sequence[Text]) -> Text:
        line = text("")
        for place, (at, width, cell) in enumerate(zip(shown, widths, cells, strict=True)):
            fitted = cell.copy()
            right = self.columns[at] in self.figures
            fitted.truncate(width, overflow="ellipsis")
            fitted.align("right" if right else "left", width)
            if place:
                line.append(" " * GAP)
            line.append_text(fitted)
        line.rstrip()
        return line
