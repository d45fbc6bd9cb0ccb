"""Whether a text is a date, in figures or in words of a dozen languages: each part of it must be
one of a date, and together they must name a day or a month.
"""

from __future__ import annotations

import re

_MONTH_NAMES = """
january february march april may june july august september october november december
januar februar märz maerz april mai juni juli august september oktober november dezember jänner mrz
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december mrt
januari februari mars april maj juni juli augusti september oktober november december
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
ledna února března dubna května června července srpna října listopadu prosince
tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu
joulukuu január február március április május június július augusztus szeptember október november
ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie
январь февраль март апрель июнь июль август сентябрь октябрь ноябрь декабрь
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
января февраля марта апреля мая июня июля августа сентября октября ноября декабря май
muharram safar rabi jumada rajab shaban ramadan shawwal dhu qadah hijjah
"""
_DAY_NAMES = """
monday tuesday wednesday thursday friday saturday sunday tues thur thurs
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miércoles jueves viernes sábado domingo
lunedì martedì mercoledì giovedì venerdì sabato domenica
segunda terça quarta quinta sexta feira
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
måndag tisdag onsdag torsdag fredag lördag söndag
poniedziałek wtorek środa czwartek piątek sobota niedziela
pondělí úterý středa čtvrtek pátek neděle pondelok utorok streda štvrtok piatok nedeľa
maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
hétfő kedd szerda csütörtök péntek szombat vasárnap
luni marți miercuri joi vineri sâmbătă duminică
pazartesi salı çarşamba perşembe cuma cumartesi pazar
понеділок вівторок середа четвер пʼятниця субота неділя
понедельник вторник среда четверг пятница суббота воскресенье
"""
_SHORTEST = 3


def _forms(names: str) -> frozenset[str]:
    """Whole names, and their first three and four letters."""
    words = names.split()
    return frozenset(form for word in words for form in (word, word[:_SHORTEST], word[:4]))


MONTHS = _forms(_MONTH_NAMES)
DAYS = _forms(_DAY_NAMES)
_JOINTS = frozenset(("de", "del", "di", "of", "the", "le", "den", "d", "г", "at", "um"))
_JOINTS |= frozenset(("al", "awwal", "ula", "thani", "akhirah", "i", "ii"))  # of Hijri months
_ERAS = frozenset(("bc", "bce", "ad", "ce", "ah"))
_REST = _ERAS | frozenset(("am", "pm", "a.m", "p.m", "gmt", "utc", "z"))

_FIGURES = re.compile(
    r"(?:\d{1,2}(?P<a>[./-])\d{1,2}(?P=a)(?:\d{4}|\d{2})|\d{4}(?P<b>[./-])\d{1,2}(?P=b)\d{1,2})\.?"
)
_IDEOGRAPHS = re.compile(
    r"(?:\d{2,4}\s?[年년]\s?)?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일号]|\d{4}年\d{1,2}月"
)
_CLOCK = re.compile(
    r"[T,]?\s*(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?\s*(?:Z\b|[+-]\d{2}:?\d{2}\b)?"
)
_PARTS = re.compile(r"\s*[,\s/]\s*|(?<=\w)-(?=\w)|(?<=\d)\.(?=\w)")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|ª|e|\.)?")
_YEAR = re.compile(r"[12]\d{3}|'\d{2}|\d{4}")
_MOST_PARTS = 9
_LAST_DAY = 31


def is_date(text: str) -> bool:
    """Whether a text names a day, or a month of a year, with or without a time of day."""
    if not 4 <= len(text) <= 60 or not any(character.isdigit() for character in text):
        return False
    rest = _CLOCK.sub(" ", text, count=1) if ":" in text else text
    days = 0
    for pattern in (_FIGURES, _IDEOGRAPHS):
        rest, found = pattern.subn(" ", rest, count=1)
        days += found
    return _adds_up([part for part in _PARTS.split(rest.strip()) if part], days)


def _adds_up(parts: list[str], days: int) -> bool:
    months = years = weekdays = 0
    if len(parts) > _MOST_PARTS:
        return False
    in_figures = days
    era = not _ERAS.isdisjoint(part.casefold() for part in parts)
    for part in parts:
        word = part.casefold().rstrip(".")
        if word in MONTHS and not months:
            months += 1
        elif word in DAYS:
            weekdays += 1
        elif (number := _ORDINAL.fullmatch(part)) and not days:
            if not 1 <= int(number[1]) <= _LAST_DAY:
                return False
            days += 1
        elif _YEAR.fullmatch(part) or (part.isdigit() and (era or (len(part) == 2 and months))):
            years += 1
        elif word not in _JOINTS and word not in _REST:
            return False
    if in_figures:
        return months == years == 0 and weekdays <= 1
    return months == 1 and years <= 1 and weekdays <= 2 and days + years > 0
