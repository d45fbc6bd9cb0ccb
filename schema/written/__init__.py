"""Values as people write them: numbers with marks and units, dates in any order, words for truth.

`classify` tells the kind of each text, which depends on nothing but itself; `parse` reads texts
of one kind. Where a text has two readings (`1,234`, `1/2/2013`) its kind says so, and the other
values of its column decide by `schema.notation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pyarrow as pa

from schema.kind import Kind
from schema.written.dates import BEGINNINGS, DATE_KINDS, classify_dates, parse_dates
from schema.written.numbers import CODES, NUMBER_KINDS, classify_numbers, parse_numbers
from schema.written.spans import classify_spans, durations
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

_FIRST = np.zeros(256, dtype=bool)
_FIRST[list(b"0123456789+-.,($ ")] = True
_FIRST[[mark.encode()[0] for mark in "€£¥₹−"]] = True


def is_likely(values: pa.Array, first: np.ndarray) -> np.ndarray:
    """Whether each text may be of a written kind, by its length and first bytes alone."""
    from schema.kinds import text_buffers

    offsets, data = text_buffers(values)
    lengths = np.diff(offsets)
    short = (lengths > 1) & (lengths <= LONGEST)
    letter = ((first | 32) >= ord("a")) & ((first | 32) <= ord("z"))
    likely: np.ndarray = short & _FIRST[first] & ~letter
    letters = np.flatnonzero(short & letter & (lengths > 2))
    if len(letters):
        starts = offsets[:-1][letters].astype(np.int64)
        head = [data[starts + at].astype(np.uint32) for at in range(3)]
        likely[letters] = np.isin(
            (head[0] | 32) << 16 | (head[1] | 32) << 8 | (head[2] | 32), _heads()
        )
        likely[letters] |= (head[0] == ord("P")) & ((head[1] == ord("T")) | (head[1] <= ord("9")))
    return likely


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
