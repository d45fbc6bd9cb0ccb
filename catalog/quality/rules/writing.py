"""Validity of text: the way that values are written, as a regular expression."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog.model import Expectation
from catalog.quality.evidence import TEXT
from catalog.quality.patterns import alphabet_pattern, shape_pattern
from catalog.quality.rules.subject import ColumnSubject
from catalog.quality.rules.values import closed_set
from schema.distribution import MOST_SHAPES, Distribution, Run

KIND = "expect_column_values_to_match_regex"
_ENOUGH_VALUES = 20
_STRICT_VALUES = 100
_MOST_SHAPES = 8
_MOST_UNSEEN = 0.1


@dataclass(frozen=True, slots=True)
class Written:
    """What earlier versions together say of how a column is written.

    `unseen` bounds the share of the next values that are written in a way not seen before.
    """

    values: int
    unseen: float


def written(column: ColumnSubject) -> Iterator[Expectation]:
    """Codes keep their shape; other text keeps to its characters, without white space around it
    if there never was. What is garbled, padded, escaped or in another case stands out.
    """
    if column.family != TEXT or closed_set(column):
        return
    known = [found for version in column.filled if (found := version.profile.distribution)]
    if not known or not all(found.alphabets for found in known):
        return
    if sum(found.seen for found in known) < _ENOUGH_VALUES:
        return
    shaped = _shaped(column, known)
    yield from shaped
    if not shaped or "mostly" in shaped[0].kwargs:
        lettered = _lettered(column, known)
        yield from (one for one in lettered if not shaped or "mostly" not in one.kwargs)


def _shaped(column: ColumnSubject, known: Sequence[Distribution]) -> list[Expectation]:
    runs: dict[str, tuple[Run, ...]] = {}
    once = 0
    for found in known:
        if len(found.shapes) >= MOST_SHAPES:
            return []
        for shape in found.shapes:
            seen = runs.get(shape.classes, shape.runs)
            runs[shape.classes] = tuple(
                (min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(seen, shape.runs, strict=True)
            )
        once = max(once, sum(shape.once for shape in found.shapes))
    if len(runs) > _MOST_SHAPES or any(len(classes) > 12 for classes in runs):
        return []
    values = max(found.seen for found in known)
    regex = shape_pattern(sorted(runs.items()))
    forms = ", ".join(sorted(map(_example, runs.items()))[:3])
    reason = f"values were written like {forms} {column.basis}"
    return _expected(column, regex, reason, Written(values, _unseen(once, values)))


def _lettered(column: ColumnSubject, known: Sequence[Distribution]) -> list[Expectation]:
    held: Counter[str] = Counter()
    for found in known:
        held.update(dict(found.characters))
    values = sum(found.seen for found in known)
    firsts: Counter[str] = Counter()
    padded = False
    for found in known:
        for alphabet, count in found.alphabets:
            firsts[alphabet[0]] += count
            padded = padded or alphabet[0] == "^" or alphabet[1] == "$"
    once = sum(count == 1 for count in (*held.values(), *firsts.values()))
    regex = alphabet_pattern(sorted(held), firsts, padded=padded)
    around = "" if padded else ", without white space around it"
    reason = f"{len(held)} kinds of characters were in {values:,} values {column.basis}{around}"
    return _expected(column, regex, reason, Written(values, _unseen(once, values)))


def _expected(column: ColumnSubject, regex: str, reason: str, seen: Written) -> list[Expectation]:
    if seen.unseen > _MOST_UNSEEN:
        return []
    mostly = math.floor((1 - seen.unseen) * 10_000) / 10_000 if seen.unseen else None
    return [column.expect(KIND, "validity", reason, regex=regex, mostly=mostly)]


def _unseen(once: int, values: int) -> float:
    """The share of values of a kind not seen yet: what was seen once of all that was seen (Good
    1953), and three standard errors; none is allowed where of a hundred values none was odd.
    """
    if not once and values >= _STRICT_VALUES:
        return 0.0
    return min(1.0, (once + 3 * math.sqrt(once) + 1 + 2 * (values < _STRICT_VALUES)) / values)


def _example(shape: tuple[str, tuple[Run, ...]]) -> str:
    classes, runs = shape
    return "".join(
        character * min(most, 12) for character, (_, most) in zip(classes, runs, strict=True)
    )
