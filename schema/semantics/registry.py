"""All semantic types, by name: the one door to add one is a row in a table named here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from schema.semantics import codes, moments, named, national, network, numbers, places, words
from schema.semantics.model import NumericType, Personal, SemanticType
from schema.semantics.moments import MomentType

TEXT_TYPES: tuple[SemanticType, ...] = (
    *network.TYPES,
    *codes.TYPES,
    *national.TYPES,
    *places.TYPES,
    *words.TYPES,
    *named.TYPES,
)
NUMERIC_TYPES: tuple[NumericType, ...] = numbers.TYPES
MOMENT_TYPES: tuple[MomentType, ...] = moments.TYPES


@cache
def personal_types() -> Mapping[str, Personal]:
    """The types that tell of a person, and how."""
    known: tuple[SemanticType | NumericType | MomentType, ...] = (
        *TEXT_TYPES,
        *NUMERIC_TYPES,
        *MOMENT_TYPES,
    )
    return {entry.name: entry.personal for entry in known if entry.personal}
