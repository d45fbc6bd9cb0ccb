"""What countries are called: in English as ISO 3166 has it and as people say, and elsewhere."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path

_MORE = """
usa|u.s.|u.s.a.|us|united states of america|uk|u.k.|great britain|england|scotland|wales
northern ireland|russia|iran|korea|south korea|north korea|republic of korea|vietnam|bolivia
venezuela|tanzania|syria|moldova|laos|lao|brunei|czech republic|ivory coast|turkey|taiwan|burma
cape verde|swaziland|macedonia|palestine|kosovo|micronesia|macau|east timor|holland|uae|hong kong
bosnia|trinidad|st. martin|st. lucia|st. kitts and nevis|st. vincent|dr congo|congo|vatican
falkland islands|saint martin|sint maarten|british virgin islands|u.s. virgin islands|reunion
curacao|aland islands|saint barthelemy|democratic republic of the congo|republic of the congo
"""
_FORMER = """
czechoslovakia|yugoslavia|soviet union|ussr|u.s.s.r.|east germany|west germany|zaire|rhodesia
serbia and montenegro|netherlands antilles|upper volta|ceylon|siam|persia|prussia
"""
_LANGUAGES = """
ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu id is it ja ka ko lt lv mk ms
nb nl pl pt pt_BR ro ru sk sl sq sr sv th tr uk vi zh_CN zh_TW
"""
_BREAKS = re.compile(r"[\s._-]+")


@cache
def _english() -> frozenset[str]:
    import pycountry

    kinds = ("name", "common_name", "official_name")
    said = (getattr(entry, kind, None) for entry in pycountry.countries for kind in kinds)
    return frozenset(name.casefold() for name in said if name) | _split(_MORE)


def _split(names: str) -> frozenset[str]:
    return frozenset(name for line in names.strip().splitlines() for name in line.split("|"))


@cache
def _everywhere() -> frozenset[str]:
    """The names in the languages of `_LANGUAGES`, and of countries that are no more.

    Reading them took 40 ms: only columns that are called a country and are not in English ask.
    """
    import pycountry

    found = {*_english(), *_split(_FORMER)}
    for language in _LANGUAGES.split():
        path = Path(pycountry.LOCALES_DIR, language, "LC_MESSAGES", "iso3166-1.mo")
        if path.exists():
            with path.open("rb") as file:
                read = gettext.GNUTranslations(file)
            for entry in pycountry.countries:
                said = (entry.name, getattr(entry, "common_name", entry.name))
                found.update(read.gettext(name) for name in said)
    return frozenset(_plain(name) for name in found)


def _plain(name: str) -> str:
    return _BREAKS.sub(" ", name.casefold().replace("&", "and").partition("(")[0]).strip()


def is_country(value: str) -> bool:
    """Whether a value is a country, in English."""
    return value.casefold().removeprefix("the ") in _english()


def is_country_anywhere(value: str) -> bool:
    """Whether a value is or was a country, in a language of many, however its words are joined:
    `United-States`, `Sri.Lanka`, `Deutschland`.
    """
    return is_country(value) or _plain(value).removeprefix("the ") in _everywhere()
