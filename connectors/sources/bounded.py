"""Streams that stop what unpacks to far more than its size: bytes are counted as they pass."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from schema.errors import DecompressionBomb

BOMB_BYTES = 1 << 30
BOMB_RATIO = 1000
"""What unpacks to more than both of these is taken for a bomb and not unpacked on."""


def bounded(stream: Any, packed: int | None, place: str, below: BinaryIO | None = None) -> BinaryIO:
    """The unpacked stream of `packed` bytes, which raises DecompressionBomb when it is one. Closing
    it closes the stream below too.
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
        check(self._done, self._packed, self._place)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._below is not None:
                self._below.close()
        super().close()
