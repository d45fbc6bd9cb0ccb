"""What the names of two columns tell of a reference from one to the other.

Name, prefix and table similarity are the features that foreign keys were told by best in Rostin
et al., "A Machine Learning Approach to Foreign Key Discovery" (2009).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from schema.semantics.hints import name_words


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


IDENTIFIERS = _set(
    "id ids key code cd no nr num number pk sk fk ref reference uid uuid guid identifier abbr "
    "symbol iata iso hash sid oid"
)
"""Words that say that a column identifies something, not what."""

GENERIC = _set(
    "name type status date time value title description comment note notes count kind "
    "label text flag level rank index position data info active enabled created "
    "updated modified timestamp start end from to first last"
)
"""Words that many tables have a column of."""

MEASURES = _set(
    "quantity qty price amount total count sum avg mean min max discount rate ratio score weight "
    "height width length depth age size unit stock year month day hour minute second week quarter "
    "lat lon latitude longitude percent pct cost fee salary tax balance points votes duration "
    "delay distance temperature temp speed population alt altitude"
)
"""Last words of columns that hold quantities, which refer to nothing."""

_POSITIONS = _set("sort display ordinal rank seq sequence index line position")
_SELF = _set(
    "parent manager supervisor boss superior predecessor successor previous prev next mentor "
    "replace replaced reply duplicate spouse referrer ancestor root"
)
_REPORTS_TO = frozenset(("report", "to"))
_PEOPLE = _set(
    "user employee person people staff member account author customer contact worker agent operator"
)
_ROLES = _set(
    "owner author creator assignee approver reviewer reporter manager supervisor editor seller "
    "buyer sender receiver recipient rep representative salesman created "
    "updated modified approved assigned"
)
_TABLE_NOISE = _set("dim fact tbl table t stg raw src tmp d f v vw view ref lookup")
_GLUED = re.compile(r"^([a-z]{3,})(key|id|code|no|num|nr)$")
_NOT_GLUED = _set("paid valid grid solid fluid hybrid acid bid casino piano barcode")


def is_key(words: Sequence[str], table: Sequence[str]) -> bool:
    """Whether a name says that the column identifies the rows of its table: `id`, `customer_no` of
    customers; a `postal_code` of customers does not.
    """
    what = core(words)
    if not what:
        return bool(words)
    return alike(what, table) or ends_with(table, what) or ends_with(what, table)


@lru_cache(50_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name, singular: `OrderIDs`, `order_id`, `orderid` → order, id."""
    found: list[str] = []
    for word in name_words(name):
        glued = _GLUED.match(word) if word not in _NOT_GLUED else None
        found += glued.groups() if glued else (singular(word),)
    return tuple(found)


@lru_cache(50_000)
def table_words(label: str) -> tuple[str, ...]:
    """The words of a source's label in the singular, without those that say what a table is."""
    words = tuple(singular(word) for word in name_words(label))
    return tuple(word for word in words if word not in _TABLE_NOISE) or words


def singular(word: str) -> str:
    """`countries` → country, `boxes` → box, `customers` → customer; `status` stays."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def without_prefix(all_words: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Names without a first word that all columns of a table share (`l_orderkey`, `l_tax`)."""
    first = {words[0] for words in all_words if words}
    if len(all_words) < 3 or len(first) != 1 or any(len(words) < 2 for words in all_words):
        return list(all_words)
    return [words[1:] for words in all_words]


def core(words: Sequence[str]) -> tuple[str, ...]:
    """The words that say what is identified."""
    return tuple(word for word in words if word not in IDENTIFIERS)


def is_measure(words: Sequence[str]) -> bool:
    """Whether a name says that its numbers count or place something."""
    return bool(words) and (words[-1] in MEASURES or not _POSITIONS.isdisjoint(words))


def reference(
    mine: Sequence[str], other: Sequence[str], table: Sequence[str], *, same_source: bool
) -> float:
    """How surely, 0 to 1, a column of words `mine` refers to one of words `other` in `table`."""
    what, whose = core(mine), core(other)
    if same_source:
        return 0.8 if not _SELF.isdisjoint(mine) or set(mine) >= _REPORTS_TO else 0.0
    at_home = not whose or alike(whose, table) or ends_with(table, whose)
    if tuple(mine) == tuple(other):
        return _of_same_name(what, at_home=at_home)
    if not what or is_measure(mine):
        return 0.0
    if at_home and (found := _of_table(what, whose, table)):
        return found
    if alike(what, whose) and not GENERIC.issuperset(what):
        return 0.8
    if whose and ends_with(what, whose) and not GENERIC.issuperset(whose):
        return 0.7
    if not _PEOPLE.isdisjoint(table) and not _ROLES.isdisjoint(mine):
        return 0.65
    named = (*table, *whose)
    near = any(_same_stem(word, one) for word in what for one in named if word not in GENERIC)
    return 0.5 if near else 0.0


def _of_same_name(what: Sequence[str], *, at_home: bool) -> float:
    if not what:
        return 0.15
    return 0.97 if at_home else 0.35 if GENERIC.issuperset(what) else 0.85


def _of_table(what: Sequence[str], whose: Sequence[str], table: Sequence[str]) -> float:
    """A name that says the table: `customer_id`, or with a role before it, `billing_customer`."""
    if alike(what, table):
        return 0.95
    if ends_with(what, table) or (whose and ends_with(what, whose)):
        return 0.88
    if ends_with(table, what) and not GENERIC.issuperset(what):
        return 0.8
    return 0.8 if ends_with(what, table[-1:]) else 0.0


def same(mine: Sequence[str], other: Sequence[str]) -> float:
    """How surely two columns are called alike, 0 to 1."""
    what, whose = core(mine), core(other)
    if not what or not whose:
        return 0.15 if tuple(mine) == tuple(other) else 0.0
    if alike(what, whose):
        return 0.4 if GENERIC.issuperset(what) else 0.8
    if ends_with(what, whose) or ends_with(whose, what):
        short = min(what, whose, key=len)
        return 0.2 if GENERIC.issuperset(short) else 0.6
    return 0.0


def alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """The same words, some perhaps abbreviated, or the same letters split in another way."""
    if "".join(one) == "".join(other):
        return bool(one)
    return len(one) == len(other) > 0 and all(map(_abbreviates, one, other))


def ends_with(words: Sequence[str], end: Sequence[str]) -> bool:
    """Whether the last words are those, with others before them."""
    return 0 < len(end) < len(words) and alike(words[-len(end) :], end)


def stems(words: Sequence[str]) -> set[str]:
    """Beginnings of the words that say something, by which near names are looked up."""
    return {word[:3] for word in core(words) if len(word) > 1 and word not in GENERIC}


def people(words: Sequence[str]) -> frozenset[str]:
    """The stems of tables of people, for a name that is a role of one."""
    return frozenset(word[:3] for word in _PEOPLE) if not _ROLES.isdisjoint(words) else frozenset()


def _abbreviates(one: str, other: str) -> bool:
    """`cust` of customer, `dept` of department: the same first letter, the others in order."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 3 or short[:2] != long[:2] or (len(short) == 3 and len(long) < 5):
        return False
    rest = iter(long)
    return all(letter in rest for letter in short)


def _same_stem(one: str, other: str) -> bool:
    return len(one) >= 4 and len(other) >= 4 and one[:4] == other[:4]
