"""Where the table starts in CSV text: lines before it, and whether its first row names columns."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from connectors.formats.csv_dialect import Dialect

_VALUE = re.compile(
    r"(?:[$€£¥]\s?)?[-+]?(?=[.,]?\d)(?:\d{1,3}(?:[ ,.']\d{3})+|\d*)(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
    r"(?:\s?[%€$£])?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ][\d:.,Z+\- ]+)?|\d{1,2}:\d{2}(?::\d{2})?"
)
"""Numbers and times: what stands below names, and hardly ever is one."""


def table_width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns rows have: the width of most, the widest of equals; 0 without rows."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def after_lines(text: str, count: int) -> str:
    """Text without its first lines."""
    if not count:
        return text
    stream = io.StringIO(text, newline="")
    for _ in range(count):
        stream.readline()
    return stream.read()


def preamble(text: str, dialect: Dialect) -> int:
    """How many lines stand before the table: blank ones, and rows that fill less than half of it
    before the first that is as wide as the table.
    """
    rows = list(islice(dialect.rows(text), 1000))
    width = table_width(rows)
    if not rows:
        return 0
    first = 0
    if width > 1 and len(rows[0]) < width:
        wide = next(at for at, row in enumerate(rows) if len(row) >= width)
        if not any(sum(map(bool, row)) * 2 > width for row in rows[:wide]):
            first = wide
    return _lines_before(text, dialect, first)


def _lines_before(text: str, dialect: Dialect, record: int) -> int:
    """How many lines stand before a record (0 is the first), blank lines among them counted."""
    lines = list(io.StringIO(text[: 1 << 16], newline=""))
    before = 0
    if record:
        reader = dialect.reader(lines)
        seen = 0
        for row in reader:
            seen += bool(row)
            if seen == record:
                before = reader.line_num
                break
    while before < len(lines) - 1 and not lines[before].strip("\r\n"):
        before += 1
    return before


def has_header(rows: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Whether the first row names columns: texts above values, or texts found nowhere below."""
    if not rows:
        return True, "no rows"
    names = [cell.strip() for cell in rows[0]]
    values = sum(1 for name in names if _VALUE.fullmatch(name))
    body = rows[1:]
    if not body:
        return not values, "only one row, " + ("with values in it" if values else "all text")
    votes = sum(_vote(name, _column(body, at)) for at, name in enumerate(names))
    if votes > 0:
        return True, "texts in the first row stand above values of another kind"
    if votes < 0:
        return False, "the first row looks like the rows below it"
    if values:
        return False, "the first row holds values"
    if len(set(names)) == len(names) and all(names):
        return True, "the first row is all text, and no cell of it is repeated"
    return False, "nothing tells the first row from the others"


def _column(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    return [cell for row in rows if at < len(row) and (cell := row[at].strip())]


def _vote(name: str, column: Sequence[str]) -> int:
    """What one column says: positive when its first cell is a name, negative when a value."""
    if not column or not name:
        return 0
    share = sum(1 for cell in column if _VALUE.fullmatch(cell)) / len(column)
    if _VALUE.fullmatch(name):
        return -2 if share > 0.5 else 0
    if share > 0.7:
        return 2
    if name in column:
        return -1
    lengths = {len(cell) for cell in column}
    return 1 if len(column) > 2 and len(lengths) == 1 and len(name) not in lengths else 0
