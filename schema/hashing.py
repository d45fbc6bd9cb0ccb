"""64-bit hashes of Arrow values, equal for equal values whatever their type or chunking.

Integers hash by value, doubles that are whole by that integer, text by its UTF-8 bytes. Stable
over processes, machines and versions, since they are stored. Not made to withstand collisions
that somebody seeks: they only feed sketches.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.octets import text_buffers

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LONG_TEXT = 256  # bytes; longer texts are rare, one call of a hash function each is cheap enough
_TAIL_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(8)] + [2**64 - 1], dtype=np.uint64)
_EXACT_INTEGERS = 2.0**63


def mix(values: np.ndarray) -> np.ndarray:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014) over uint64 values, in place."""
    values += _GOLDEN
    values ^= values >> np.uint64(30)
    values *= _MIX_1
    values ^= values >> np.uint64(27)
    values *= _MIX_2
    values ^= values >> np.uint64(31)
    return values


def hash_values(values: pa.Array) -> np.ndarray:
    """uint64 of each value; `values` has no nulls and is not nested."""
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return hash_bytes(values)
    if pa.types.is_floating(kind):
        return _hash_doubles(pc.cast(values, pa.float64()).to_numpy())
    if pa.types.is_integer(kind) and kind != pa.uint64():
        return mix(pc.cast(values, pa.int64()).to_numpy().astype(np.int64).view(np.uint64))
    if kind == pa.uint64():
        return mix(values.to_numpy().copy())
    if pa.types.is_boolean(kind):
        return mix(values.to_numpy(zero_copy_only=False).astype(np.uint64))
    if pa.types.is_date(kind):
        return mix(pc.cast(pc.cast(values, pa.date32()), pa.int32()).to_numpy().astype(np.uint64))
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind) or pa.types.is_time(kind):
        return mix(_ticks(values))
    if pa.types.is_large_binary(kind) or pa.types.is_binary(kind):
        return hash_bytes(values)
    if pa.types.is_fixed_size_binary(kind) and not pa.types.is_decimal(kind):
        return hash_bytes(pc.cast(values, pa.binary()))
    return hash_bytes(_as_text(values))


def hash_bytes(values: pa.Array) -> np.ndarray:
    """uint64 of each text or binary, eight bytes at a time over all values at once."""
    offsets, data = text_buffers(values)
    starts, lengths = offsets[:-1].astype(np.int64), np.diff(offsets).astype(np.int64)
    return hash_spans(data[: offsets[-1]], starts, lengths)


def hash_spans(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """uint64 of each span of the bytes `data` (uint8); starts and lengths are int64."""
    hashes = mix(lengths.astype(np.uint64))
    padded = np.concatenate([data, np.zeros(8, dtype=np.uint8)])
    words = np.lib.stride_tricks.as_strided(
        padded[:8].view(np.uint64), shape=(len(padded) - 7,), strides=(1,)
    )
    active = np.flatnonzero((lengths > 0) & (lengths <= _LONG_TEXT))
    position = 0
    while len(active):
        left = lengths[active] - position
        word = words[starts[active] + position] & _TAIL_MASKS[np.minimum(left, 8)]
        hashes[active] = mix(hashes[active] ^ word)
        position += 8
        active = active[left > 8]
    for index in np.flatnonzero(lengths > _LONG_TEXT):
        text = data[starts[index] : starts[index] + lengths[index]].tobytes()
        hashes[index] = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
    return hashes


def _hash_doubles(values: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        whole = (np.trunc(values) == values) & (np.abs(values) < _EXACT_INTEGERS)
        integers = np.where(whole, values, 0.0).astype(np.int64).view(np.uint64)
    values = np.where(np.isnan(values), np.nan, values)  # one NaN, whatever its payload
    return mix(np.where(whole, integers, values.view(np.uint64)))


def _ticks(values: pa.Array) -> np.ndarray:
    ticks = pc.cast(values, pa.int32() if values.type.bit_width == 32 else pa.int64())
    factor = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[values.type.unit]
    with np.errstate(over="ignore"):
        scaled: np.ndarray = ticks.to_numpy().astype(np.int64).view(np.uint64) * np.uint64(factor)
    return scaled


def _as_text(values: pa.Array) -> pa.Array:
    try:
        return pc.cast(values, pa.string())
    except pa.ArrowNotImplementedError:
        return pa.array([str(value) for value in values.to_pylist()], pa.string())
