"""Which character encoding bytes are in, with the reason, and a stream of them as UTF-8."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, BinaryIO

from connectors.formats.letters import fitting

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UTF8 = "utf-8"
_RARE, _NEARLY_ALL = 0.1, 0.9
_OTHER_SCRIPT = 0.1
"""The share of characters that digits, delimiters and line ends have in text of any script."""

_NO_TEXT = frozenset(("Cc", "Cn", "Co", "Cs"))
_ESCAPED = re.compile("[\udc80-\udcff]+")
FALLBACK = "cp1252"
LONGEST_LINE_BYTES = 1 << 20
GUESSED_BYTES = 64 * 1024
WIDE = 0.05
"""The share of bytes above 127 from which text may be in a script of many letters."""

MOST_MIXED = 2
"""So many whole sequences of UTF-8 for each bad byte do not come about in other encodings."""

COMMON = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r")
MULTIBYTE = frozenset(
    {"big5", "cp932", "cp949", "euc_jp", "euc_kr", "gb18030", "gbk", "shift_jis", "utf_16"}
)
"""Single-byte encodings that are written much, the most likely first."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A Python codec name, why it was chosen, and whether a byte order mark comes first."""

    name: str
    reason: str
    bom: bool = False


def detect(head: bytes, *, complete: bool) -> Encoding:
    """The encoding of text that starts with `head`; `complete` when that is all of it.

    Byte order mark first, then zero bytes at every second place, then UTF-8 by its own strict
    form, then what its letters become, then the statistics of charset-normalizer, else
    windows-1252.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, f"a byte order mark of {name}", bom=True)
    if wide := _wide(head):
        return Encoding(wide, "zero bytes at every second place")
    bad = _first_bad_byte(head, complete=complete)
    if bad is None:
        plain = "only ASCII" if head.isascii() else "valid UTF-8"
        return Encoding(UTF8, f"{plain} in the first {len(head)} bytes")
    if _mostly_utf8(head):
        return Encoding(UTF8, f"valid UTF-8 but for a few bytes, the first at {bad}")
    guessed = fitting(head[:GUESSED_BYTES]) or _guess(head)
    if guessed:
        return Encoding(guessed, f"byte {bad} is not UTF-8; {guessed} fits the letters best")
    return Encoding(FALLBACK, f"byte {bad} is not UTF-8; no other encoding fits better")


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: bytes at the same places of each few are zero."""
    sample = head[: len(head) // 4 * 4][:4096] or head[: len(head) // 2 * 2]
    if len(sample) < 4:
        return None
    zeros = [sample[place::4].count(0) * 4 / len(sample) for place in range(4)]
    for name, order in (("utf-32-le", zeros), ("utf-32-be", zeros[::-1])):
        if order[0] < _RARE and order[2] > _NEARLY_ALL and order[3] > _NEARLY_ALL:
            return name
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    for name, zero, other in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zero > _OTHER_SCRIPT * half and not other and _is_text(sample, name):
            return name
    return None


def _is_text(sample: bytes, encoding: str) -> bool:
    """Whether bytes are in an encoding, lines of assigned characters."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    odd = sum(unicodedata.category(char) in _NO_TEXT and char not in "\r\n\t" for char in text)
    return not odd and "\n" in text.replace("\r", "\n")


def _first_bad_byte(head: bytes, *, complete: bool) -> int | None:
    try:
        codecs.getincrementaldecoder(UTF8)().decode(head, final=complete)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _guess(head: bytes) -> str | None:
    """The encoding that fits best; of those that fit as well, one that is written much."""
    from charset_normalizer import from_bytes

    matches = from_bytes(head[:GUESSED_BYTES])
    best = matches.best()
    if best is None or best.encoding in {"ascii", "utf_8"}:
        return None
    wide = best.encoding in MULTIBYTE
    if wide and sum(byte > 127 for byte in head[:GUESSED_BYTES]) < WIDE * len(head[:GUESSED_BYTES]):
        return FALLBACK  # a few letters with accents look like a few Chinese ones
    if wide:
        return codecs.lookup(best.encoding).name
    as_good = {best.encoding, *best.could_be_from_charset}
    for match in matches:
        if match.chaos <= best.chaos + 0.01 and match.coherence >= best.coherence - 0.1:
            as_good |= {match.encoding, *match.could_be_from_charset}
    common = next((name for name in COMMON if name in as_good), best.encoding)
    return codecs.lookup(common).name


def _mostly_utf8(head: bytes) -> bool:
    """Whether text is UTF-8 but for a few bad bytes: many whole sequences for each of those."""
    text = head.decode(UTF8, "surrogateescape")
    bad = sum(len(found.group()) for found in _ESCAPED.finditer(text))
    whole = sum(not char.isascii() for char in text) - bad
    return whole > MOST_MIXED * bad


class Utf8Stream(io.RawIOBase):
    """A binary stream as valid UTF-8 without byte order mark.

    Bytes that are not UTF-8 in text that should be are read as windows-1252, in other encodings
    as U+FFFD; `replaced` counts them (runs of them in UTF-8). `zero_bytes` and `quotes` count
    what went by of those.
    """

    def __init__(self, stream: BinaryIO, encoding: str, quote: str = "") -> None:
        self._stream = stream
        self._is_utf8 = codecs.lookup(encoding).name == UTF8
        errors = "surrogateescape" if self._is_utf8 else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._quote = quote.encode()
        self._pending = b""
        self._started = False
        self._ended = False
        self.zero_bytes = 0
        self.replaced = 0
        self.quotes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, all when negative; empty at the end only."""
        if size < 0:
            return b"".join(iter(lambda: self.read(1 << 20), b""))
        parts = [self._pending]
        held = len(self._pending)
        while held < size and not self._ended:
            parts.append(self._next(size))
            held += len(parts[-1])
        data = b"".join(parts)
        self._pending = data[size:]
        return data[:size]

    def readline(self, size: int | None = -1) -> bytes:
        """One line with its end (line feed, carriage return or both), or `size` bytes of it."""
        text = self.read(LONGEST_LINE_BYTES if size is None or size < 0 else size)
        lines = text.splitlines(keepends=True)
        line = lines[0] if lines else b""
        self._pending = text[len(line) :] + self._pending
        return line

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()

    def _next(self, size: int) -> bytes:
        """The next bytes as UTF-8; may be empty before the end."""
        raw = self._stream.read(max(size, 64 * 1024))
        self._ended = not raw
        if self._is_utf8 and raw.isascii() and self._decoder.getstate()[0] == b"":
            data = raw
        else:
            data = self._decoded(raw)
        if not self._started and (data or self._ended):
            self._started = True
            data = data.removeprefix(codecs.BOM_UTF8)
        self.zero_bytes += data.count(0)
        if self._quote:
            self.quotes += data.count(self._quote)
        return data

    def _decoded(self, raw: bytes) -> bytes:
        text = self._decoder.decode(raw, final=self._ended)
        if not self._is_utf8:
            self.replaced += text.count("\N{REPLACEMENT CHARACTER}")
        elif _ESCAPED.search(text):
            text, count = _ESCAPED.subn(_as_fallback, text)
            self.replaced += count
        return text.encode("utf-8", "replace")


def _as_fallback(found: re.Match[str]) -> str:
    return found.group().encode("utf-8", "surrogateescape").decode(FALLBACK, "replace")
