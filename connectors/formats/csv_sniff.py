"""The dialect of CSV text, with the reasons: each candidate is tried and judged by its cells.

The judgement follows G. van den Burg, A. Nazábal and C. Sutton, «Wrangling messy CSV files by
detecting row and type patterns» (2019): a good dialect gives rows of one width whose cells look
like values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from connectors.formats.csv_candidates import COMMON, candidates, prior
from connectors.formats.csv_dialect import UNIT, Dialect
from connectors.formats.csv_extent import Extent, extent, table_width
from connectors.formats.csv_values import is_number, is_whole, plausibility
from connectors.model import Evidence, Options

NO_QUOTE_PRIOR = 0.9
SINGLE_QUOTE_PRIOR = 0.92
ONE_COLUMN = 0.07
"""What one column counts against the share of cells that a delimiter splits."""

NARROW_ROW = 0.3
"""What a row of one cell counts against others: titles and notes have one."""

PUNCTUATION = 0.6
"""What a delimiter counts that a space follows everywhere, as it does in sentences."""

EMPTY = 0.3
"""What columns without a value take away: half of a longer delimiter leaves one in each place."""

INSIDE = 0.7
"""What a delimiter loses that stands inside values only."""

_INSIDE = {
    ":": re.compile(r"(?<!\d)\d{1,2}(?::\d{2}){1,2}(?!\d)"),
    ",": re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])"),
}

JUDGED_CHARACTERS = 48 * 1024
JUDGED_ROWS = 300
COMMENTS = "#%"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A dialect, the width of its table, and why."""

    dialect: Dialect
    width: int
    agreement: float
    """The share of rows that have that width."""

    rows: int
    """How many rows were looked at."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A candidate: its score, the share of rows that agree on a width, and of plausible cells."""

    dialect: Dialect
    score: float
    agreement: float
    plausible: float
    width: int


def sniff(text: str, fixed: Mapping[str, str], end: str | None = None) -> Sniffed:
    """Delimiter, quote, escape, header, what stands before and behind the table; what `fixed`
    names is not tried. `end` is the last part of the file, None when it is not known.

    The last few answers are kept: a small file is recognised and examined by the same text.
    """
    return _sniff(text, tuple(sorted(fixed.items())), end)


@lru_cache(maxsize=4)
def _sniff(text: str, options: Options, end: str | None) -> Sniffed:
    fixed = dict(options)
    start = Dialect().fixed(tuple((key, fixed[key]) for key in fixed if key != "encoding"))
    judged_text = _without_comments(start.simplified(text)[:JUDGED_CHARACTERS])
    whole = len(judged_text) >= len(text)
    lines = [line for line in re.split(r"\r\n|\r|\n", judged_text) if line.strip()]
    tried = candidates(judged_text, lines, start, fixed)
    judged = [_judge(judged_text, dialect, complete=whole) for dialect in tried]
    if "delimiter" not in fixed:
        judged.append(_one_column(judged_text, lines, judged))
    best = max(judged, key=lambda one: one.score)
    evidence = _evidence(best, judged, lines)
    found = extent(text, best.dialect, fixed, end)
    dialect = found.dialect
    evidence += _reasons(found, fixed)
    rows = list(islice(dialect.rows(found.body), 1000))
    width = table_width(rows)
    agreement = sum(len(row) == width for row in rows) / max(1, len(rows))
    return Sniffed(dialect, width, agreement, len(rows), tuple(evidence))


def _reasons(found: Extent, fixed: Mapping[str, str]) -> list[Evidence]:
    """What was found out about where the table stands, but for what is fixed."""
    return [Evidence(*reason) for reason in found.reasons if reason[0] not in fixed]


def _without_comments(text: str) -> str:
    """Text without lines of comments, where there are others."""
    for mark in COMMENTS:
        lines = text.splitlines(keepends=True)
        others = [line for line in lines if not line.startswith(mark)]
        filled = sum(1 for line in others if line.strip())
        if filled and len(others) < len(lines):
            text = "".join(others)
    return text


