"""Regular expressions of how texts are written, and how many texts of a profile fit one.

They keep to what Python, Java, PostgreSQL, SQLite and MySQL read alike: classes, counts, groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from schema.distribution import Distribution, Run, Shape

_CLASSES = {"A": "A-Z", "a": "a-z", "9": "0-9"}


def shape_pattern(shapes: Iterable[tuple[str, Sequence[Run]]]) -> str:
    """Texts of one of these shapes: `^(?:[A-Z]{1}[0-9]{3,5}|…)$`."""
    forms = []
    for classes, runs in shapes:
        parts = [
            f"[{_member(character)}]{{{low}}}"
            if low == high
            else f"[{_member(character)}]{{{low},{high}}}"
            for character, (low, high) in zip(classes, runs, strict=True)
        ]
        forms.append("".join(parts))
    return f"^(?:{'|'.join(forms)})$"


def alphabet_pattern(characters: Iterable[str], first: Iterable[str], *, padded: bool) -> str:
    """Texts of these classes of characters that begin with one of `first` (`-` is any that is no
    letter or digit of ASCII); with white space at the ends only where `padded`.
    """
    held = list(characters)
    inner = "".join(map(_member, held))
    if padded:
        return f"^[{inner}]*$"
    dark = [one for one in held if not one.isspace()]
    begins = set(first)
    starts = "".join(_member(one) for one in dark if (one if one in _CLASSES else "-") in begins)
    outer = "".join(map(_member, dark))
    return f"^(?:[{starts}](?:[{inner}]*[{outer}])?)?$" if starts else f"^[{inner}]*$"


def _member(character: str) -> str:
    """A class or a character between the brackets of a class."""
    if character in _CLASSES:
        return _CLASSES[character]
    if character in "\\]^[-":
        return f"\\{character}"
    if character.isspace() and character != " ":
        return f"\\u{ord(character):04x}" if ord(character) > 32 else _CONTROL[character]
    return character


_CONTROL = {
    chr(code): {9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}.get(code, chr(code))
    for code in range(33)
}


def misfits(found: Distribution, regex: str) -> int | None:
    """At least so many of the values that were looked at do not match; None where the profile
    cannot tell. A shape stands for all texts written so: it fits when its shortest and its longest
    form do; an alphabet fits when a text of these characters does.
    """
    pattern = _compiled(regex)
    if pattern is None or not found.alphabets:
        return None
    if not _SETS_ONLY.fullmatch(regex):
        rest = found.seen - sum(shape.count for shape in found.shapes)
        return sum(_odd(pattern, shape) for shape in found.shapes) + rest
    strange = sum(count for alphabet, count in found.alphabets if not _spells(pattern, alphabet))
    known = sum(count for _, count in found.alphabets)
    if known < found.seen:
        single = [n for one, n in found.characters if not _holds(pattern, one, found)]
        strange = max([strange, *single])
    return strange


_SETS_ONLY = re.compile(r"\^(?:\[.*\]\*|\(\?:\[.*\]\(\?:\[.*\]\*\[.*\]\)\?\)\?)\$", re.DOTALL)
"""Patterns of `alphabet_pattern`."""


def _holds(pattern: re.Pattern[str], character: str, found: Distribution) -> bool:
    """Whether a class of characters may stand within a text: beside the most frequent alphabet."""
    usual = found.alphabets[0][0]
    return _spells(pattern, usual[:2] + "".join(sorted({*usual[2:], character})))


def _odd(pattern: re.Pattern[str], shape: Shape) -> int:
    """How many texts of the shape do not match, at least."""

    def fits(lengths: Iterable[int]) -> bool:
        pairs = zip(shape.classes, lengths, strict=True)
        return bool(pattern.search("".join(one * length for one, length in pairs)))

    if all(fits(run[end] for run in shape.runs) for end in (0, 1)):
        return 0
    odd = sum(count for lengths, count in shape.forms if not fits(lengths))
    return odd or int(shape.count > sum(count for _, count in shape.forms))


def _spells(pattern: re.Pattern[str], alphabet: str) -> bool:
    """Whether a text of the alphabet matches, that begins and ends as it says."""
    first, ends, held = alphabet[0], alphabet[1] == "$", alphabet[2:]
    dark = "".join(one for one in held if not one.isspace())
    blank = "".join(one for one in held if one.isspace())
    other = next((one for one in dark if one not in _CLASSES), "")
    start = {"^": blank[:1], "-": other}.get(first, first)
    text = start + dark + blank + (blank[:1] if ends else dark[:1])
    return bool(pattern.search(text))


@lru_cache(maxsize=512)
def _compiled(regex: str) -> re.Pattern[str] | None:
    try:
        return re.compile(regex)
    except re.error:
        return None
