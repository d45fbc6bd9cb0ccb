"""Search without a database: what sources are found by, cursors, grades.

Both databases index the words that `catalog.words` makes, so that the same query finds the same
sources in each.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace

import orjson

from catalog.model import Search
from catalog.terms import Term
from catalog.words import words_of, words_of_name
from schema.errors import InvalidInput
from schema.model import Schema
from schema.profile import TableProfile

ORDERS = ("RELEVANCE", "NAME", "ROWS", "QUALITY", "CHANGED")
GRADES = (("A", 90.0), ("B", 75.0), ("C", 60.0), ("D", 0.0))
"""Each grade with the least score that earns it."""

_LOW_CARDINALITY = 50
_VALUES_PER_COLUMN = 20
_MOST = {"name": 200, "fields": 5000, "description": 2000, "frequent": 2000}


@dataclass(frozen=True, slots=True)
class Document:
    """The words by which one source is found, space-separated, by where they come from.

    The order of the attributes is the order of the full-text columns; `label` has none, its words
    are marked among those of the name.
    """

    name: str = ""
    fields: str = ""
    description: str = ""
    tags: str = ""
    semantic_types: str = ""
    format: str = ""
    frequent: str = ""
    label: str = ""

    def words(self) -> set[str]:
        """All of them."""
        return {word for field in fields(self) for word in getattr(self, field.name).split()}


MATCHED = {
    "name": "name",
    "fields": "columns",
    "description": "description",
    "tags": "tags",
    "semantic_types": "semanticTypes",
    "format": "format",
    "frequent": "values",
}
"""What `Hit.matched_fields` calls each part of a document."""


def document(
    name: str,
    *,
    label: str = "",
    format: str | None = None,  # noqa: A002 — as Source has it
    description: str | None = None,
    tags: Sequence[str] = (),
    schema: Schema | None = None,
    profile: TableProfile | None = None,
    said: Iterable[str] = (),
) -> Document:
    """What a source can be found by. Values of columns that hold personal data stay out of it."""
    columns = schema.fields if schema else ()
    described = [description or "", *(field.description or "" for field in columns), *said]
    semantic = [field.semantic_type for field in columns if field.semantic_type]
    values = frequent_values(schema, profile) if schema and profile else ()
    names = [label] if label else []
    return Document(
        name=_joined([name], _MOST["name"]),
        fields=_joined((field.name for field in columns), _MOST["fields"], words_of_name),
        description=_joined(described, _MOST["description"]),
        tags=_joined(tags, _MOST["name"]),
        semantic_types=_joined(dict.fromkeys(semantic), _MOST["fields"]),
        format=_joined([format or ""], _MOST["name"]),
        frequent=_joined(values, _MOST["frequent"]),
        label=_joined(names, _MOST["name"], words_of_name),
    )


def frequent_values(schema: Schema, profile: TableProfile) -> Iterable[str]:
    """The texts that columns of few values hold, but for those that hold personal data."""
    # whose package needs the store
    from catalog.quality.personal import column_of, is_personal

    private = {field.name for field in schema.fields if is_personal(field)}
    names = frozenset(schema.names)
    for column in profile.columns:
        if (
            column_of(column.name, names) in private
            or (column.distinct_count or 0) > _LOW_CARDINALITY
        ):
            continue
        yield from (
            frequency.value
            for frequency in column.top_values[:_VALUES_PER_COLUMN]
            if isinstance(frequency.value, str)
        )


def _joined(
    texts: Iterable[str], most: int, split: Callable[[str], tuple[str, ...]] = words_of
) -> str:
    words: dict[str, None] = {}
    for text in texts:
        words.update(dict.fromkeys(split(text)))
        if len(words) >= most:
            break
    return " ".join(list(words)[:most])


def matched_fields(found: Document, terms: Sequence[Term]) -> tuple[str, ...]:
    """Which parts of a document the terms are in."""
    return tuple(
        shown
        for attribute, shown in MATCHED.items()
        if any(term.matches(_words_in(found, attribute)) for term in terms)
    )


def _words_in(found: Document, attribute: str) -> list[str]:
    text: str = getattr(found, attribute)
    return [*text.split(), *found.label.split()] if attribute == "name" else text.split()


def grade(score: float | None) -> str | None:
    """The quality grade of a score from 0 to 100; None when there is no score."""
    if score is None:
        return None
    return next((letter for letter, least in GRADES if score >= least), "D")


def checked(search: Search) -> Search:
    """The search with its order filled in. Raises InvalidInput when it asks for the impossible."""
    has_text = bool(search.text and search.text.strip())
    order = (search.order or ("RELEVANCE" if has_text else "NAME")).upper()
    if order not in ORDERS:
        raise InvalidInput(f"no order {search.order!r}; known: {', '.join(ORDERS)}")
    if not 0 <= search.first <= 1000:
        raise InvalidInput(f"first is {search.first}; it must be 0 to 1000")
    if search.min_quality is not None and not 0 <= search.min_quality <= 100:
        raise InvalidInput(f"the least quality is {search.min_quality}; it must be 0 to 100")
    if order == "RELEVANCE" and not has_text:
        order = "NAME"
    return replace(search, order=order)


def encode_cursor(order: str, key: Sequence[float | int | str]) -> str:
    """An opaque text for the position after a row with that sort key."""
    value = orjson.dumps([order, *key])
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def decode_cursor(cursor: str, order: str, kinds: Sequence[type]) -> tuple[float | int | str, ...]:
    """The sort key of a cursor. Raises InvalidInput when it is not a cursor of that order."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        found, *key = json.loads(raw)
    except (ValueError, TypeError, binascii.Error):
        found, key = None, []
    fits = len(key) == len(kinds) and all(map(_fits, key, kinds))
    if found != order or not fits:
        raise InvalidInput(
            f"not a cursor of this search: {cursor[:80]!r}; give one that a page of the same "
            "search returned"
        )
    return tuple(key)


def _fits(value: object, kind: type) -> bool:
    if isinstance(value, bool) or not isinstance(value, (kind, int) if kind is float else kind):
        return False
    return not isinstance(value, int | float) or -(2**63) <= value < 2**63
