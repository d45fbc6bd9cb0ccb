"""Columns of text as people write them: values, and what kind of values they are."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_WORDS = """
amber basin cedar delta ember fjord grove harbor inlet jetty knoll lagoon meadow north orchard
prairie quarry ridge summit tundra upland valley willow yonder zenith Ångström Müller señor façade
"""
WORDS = _WORDS.split()
MISSING = ("", "NA", "n/a", "N/A", "?", "-", "null", ".", "NULL", "none", "--", "#N/A", "nan", "..")
BOOLEANS = (
    *(("yes", "no"), ("Yes", "No"), ("Y", "N"), ("true", "false"), ("TRUE", "FALSE"), ("t", "f")),
    *(("ja", "nein"), ("oui", "non"), ("Sí", "No"), ("sim", "não"), ("on", "off"), ("T", "F")),
)
MONTHS = calendar.month_abbr[1:]


@dataclass(frozen=True, slots=True)
class Column:
    """Its name, what its values are (`integer`, `date`, …), and their texts."""

    name: str
    label: str
    texts: list[str]


Make = Callable[[Random, int], list[str]]


def _integers(chance: Random, rows: int) -> list[str]:
    top = chance.choice((9, 120, 5000, 10**7))
    low = chance.choice((0, 0, -top))
    return [str(chance.randint(low, top)) for _ in range(rows)]


def _decimals(chance: Random, rows: int) -> list[str]:
    scale = chance.choice((1, 2, 2, 3, 4, 6))
    return [f"{chance.gauss(50, 400):.{scale}f}" for _ in range(rows)]


def _comma_decimals(chance: Random, rows: int) -> list[str]:
    return [text.replace(".", ",") for text in _decimals(chance, rows)]


def _grouped(mark: str, point: str) -> Make:
    def make(chance: Random, rows: int) -> list[str]:
        scale = chance.choice((0, 0, 2)) if point else 0
        swap = str.maketrans(",.", mark + (point or "."))
        top = chance.choice((20_000, 4_000_000))
        return [f"{chance.uniform(0, top):,.{scale}f}".translate(swap) for _ in range(rows)]

    return make


def _money(chance: Random, rows: int) -> list[str]:
    before, after = chance.choice((("$", ""), ("€", ""), ("£", ""), ("US$ ", ""), ("", " EUR")))
    return [f"{before}{chance.uniform(1, 9000):,.2f}{after}" for _ in range(rows)]


def _euros(chance: Random, rows: int) -> list[str]:
    swap = str.maketrans(",.", ".,")
    return [f"{chance.uniform(1, 9000):,.2f}".translate(swap) + " €" for _ in range(rows)]


def _percents(chance: Random, rows: int) -> list[str]:
    gap, scale = chance.choice(("", " ")), chance.choice((0, 1, 2))
    return [f"{chance.uniform(-20, 100):.{scale}f}{gap}%" for _ in range(rows)]


def _days(chance: Random, rows: int) -> list[dt.datetime]:
    start = dt.datetime(chance.randint(1960, 2020), chance.randint(1, 12), 1)  # noqa: DTZ001
    span = chance.choice((300, 3000, 9000))
    spread = (dt.timedelta(days=chance.random() * span) for _ in range(rows))
    return [start + one for one in spread]


def _dates(form: str) -> Make:
    def make(chance: Random, rows: int) -> list[str]:
        return [_written(day, form) for day in _days(chance, rows)]

    return make


def _written(day: dt.datetime, form: str) -> str:
    """strftime, with `%-m` and `%-d` for days and months without a zero, and English names."""
    form = form.replace("%-d", str(day.day)).replace("%-m", str(day.month))
    form = form.replace("%b", MONTHS[day.month - 1])
    return day.strftime(form)


def _booleans(chance: Random, rows: int) -> list[str]:
    pair = chance.choice(BOOLEANS)
    return [*pair, *(chance.choice(pair) for _ in range(rows))][:rows]


def _codes(chance: Random, rows: int) -> list[str]:
    digits = chance.choice((4, 5, 6))
    return [f"{chance.randrange(10**digits):0{digits}}" for _ in range(rows - 1)] + ["0" * digits]


def _years(chance: Random, rows: int) -> list[str]:
    return [str(chance.randint(1900, 2025)) for _ in range(rows)]


def _phones(chance: Random, rows: int) -> list[str]:
    return [f"+49 30 {chance.randrange(10**6, 10**7)}" for _ in range(rows)]


def _names(chance: Random, rows: int) -> list[str]:
    return [chance.choice(WORDS).title() for _ in range(rows)]


def _labels(chance: Random, rows: int) -> list[str]:
    few = chance.sample(WORDS, 4)
    return [chance.choice(few) for _ in range(rows)]


def _sentences(chance: Random, rows: int) -> list[str]:
    ends = (".", "!", "", "; and so on", ", etc", ' "quoted"', "\nnext line", " (see: note)")
    return [
        " ".join(chance.choices(WORDS, k=chance.randint(3, 9))).capitalize() + chance.choice(ends)
        for _ in range(rows)
    ]


def _identifiers(chance: Random, rows: int) -> list[str]:
    return [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(rows)]


def _article_numbers(chance: Random, rows: int) -> list[str]:
    letter = chance.choice("ABCK")
    return [f"{letter}{chance.randrange(100, 99999)}" for _ in range(rows)]


def _clock(form: str) -> Make:
    return lambda chance, rows: [_written(day, form) for day in _days(chance, rows)]


MAKERS: tuple[tuple[str, str, Make], ...] = (
    ("count", "integer", _integers),
    ("amount", "decimal", _decimals),
    ("mean", "decimal", _comma_decimals),
    ("population", "number", _grouped(",", ".")),
    ("einwohner", "number", _grouped(".", ",")),
    ("superficie", "integer", _grouped(" ", "")),
    ("flaeche", "integer", _grouped("'", "")),
    ("price", "decimal", _money),
    ("preis", "decimal", _euros),
    ("share", "number", _percents),
    ("day", "date", _dates("%Y-%m-%d")),
    ("date", "date", _dates("%m/%d/%Y")),
    ("datum", "date", _dates("%d.%m.%Y")),
    ("fecha", "date", _dates("%d/%m/%Y")),
    ("when", "date", _dates("%-m/%-d/%Y")),
    ("due", "date", _dates("%d-%m-%y")),
    ("shipped", "date", _dates("%Y/%m/%d")),
    ("born", "date", _dates("%d %b %Y")),
    ("paid", "date", _dates("%b %d, %Y")),
    ("stamp", "date", _dates("%Y%m%d")),
    ("created", "timestamp", _dates("%Y-%m-%dT%H:%M:%SZ")),
    ("updated", "timestamp", _dates("%Y-%m-%d %H:%M:%S")),
    ("logged", "timestamp", _dates("%Y/%m/%d %H:%M")),
    ("seen", "timestamp", _dates("%-m/%-d/%Y %I:%M:%S %p")),
    ("geaendert", "timestamp", _dates("%d.%m.%Y %H:%M")),
    ("opens", "time", _clock("%H:%M")),
    ("closes", "time", _clock("%I:%M %p")),
    ("active", "boolean", _booleans),
    ("zip", "text", _codes),
    ("year", "year", _years),
    ("phone", "text", _phones),
    ("name", "text", _names),
    ("kind", "text", _labels),
    ("remark", "text", _sentences),
    ("id", "text", _identifiers),
    ("article", "text", _article_numbers),
)


def column(chance: Random, rows: int, number: int) -> Column:
    """A column of some kind; in every third some values are missing, written as a code."""
    name, label, make = chance.choice(MAKERS)
    texts = make(chance, rows)
    if chance.random() < 0.35 and label != "text" and rows >= 8:
        code = chance.choice(MISSING)
        texts = [code if chance.random() < 0.12 else text for text in texts]
    return Column(f"{name}_{number}" if chance.random() < 0.8 else f"{name} {number}", label, texts)
