"""Durations in text: ISO 8601 (`PT1H30M`), days with a clock (`1 day, 2:03:04`), long clocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.kind import Kind
from schema.written.patterns import matches, parts_of

_ISO = (
    r"^(?P<sign>-?)P(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6}(?:\.\d{1,6})?)S)?)?$"
)
_CLOCK = (
    r"^(?P<sign>-?)(?:(?P<days>\d{1,6}) days?,? )?"
    r"(?P<hours>\d{1,4}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d(?:\.\d{1,6})?)$"
)
SPAN_PATTERNS = (_ISO, _CLOCK)
_HAS_PART = r"\d[DHMS]"
_MICROSECONDS = {"days": 86_400e6, "hours": 3600e6, "minutes": 60e6, "seconds": 1e6}


def classify_spans(values: pa.Array) -> Iterator[tuple[Kind, np.ndarray]]:
    """The places of durations."""
    found = matches(values, _ISO) & matches(values, _HAS_PART) | matches(values, _CLOCK)
    yield Kind.DURATION, np.flatnonzero(found)


def durations(values: pa.Array) -> pa.Array:
    """Texts of durations in microseconds. Raises pa.ArrowInvalid when one is none."""
    iso = pc.starts_with(pc.replace_substring(values, "-", ""), "P")
    total = np.zeros(len(values))
    sign = np.ones(len(values))
    for pattern, chosen in ((_ISO, iso), (_CLOCK, pc.invert(iso))):
        at = np.flatnonzero(chosen.to_numpy(zero_copy_only=False))
        if not len(at):
            continue
        parts = parts_of(values.take(pa.array(at)), pattern)
        for name, factor in _MICROSECONDS.items():
            texts = parts[name]
            numbers = pc.cast(pc.if_else(pc.equal(texts, ""), "0", texts), pa.float64())
            total[at] += np.round(numbers.to_numpy(zero_copy_only=False) * factor)
        minus = pc.equal(parts["sign"], "-").to_numpy(zero_copy_only=False)
        sign[at] = np.where(minus, -1, 1)
    return pa.array((total * sign).astype(np.int64)).cast(pa.duration("us"))
