"""Values as people write them: numbers with marks and units, dates in any order, words for truth.

`classify` tells the kind of each text, which depends on nothing but itself; `parse` reads texts
of one kind. Where a text has two readings (`1,234`, `1/2/2013`) its kind says so, and the other
values of its column decide by `schema.notation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from string import ascii_letters

import numpy as np
import pyarrow as pa

from schema.kind import Kind
from schema.written.dates import BEGINNINGS, DATE_KINDS, DATE_PATTERNS, classify_dates, parse_dates
from schema.written.numbers import (
    CODES,
    NUMBER_KINDS,
    NUMBER_PATTERNS,
    classify_numbers,
    parse_numbers,
)
from schema.written.patterns import FEW, compiled
from schema.written.spans import SPAN_PATTERNS, classify_spans, durations
from schema.written.words import NO, YES, one_language

__all__ = [
    "DATE_KINDS",
    "NO",
    "NUMBER_KINDS",
    "YES",
    "classify",
    "durations",
    "is_likely",
    "one_language",
    "parse",
]

LONGEST = 48
"""Bytes of the longest text that may be a value; longer ones are text."""

_PATTERNS = (*NUMBER_PATTERNS, *DATE_PATTERNS, *SPAN_PATTERNS)
_MARK, _LETTER = 1, 2
_FIRST = np.zeros(256, dtype=np.uint8)
_FIRST[list(b"0123456789+-.,($ ")] = _MARK
_FIRST[[mark.encode()[0] for mark in "€£¥₹₽₩₺₪−"]] = _MARK
_FIRST[[ord(letter) for letter in ascii_letters]] = _LETTER
_SECOND = np.zeros(256, dtype=bool)
_SECOND[[ord(letter) for letter in ascii_letters]] = True
_SECOND[[ord("$"), 0xC3]] = True  # C$, and é of février


def is_likely(values: pa.Array, first: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Those of the `places` whose texts may be of a written kind, by lengths and first bytes."""
    from schema.octets import text_buffers

    offsets, data = text_buffers(values)
    known = _FIRST[first[places]]
    places, known = places[known > 0], known[known > 0]
    starts = offsets[places].astype(np.int64)
    lengths = offsets[places + 1] - starts
    fits = (lengths > 1) & (lengths <= LONGEST)
    letters = np.flatnonzero(fits & (known == _LETTER) & (lengths > 2))
    fits &= known == _MARK
    if len(letters):
        second = data[starts[letters] + 1]
        begins_p = (first[places[letters]] == ord("P")) & (second <= ord("9"))
        letters = letters[_SECOND[second] | begins_p]
        head = [data[starts[letters] + at].astype(np.uint32) for at in range(3)]
        fits[letters] = np.isin((head[0] | 32) << 16 | (head[1] | 32) << 8 | head[2] | 32, _heads())
        fits[letters] |= (head[0] == ord("P")) & ((head[1] == ord("T")) | (head[1] <= ord("9")))
    found: np.ndarray = places[fits]
    if len(found) <= FEW and not any(map(_may_be, values.take(pa.array(found)).to_pylist())):
        return found[:0]
    return found


def _may_be(text: str) -> bool:
    return any(compiled(pattern).match(text) for pattern in _PATTERNS)


@cache
def _heads() -> np.ndarray:
    """The first three bytes that names of months, weekdays and currencies begin with."""
    heads = {name[:3].ljust(3).encode()[:3] for name in (*BEGINNINGS, *CODES)}
    return np.array([(b[0] | 32) << 16 | (b[1] | 32) << 8 | (b[2] | 32) for b in heads], np.uint32)


def classify(values: pa.Array) -> Iterator[tuple[Kind, np.ndarray]]:
    """Each kind with the places of its texts. A text that is of no such kind is at no place."""
    left = np.arange(len(values))
    for look in (classify_numbers, classify_dates, classify_spans):
        taken = values.take(pa.array(left)) if len(left) < len(values) else values
        found = np.zeros(len(left), dtype=bool)
        for kind, at in look(taken):
            if len(at):
                yield kind, left[at]
                found[at] = True
        left = left[~found]
        if not len(left):
            return


def parse(values: pa.Array, kind: Kind, *, other: bool = False) -> pa.Array:
    """Texts of one written kind: numbers as int64 or double, dates as date32, times as time64,
    moments as timestamp. Of two readings the first (marks between thousands, the day first), or
    the `other`. Raises pa.ArrowInvalid when one of them is not of that kind.
    """
    if kind in NUMBER_KINDS:
        return parse_numbers(values, kind, other=other)
    return parse_dates(values, kind, other=other)
