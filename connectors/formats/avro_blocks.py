"""Blocks of Avro container files, unpacked one at a time and never beyond a bound.

The reader of Avro unpacks a block in one piece, whatever it comes to, and knows few codecs. So it
is given the same file with its blocks unpacked already (Avro 1.11.1 specification, Object Container
Files).
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import pyarrow as pa

from schema.errors import DecompressionBomb

MOST_BLOCK_BYTES = 128 << 20
"""A block is held in memory as a whole, packed and unpacked."""

MAGIC = b"Obj\x01"
_LONGEST_NUMBER = 10
_CRC_BYTES = 4


class BrokenBlock(ValueError):
    """A block that is not as the specification has it."""


def unpacked(stream: BinaryIO, header: dict[str, Any], place: str) -> BinaryIO:
    """The container whose header has just been read from `stream`, with its blocks unpacked.

    Reading it raises BrokenBlock, or DecompressionBomb for a block of more than MOST_BLOCK_BYTES.
    """
    meta: dict[str, bytes] = header["meta"]
    codec = meta.get("avro.codec", b"null").decode()
    unpack = _CODECS.get(codec)
    if unpack is None:
        raise BrokenBlock(f"no codec called {codec[:40]!r} is known; write it with deflate")
    pieces = _pieces(stream, meta["avro.schema"], header["sync"], unpack, place)
    return cast("BinaryIO", io.BufferedReader(_Joined(pieces), 1 << 16))


def _pieces(
    stream: BinaryIO,
    schema: bytes,
    sync: bytes,
    unpack: Callable[[bytes], bytes],
    place: str,
) -> Iterator[bytes]:
    entries = (b"avro.schema", schema), (b"avro.codec", b"null")
    told = b"".join(_number(len(part)) + part for entry in entries for part in entry)
    yield MAGIC + _number(len(entries)) + told + _number(0) + sync
    while (count := _read_number(stream)) is not None:
        size = _read_number(stream)
        if size is None or size < 0 or count < 0:
            raise BrokenBlock("a block of no size")
        if size > MOST_BLOCK_BYTES:
            raise BrokenBlock(f"a block of {size:,} bytes")
        packed = stream.read(size)
        if len(packed) < size:
            raise BrokenBlock("it ends within a block")
        data = unpack(packed)
        if len(data) > MOST_BLOCK_BYTES:
            raise DecompressionBomb(
                f"{place}: a block unpacks from {size:,} bytes to more than "
                f"{MOST_BLOCK_BYTES >> 20} MiB; not read on (a decompression bomb?); write it with "
                "smaller blocks if you trust it"
            )
        yield _number(count) + _number(len(data))
        yield data
        yield stream.read(len(sync))


def _deflate(packed: bytes) -> bytes:
    return zlib.decompressobj(-15).decompress(packed, MOST_BLOCK_BYTES + 1)


def _bzip2(packed: bytes) -> bytes:
    return bz2.BZ2Decompressor().decompress(packed, MOST_BLOCK_BYTES + 1)


def _xz(packed: bytes) -> bytes:
    return lzma.LZMADecompressor().decompress(packed, MOST_BLOCK_BYTES + 1)


def _zstandard(packed: bytes) -> bytes:
    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        return bytes(stream.read(MOST_BLOCK_BYTES + 1))


def _snappy(packed: bytes) -> bytes:
    """Snappy's raw format, which begins with the size; behind it stands a checksum."""
    size = shift = 0
    for byte in packed[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > MOST_BLOCK_BYTES:
        return b"\0" * (MOST_BLOCK_BYTES + 1)
    return bytes(pa.decompress(packed[:-_CRC_BYTES], size, "snappy", asbytes=True))


_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "bzip2": _bzip2,
    "deflate": _deflate,
    "null": lambda packed: packed,
    "snappy": _snappy,
    "xz": _xz,
    "zstandard": _zstandard,
}


def _number(value: int) -> bytes:
    """A long as Avro writes it: zigzag, seven bits a byte, the lowest first."""
    value = (value << 1) ^ (value >> 63)
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)


def _read_number(stream: BinaryIO) -> int | None:
    """A long; None at the end of the stream."""
    value = 0
    for at in range(_LONGEST_NUMBER):
        byte = stream.read(1)
        if not byte:
            if at:
                raise BrokenBlock("it ends within a number")
            return None
        value |= (byte[0] & 0x7F) << (7 * at)
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
    raise BrokenBlock("a number that is too long")


class _Joined(io.RawIOBase):
    """Pieces of bytes as one stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")
        self._at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        while not len(self._left):
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        self._at += count
        return count
