"""What the page of results is asked for and shows beside the hits: facets, and first columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from catalog.highlighting import Piece, marked
from catalog.model import Condition, Search, Version
from catalog.search import GRADES
from catalog.terms import Term, terms_of
from catalog.web import present
from schema.model import Field

FACETS = {
    "format": ("Format", "format"),
    "namespace": ("Where", "namespace"),
    "quality": ("Quality", "grade"),
    "tag": ("Tag", "tag"),
    "semanticType": ("Semantic type", "semantic_type"),
    "owner": ("Owner", "owner"),
}
"""Facet → (heading, query parameter)."""

ORDERS = {
    "": "Best match",
    "NAME": "Name",
    "CHANGED": "Latest change",
    "ROWS": "Most rows",
    "QUALITY": "Best quality",
}
FIRST_COLUMNS = 8
FIRST_VALUES = 10
"""So many values of a facet are shown; the others are folded."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet; a chosen one's address lets it go. `count` is None where not known."""

    value: str
    count: int | None
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet: those that show at once, and those that are folded."""

    heading: str
    shown: Sequence[Choice]
    folded: Sequence[Choice]


def search_of(asked: Mapping[str, str], first: int) -> Search:
    """The search that the parameters of an address stand for; odd orders and grades are none."""
    return Search(
        text=asked.get("q"),
        format=asked.get("format"),
        namespace=asked.get("namespace"),
        tag=asked.get("tag"),
        semantic_type=asked.get("semantic_type"),
        owner=asked.get("owner"),
        column=asked.get("column"),
        include_gone=asked.get("gone") == "1",
        where=_graded(asked.get("grade", "")),
        order=asked["order"] if asked.get("order") in ORDERS else None,
        first=first,
        after=asked.get("after"),
    )


def _graded(grade: str) -> Condition | None:
    """The condition that a source has this grade."""
    better = None
    for letter, least in GRADES:
        if letter == grade:
            above = None if better is None else Condition(min_quality=better)
            return Condition(min_quality=least, not_=above)
        better = least
    return None


def first_columns(
    version: Version | None, terms: Sequence[Term], column: str
) -> tuple[list[tuple[Field, tuple[Piece, ...]]], int]:
    """The first fields of a hit with their names in pieces, those that have the words before the
    others, and how many more there are.
    """
    if version is None:
        return [], 0
    fields = list(version.schema)
    wanted = (*terms, *terms_of(f"{column} "))
    named = [(field, marked(present.value(field.name), wanted, name=True)) for field in fields]
    named.sort(key=lambda one: not any(piece.matched for piece in one[1]))
    return named[:FIRST_COLUMNS], max(0, len(named) - FIRST_COLUMNS)


def facets_of(
    facets: Mapping[str, Sequence[tuple[str, int]]], asked: Mapping[str, str]
) -> list[Facet]:
    """The facets that have values, in the order of FACETS."""
    shown = []
    for facet, (heading, parameter) in FACETS.items():
        values = list(facets.get(facet, ()))
        chosen = asked.get(parameter)
        choices = [
            Choice(
                value,
                count,
                _without(asked, parameter)
                if value == chosen
                else f"/?{urlencode({**asked, parameter: value})}",
                value == chosen,
            )
            for value, count in values
        ]
        if chosen is not None and chosen not in dict(values):
            choices.insert(0, Choice(chosen, None, _without(asked, parameter), chosen=True))
        if choices:
            # one that would be folded alone is no longer than the line that tells of it
            cut = FIRST_VALUES if len(choices) > FIRST_VALUES + 1 else len(choices)
            choices.sort(key=lambda one: not one.chosen)
            shown.append(Facet(heading, choices[:cut], choices[cut:]))
    return shown


def _without(asked: Mapping[str, str], parameter: str) -> str:
    left = {name: value for name, value in asked.items() if name != parameter}
    return f"/?{urlencode(left)}" if left else "/"
