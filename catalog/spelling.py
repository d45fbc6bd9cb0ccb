"""Words that a typing error or another ending may have turned into what was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_WRITTEN = "s es ed d e er ers ing ings ion ions ation ations ment ments ly al ies y or ors ity"
_ENDINGS = sorted(_WRITTEN.split(), key=len, reverse=True)
_STEM = 4
"""What is left of a word without its ending has at least so many characters."""


def near(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The up to 3 candidates that a typing error may have turned into `word`, nearest first:
    one error in up to 7 characters, two in longer ones; none in fewer than 4.
    """
    allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
    scored = [
        (distance, -SequenceMatcher(None, word, other).ratio(), other)
        for other in candidates
        if (distance := edit_distance(word, other, allowed)) <= allowed
    ]
    return tuple(other for _, _, other in sorted(scored)[:3])


def edit_distance(one: str, other: str, most: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from one to the other (optimal
    string alignment); anything above `most` comes back as `most + 1`.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def stem(word: str) -> str:
    """A word without its English ending: `delayed` and `delays` → `delay`."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def inflections(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The up to 3 candidates that differ from `word` by their ending only, shortest first."""
    root = stem(word)
    return tuple(sorted((other for other in candidates if stem(other) == root), key=len)[:3])


def halves(word: str) -> list[tuple[str, str]]:
    """The ways to part a word in two of at least 3 characters, the most even first."""
    ways = [(word[:cut], word[cut:]) for cut in range(3, len(word) - 2)]
    return sorted(ways, key=lambda way: abs(len(way[0]) - len(way[1])))
