"""CSV files that each have one hard thing about them, by rule, with the truth about each.

`benchmarks.made.files` draws its files at random from one generator, which readers can be tuned
on. These were written down before they were read, one or a few for each thing that is seen in the
wild: marks, quotes, notes, headers, encodings, numbers, dates and words of many languages.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

from benchmarks.made.columns import Column
from benchmarks.made.files import Case

Make = Callable[[Random, int], str]

CITIES = (
    *("Oslo", "Lima", "Quito", "Accra", "Perth", "Turin", "Leeds", "Porto", "Basel", "Cairo"),
    *("New Delhi", "Cape Town", "Santa Fe", "Sofia", "Riga", "Bonn", "Kyoto", "Hanoi", "Minsk"),
)
STREETS = ("High Street 12", "Elm Row, 4", "14 Rue Neuve", "P.O. Box 99; rear", "Am Markt 3")
PROSE = (
    "Arrived late, box torn",
    'He said "fine" and left',
    "ok",
    "See page 12; no action",
    "It's the owner's own",
    "Two parts: lid, body",
    "1, 2 and 3 are missing",
)
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
SPANISH = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
POLISH = "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"  # noqa: E501


def _day(at: int) -> dt.datetime:
    return dt.datetime(2015, 3, 1, 6, 5) + dt.timedelta(hours=at * 557, seconds=at * 37)  # noqa: DTZ001


def _on(form: str) -> Make:
    def make(_: Random, at: int) -> str:
        day = _day(at)
        short = form.replace("%-d", str(day.day)).replace("%-m", str(day.month))
        return day.strftime(short.replace("%-I", str((day.hour - 1) % 12 + 1)))

    return make


def _named(months: str, form: str) -> Make:
    names = months.split()

    def make(_: Random, at: int) -> str:
        day = _day(at)
        return form.format(d=day.day, m=names[day.month - 1], y=day.year)

    return make


def _one_of(*words: str) -> Make:
    return lambda chance, at: words[at] if at < len(words) else chance.choice(words)


def _number(form: str, low: float = 1, high: float = 90_000, swap: str = "") -> Make:
    table = str.maketrans(",.", swap) if swap else {}

    def make(chance: Random, _: int) -> str:
        return form.format(f"{chance.uniform(low, high):,.2f}".translate(table))

    return make


def _whole(form: str, mark: str = "", low: int = 1, high: int = 900_000) -> Make:
    return lambda chance, _: form.format(f"{chance.randint(low, high):,}".replace(",", mark))


def _coded(make: Make, code: str) -> Make:
    return lambda chance, at: code if at % 5 == 3 else make(chance, at)


def _accounting(chance: Random, at: int) -> str:
    amount = f"{chance.uniform(5, 9000):,.2f}"
    return f"({amount})" if at % 3 == 1 else amount


def _trailing_minus(chance: Random, at: int) -> str:
    return f"{chance.uniform(5, 900):.2f}" + ("-" if at % 3 == 1 else "")


def _mixed(chance: Random, at: int) -> str:
    return str(chance.randint(1, 99)) if at % 2 else chance.choice(CITIES)


PLACE: tuple[str, str, Make] = ("place", "text", _one_of(*CITIES))
COUNT: tuple[str, str, Make] = ("count", "integer", _whole("{}", "", 1, 900))
AMOUNT: tuple[str, str, Make] = (
    "amount",
    "decimal",
    lambda chance, _: f"{chance.gauss(5, 40):.2f}",
)
DAY: tuple[str, str, Make] = ("day", "date", _on("%Y-%m-%d"))
NOTE: tuple[str, str, Make] = ("note", "text", _one_of(*PROSE))
STREET: tuple[str, str, Make] = ("street", "text", _one_of(*STREETS))
BASE = (PLACE, COUNT, AMOUNT, DAY)
TEXTS = (PLACE, ("person", "text", _one_of("Ann", "Bo", "Cyd", "Dee", "Eli", "Flo")), STREET)


def _table(
    name: str, makers: Sequence[tuple[str, str, Make]] = BASE, rows: int = 14, *,
    delimiter: str = ",", quote: str = '"', escape: str = "", every: bool = False,
    header: bool = True, ends: str = "\n", encoding: str = "utf-8",
    before: Sequence[str] = (), after: Sequence[str] = (), between: str = "",
    above: Sequence[Sequence[str]] = (), edit: Callable[[str], str] = str, gap: str = "",
) -> Case:  # fmt: skip
    chance = Random(name)
    columns = tuple(
        Column(name, label, [make(chance, at) for at in range(rows)])
        for name, label, make in makers
    )

    def cell(text: str) -> str:
        bare = not (every or any(mark in text for mark in (delimiter, quote, "\n", "\r") if mark))
        if bare or not quote:
            return text
        return quote + text.replace(quote, (escape or quote) + quote) + quote

    lines = [delimiter.join(cell(one.name) for one in columns)] if header else []
    body = zip(*(one.texts for one in columns), strict=True)
    lines += [(delimiter + gap).join(map(cell, row)) for row in body]
    if between:
        lines.insert(len(lines) // 2, between)
    if above:
        lines[:0] = [delimiter.join(row) for row in above]
        joined = [" ".join(dict.fromkeys(part for part in parts if part))
                  for parts in zip(*above, (one.name for one in columns), strict=True)]  # fmt: skip
        columns = tuple(Column(new, one.label, one.texts)
                        for new, one in zip(joined, columns, strict=True))  # fmt: skip
    text = edit(ends.join([*before, *lines, *after]) + ends)
    return Case(
        f"{name}.csv", text.encode(encoding, "replace"), encoding, delimiter, quote, header,
        len(before), columns, frozenset((name,)),
    )  # fmt: skip


def wild() -> Iterator[Case]:
    """Some 130 files."""
    yield from _marks()
    yield from _places()
    yield from _encodings()
    for name, label, make in VALUES:
        comma = ";" if any("," in make(Random(1), at) for at in range(8)) else ","
        yield _table(f"value-{name}", (PLACE, (name, label, make), COUNT), 32, delimiter=comma)


def _marks() -> Iterator[Case]:
    for number, mark in enumerate((",", ";", "\t", "|", "^", "~", ":", "#", "§", "||", ";;")):
        makers = BASE if mark != "#" else (*BASE, NOTE)
        yield _table(f"mark-{number}", makers, delimiter=mark)
        yield _table(f"mark-{number}-texts", TEXTS, 8, delimiter=mark)
        yield _table(f"mark-{number}-bare", (COUNT, PLACE, AMOUNT), 5, delimiter=mark, header=False)
    spaced = (("n", "integer", COUNT[2]), ("x", "decimal", AMOUNT[2]), ("y", "decimal", AMOUNT[2]))
    yield _table("mark-space", spaced, delimiter=" ")
    yield _table("mark-space-quoted", (PLACE, COUNT, AMOUNT), delimiter=" ", every=True)
    for number, mark in enumerate((",", ";", "\t")):
        prose = (PLACE, NOTE, COUNT)
        yield _table(f"quote-single-{number}", prose, delimiter=mark, quote="'")
        yield _table(f"quote-all-{number}", prose, delimiter=mark, every=True)
        yield _table(f"quote-single-all-{number}", prose, delimiter=mark, quote="'", every=True)
        yield _table(f"escape-{number}", prose, delimiter=mark, escape="\\")
    broken = (PLACE, ("note", "text", _one_of("one\ntwo", "a\n\nb", "x, y\nz", "plain")), COUNT)
    yield _table("line-breaks", broken)
    yield _table("line-breaks-crlf", broken, ends="\r\n")
    yield _table("spaces-after", (PLACE, NOTE, COUNT), gap=" ")
    yield _table("ends-cr", ends="\r")
    yield _table("ends-cr-semicolon", delimiter=";", ends="\r")
    ended = (*BASE, ("", "empty", lambda _, _at: ""))
    yield _table("ends-delimiter", ended)


def _places() -> Iterator[Case]:
    title = "Passenger survey of the northern region"
    yield _table("before-title", before=(title,))
    yield _table("before-facts", before=(title, "Source: ports authority", "Unit: 1000 t", ""))
    yield _table("before-cells", before=(title + ",,,", ",,,"))
    yield _table("before-keys", before=("Station,Oslo", "Height,94", "Period,2015", ""))
    yield _table("before-comments", before=("# made by logger 3", "# units: m, kg"))
    yield _table("before-sep", delimiter=";", before=("sep=;",))
    yield _table("before-bang", before=("! exported 2015-03-01", "! all stations"))
    yield _table("before-prose", before=("This file, like others, is free to use.", "", ""))
    yield _table("after-note", after=("Source: ports authority",))
    yield _table("after-blank-note", after=("", "* provisional", "** revised, 2016"))
    yield _table("after-rows", after=("(14 rows affected)",))
    yield _table("comments-between", between="# sensor was moved here")
    yield _table("names-two", above=[["where", "size", "size", "time"]])
    yield _table("names-two-spans", above=[["", "size", "time", "time"]])
    units = (PLACE, ("t", "integer", COUNT[2]), ("kg", "decimal", AMOUNT[2]))
    yield _table("names-units", units, above=[["station", "freight", "weight"]])
    yield _table("bare-texts", TEXTS, 12, header=False)
    yield _table("bare-values", BASE, 12, header=False)
    codes = (("a", "text", _one_of("N1", "N2", "N3")), ("b", "text", _one_of("red", "blue")))
    yield _table("bare-codes", codes, 10, header=False)
    yield _table("texts", TEXTS, 12)
    yield _table("texts-long", (PLACE, NOTE), 12)
    yield _table("one-column-numbers", (COUNT,), 12)
    yield _table("one-column-words", (PLACE,), 12)
    yield _table("one-column-dates", (DAY,), 12)
    yield _table("one-column-stamps", (("at", "timestamp", _on("%Y-%m-%d %H:%M:%S")),), 12)
    yield _table("one-column-prose", (("remark", "text", _one_of(*PROSE)),), 12, every=True)
    yield _table("one-column-bare", (COUNT,), 12, header=False)
    yield _table("one-row", BASE, 1)
    yield _table("one-row-semicolon", BASE, 1, delimiter=";")
    yield _table("two-rows", BASE, 2)
    wide = tuple((f"m{at}", "integer", COUNT[2]) for at in range(400))
    yield _table("wide", wide, 4)
    years = (PLACE, *((str(year), "integer", COUNT[2]) for year in range(2001, 2013)))
    yield _table("names-years", years)
    months = (PLACE, *((f"{month} 2015", "integer", COUNT[2]) for month in ("Jan", "Feb", "Mar")))
    yield _table("names-months", months)
    starts = (PLACE, *((f"2015-{at:02}-01", "decimal", AMOUNT[2]) for at in range(1, 9)))
    yield _table("names-days", starts)
    yield _table("names-days-short", [(f"{at}/22/20", "integer", COUNT[2]) for at in range(1, 9)])
    long = (PLACE, ("body", "text", lambda _, at: f"page {at}: " + "word, and " * 900), COUNT)
    yield _table("long-cells", long, 12)
    yield _table("blank-lines", edit=lambda text: text.replace("\n", "\n\n"))
    yield _table("short-rows", rows=30, edit=lambda text: re.sub(r",2015-\S+", "", text, count=2))
    yield _table("index-name", (("", "integer", lambda _, at: str(at)), *BASE))
    yield _table("names-same", (PLACE, COUNT, AMOUNT, DAY, ("Total (in %)", "integer", COUNT[2])))


def _encodings() -> Iterator[Case]:
    named = {
        "utf-8-sig": ("Zürich", "Ærø", "Łódź", "Québec", "Malmö"),
        "utf-16": ("Zürich", "Ærø", "Łódź", "Québec", "Malmö"),
        "utf-16-le": ("Zurich", "Oslo", "Rome", "Bonn", "Lund"),
        "cp1252": ("Zürich", "Ærø", "Besançon", "Québec", "Malmö"),
        "cp1250": ("Łódź", "Kraków", "Plzeň", "Győr", "Šumperk", "Wrocław", "Gdańsk"),
        "iso8859-2": ("Łódź", "Kraków", "Plzeň", "Győr", "Šumperk", "Wrocław", "Gdańsk"),
        "cp1251": ("Москва", "Казань", "Самара", "Омск", "Уфа", "Тверь"),
        "koi8-r": ("Москва", "Казань", "Самара", "Омск", "Уфа", "Тверь"),
        "cp1253": ("Αθήνα", "Πάτρα", "Βόλος", "Χανιά", "Λαμία"),
        "cp932": ("東京都", "大阪府", "京都府", "北海道", "ひろしま", "カナダ"),
        "euc-jp": ("東京都", "大阪府", "京都府", "北海道", "ひろしま", "カナダ"),
        "gb18030": ("北京市", "上海市", "广州市", "深圳市", "重庆市", "西安市"),
        "big5": ("台北市", "高雄市", "臺中市", "新竹縣", "花蓮縣"),
        "euc-kr": ("서울특별시", "부산광역시", "대구광역시", "인천광역시"),
        "mac-roman": ("Zürich", "Ærø", "Besançon", "Québec", "Malmö"),
        "cp437": ("Zürich", "Besançon", "Québec", "Malmö", "España"),
    }
    for encoding, names in named.items():
        place = ("place", "text", _one_of(*names))
        for number, mark in enumerate((",", ";")):
            name = f"encoding-{encoding}-{number}"
            yield _table(name, (place, COUNT, AMOUNT), 30, delimiter=mark, encoding=encoding)


VALUES: tuple[tuple[str, str, Make], ...] = (
    ("comma", "decimal", _number("{}", 0, 99, ".,")),
    ("thousands-point", "number", _whole("{}", ".")),
    ("thousands-comma", "integer", _whole("{}", ",")),
    ("thousands-space", "integer", _whole("{}", " ")),
    ("thousands-nbsp", "integer", _whole("{}", "\u00a0")),
    ("thousands-narrow", "integer", _whole("{}", "\u202f")),
    ("thousands-apostrophe", "integer", _whole("{}", "'")),
    ("swiss", "decimal", _number("{}", 900, 90_000, "'.")),
    ("french", "decimal", _number("{} €", 900, 90_000, "\u202f,")),
    ("german", "decimal", _number("{}", 900, 90_000, ".,")),
    ("dollars", "decimal", _number("${}")),
    ("dollars-negative", "decimal", _number("-${}")),
    ("euro-before", "decimal", _number("€ {}")),
    ("pounds", "integer", _whole("£{}", ",")),
    ("krona", "decimal", _number("{} kr", 1, 900, " ,")),
    ("zloty", "decimal", _number("{} zł", 1, 900, " ,")),
    ("reais", "decimal", _number("R$ {}", 1, 9000, ".,")),
    ("code-before", "decimal", _number("USD {}")),
    ("code-after", "decimal", _number("{} CHF", 1, 9000, "'.")),
    ("percent", "decimal", _number("{}%", 0, 100)),
    ("percent-comma", "decimal", _number("{} %", 0, 100, ".,")),
    ("accounting", "decimal", _accounting),
    ("trailing-minus", "decimal", _trailing_minus),
    ("plus", "decimal", _number("+{}", 0, 99)),
    ("unit-kg", "text", _number("{} kg", 0, 99)),
    ("scientific", "decimal", lambda chance, _: f"{chance.gauss(0, 1):.3E}"),
    ("padded", "integer", lambda chance, _: f"{chance.randint(1, 9999):6d}"),
    ("zip", "text", lambda chance, at: f"{chance.randint(0, 99999) % (99999 if at else 999):05d}"),
    ("long-digits", "text", lambda chance, _: str(chance.randint(10**21, 10**22))),
    ("mixed", "text", _mixed),
    ("null-NA", "integer", _coded(COUNT[2], "NA")),
    ("null-question", "integer", _coded(COUNT[2], "?")),
    ("null-dash", "decimal", _coded(AMOUNT[2], "-")),
    ("null-na-slash", "integer", _coded(COUNT[2], "n/a")),
    ("null-word", "integer", _coded(COUNT[2], "missing")),
    ("null-unknown", "integer", _coded(COUNT[2], "unknown")),
    ("null-empty-quotes", "integer", _coded(COUNT[2], " ")),
    ("null-ka", "decimal", _coded(AMOUNT[2], "k.A.")),
    ("null-suppressed", "integer", _coded(COUNT[2], "(X)")),
    ("null-zero-date", "date", _coded(_on("%Y-%m-%d"), "0000-00-00")),
    ("date-dmy", "date", _on("%d/%m/%Y")),
    ("date-mdy", "date", _on("%m/%d/%Y")),
    ("date-short", "date", _on("%d.%m.%y")),
    ("date-mdy-short", "date", _on("%-m/%-d/%y")),
    ("date-ymd-slash", "date", _on("%Y/%m/%d")),
    ("date-ymd-point", "date", _on("%Y.%m.%d")),
    ("date-compact", "date", _on("%Y%m%d")),
    ("date-named", "date", _on("%d-%b-%Y")),
    ("date-named-short", "date", _on("%d-%b-%y")),
    ("date-long", "date", _on("%B %-d, %Y")),
    ("date-weekday", "date", _on("%A, %B %-d, %Y")),
    ("date-upper", "date", lambda chance, at: _on("%d%b%Y")(chance, at).upper()),
    ("date-french", "date", _named(FRENCH, "{d} {m} {y}")),
    ("date-german", "date", _named(GERMAN, "{d}. {m} {y}")),
    ("date-spanish", "date", _named(SPANISH, "{d} de {m} de {y}")),
    ("date-polish", "date", _named(POLISH, "{d} {m} {y}")),
    ("date-japanese", "date", _on("%Y年%m月%d日")),
    ("stamp-iso", "timestamp", _on("%Y-%m-%dT%H:%M:%S.250Z")),
    ("stamp-zone", "timestamp", _on("%Y-%m-%d %H:%M:%S+02:00")),
    ("stamp-log", "timestamp", _on("%d/%b/%Y:%H:%M:%S +0000")),
    ("stamp-ampm", "timestamp", _on("%-m/%-d/%Y %-I:%M:%S %p")),
    ("stamp-german", "timestamp", _on("%d.%m.%Y %H:%M:%S")),
    ("stamp-compact", "timestamp", _on("%Y%m%dT%H%M%S")),
    ("stamp-digits", "timestamp", _on("%Y%m%d%H%M%S")),
    ("stamp-rfc", "timestamp", _on("%a, %d %b %Y %H:%M:%S GMT")),
    ("stamp-unix", "timestamp", _on("%a %b %d %H:%M:%S %Y")),
    ("time-ampm", "time", _on("%I:%M %p")),
    ("time-ampm-tight", "time", _on("%-I:%M%p")),
    ("time-seconds", "time", _on("%H:%M:%S")),
    ("time-hm", "time", _on("%H:%M")),
    ("year", "year", lambda chance, _: str(chance.randint(1950, 2024))),
    ("yes", "boolean", _one_of("yes", "no")),
    ("ja", "boolean", _one_of("Ja", "Nein")),
    ("da", "boolean", _one_of("да", "нет")),
    ("y", "boolean", _one_of("Y", "N")),
    ("vrai", "boolean", _one_of("VRAI", "FAUX")),
    ("tak", "boolean", _one_of("TAK", "NIE")),
    ("x-or-null", "boolean", _coded(_one_of("true", "false"), "NA")),
    ("dutch", "boolean", _one_of("waar", "onwaar")),
    ("version", "text", lambda chance, _: f"{chance.randint(1, 3)}.{chance.randint(0, 9)}.2"),
    ("address", "text", lambda chance, _: f"10.0.{chance.randint(0, 9)}.{chance.randint(1, 99)}"),
    ("range", "text", lambda chance, _: f"{chance.randint(1, 40)}-{chance.randint(41, 99)}"),
    ("fraction", "text", lambda chance, _: f"{chance.randint(1, 3)}/{chance.randint(4, 9)}"),
    ("ratio", "text", lambda chance, _: f"{chance.randint(1, 3)}:{chance.randint(4, 9)}"),
    ("phone", "text", lambda chance, _: f"555-{chance.randint(1000, 9999)}"),
    ("phone-area", "text", lambda chance, _: f"(030) {chance.randint(1000, 9999)}"),
    ("grade", "text", _one_of("A", "B", "C", "D")),
    ("sex", "text", _one_of("M", "F")),
    ("hash", "text", lambda chance, _: f"{chance.getrandbits(48):012x}"),
    ("degrees", "text", lambda chance, _: f"{chance.randint(1, 89)}°12'N"),
)
"""Name, label and maker of a column that stands between words and counts."""
