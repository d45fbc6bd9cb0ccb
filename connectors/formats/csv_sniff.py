"""The dialect of CSV text, with the reasons: each candidate is tried and judged by its cells.

The judgement follows G. van den Burg, A. Nazábal and C. Sutton, «Wrangling messy CSV files by
detecting row and type patterns» (2019): a good dialect gives rows of one width whose cells look
like values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from connectors.formats.csv_dialect import Dialect
from connectors.formats.csv_header import after_lines, has_header, preamble, table_width
from connectors.model import Evidence, Options

DELIMITERS = ",;\t|: ^~\x01"
PRIORS = {" ": 0.2, ":": 0.5, "^": 0.9, "~": 0.8}
"""How likely a rare delimiter is where all else is equal."""

NO_QUOTE_PRIOR = 0.9
SINGLE_QUOTE_PRIOR = 0.92
ONE_COLUMN = 0.03

JUDGED_CHARACTERS = 48 * 1024
JUDGED_ROWS = 300

_CURRENCY = r"[$€£¥]"
_NUMBER = (
    rf"(?:{_CURRENCY}\s?)?[-+]?(?:\d{{1,3}}(?:[ ,.']\d{{3}})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[-+]\d\d:?\d\d|[AaPp]\.?[Mm]\.?)?"
_KNOWN = re.compile(
    "|".join(
        (
            rf"{_NUMBER}(?:\s?(?:%|{_CURRENCY}))?",
            rf"\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}(?:[T ]{_TIME})?",
            _TIME,
            r"\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}",
            r"[\w.+-]+@[\w-]+\.[\w.-]+",
            r"(?:https?|ftp|s3|file)://\S+|www\.\S+",
            r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?",
            r"[nN]/[aA]|-|\?|\.",
            r"[^\W_][\w\-./]*",
        )
    )
)
_TEXT = re.compile(r"[\w(¿¡#@*<&/$€£+-][\w\s\-.,:!?&/()'’+%$€£°#@*\[\]=<>]*")
_BROKEN = re.compile(r"^[\"']|[\"']$|[\"'][,;\t|]|[,;\t|][\"']|\t")


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


def sniff(text: str, fixed: Mapping[str, str]) -> Sniffed:
    """Delimiter, quote, escape, header and preamble of text; what `fixed` names is not tried.

    The last few answers are kept: a small file is recognised and examined by the same text.
    """
    return _sniff(text, tuple(sorted(fixed.items())))


@lru_cache(maxsize=4)
def _sniff(text: str, options: Options) -> Sniffed:
    fixed = dict(options)
    start = Dialect().fixed(tuple((key, fixed[key]) for key in fixed if key != "encoding"))
    candidates = _candidates(text[:JUDGED_CHARACTERS], start, fixed)
    judged = [_judge(text, dialect) for dialect in candidates]
    best = max(judged, key=lambda one: one.score)
    dialect = best.dialect
    evidence = _evidence(best, judged)
    if "skip" not in fixed:
        dialect = replace(dialect, skip=preamble(text, dialect))
        if dialect.skip:
            why = f"{dialect.skip} lines stand before the first row of the table"
            evidence.append(Evidence("skip", str(dialect.skip), why))
    rows = list(islice(dialect.rows(after_lines(text, dialect.skip)), 1000))
    if "header" not in fixed:
        header, why = has_header(rows)
        dialect = replace(dialect, header=header)
        evidence.append(Evidence("header", "true" if header else "false", why))
    width = table_width(rows)
    agreement = sum(len(row) == width for row in rows) / max(1, len(rows))
    return Sniffed(dialect, width, agreement, len(rows), tuple(evidence))


def _candidates(text: str, start: Dialect, fixed: Mapping[str, str]) -> list[Dialect]:
    delimiters = [char for char in DELIMITERS if char in text] or [","]
    quotes = ['"']
    if "'" in text:
        quotes.append("'")
    if '"' in text:
        quotes.append("")
    if "delimiter" in fixed:
        delimiters = [start.delimiter]
    if "quote" in fixed:
        quotes = [start.quote]
    candidates = []
    for delimiter in delimiters:
        for quote in quotes:
            if quote == "'" and "quote" not in fixed and not _surrounds(quote, delimiter, text):
                continue
            dialect = replace(start, delimiter=delimiter, quote=quote)
            if quote and re.search(re.escape(delimiter) + " +" + quote, text):
                dialect = replace(dialect, initial_space=True)
            candidates.append(dialect)
            if quote and "escape" not in fixed and ("\\" + quote) in text:
                candidates.append(replace(dialect, escape="\\"))
    return candidates


def _surrounds(quote: str, delimiter: str, text: str) -> bool:
    """Whether a quote stands at both ends of some cell."""
    edge = re.escape(delimiter)
    cell = rf"(?:^|{edge}) *{quote}[^{quote}]*{quote} *(?:{edge}|$)"
    return re.search(cell, text, re.MULTILINE) is not None


def _judge(text: str, dialect: Dialect) -> _Judged:
    body = after_lines(text, dialect.skip)[:JUDGED_CHARACTERS]
    try:
        rows = list(islice(dialect.rows(body), JUDGED_ROWS))
    except Exception:  # noqa: BLE001 - a candidate that csv refuses is no candidate
        rows = []
    if len(body) < len(text) and 1 < len(rows) < JUDGED_ROWS:
        rows.pop()
    if not rows:
        return _Judged(dialect, 0.0, 0.0, 0.0, 0)
    widths = Counter(len(row) for row in rows)
    width = table_width(rows)
    agreement = sum((count / len(rows)) ** 2 for count in widths.values())
    cells = Counter(cell for row in rows for cell in row)
    lines = sum(count * (1 + cell.count("\n")) for cell, count in cells.items())
    plausible = sum(count * _plausible(cell) for cell, count in cells.items()) / lines
    breadth = sum(
        count * ((width - 1) / width if width > 1 else ONE_COLUMN)
        for width, count in widths.items()
    ) / len(rows)
    prior = PRIORS.get(dialect.delimiter, 1.0)
    prior *= {"": NO_QUOTE_PRIOR, "'": SINGLE_QUOTE_PRIOR}.get(dialect.quote, 1.0)
    score = (0.2 + 0.8 * agreement) * plausible**2 * breadth * prior
    return _Judged(dialect, score, widths[width] / len(rows), plausible, width)


def _plausible(cell: str) -> float:
    """How much a cell looks like one value, 0 to 1."""
    cell = cell.strip()
    if not cell or _KNOWN.fullmatch(cell):
        return 1.0
    if _BROKEN.search(cell):
        return 0.1
    return 0.9 if _TEXT.fullmatch(cell) else 0.5


def _evidence(best: _Judged, judged: Sequence[_Judged]) -> list[Evidence]:
    dialect = best.dialect
    why = f"{best.agreement:.0%} of rows have {best.width} cells, {best.plausible:.0%} plausible"
    others = [one for one in judged if one.dialect.delimiter != dialect.delimiter]
    if others:
        second = max(others, key=lambda one: one.score)
        why += f"; {second.dialect.delimiter!r} scores {second.score:.2f} against {best.score:.2f}"
    quote = dialect.quote
    reason = f"cells in {quote} come out whole" if quote else "quotes do not pair up around cells"
    found = [Evidence("delimiter", dialect.delimiter, why), Evidence("quote", quote, reason)]
    if dialect.initial_space:
        found.append(Evidence("initial_space", "true", "spaces stand before quoted cells"))
    if dialect.escape:
        reason = f"quotes inside cells follow {dialect.escape}"
        found.append(Evidence("escape", dialect.escape, reason))
    return found