def _judge(text: str, dialect: Dialect, *, complete: bool) -> _Judged:
    try:
        rows = list(islice(dialect.rows(text), JUDGED_ROWS))
    except Exception:  # noqa: BLE001 - a candidate that csv refuses is no candidate
        rows = []
    if not complete and 1 < len(rows) < JUDGED_ROWS:
        rows.pop()
    if not rows:
        return _Judged(dialect, 0.0, 0.0, 0.0, 0)
    widths = Counter(len(row) for row in rows)
    width = table_width(rows)
    weights = {
        size: count * (NARROW_ROW if size == 1 < width else 1) for size, count in widths.items()
    }
    weight = sum(weights.values())
    agreement = sum((one / weight) ** 2 for one in weights.values())
    cells = Counter(cell for row in rows for cell in row)
    lines = sum(count * (1 + cell.count("\n")) for cell, count in cells.items())
    plausible = sum(count * plausibility(cell) for cell, count in cells.items()) / lines
    filled = {at for row in rows[1:] or rows for at, cell in enumerate(row) if cell.strip()}
    empty = width - len(filled) if len(filled) < width else 0
    breadth = (
        (1 - EMPTY * empty / width)
        * sum(one * _breadth(size - empty) for size, one in weights.items())
        / weight
        if width > 1
        else ONE_COLUMN / 2
    )
    likely = prior(dialect.delimiter)
    likely *= {"": NO_QUOTE_PRIOR, "'": SINGLE_QUOTE_PRIOR}.get(dialect.quote, 1.0)
    if dialect.delimiter in ",;:" and _followed_by_space(rows, width):
        likely *= PUNCTUATION
    likely *= 1 - INSIDE * _inside_values(text, dialect.delimiter)
    likely *= _quotes_at_edges(text, dialect)
    score = (0.2 + 0.8 * agreement) * plausible**2 * breadth * likely
    return _Judged(dialect, score, widths[width] / len(rows), plausible, width)


def _breadth(width: int) -> float:
    return (width - 1) / width if width > 1 else ONE_COLUMN


def _inside_values(text: str, delimiter: str) -> float:
    """The share of delimiters that stand inside times of a day or numbers with thousands."""
    pattern = _INSIDE.get(delimiter)
    if pattern is None:
        return 0.0
    inside = sum(found.group().count(delimiter) for found in pattern.finditer(text))
    return inside / max(1, text.count(delimiter))


def _quotes_at_edges(text: str, dialect: Dialect) -> float:
    """How many quotes stand at an edge of a cell, or doubled inside one: 1 where all do. A
    delimiter is likely that does, though its quotes do not pair up.
    """
    quote, mark = dialect.quote or '"', re.escape(dialect.delimiter)
    count = text.count(quote)
    if not count:
        return 1.0
    edges = (
        rf"(?:^|{mark}) *{quote}|(?<!{quote}){quote} *(?={mark}|[\r\n]|$)|{quote}{quote}|\\{quote}"
    )
    matched = sum(found.group().count(quote) for found in re.finditer(edges, text, re.M))
    return 0.3 + 0.7 * matched / count


def _followed_by_space(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether a space stands behind nearly all delimiters."""
    cells = [cell for row in rows if len(row) == width for cell in row[1:] if cell]
    return sum(cell.startswith(" ") for cell in cells) > 0.95 * len(cells)


def _one_column(text: str, lines: Sequence[str], judged: Sequence[_Judged]) -> _Judged:
    """The candidate that nothing is a delimiter: each line is one value.

    It is likely where lines are values that have a delimiter in them, such as times of a day,
    and where the first line, a name, has none.
    """
    quote = max(judged, key=lambda one: one.score).dialect.quote or '"'
    free = next((char for char in COMMON if char not in text), UNIT)
    dialect = Dialect(delimiter=free, quote=quote)
    cells = [line.strip(" " + quote) for line in lines[:JUDGED_ROWS]]
    if not cells:
        return _Judged(dialect, 0.0, 0.0, 0.0, 0)
    below = cells[1:] or cells
    named = bool(cells[1:]) and not re.search(r"[,;\t|:]", cells[0])
    whole = sum(is_whole(cell) or (named and is_number(cell)) for cell in below) / len(below)
    if quote:
        alone = re.compile(rf"{quote}(?:[^{quote}]|{quote}{quote})*{quote}")
        quoted = sum(alone.fullmatch(line.strip()) is not None for line in lines[:JUDGED_ROWS])
        whole = max(whole, quoted / len(cells))
    plausible = sum(map(plausibility, cells)) / len(cells)
    score = max(ONE_COLUMN * plausible**2, 0.95 * whole**3 if whole > 0.7 else 0.0)
    return _Judged(dialect, score, 1.0, plausible, 1)


def _evidence(best: _Judged, judged: Sequence[_Judged], lines: Sequence[str]) -> list[Evidence]:
    dialect = best.dialect
    if best.width == 1:
        why = f"{len(lines)} lines of one value each"
    else:
        why = (
            f"{best.agreement:.0%} of rows have {best.width} cells, {best.plausible:.0%} plausible"
        )
    others = [one for one in judged if one.dialect.delimiter != dialect.delimiter]
    if others:
        second = max(others, key=lambda one: one.score)
        name = "one column" if second.width == 1 else repr(second.dialect.delimiter)
        why += f"; {name} scores {second.score:.2f} against {best.score:.2f}"
    quote = dialect.quote
    reason = f"cells in {quote} come out whole" if quote else "quotes do not pair up around cells"
    found = [Evidence("delimiter", dialect.delimiter, why), Evidence("quote", quote, reason)]
    if dialect.initial_space:
        found.append(Evidence("initial_space", "true", "spaces stand before quoted cells"))
    if dialect.escape:
        reason = f"quotes inside cells follow {dialect.escape}"
        found.append(Evidence("escape", dialect.escape, reason))
    return found
