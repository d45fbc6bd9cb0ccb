"""What is asked for: the words of a query, and what means the same in the names of columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.words import WORD, parts, plain, singular

_QUERY_WORDS = 12

_FUNCTION_WORDS = """
a about an and are as at be between by did do does for from had has have how i in into is it its me
my of on or our per than that the their these this those to was we were what when where which who
whose why with
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English words that only join others; they are looked for when there is nothing else."""

ABBREVIATIONS = (
    "acct account",
    "addr address",
    "alt altitude elevation",
    "amt amount",
    "approx approximate",
    "arr arrival arrive",
    "attr attribute",
    "avg average mean",
    "bal balance",
    "bldg building",
    "cat category",
    "colour color",
    "cnt count",
    "ctry country",
    "cust customer",
    "dep departure depart",
    "dept department",
    "desc descr description",
    "dest destination",
    "dewp dewpoint",
    "diff difference",
    "dist distance",
    "dob birthdate birthday",
    "doc document",
    "emp employee",
    "env environment",
    "freq frequency",
    "gas gasoline petrol",
    "gen generation",
    "hr hour",
    "ht height",
    "humid humidity",
    "img image",
    "info information",
    "inv invoice",
    "lang language",
    "lat latitude",
    "len length",
    "lon lng long longitude",
    "max maximum",
    "mgr manager",
    "min minimum",
    "msg message",
    "nbr nr num number",
    "org organisation organization",
    "pct percent percentage",
    "pmt payment",
    "pop population",
    "precip precipitation rainfall",
    "prod product",
    "pwr power",
    "qty quantity",
    "ref reference",
    "req request",
    "sal salary",
    "sched schedule",
    "sec second",
    "std standard",
    "tel telephone phone",
    "temp temperature",
    "tmp temporary",
    "txn trx transaction",
    "tz timezone",
    "usr user",
    "val value",
    "vis visib visibility",
    "vol volume",
    "wt weight",
    "yr year",
    "zip postcode",
)
"""Words that stand for one another in the names of columns, one group a line."""

_ALIKE: dict[str, tuple[str, ...]] = {
    word: tuple(other for other in group.split() if other != word)
    for group in ABBREVIATIONS
    for word in group.split()
}


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: the words that satisfy it, any of them; `prefix` when what begins
    with the first of them does too. What is `alike` satisfies it as well, and counts for half.
    """

    words: tuple[str, ...]
    prefix: bool = False
    alike: tuple[str, ...] = ()

    def matches(self, text: Iterable[str]) -> bool:
        return any(
            word in self.words
            or word in self.alike
            or (self.prefix and word.startswith(self.words[0]))
            for word in text
        )


def terms_of(text: str) -> tuple[Term, ...]:
    """The first 12 words of a query. The last one is a prefix unless something follows it."""
    pieces = [part for word in WORD.findall(text) for part in parts(word, digits=False)]
    bare = [word for word in map(plain, pieces[:_QUERY_WORDS]) if word]
    open_ended = bool(text) and (text[-1].isalnum())
    terms = [
        term_of(word, prefix=open_ended and position == len(bare) - 1)
        for position, word in enumerate(bare)
    ]
    return tuple(term for term in terms if term.words[0] not in FUNCTION_WORDS) or tuple(terms)


def term_of(word: str, *, prefix: bool = False) -> Term:
    """What satisfies one word, lower-case and plain."""
    words = tuple(dict.fromkeys((word, singular(word))))
    alike = dict.fromkeys(other for one in words for other in _ALIKE.get(one, ()))
    return Term(words, prefix, tuple(alike))
