"""Where the table stands in CSV text: lines before it, rows of its header, records behind it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from connectors.formats.csv_dialect import Dialect
from connectors.formats.csv_header import has_header, header_rows, is_rule
from connectors.formats.csv_values import is_value

LOOKED_AT = 1000
MOST_FOOTER = 10
SOUND = 0.9
"""The share of rows that must be as wide as the table before others are called its footer."""

_RULED = 2
FEWEST_ABOVE = 3
"""Rows of a table above a row of totals."""

NARROW_ROW = 0.25
"""What a row of one cell counts for the width of the table: titles and notes have one."""

_NOTE = re.compile(
    r"[*†‡©#]|\(?(?:sources?|notes?|totals?|rows?|records?|generated|created|exported|quelle|fuente"
    r"|end of|https?:|copyright|hinweis|remarque)\b",
    re.IGNORECASE,
)
_ROWS = "(?:rows?|records?|lines?)"
_COUNT = re.compile(
    rf"\(?(?:total )?(?:number of )?{_ROWS}\s*[:=]?\s*\d+\)?|\(?\d+ {_ROWS}\)?",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"(?:grand |sub)?totals?|sum|all|summe|gesamt|insgesamt|ensemble|somme|totaal|totale|suma",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extent:
    """The dialect with what was found of the table's place, its text, and (choice, value, why)."""

    dialect: Dialect
    body: str
    reasons: tuple[tuple[str, str, str], ...]


def table_width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns rows have: the width of most, the widest of equals; 0 without rows."""
    counts = Counter(len(row) for row in rows)
    weights = {width: count * (NARROW_ROW if width == 1 else 1) for width, count in counts.items()}
    return max(weights, key=lambda width: (weights[width], width), default=0)


def after_lines(text: str, count: int) -> str:
    """Text without its first lines."""
    if not count:
        return text
    stream = io.StringIO(text, newline="")
    for _ in range(count):
        stream.readline()
    return stream.read()


def extent(text: str, dialect: Dialect, fixed: Mapping[str, str], end: str | None) -> Extent:
    """What stands before and behind the table of text, and its header; what `fixed` names stays."""
    reasons = []
    if "comment" not in fixed and (mark := _comments(text, dialect)):
        dialect = replace(dialect, comment=mark)
        reasons.append(("comment", mark, f"lines that begin with {mark} stand between the rows"))
    if "skip" not in fixed:
        dialect = replace(dialect, skip=preamble(text, dialect))
        if dialect.skip:
            why = f"{dialect.skip} lines stand before the first row of the table"
            reasons.append(("skip", str(dialect.skip), why))
    body = after_lines(text, dialect.skip)
    rows = list(islice(dialect.rows(body), LOOKED_AT))
    more = header_rows(rows)
    if "header" not in fixed:
        header, why = has_header(rows)
        if not header and more > 1 and not all(rows[0]):
            header, why = True, "the first row stands above names"
        dialect = replace(dialect, header=header)
        reasons.append(("header", "true" if header else "false", why))
    if dialect.header and "header_rows" not in fixed and more > 1:
        dialect = replace(dialect, header_rows=more)
        drawn = more == _RULED and is_rule(rows[1])
        why = (
            "a line is drawn below the names"
            if drawn
            else f"{more} rows of texts stand above the values"
        )
        reasons.append(("header_rows", str(more), why))
    if end is not None and "footer" not in fixed:
        whole = end is text and len(rows) < LOOKED_AT
        behind, why = footer(rows[dialect.heading :], end, dialect, whole=whole)
        if behind:
            dialect = replace(dialect, footer=behind)
            reasons.append(("footer", str(behind), why))
    return Extent(dialect, body, tuple(reasons))


def _comments(text: str, dialect: Dialect) -> str:
    """The mark that begins lines of comments between rows, none where there are no such lines."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text[: 1 << 16]) if line.strip()]
    rows = [line for line in lines if not line.startswith("#")]
    marked = [at for at, line in enumerate(lines) if line.startswith("#")]
    if not marked or not rows or marked[-1] < len(marked):
        return ""
    width = table_width(list(dialect.rows("\n".join(rows))))
    inner = [lines[at] for at in marked if at >= len(marked) or at > 0]
    fitting = sum(len(row) == width for row in dialect.rows("\n".join(inner)))
    return "#" if width > 1 and fitting * 4 <= len(inner) else ""


