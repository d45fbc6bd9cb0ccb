"""Streams that stop what unpacks to far more than its size: bytes are counted as they pass."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from schema.errors import DecompressionBomb

BOMB_BYTES = 256 << 20
BOMB_RATIO = 800
"""What unpacks to more than both of these, from the bytes taken so far, is taken for a bomb and not
unpacked on. Deflate cannot pack more than 1,032 times."""


def bounded(stream: Any, packed: int | None, place: str, below: BinaryIO | None = None) -> BinaryIO:
    """The unpacked stream of `packed` bytes, which raises DecompressionBomb when it is one. Closing
    it closes the stream `below` too, whose place tells how many of them are taken.
    """
    return cast("BinaryIO", io.BufferedReader(_Bounded(stream, packed, place, below)))


def check(done: int, packed: int | None, place: str) -> None:
    """Raise DecompressionBomb when so many bytes came out of so many."""
    if done > BOMB_BYTES and (packed is None or done > packed * BOMB_RATIO):
        message = (
            f"unpacks to more than {BOMB_RATIO} times its size and {BOMB_BYTES >> 20} MiB; "
            "not read on (a decompression bomb?); unpack it and crawl that if you trust it"
        )
        raise DecompressionBomb(f"{place}: {message}")


class _Bounded(io.RawIOBase):
    def __init__(self, stream: Any, packed: int | None, place: str, below: Any) -> None:
        self._stream = stream
        self._packed = packed
        self._place = place
        self._below = below
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._done += len(data)
        if self._done > BOMB_BYTES:
            check(self._done, self._taken(), self._place)
        return len(data)

    def _taken(self) -> int | None:
        """Packed bytes that were taken so far; all of them where the stream below has no place."""
        try:
            return int(self._below.tell())
        except (AttributeError, OSError, ValueError):
            return self._packed

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._below is not None:
                self._below.close()
        super().close()
