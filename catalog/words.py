"""Words of names and texts, as both databases index them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
_WORD_LENGTH = 64


def words_of(text: str) -> tuple[str, ...]:
    """Lower-case words without accents: split where no letter or digit is, and again within
    camelCase and between letters and digits; plurals also in the singular.

    `words_of("arrDelays_2013")` → `("arrdelays", "arrdelay", "arr", "delays", "delay", "2013")`.
    """
    return _short_words(text) if len(text) <= 200 else _words(text)


def words_of_name(name: str) -> tuple[str, ...]:
    """The words of a name, and all of it as one word where it is of two or three: `air_time` is
    also `airtime`.
    """
    pieces = WORD.findall(name)
    if not 2 <= len(pieces) <= 3:
        return words_of(name)
    return (*words_of(name), plain("".join(pieces)))


def _words(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in WORD.findall(text):
        pieces = [word, *parts(word, digits=False), *parts(word, digits=True)]
        for piece in dict.fromkeys(pieces):
            bare = plain(piece)
            found += [bare, singular(bare)] if singular(bare) != bare else [bare]
    return tuple(word for word in found if word)


_short_words = lru_cache(20_000)(_words)  # the columns and folders of one crawl are much alike


def plain(word: str) -> str:
    """Lower case, without accents, at most 64 characters; only letters and digits."""
    if word.isascii():
        return word.lower()[:_WORD_LENGTH]
    decomposed = unicodedata.normalize("NFKD", word)
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return "".join(one for one in bare.casefold() if one.isalnum())[:_WORD_LENGTH]


def parts(word: str, *, digits: bool) -> list[str]:
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


def singular(word: str) -> str:
    """English plurals only; wrong ones do no harm, since the word itself stays findable."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]