def preamble(text: str, dialect: Dialect) -> int:
    """How many lines stand before the table: blank ones, comments, and rows that fill less than
    half of it, or stand above a blank line, before the first that is as wide as the table.
    """
    rows = list(islice(dialect.rows(text), LOOKED_AT))
    if not rows:
        return 0
    width = table_width(rows)
    first = 0
    if width > 1:
        wide = next((at for at, row in enumerate(rows) if _is_full(row, width)), 0)
        gap = _lines_before(text, dialect, wide) - _line_of(text, dialect, wide)
        blank = gap > 0 or not any(
            any(map(str.strip, row)) for row in rows[max(wide - 1, 0) : wide]
        )
        if all(_is_title(row, width, gap=blank) for row in rows[:wide]):
            first = wide
    while first + 1 < len(rows) and _begins(rows[first], "#") and _begins(rows[first + 1], "#"):
        first += 1
    if _begins(rows[first], "#") and first + 1 < len(rows) and len(rows[first]) != width:
        first += 1
    return _lines_before(text, dialect, first)


def _is_full(row: Sequence[str], width: int) -> bool:
    return len(row) >= width and sum(1 for cell in row if cell.strip()) * 2 > width


def _is_title(row: Sequence[str], width: int, *, gap: bool) -> bool:
    """Whether a row above the first full one is no row of the table."""
    filled = [cell for cell in row if cell.strip()]
    if len(row) < width:
        return len(filled) * 2 <= width or gap
    return len(filled) <= 1 and (width > 2 or gap) and not any(map(is_value, filled))


def _begins(row: Sequence[str], mark: str) -> bool:
    return row[0].startswith(mark)


def _line_of(text: str, dialect: Dialect, record: int) -> int:
    """The number of lines up to the end of the record before a record (0 is the first)."""
    lines = io.StringIO(dialect.simplified(text[: 1 << 16]), newline="")
    reader = dialect.plain.reader(lines)
    seen = 0
    for row in reader if record else ():
        seen += bool(row)
        if seen == record:
            return reader.line_num
    return 0


def _lines_before(text: str, dialect: Dialect, record: int) -> int:
    """How many lines stand before a record (0 is the first), blank lines among them counted."""
    lines = list(io.StringIO(dialect.simplified(text[: 1 << 16]), newline=""))
    before = _line_of(text, dialect, record)
    while before < len(lines) - 1 and not lines[before].strip("\r\n"):
        before += 1
    return before


def footer(
    rows: Sequence[Sequence[str]], end: str, dialect: Dialect, *, whole: bool
) -> tuple[int, str]:
    """How many records at the `end` of the file are no rows of the table, and why. `whole` when
    `rows` are all of them.

    Notes of one cell below a table of more columns, and a last row of the sums of columns.
    """
    width = table_width(rows)
    last = list(dialect.rows(end))[-LOOKED_AT:]
    if width < 2 or sum(len(row) == width for row in last) < SOUND * max(
        len(last) - MOST_FOOTER, 2
    ):
        return 0, ""
    behind = 0
    while behind < min(MOST_FOOTER, len(last) - 2) and (
        _is_note(last[-1 - behind], width) or _is_count(last[-1 - behind], width, dialect)
    ):
        behind += 1
    if behind and not all(len(row) == width for row in last[-behind - 3 : -behind]):
        return 0, ""
    above = last[: len(last) - behind]
    if _is_total(above[dialect.skip + dialect.heading :]):
        why = f"a row called {above[-1][0].strip()!r} stands behind rows with a value there"
        return behind + 1, why
    if behind:
        return behind, f"{behind} records of one cell stand behind rows of {width}"
    if whole and len(rows) > 2 and _is_sum(rows):
        return 1, "the last row holds the sums of those above it"
    return 0, ""


def _is_total(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the last row is called a total where all others have a value, no text."""
    *body, total = rows or ((),)
    if len(body) < FEWEST_ABOVE or not total or not _TOTAL.fullmatch(total[0].strip().rstrip(":")):
        return False
    if all(map(str.strip, total)):
        return False
    return all(row and is_value(row[0].strip()) for row in body)


def _is_note(row: Sequence[str], width: int) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    if not filled:
        return len(row) == width > 2
    if len(filled) > 1 or not row[0].strip() or is_value(filled[0]) or len(row) > width:
        return False
    return bool(_NOTE.match(filled[0])) or (width > 2 and len(row) == 1)


def _is_count(row: Sequence[str], width: int, dialect: Dialect) -> bool:
    """Whether a short record says how many rows there are, the delimiter within its text."""
    return len(row) < width and bool(_COUNT.fullmatch(dialect.delimiter.join(row).strip()))


def _is_sum(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the last row is called a total and some column of numbers adds up to it."""
    *body, total = rows
    if not _TOTAL.fullmatch(next((cell.strip() for cell in total if cell.strip()), "").rstrip(":")):
        return False
    return any(_adds_up([row[at] for row in body if at < len(row)], total[at])
               for at in range(1, len(total)))  # fmt: skip


def _adds_up(cells: Sequence[str], total: str) -> bool:
    try:
        told = float(total)
        added = sum(float(cell) for cell in cells if cell.strip())
    except ValueError:
        return False
    return told != 0 and abs(added - told) <= 1e-6 * abs(told) + 0.005 * len(cells) * ("." in total)
