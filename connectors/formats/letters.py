"""Which single-byte encoding text is in, by the letters that its bytes become.

In the right one, a letter beside letters is of their script and follows their case; in a wrong one
signs stand inside words, capitals behind small letters, and runs of accents where words should be.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

LIKELY = ("cp1252", "cp1250", "cp1251", "mac_roman", "cp850", "iso8859_2", "koi8_r", "cp1253")
"""Encodings of one byte a character, those that are written most first."""

OTHER_SCRIPTS = frozenset(("cp1251", "koi8_r", "cp1253"))
WIDE = ("gb18030", "big5", "cp932", "euc_jp", "euc_kr")
"""Encodings of several bytes a character, whose text may look like words of another script."""

BEHIND = 0.3
"""What each place in that order counts, in odd characters: so many more the text may have."""

MOST_ODD = 0.02
"""The share of odd characters up to which an encoding fits."""

FEWEST_FOREIGN = 3
FEWEST_HEBREW = 60
_INSIDE = frozenset("’‘´`–—-·\u00a0\u00ad.,;:/\"'“”()ªºµ®™°²³¹…")
"""Signs that may stand between letters."""

LOOKED_AT = 8 * 1024
"""Bytes of lines that are not ASCII which are looked at."""

_LINES = re.compile(rb"[\r\n]+")
_RUN = re.compile(r"[^\x00-\x7f]+")


def fitting(head: bytes) -> str | None:
    """The name of the encoding that fits best, None when none does."""
    best, least = None, 0.0
    lines = [line for line in _LINES.split(head) if not line.isascii()]
    told = b"\n".join(lines)[:LOOKED_AT]
    most = MOST_ODD * sum(byte > 127 for byte in told) + 0.5
    for place, name in enumerate(LIKELY):
        counted = _odd(told, name, most)
        if counted > most:
            continue
        score = counted + BEHIND * place
        if best is None or score < least:
            best, least = name, score
    if best == "cp1252" and _is_turkish(told):
        return "cp1254"
    if best == "cp1251" and _is_hebrew(told):
        return "cp1255"
    return None if best in OTHER_SCRIPTS and any(_reads(told, name) for name in WIDE) else best


def _is_turkish(told: bytes) -> bool:
    """Whether ğ, ı and ş are meant where windows-1252 has ð, ý and þ: no Icelandic or Faroese
    text is without vowels that have accents.
    """
    text = told.decode("cp1252", "replace")
    said = sum(text.count(letter) for letter in "ðýþÐÝÞ")
    return said >= FEWEST_FOREIGN and not any(letter in text for letter in "áéíóúæÁÉÍÓÚÆøåñ")


def _is_hebrew(told: bytes) -> bool:
    """Whether Hebrew is meant where windows-1251 has а to ъ: no Russian of some length is without
    capitals, ы, ь, э, ю and я.
    """
    high = [byte for byte in told if byte >= 0xC0]
    return len(high) >= FEWEST_HEBREW and all(0xE0 <= byte <= 0xFA for byte in high)


def _reads(head: bytes, name: str) -> bool:
    """Whether bytes, the last character perhaps cut off, are text in an encoding."""
    try:
        codecs.getincrementaldecoder(name)().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _odd(head: bytes, name: str, most: float) -> float:
    """How many characters beyond ASCII stand where hardly any text has them; counted up to
    more than `most`.
    """
    text = head.decode(name, "replace")
    odd = 0.0
    for run in _RUN.finditer(text):
        start, end = run.span()
        before = text[start - 1] if start else " "
        chain = before + run.group() + text[end : end + 1]
        odd += sum(
            _oddness(chain[at - 1], chain[at], chain[at + 1] if at + 1 < len(chain) else " ")
            for at in range(1, len(chain) - (end < len(text)))
        )
        if _script(run.group()[0]) == "LATIN":
            odd += max(0, len(run.group()) - FEWEST_FOREIGN + 1)
        if odd > most:
            break
    return odd


def _oddness(before: str, letter: str, after: str) -> float:
    """0 to 1: a sign at one side of a word is half as odd as one inside."""
    kind = unicodedata.category(letter)
    if kind in ("Cc", "Co", "Cn") or letter == "\N{REPLACEMENT CHARACTER}":
        return 1
    if letter in _INSIDE:
        return 0
    if not letter.isalpha():
        sides = before.isalpha() + after.isalpha()
        return sides / 2
    script = _script(letter)
    if any(near.isalpha() and _script(near) != script for near in (before, after)):
        return 1
    return float(letter.isupper() and before.islower())


@lru_cache(maxsize=1024)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "LATIN").partition(" ")[0] if letter.isalpha() else ""
