"""Hashes of texts in normal form: equal for texts that differ in case, spaces, punctuation or
leading zeros only, and for the number that digits stand for.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.hashing import hash_spans, mix
from schema.octets import text_buffers

_ZERO, _NINE, _DOT, _SPACE, _NOT_ASCII = ord("0"), ord("9"), ord("."), ord(" "), 0x80
_MOST_DIGITS = 18  # a number of so many digits surely is an int64


def _normal_bytes() -> np.ndarray:
    """What each byte becomes: letters in lower case, 0 for what is left out."""
    table = np.zeros(256, dtype=np.uint8)
    for character in "0123456789abcdefghijklmnopqrstuvwxyz.":
        table[[ord(character), ord(character.upper())]] = ord(character)
    table[_NOT_ASCII:] = np.arange(_NOT_ASCII, 256, dtype=np.uint8)
    return table


_NORMAL = _normal_bytes()


def hash_normal(values: pa.Array) -> np.ndarray:
    """uint64 of each text's normal form, where that is not empty; `values` has no nulls.

    Letters and digits stay, in lower case, and points within numbers (`1.5`, `10.0.0.1`). Zeros
    in front go. What is digits and spaces only hashes as that integer does.
    """
    offsets, data = text_buffers(values)
    start = int(offsets[0])
    data, offsets = data[start : offsets[-1]], offsets.astype(np.int64) - start
    if len(data) and data.max() >= _NOT_ASCII:
        offsets, data = text_buffers(pc.utf8_lower(values))
        offsets = offsets.astype(np.int64)
        data = data[: offsets[-1]]
    normal = _NORMAL[data]
    _drop_points(normal, offsets)
    kept = normal != 0
    if not kept.all():
        bounds = np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])[offsets]
        normal = normal[kept]
    else:
        bounds = offsets
    filled = np.flatnonzero(bounds[1:] > bounds[:-1])
    starts, lengths = bounds[filled], (bounds[1:] - bounds[:-1])[filled]
    starts, lengths = _without_zeros(normal, starts, lengths)
    hashes = hash_spans(normal, starts, lengths)
    digits = (normal[starts] >= _ZERO) & (normal[starts] <= _NINE) & (lengths <= _MOST_DIGITS)
    numbers = np.flatnonzero(digits)
    numbers = numbers[_digits_only(data, offsets, filled[numbers])]
    hashes[numbers] = mix(_integers(normal, starts[numbers], lengths[numbers]))
    return hashes


def _drop_points(normal: np.ndarray, offsets: np.ndarray) -> None:
    """Leave out the points that do not stand between two digits of one text, in place."""
    points = np.flatnonzero(normal == _DOT)
    if not len(points):
        return
    digit = (normal >= _ZERO) & (normal <= _NINE)
    ends = np.searchsorted(offsets, points, side="right")
    inside = (points > offsets[ends - 1]) & (points + 1 < offsets[ends])
    before = digit[np.maximum(points - 1, 0)]
    after = digit[np.minimum(points + 1, len(normal) - 1)]
    normal[points[~(inside & before & after)]] = 0


def _without_zeros(
    compact: np.ndarray, starts: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Spans without the zeros in front; of zeros alone one stays."""
    active = np.flatnonzero(lengths > 1)
    while len(active):
        active = active[compact[starts[active]] == _ZERO]
        starts[active] += 1
        lengths[active] -= 1
        active = active[lengths[active] > 1]
    return starts, lengths


def _digits_only(data: np.ndarray, offsets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Whether each of those texts is digits and spaces only."""
    if not len(rows):
        return np.zeros(0, dtype=bool)
    other = (data != _SPACE) & ((data < _ZERO) | (data > _NINE))
    counted = np.concatenate([[0], np.cumsum(other, dtype=np.int64)])
    same: np.ndarray = counted[offsets[rows + 1]] == counted[offsets[rows]]
    return same


def _integers(compact: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    numbers = np.zeros(len(starts), dtype=np.uint64)
    active = np.arange(len(starts))
    for position in range(int(lengths.max(initial=0))):
        active = active[lengths[active] > position]
        digits = compact[starts[active] + position].astype(np.uint64) - np.uint64(_ZERO)
        numbers[active] = numbers[active] * np.uint64(10) + digits
    return numbers
