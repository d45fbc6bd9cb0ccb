"""Trying again what fails for a while: servers that are busy, connections that break."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar, cast

from schema.errors import HeadwaterError

ATTEMPTS = 4
FIRST_WAIT_SECONDS = 0.2
PERMANENT = (
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    NotImplementedError,
    PermissionError,
)

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers of web servers that another try may change."""

BUFFER_BYTES = 1 << 20

Result = TypeVar("Result")


def transient(error: BaseException) -> bool:
    """Whether another try may end otherwise: not where a place is missing or refuses, unless that
    is how a file system tells that its server was busy or out of reach.
    """
    if not isinstance(error, PERMANENT):
        return True
    cause = error.__cause__
    if not isinstance(error, FileNotFoundError) or cause is None:
        return False
    status = getattr(cause, "status", None)
    unconnected = isinstance(cause, OSError) and not isinstance(cause, PERMANENT)
    return status in BUSY or (status is None and unconnected)


def patient(opened: Callable[[], BinaryIO]) -> BinaryIO:
    """A stream that is opened again where it was when reading it fails. Raises as `opened` does."""
    return cast("BinaryIO", io.BufferedReader(_Patient(opened), BUFFER_BYTES))


class _Patient(io.RawIOBase):
    def __init__(self, opened: Callable[[], BinaryIO]) -> None:
        self._opened = opened
        self._stream: BinaryIO | None = retried(opened)
        self._seekable = self._stream.seekable()
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = retried(lambda: self._sought(offset, whence))
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        try:
            data = retried(lambda: self._read(len(buffer)))
        except (OSError, HeadwaterError):
            raise
        except Exception as error:  # packages have errors of their own for what the network does
            raise ConnectionError(f"{type(error).__name__}: {error}") from error
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed and self._stream is not None:
            self._stream.close()
        super().close()

    def _sought(self, offset: int, whence: int) -> int:
        stream = self._there()
        stream.seek(offset, whence)  # what it returns is None in some packages
        return stream.tell()

    def _read(self, count: int) -> bytes:
        try:
            return self._there().read(count)
        except Exception:
            if self._seekable and self._stream is not None:
                self._stream.close()
                self._stream = None
            raise

    def _there(self) -> BinaryIO:
        if self._stream is None:
            self._stream = self._opened()
            self._stream.seek(self._at)
        return self._stream


def retried(call: Callable[[], Result]) -> Result:
    """What `call` returns, tried up to four times with growing waits.

    What waiting cannot mend (a missing place, a refusal) is not tried again. Raises the last
    error.
    """
    for attempt in range(ATTEMPTS):
        try:
            return call()
        except Exception as error:
            if attempt == ATTEMPTS - 1 or not transient(error):
                raise
            spread = random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            time.sleep(FIRST_WAIT_SECONDS * 2**attempt * spread)
    raise AssertionError("the last attempt returns or raises")
