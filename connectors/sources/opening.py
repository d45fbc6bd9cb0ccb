"""Streams of fsspec file systems that are what they say: each with a place of its own, and none
that claims to be searched where it can only be read onward.
"""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

_gives_ranges: dict[str, bool] = {}
"""Of web servers, by host and port."""


def opened(fs: Any, path: str) -> BinaryIO:
    """A new stream of a file. Raises OSError, and what the file system raises."""
    stream = fs.open(path, "rb")
    if isinstance(stream, io.BytesIO):  # in memory: one object for all who read
        return io.BytesIO(stream.getvalue())
    if hasattr(stream, "async_fetch_range") and not _in_ranges(stream, path):
        stream.close()
        stream = _streamed(fs, path)
    if type(stream).__name__ == "HTTPStreamFile":
        return cast("BinaryIO", _Onward(stream))
    return cast("BinaryIO", stream)


def _streamed(fs: Any, path: str) -> Any:
    try:
        return fs.open(path, "rb", block_size=0)
    except OSError:
        raise
    except Exception as error:  # what aiohttp makes of an answer that is an error
        raise ConnectionError(f"{type(error).__name__}: {error}") from error


def _in_ranges(stream: Any, path: str) -> bool:
    """Whether a web server gives any part of a file; asked once, for the last byte of one."""
    host = urlsplit(path).netloc
    if host not in _gives_ranges:
        if stream.size < 2:
            return True
        from fsspec.asyn import sync

        try:
            sync(stream.loop, stream.async_fetch_range, stream.size - 1, stream.size)
            _gives_ranges[host] = True
        except ValueError:
            _gives_ranges[host] = False
        except Exception:  # noqa: BLE001 - reading will tell what is wrong
            return True
    return _gives_ranges[host]


class _Onward(io.RawIOBase):
    """A stream that cannot be searched."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return bytes(self._stream.read(size))

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()
