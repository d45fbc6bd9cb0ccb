"""Dialects that CSV text may be written in: those worth trying, by the characters that it holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.formats.csv_dialect import UNIT, Dialect

COMMON = ",;\t|"
USUAL = ": ^~\x01\x1f"
PRIORS = {**dict.fromkeys(COMMON, 1.0), " ": 0.2, ":": 0.5, "^": 0.7, "~": 0.7, "\x01": 1, UNIT: 1}
RARE_PRIOR = 0.4
"""How likely a delimiter is where all else is equal."""

STEADY = 0.85
"""The share of lines that must have a rare delimiter the same number of times."""

LOOKED_AT = 100
"""Lines in which rare delimiters are looked for."""

_RARE = re.compile(r"[^\w\s\x00-\x1f\x7f\"'.,;()\[\]{}<>/\\+%$€£¥₹&@°!?*-]")
_LONGER = re.compile(r"([|~^#@$&*:;!=§¦¬¤\t])\1{1,2}|[~^#@*&%$!]?\|[~^#@*&%$!;,]\|?")
_QUOTED = re.compile(r'"(?:[^"\n\r]|"")*"')


def prior(delimiter: str) -> float:
    """How likely a delimiter is before any text was looked at; 1 for the common ones."""
    return PRIORS.get(delimiter, 1.0 if len(delimiter) > 1 else RARE_PRIOR)


def candidates(
    text: str, lines: Sequence[str], start: Dialect, fixed: Mapping[str, str]
) -> list[Dialect]:
    """Dialects to be tried on text with those lines; what `fixed` names stays as in `start`."""
    delimiters = [start.delimiter] if "delimiter" in fixed else list(_delimiters(text, lines))
    quotes = [start.quote] if "quote" in fixed else _quotes(text)
    found = []
    for delimiter in delimiters:
        for quote in quotes:
            if quote == "'" and "quote" not in fixed and not _single_quotes(delimiter, text):
                continue
            dialect = replace(start, delimiter=delimiter, quote=quote)
            if quote and re.search(re.escape(delimiter) + " +" + quote, text):
                dialect = replace(dialect, initial_space=True)
            found.append(dialect)
            if quote and "escape" not in fixed and ("\\" + quote) in text:
                found.append(replace(dialect, escape="\\"))
    return found


def _delimiters(text: str, lines: Sequence[str]) -> Iterator[str]:
    yield from ([char for char in COMMON + USUAL if char in text] or [","])
    bare = [_QUOTED.sub("q", line) for line in lines[:LOOKED_AT]]
    bare = [line for line in bare if line.strip()]
    for pattern in (_RARE, _LONGER):
        counts = [Counter(found.group() for found in pattern.finditer(line)) for line in bare]
        for mark in {mark for count in counts for mark in count}:
            if mark in COMMON or mark in USUAL:
                continue
            times = Counter(count[mark] for count in counts)
            usual, rows = times.most_common(1)[0]
            if usual and rows >= STEADY * len(bare) and len(bare) > 1:
                yield mark


def _quotes(text: str) -> list[str]:
    quotes = ['"']
    if "'" in text:
        quotes.append("'")
    if '"' in text:
        quotes.append("")
    return quotes


def _single_quotes(delimiter: str, text: str) -> bool:
    """Whether more cells stand in single quotes than in double ones; empty ones do not count."""
    return _surrounded("'", delimiter, text) > _surrounded('"', delimiter, text)


def _surrounded(quote: str, delimiter: str, text: str) -> int:
    edge = re.escape(delimiter)
    inner = rf"(?:[^{quote}\r\n]|{quote}{quote})+"
    cell = rf"(?:^|{edge}) *{quote}{inner}{quote} *(?={edge}|\r?$|\r)"
    return len(re.findall(cell, text, re.MULTILINE))
