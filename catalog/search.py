"""Search without a database: words of names, documents, queries, near words, cursors, grades.

Both databases index the words that `words_of` makes here, so that the same query finds the same
sources in each.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from functools import lru_cache

import orjson

from catalog.model import Search
from schema.errors import InvalidInput
from schema.model import Field, Schema
from schema.profile import TableProfile

ORDERS = ("RELEVANCE", "NAME", "ROWS", "QUALITY", "CHANGED")
GRADES = (("A", 90.0), ("B", 75.0), ("C", 60.0), ("D", 0.0))
"""Each grade with the least score that earns it."""

_WORD = re.compile(r"[^\W_]+")
_WORD_LENGTH = 64
_QUERY_WORDS = 12
_LOW_CARDINALITY = 50
_VALUES_PER_COLUMN = 20
_MOST = {"name": 200, "fields": 5000, "description": 2000, "frequent": 2000}


@dataclass(frozen=True, slots=True)
class Document:
    """The words by which one source is found, space-separated, by where they come from.

    The order of the attributes is the order of the full-text columns.
    """

    name: str = ""
    fields: str = ""
    description: str = ""
    tags: str = ""
    semantic_types: str = ""
    format: str = ""
    frequent: str = ""

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


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: the words that satisfy it, any of them; `prefix` when what begins
    with the first of them does too.
    """

    words: tuple[str, ...]
    prefix: bool = False

    def matches(self, text: Iterable[str]) -> bool:
        return any(
            word in self.words or (self.prefix and word.startswith(self.words[0])) for word in text
        )


def words_of(text: str) -> tuple[str, ...]:
    """Lower-case words without accents: split where no letter or digit is, and again within
    camelCase and between letters and digits; plurals also in the singular.

    `words_of("arrDelays_2013")` → `("arrdelays", "arrdelay", "arr", "delays", "delay", "2013")`.
    """
    return _short_words(text) if len(text) <= 200 else _words(text)


def _words(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in _WORD.findall(text):
        pieces = [word, *_parts(word, digits=False), *_parts(word, digits=True)]
        for piece in dict.fromkeys(pieces):
            plain = _plain(piece)
            found += [plain, _singular(plain)] if _singular(plain) != plain else [plain]
    return tuple(word for word in found if word)


_short_words = lru_cache(20_000)(_words)  # the columns and folders of one crawl are much alike


def terms_of(text: str) -> tuple[Term, ...]:
    """The first 12 words of a query. The last one is a prefix unless something follows it."""
    pieces = [part for word in _WORD.findall(text) for part in _parts(word, digits=False)]
    plain = [word for word in map(_plain, pieces[:_QUERY_WORDS]) if word]
    open_ended = bool(text) and (text[-1].isalnum())
    return tuple(
        Term(
            tuple(dict.fromkeys((word, _singular(word)))),
            prefix=open_ended and position == len(plain) - 1,
        )
        for position, word in enumerate(plain)
    )


def document(
    name: str,
    *,
    format: str | None = None,  # noqa: A002 — as Source has it
    description: str | None = None,
    tags: Sequence[str] = (),
    schema: Schema | None = None,
    profile: TableProfile | None = None,
    is_personal: Callable[[Field], bool] = lambda _: False,
) -> Document:
    """What a source can be found by. Values of columns that hold personal data stay out of it."""
    columns = schema.fields if schema else ()
    described = [description or "", *(field.description or "" for field in columns)]
    semantic = [field.semantic_type for field in columns if field.semantic_type]
    private = {field.name for field in columns if is_personal(field)}
    values = _frequent_values(profile, private) if profile else ()
    return Document(
        name=_joined([name], _MOST["name"]),
        fields=_joined((field.name for field in columns), _MOST["fields"]),
        description=_joined(described, _MOST["description"]),
        tags=_joined(tags, _MOST["name"]),
        semantic_types=_joined(dict.fromkeys(semantic), _MOST["fields"]),
        format=_joined([format or ""], _MOST["name"]),
        frequent=_joined(values, _MOST["frequent"]),
    )


def _frequent_values(profile: TableProfile, private: set[str]) -> Iterable[str]:
    for column in profile.columns:
        if column.name in private or (column.distinct_count or 0) > _LOW_CARDINALITY:
            continue
        yield from (
            frequency.value
            for frequency in column.top_values[:_VALUES_PER_COLUMN]
            if isinstance(frequency.value, str)
        )


def _joined(texts: Iterable[str], most: int) -> str:
    words: dict[str, None] = {}
    for text in texts:
        words.update(dict.fromkeys(words_of(text)))
        if len(words) >= most:
            break
    return " ".join(list(words)[:most])


def matched_fields(found: Document, terms: Sequence[Term]) -> tuple[str, ...]:
    """Which parts of a document the terms are in."""
    return tuple(
        shown
        for attribute, shown in MATCHED.items()
        if any(term.matches(getattr(found, attribute).split()) for term in terms)
    )


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


def _plain(word: str) -> str:
    """Lower case, without accents, at most 64 characters; only letters and digits."""
    if word.isascii():
        return word.lower()[:_WORD_LENGTH]
    decomposed = unicodedata.normalize("NFKD", word)
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return "".join(one for one in bare.casefold() if one.isalnum())[:_WORD_LENGTH]


def _parts(word: str, *, digits: bool) -> list[str]:
    """A camelCase word in its parts (`HTTPServer` → `HTTP`, `Server`), with `digits` also split
    between letters and digits.
    """
    if word.islower() and (word.isalpha() or not digits):
        return [word]
    cuts = [0]
    for place in range(1, len(word)):
        before, here = word[place - 1], word[place]
        if (here.isupper() and before.islower()) or (digits and here.isdigit() != before.isdigit()):
            cuts.append(place)
        elif here.islower() and before.isupper() and place - 1 > cuts[-1]:
            cuts.append(place - 1)
    return [word[start:end] for start, end in zip(cuts, [*cuts[1:], None], strict=True)]


def _singular(word: str) -> str:
    """English plurals only; wrong ones do no harm, since the word itself stays findable."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]
