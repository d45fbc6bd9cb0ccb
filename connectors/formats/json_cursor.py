"""A cursor over JSON text that holds one value of it at a time."""

from __future__ import annotations

import codecs
import json
import re
from io import RawIOBase
from typing import Any, BinaryIO

import orjson

BLOCK_BYTES = 1 << 20
LONGEST_VALUE = 64 << 20

_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LEAST, _MOST = -(2**63), 2**64 - 1


class BrokenJson(ValueError):
    """The text is no JSON from here on, ends too early, or holds a value that is too long."""


def _integer(digits: str) -> int | float:
    """An integer of 64 bits, else the nearest double."""
    if len(digits) < 19:
        return int(digits)
    if len(digits) > 20:
        return float(digits)
    value = int(digits)
    return value if _LEAST <= value <= _MOST else float(digits)


class Cursor:
    """Reads values one after the other from UTF-8 text; each may have LONGEST_VALUE characters."""

    def __init__(self, stream: BinaryIO | RawIOBase) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""
        self._at = 0
        self._ended = False
        self._decoder = json.JSONDecoder(parse_int=_integer, parse_constant=self._constant)
        self.constants: set[str] = set()
        """Words for numbers that JSON does not have (`NaN`) and that were taken for such."""
        self.documents = 0
        """Documents begun, as the reader of them counts."""
        self.passed = 0
        """Characters that are left behind."""

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, char: str) -> bool:
        """Whether the next character is this one; then it is passed."""
        if self.peek() != char:
            return False
        self._at += 1
        return True

    def expect(self, char: str) -> None:
        """Pass this character. Raises BrokenJson when another stands there."""
        if not self.take(char):
            found = self.peek()
            raise BrokenJson(f"{found!r} instead of {char!r}" if found else "it ends too early")

    def value(self) -> Any:
        """The next value. Raises BrokenJson."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise BrokenJson("nested too deep") from None
            except ValueError as error:
                if len(self._text) - self._at > LONGEST_VALUE:
                    raise BrokenJson(f"a value longer than {LONGEST_VALUE >> 20} MiB") from None
                if not self._more():
                    why = "it ends too early" if self._at >= len(self._text) else str(error)
                    raise BrokenJson(why.partition(": line ")[0]) from None
                continue
            if end == len(self._text) and self._more():
                continue  # a number may go on
            if _SURROGATE.search(self._text, self._at, end):
                value = _whole(self._text[self._at : end])
            self._at = end
            return value

    def _constant(self, word: str) -> float:
        self.constants.add(word)
        return float(word)

    def _more(self) -> bool:
        """Read on; False at the end. What is asked for doubles, so that long values cost little."""
        if self._ended:
            return False
        data = self._stream.read(max(BLOCK_BYTES, len(self._text) - self._at))
        self._ended = not data
        self.passed += self._at
        self._text = self._text[self._at :] + self._decode(data or b"", not data)
        self._at = 0
        return True


def _whole(text: str) -> Any:
    """A value with escaped surrogates, of which each must be one of a pair. Raises BrokenJson."""
    try:
        return orjson.loads(text)
    except ValueError:
        raise BrokenJson("half of a surrogate pair") from None
