"""The dialect of CSV text, with the reasons: each candidate is tried and judged by its cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from connectors.formats.csv_dialect import Dialect
from connectors.model import Evidence

DELIMITERS = ",;\t|: ^~\x01"
QUOTES = ('"', "'")
JUDGED_CHARACTERS = 48 * 1024
JUDGED_ROWS = 300

_NUMBER = r"[-+]?(?:\d{1,3}(?:[ ,.']\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
_KNOWN = re.compile(
    rf"""(?:
      (?:[$€£¥]\s?)?{_NUMBER}(?:\s?[%€$£°])?          # numbers, with currency or percent
    | \d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}(?:[T ]\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?\s?(?:Z|[-+]\d\d:?\d\d|[AaPp][Mm])?)?
    | \d{{1,2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?
    | \d{{1,2}}[- ][A-Za-z]{{3,9}}[- ,]+\d{{2,4}}
    | [\w.+-]+@[\w-]+\.[\w.-]+
    | (?:https?|ftp|s3|file)://\S+ | www\.\S+
    | \d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+)?
    | (?:[nN]/?[aA]|[nN]a[nN]|null|NULL|None|-|\?|\.)
    | [^\W_][\w\-./]*                                  # a word, an identifier
    )""",
    re.VERBOSE,
)
_NUMERIC = re.compile(
    rf"(?:[$€£¥]\s?)?(?=[-+.,]?\d){_NUMBER}(?:\s?[%€$£])?|\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}(?:[T ][\d:.,Z+\- ]+)?|\d{{1,2}}:\d{{2}}(?::\d{{2}})?",
)
_TEXT = re.compile(r"[\w(\"'¿¡][\w\s\-.,:;!?&/()'\"’+%$€£°#@*\[\]=<>|]*")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A dialect, the width of its table, and why."""

    dialect: Dialect
    width: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    dialect: Dialect
    score: float
    consistency: float
    known: float
    width: int


def sniff(text: str, fixed: dict[str, str]) -> Sniffed:
    """Delimiter, quote, escape, header and preamble of text; what `fixed` names is not tried."""
    start = Dialect().fixed(
        tuple((key, value) for key, value in fixed.items() if key != "encoding")
    )
    judged = [
        _judge(text, dialect) for dialect in _candidates(text[:JUDGED_CHARACTERS], start, fixed)
    ]
    best = max(judged, key=lambda one: one.score)
    dialect = best.dialect
    evidence = _dialect_evidence(best, judged)
    rows = list(islice(dialect.rows(text), 2000))
    width = table_width(rows)
    if "skip" not in fixed:
        skip = _preamble(text, dialect, rows, width)
        dialect = replace(dialect, skip=skip)
        if skip:
            evidence.append(
                Evidence(
                    "skip", str(skip), f"{skip} lines stand before the first row of {width} cells"
                )
            )
            rows = list(islice(dialect.rows(after_lines(text, skip)), 2000))
    else:
        rows = list(islice(dialect.rows(after_lines(text, dialect.skip)), 2000))
    if "header" not in fixed:
        header, why = _has_header(rows)
        dialect = replace(dialect, header=header)
        evidence.append(Evidence("header", "true" if header else "false", why))
    return Sniffed(dialect, width, tuple(evidence))


def table_width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns rows have: the width of most, the widest of equals; 0 without rows."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def after_lines(text: str, count: int) -> str:
    """Text without its first lines."""
    for _ in range(count):
        at = min(
            (found for found in (text.find("\n"), text.find("\r")) if found >= 0), default=len(text)
        )
        at += 2 if text.startswith("\r\n", at) else 1
        text = text[at:]
    return text


def _candidates(text: str, start: Dialect, fixed: dict[str, str]) -> list[Dialect]:
    delimiters = (
        [start.delimiter] if "delimiter" in fixed else [char for char in DELIMITERS if char in text]
    )
    quotes = [start.quote] if "quote" in fixed else ["", *(char for char in QUOTES if char in text)]
    if quotes == [""] and "quote" not in fixed:
        quotes = [start.quote]
    candidates = []
    for delimiter in delimiters or [","]:
        for quote in quotes:
            dialect = replace(start, delimiter=delimiter, quote=quote)
            if quote and "escape" not in fixed and ("\\" + quote) in text:
                candidates.append(replace(dialect, escape="\\"))
            candidates.append(dialect)
    return candidates


