"""SemanticType: one row of the tables of this package."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Personal(StrEnum):
    """How a type tells of a person: by itself, together with others, or what must not be told."""

    DIRECT = "direct"
    QUASI = "quasi"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class SemanticType:
    """One semantic type of columns of text.

    `test` tells whether one value is such. `chance` is the probability that a value of the same
    look that is none passes it (0.1 for one check digit): the evidence of n different values is
    1 - chance ** n. `names` are words of column names that hint at it; with `needs_name` values
    alone never prove it. `share` of the values must pass. `yes` and `no` are examples.
    """

    name: str
    title: str
    test: Callable[[str], object]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    names: tuple[str, ...] = ()
    chance: float = 0.001
    needs_name: bool = False
    share: float = 0.95
    personal: Personal | None = None
    hinted: Callable[[str], object] | None = None
    """A laxer test, for columns whose name is about the type."""
    which: Callable[[Sequence[str]], str] | None = None
    """Of values that are such: which kind in particular, for the reason."""


@dataclass(frozen=True, slots=True)
class NumericType:
    """One semantic type of columns of numbers: a name that says it, and bounds that allow it."""

    name: str
    title: str
    names: tuple[str, ...]
    low: float
    high: float
    whole: bool = False
    personal: Personal | None = None
    known: Callable[[int], object] | None = None
    """Whether a whole number is such, for types that bounds do not tell."""


def like(pattern: str, flags: int = 0) -> Callable[[str], object]:
    """A test: the whole value matches the regular expression."""
    return re.compile(pattern, flags).fullmatch


def one_of(words: str) -> Callable[[str], object]:
    """A test: the value, whatever its case, is one of the words (separated by white space)."""
    known = frozenset(words.casefold().split())
    return lambda value: value.casefold() in known
