"""CSV text with a delimiter of more than one ASCII character, or with comments, made plain."""

from __future__ import annotations

from typing import BinaryIO

from connectors.formats.csv_dialect import Dialect
from connectors.formats.encoding import Utf8Stream


def open_text(stream: BinaryIO, dialect: Dialect) -> Utf8Stream:
    """A binary stream as UTF-8 text of `dialect.plain`."""
    if dialect.is_plain:
        return Utf8Stream(stream, dialect.encoding, dialect.quote)
    return _Simplified(stream, dialect)


class _Simplified(Utf8Stream):
    """A stream of UTF-8 whose whole lines are simplified as they go by."""

    def __init__(self, stream: BinaryIO, dialect: Dialect) -> None:
        super().__init__(stream, dialect.encoding, dialect.quote)
        self._dialect = dialect
        self._line = b""

    def _next(self, size: int) -> bytes:
        data = self._line + super()._next(size)
        if not self._ended:
            end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
            data, self._line = data[:end], data[end:]
        return self._dialect.simplified(data.decode("utf-8", "replace")).encode()