def _judge(text: str, dialect: Dialect) -> _Judged:
    """A candidate's score: rows of one width, of more than one cell, whose cells look like values."""
    body = after_lines(text, dialect.skip)[:JUDGED_CHARACTERS]
    try:
        rows = list(islice(dialect.rows(body), JUDGED_ROWS))
    except Exception:  # noqa: BLE001 - a candidate that csv refuses is no candidate
        rows = []
    if len(body) < len(text) and len(rows) > 1 and len(rows) < JUDGED_ROWS:
        rows.pop()
    if not rows:
        return _Judged(dialect, 0.0, 0.0, 0.0, 0)
    widths = Counter(len(row) for row in rows)
    width = table_width(rows)
    consistency = sum((count / len(rows)) ** 2 for count in widths.values())
    cells = [cell for row in rows for cell in row]
    known = sum(map(_plausible, cells)) / len(cells)
    breadth = (width - 1) / width if width > 1 else 0.02
    return _Judged(dialect, consistency * known * breadth, consistency, known, width)


def _plausible(cell: str) -> float:
    """How much a cell looks like one value, 0 to 1."""
    cell = cell.strip()
    if not cell or _KNOWN.fullmatch(cell):
        return 1.0
    return 0.7 if _TEXT.fullmatch(cell) else 0.1


def _dialect_evidence(best: _Judged, judged: Sequence[_Judged]) -> list[Evidence]:
    others = [one for one in judged if one.dialect.delimiter != best.dialect.delimiter]
    second = max(others, key=lambda one: one.score, default=None)
    why = f"{best.consistency:.0%} of rows agree on {best.width} cells, {best.known:.0%} of cells look like values"
    if second is not None:
        why += f"; next best {second.dialect.delimiter!r} ({second.score:.2f} against {best.score:.2f})"
    quote = best.dialect.quote
    quoted = f"cells quoted with {quote} come out whole" if quote else "no quotes that pair up"
    found = [
        Evidence("delimiter", best.dialect.delimiter, why),
        Evidence("quote", quote, quoted),
    ]
    if best.dialect.escape:
        found.append(
            Evidence(
                "escape", best.dialect.escape, f"quotes inside cells follow {best.dialect.escape}"
            )
        )
    return found


def _preamble(text: str, dialect: Dialect, rows: Sequence[Sequence[str]], width: int) -> int:
    """How many lines stand before the table: rows of another width that come before it."""
    if not rows:
        return 0
    first = 0
    if width > 1 and len(rows[0]) < width:
        first = next(at for at, row in enumerate(rows) if len(row) >= width)
        if any(sum(map(bool, row)) * 2 > width for row in rows[:first]):
            first = 0
    return _lines_before(text, dialect, first)


def _lines_before(text: str, dialect: Dialect, record: int) -> int:
    """How many lines stand before a record (0 is the first), blank lines among them counted."""
    lines = list(io.StringIO(text[: 1 << 16], newline=""))
    before = 0
    if record:
        reader = csv.reader(
            iter(lines),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            escapechar=dialect.escape or None,
        )
        seen = 0
        for row in reader:
            seen += bool(row)
            if seen == record:
                before = reader.line_num
                break
    while before < len(lines) - 1 and not lines[before].strip("\r\n"):
        before += 1
    return before


def _has_header(rows: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Whether the first row names columns: texts above values, or texts found nowhere below."""
    if not rows:
        return True, "no rows"
    first, body = rows[0], rows[1:]
    names = [cell.strip() for cell in first]
    numeric = [name for name in names if _NUMERIC.fullmatch(name)]
    if not body:
        return not numeric, "only one row, " + ("with numbers in it" if numeric else "all text")
    votes = 0
    for at, name in enumerate(names):
        column = [row[at].strip() for row in body if at < len(row) and row[at].strip()]
        if not column or not name:
            continue
        share = sum(1 for cell in column if _NUMERIC.fullmatch(cell)) / len(column)
        if _NUMERIC.fullmatch(name):
            votes -= 2 if share > 0.5 else 0
        elif share > 0.7:
            votes += 2
        elif name in column:
            votes -= 1
        else:
            lengths = {len(cell) for cell in column}
            votes += 1 if len(lengths) == 1 and len(name) not in lengths else 0
    if votes > 0:
        return True, "texts in the first row stand above values of another kind"
    if votes < 0:
        return False, "the first row looks like the rows below it"
    if numeric:
        return False, "the first row holds numbers"
    if len(set(names)) == len(names) and all(names):
        return True, "the first row is all text, and no cell of it is repeated"
    return False, "nothing tells the first row from the others"
