"""Tables in a grid of cells: where filled cells stand together, and where their names are. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from connectors.formats.csv_header import has_header

Mask = npt.NDArray[np.bool_]
Cells = Callable[[int, int], Sequence[Sequence[Any]]]
"""Rows `first` to `last` (exclusive) of the grid, cells from its first column on."""

LOOKED_AT_ROWS = 200


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of cells: rows `top` to `bottom`, columns `left` to `right`, the ends exclusive.

    Of a table, `top` is the row of the header where `header` is true, else the first row of data;
    `title` is what stood above it.
    """

    top: int
    left: int
    bottom: int
    right: int
    header: bool = False
    title: str | None = None
    reason: str = ""

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def first_row(self) -> int:
        """The first row of data."""
        return self.top + int(self.header)

    @property
    def address(self) -> str:
        """Where it begins, as spreadsheets write it: `B3`."""
        return f"{letters(self.left)}{self.top + 1}"

    @property
    def span(self) -> str:
        """Where it is, as spreadsheets write it: `B3:D20`."""
        return f"{self.address}:{letters(self.right - 1)}{self.bottom}"


def letters(column: int) -> str:
    """What spreadsheets call a column that is counted from 0: `A`, `Z`, `AA`."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def tables(filled: Mask, cells: Cells) -> list[Region]:
    """The tables of a grid, from the top down and from the left to the right.

    Blank rows and columns divide a grid (the recursive cut of Nagy and Seth, 1984). What follows
    a blank row within the same columns, without names of its own, is the same table. Texts that
    stand alone above a table are its title, below it a note; a grid that holds nothing else is
    one table all the same.
    """
    blocks = [_headed(block, filled, cells) for block in cut(filled)]
    found: list[Region] = []
    title: Region | None = None
    for block in blocks:
        if _is_text_alone(block, blocks):
            title = block
            continue
        above = found[-1] if found else None
        if above is not None and _continues(block, above, filled):
            found[-1] = replace(above, bottom=block.bottom)
            continue
        if block.title is None and title is not None and title.left <= block.right:
            block = replace(block, title=_text_of(title, cells))  # noqa: PLW2901
        title = None
        found.append(block)
    return found or blocks[:1]


def cut(filled: Mask) -> list[Region]:
    """Blocks of filled cells that blank rows and columns divide, in the order of reading."""
    if not filled.size:
        return []
    return list(_cut(filled, Region(0, 0, *filled.shape)))


def _cut(filled: Mask, whole: Region) -> Iterator[Region]:
    stack = [whole]
    while stack:
        region = stack.pop()
        part = filled[region.top : region.bottom, region.left : region.right]
        columns = _runs(part.any(axis=0))
        rows = _runs(part.any(axis=1))
        if not rows:
            continue
        top, left = region.top, region.left
        if len(rows) > 1 and not (len(columns) > 1 and _cut_by_columns(part, rows)):
            low, high = columns[0][0], columns[-1][1]
            parts = [Region(top + a, left + low, top + b, left + high) for a, b in rows]
        elif len(columns) > 1:
            low, high = rows[0][0], rows[-1][1]
            parts = [Region(top + low, left + a, top + high, left + b) for a, b in columns]
        else:
            (a, b), (c, d) = rows[0], columns[0]
            yield Region(top + a, left + c, top + b, left + d)
            continue
        stack.extend(reversed(parts))


def _cut_by_columns(part: Mask, rows: list[tuple[int, int]]) -> bool:
    """Whether blank columns divide better than blank rows: some row is filled on both sides."""
    return any(len(_runs(part[a:b].any(axis=0))) > 1 and b - a > 1 for a, b in rows)


def _runs(flags: Any) -> list[tuple[int, int]]:
    """Where flags are set, as (first, after last)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _headed(block: Region, filled: Mask, cells: Cells) -> Region:
    """The block without the titles above its names and the notes below its rows, and whether its
    first row is names.
    """
    part = filled[block.top : block.bottom, block.left : block.right]
    counts = part.sum(axis=1)
    top = 0
    if block.width > 1:
        wide = np.flatnonzero(counts * 2 > block.width)
        if len(wide) and not (counts[: wide[0]] > max(1, block.width // 4)).any():
            top = int(wide[0])
    bottom = block.height
    if block.width > 2 and bottom - top > 2:
        while bottom > top + 2 and counts[bottom - 1] == 1 and part[bottom - 1, 0]:
            bottom -= 1
    title = _text_of(replace(block, bottom=block.top + top), cells) if top else None
    kept = replace(block, top=block.top + top, bottom=block.top + bottom, title=title or None)
    rows = [
        [text_of(cell) for cell in row[block.left : block.right]]
        for row in cells(kept.top, min(kept.bottom, kept.top + LOOKED_AT_ROWS))
    ]
    if rows and not any(isinstance(cell, str) and cell for cell in _first(kept, cells)):
        return replace(kept, header=False, reason="the first row holds no text")
    header, reason = has_header(rows)
    return replace(kept, header=header, reason=reason)


def _first(region: Region, cells: Cells) -> Sequence[Any]:
    (row,) = cells(region.top, region.top + 1)
    return row[region.left : region.right]


def _is_text_alone(block: Region, blocks: Sequence[Region]) -> bool:
    """Whether a block beside others is a title or a note: one row, or one column of few texts."""
    if len(blocks) == 1:
        return False
    if block.height == 1:
        return any(other.height > 1 for other in blocks)
    return block.width == 1 and block.height < 4 and any(other.width > 1 for other in blocks)


def _continues(block: Region, above: Region, filled: Mask) -> bool:
    """Whether a block is the rest of the table above it, which blank rows interrupt."""
    inside = above.left <= block.left and block.right <= above.right
    shared = not block.header and above.header and above.width > 1
    between = filled[above.bottom : block.top, above.left : above.right]
    return inside and shared and block.width * 2 > above.width and not between.any()


def _text_of(region: Region, cells: Cells) -> str:
    texts = [
        text_of(cell)
        for row in cells(region.top, region.bottom)
        for cell in row[region.left : region.right]
    ]
    return " ".join(text.strip() for text in texts if text.strip())[:500]


def text_of(cell: Any) -> str:
    """A cell as text: whole numbers without a fraction, dates and times as ISO 8601 has them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
