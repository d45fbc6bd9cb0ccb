"""Dates and moments as people write them, in every usual order, with names of months or numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.kind import Kind
from schema.written.patterns import matches, parts_of

DATE_KINDS = frozenset(
    kind for kind in Kind if kind.value.startswith(("date_", "stamp_", "zoned_", "time_"))
)
PIVOT = 69
"""Years of two digits from here on are of the 20th century, as POSIX has it."""

_MONTHS = """
january january janvier januar enero gennaio janeiro januari jan ene gen janv
 ocak stycznia styczeń sty ledna leden января январь янв tammikuuta tammikuu január ianuarie
february february février fevrier februar febrero febbraio fevereiro februari feb fév fev févr
 şubat lutego luty lut února únor февраля февраль фев helmikuuta helmikuu február februarie
march march mars märz maerz marzo março marco maart mar mär mrt mrz
 mart marca marzec března březen марта март мар marts maaliskuuta maaliskuu március martie
april april avril abril aprile apr avr abr
 nisan kwietnia kwiecień kwi dubna duben апреля апрель апр huhtikuuta huhtikuu április aprilie
may may mai mayo maggio maio mei mag
 mayıs maja maj května květen мая май toukokuuta toukokuu május
june june juin juni junio giugno junho jun giu
 haziran czerwca czerwiec cze června červen июня июнь июн kesäkuuta kesäkuu június iunie
july july juillet juli julio luglio julho jul juil lug
 temmuz lipca lipiec lip července červenec июля июль июл heinäkuuta heinäkuu július iulie
august august août aout agosto augustus aug aoû ago
 ağustos sierpnia sierpień sie srpna srpen августа август авг elokuuta elokuu augusti agustus
september september septembre septiembre settembre setembro sep sept set
 eylül września wrzesień wrz září сентября сентябрь сен syyskuuta syyskuu szeptember septembrie
october october octobre oktober octubre ottobre outubro oct okt ott out
 ekim października październik paź října říjen октября октябрь окт lokakuuta lokakuu octombrie
november november novembre noviembre novembro nov
 kasım listopada listopad lis ноября ноябрь ноя marraskuuta marraskuu noiembrie
december december décembre decembre dezember diciembre dicembre dezembro dec déc dez dic
 aralık grudnia grudzień gru prosince prosinec декабря декабрь дек joulukuuta joulukuu desember
"""
MONTHS = {
    name: number
    for number, line in enumerate(_MONTHS.replace("\n ", " ").strip().splitlines(), 1)
    for name in line.split()
}
BEGINNINGS = (*MONTHS, "mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names that a date may begin with."""

_CLOCK = (
    r"(?P<h>\d{1,2}):(?P<i>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?: ?(?P<p>[AaPp])\.?[Mm]\.?)?"
)
_REST = rf"(?:(?:[T ]|, | at |:){_CLOCK}(?: ?(?P<z>Z|UTC|GMT|[+-]\d{{2}}:?(?:\d{{2}})?))?)?\s*$"
_TIGHT_CLOCK = r"(?P<h>\d{2})(?P<i>\d{2})(?P<s>\d{2})?(?:[.,](?P<f>\d{1,9}))?(?P<p>)"
_DAY = r"(?P<a>\d{1,2})"
_MONTH = r"(?P<m>\pL{3,12})\.?"
_WEEKDAY = r"^\s*(?:\pL{2,10}\.?,? )?"
_ZONE_BEFORE_YEAR = r"(?:(?P<z>UTC|GMT|[+-]\d{4}) )?"
_ORDINAL = r"(?:st|nd|rd|th|\.)?(?:[ /-]| de )?"
_BEFORE_YEAR = r"(?:,? |[/-]| del? )?"
_MARKS = ("/", "-", r"\.")
_NUMBER = r"(?P<b>\d{1,2})"
_SHAPES = (
    *(rf"^\s*{_DAY}{mark}{_NUMBER}{mark}(?P<y>\d{{4}}|\d{{2}}){_REST}" for mark in _MARKS),
    *(rf"^\s*(?P<y>\d{{4}}){mark}{_NUMBER}{mark}{_DAY}{_REST}" for mark in _MARKS),
    rf"{_WEEKDAY}{_DAY}{_ORDINAL}{_MONTH}{_BEFORE_YEAR}(?P<y>\d{{4}}|\d{{2}}){_REST}",
    rf"{_WEEKDAY}{_MONTH}[ -]{_DAY}(?:st|nd|rd|th)?,? ?(?P<y>\d{{4}}){_REST}",
    rf"^\s*(?P<y>\d{{4}})[ -]{_MONTH}[ -]{_DAY}{_REST}",
    rf"{_WEEKDAY}{_MONTH} {{1,2}}{_DAY} {_CLOCK} {_ZONE_BEFORE_YEAR}(?P<y>\d{{4}})\s*$",
    rf"^\s*(?P<y>\d{{4}})[年년] ?{_NUMBER}[月월] ?{_DAY}[日일]{_REST}",
    rf"^(?P<y>\d{{4}})(?P<b>\d{{2}})(?P<a>\d{{2}})T{_TIGHT_CLOCK}(?P<z>Z|[+-]\d{{2}}:?\d{{2}})?$",
)  # fmt: skip
_TIME = rf"^\s*{_CLOCK}\s*$"
DATE_PATTERNS = (*_SHAPES, _TIME)
_ANY = re.sub(r"\?P<\w+>", "?:", "|".join(f"(?:{shape})" for shape in _SHAPES))
_DAY_NS = 86_400 * 10**9


@dataclass(slots=True)
class _Read:
    """Numbers of texts that have one shape: `first` and `second` number, `year`, `month` by name
    (0 where it is a number), nanoseconds of the day (-1 without a time), minutes east (or None).
    """

    places: np.ndarray
    first: np.ndarray
    second: np.ndarray
    year: np.ndarray
    numeric: bool
    """Whether day and month are numbers behind which the year stands."""
    time: np.ndarray
    zone: np.ndarray
    """Minutes east of UTC, `_NO_ZONE` without a zone."""


_NO_ZONE = 10_000


def classify_dates(values: pa.Array) -> Iterator[tuple[Kind, np.ndarray]]:
    """The places of texts of each kind of date, moment and time of a day."""
    places = np.flatnonzero(matches(values, _ANY) | matches(values, _TIME))
    if not len(places):
        return
    taken = values.take(pa.array(places))
    for read in _shapes(taken):
        stamped, zoned = read.time >= 0, read.zone != _NO_ZONE
        dmy, mdy = _valid(read, month_first=False), _valid(read, month_first=True)
        at = places[read.places]
        if read.numeric:
            whole = read.time != _BAD
            for kind, stamp, found in (
                (Kind.DATE_EITHER, Kind.STAMP_EITHER, dmy & mdy & whole & ~zoned),
                (Kind.DATE_DMY, Kind.STAMP_DMY, dmy & ~mdy & whole & ~zoned),
                (Kind.DATE_MDY, Kind.STAMP_MDY, mdy & ~dmy & whole & ~zoned),
            ):
                yield kind, at[found & ~stamped]
                yield stamp, at[found & stamped]
        else:
            found = dmy & (read.time != _BAD)
            yield Kind.DATE_WRITTEN, at[found & ~stamped]
            yield Kind.STAMP_WRITTEN, at[found & stamped & ~zoned]
            yield Kind.ZONED_WRITTEN, at[found & stamped & zoned]
    clocks = np.flatnonzero(matches(taken, _TIME))
    if len(clocks):
        parts = parts_of(taken.take(pa.array(clocks)), _TIME)
        yield Kind.TIME_WRITTEN, places[clocks[_time_of(parts) >= 0]]


def parse_dates(values: pa.Array, kind: Kind, *, other: bool = False) -> pa.Array:
    """Texts of one kind as date32, time64 or timestamp in microseconds, or nanoseconds if need be.
    `other` reads the month first where both are possible. Raises pa.ArrowInvalid when one is none.
    """
    if kind is Kind.TIME_WRITTEN:
        nanoseconds = _time_of(parts_of(values, _TIME))
        if (nanoseconds < 0).any():
            raise pa.ArrowInvalid("not a time of a day")
        return _in_unit(nanoseconds, pa.time64)
    month_first = kind in (Kind.DATE_MDY, Kind.STAMP_MDY) or (
        other and kind in (Kind.DATE_EITHER, Kind.STAMP_EITHER)
    )
    days = np.full(len(values), np.iinfo(np.int64).min)
    time = np.zeros(len(values), dtype=np.int64)
    for read in _shapes(values):
        valid = _valid(read, month_first=month_first and read.numeric)
        day, month = read.first, read.second
        if month_first and read.numeric:
            day, month = month, day
        days[read.places[valid]] = _days(read.year, month, day)[valid]
        east = np.where(read.zone == _NO_ZONE, 0, read.zone)
        time[read.places] = np.maximum(read.time, 0) - east * 60 * 10**9
    if (days == np.iinfo(np.int64).min).any():
        raise pa.ArrowInvalid("not a date")
    if kind in (Kind.DATE_WRITTEN, Kind.DATE_DMY, Kind.DATE_MDY, Kind.DATE_EITHER):
        return pa.array(days.astype(np.int32)).cast(pa.date32())
    zone = "UTC" if kind is Kind.ZONED_WRITTEN else None
    if (time % 1000).any():
        return pa.array(days * _DAY_NS + time).cast(pa.timestamp("ns", zone))
    return pa.array(days * (_DAY_NS // 1000) + time // 1000).cast(pa.timestamp("us", zone))


def _in_unit(nanoseconds: np.ndarray, make: type) -> pa.Array:
    if (nanoseconds % 1000).any():
        return pa.array(nanoseconds).cast(make("ns"))
    return pa.array(nanoseconds // 1000).cast(make("us"))


def _shapes(values: pa.Array) -> Iterator[_Read]:
    """What texts of each shape hold; a text is of one shape at most."""
    left = np.arange(len(values))
    for shape in _SHAPES:
        if not len(left):
            return
        taken = values.take(pa.array(left))
        matched = matches(taken, shape)
        if matched.any():
            parts = parts_of(taken.filter(pa.array(matched)), shape)
            yield _read(parts, left[matched])
        left = left[~matched]


def _read(parts: Mapping[str, pa.Array], places: np.ndarray) -> _Read:
    names = list(parts)
    written = parts["y"]
    year = _numbers(written)
    short = pc.equal(pc.binary_length(written), 2).to_numpy(zero_copy_only=False)
    year = np.where(short, year + np.where(year >= PIVOT, 1900, 2000), year)
    if "m" in names:
        words = pc.utf8_lower(parts["m"])
        keys = pa.array(list(MONTHS))
        places_of = pc.fill_null(pc.index_in(words, keys), -1).to_numpy(zero_copy_only=False)
        second = np.array([*MONTHS.values(), 0])[places_of]
    else:
        second = _numbers(parts["b"])
    time = _time_of(parts)
    without = pc.equal(parts["h"], "").to_numpy(zero_copy_only=False)
    return _Read(
        places,
        _numbers(parts["a"]),
        second,
        year,
        "m" not in names and names.index("y") > names.index("a"),
        np.where(without, -1, np.where(time < 0, _BAD, time)),
        _zone_of(parts["z"]),
    )


_BAD = -2
"""A time that no day has."""


def _time_of(parts: Mapping[str, pa.Array]) -> np.ndarray:
    """Nanoseconds of the day, `_BAD` where there are no such."""
    hour, minute, second = (_numbers(parts[name]) for name in "his")
    half = pc.utf8_lower(parts["p"])
    after = pc.equal(half, "p").to_numpy(zero_copy_only=False)
    before = pc.equal(half, "a").to_numpy(zero_copy_only=False)
    bad = (minute > 59) | (second > 59) | ((after | before) & ((hour < 1) | (hour > 12)))
    hour = np.where(after, hour % 12 + 12, np.where(before, hour % 12, hour))
    fraction = pc.utf8_rpad(parts["f"], 9, "0")
    total = ((hour * 60 + minute) * 60 + second) * 10**9 + _numbers(fraction)
    return np.where(bad | (hour > 23), _BAD, total)


def _zone_of(texts: pa.Array) -> np.ndarray:
    """Minutes east, `_NO_ZONE` where nothing is said."""
    named = pc.is_in(texts, pa.array(["Z", "UTC", "GMT"]))
    clock = pc.replace_substring(pc.if_else(named, "+00", texts), ":", "")
    digits = pc.utf8_rpad(pc.utf8_slice_codeunits(clock, 1, 5), 4, "0")
    number = _numbers(digits)
    minutes = number // 100 * 60 + number % 100
    minus = pc.starts_with(clock, "-").to_numpy(zero_copy_only=False)
    none = pc.equal(texts, "").to_numpy(zero_copy_only=False)
    return np.where(none, _NO_ZONE, np.where(minus, -minutes, minutes))


def _numbers(texts: pa.Array) -> np.ndarray:
    """Texts of digits as int64, empty ones as 0."""
    filled = pc.if_else(pc.equal(texts, ""), "0", texts)
    numbers: np.ndarray = pc.fill_null(pc.cast(filled, pa.int64()), 0).to_numpy(
        zero_copy_only=False
    )
    return numbers


_LENGTHS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _valid(read: _Read, *, month_first: bool) -> np.ndarray:
    """Whether there is such a day, the month being the second number or the first."""
    day, month = (read.second, read.first) if month_first else (read.first, read.second)
    known = (month >= 1) & (month <= 12)
    longest = _LENGTHS[np.where(known, month, 0)]
    leap = (read.year % 4 == 0) & ((read.year % 100 != 0) | (read.year % 400 == 0))
    longest = np.where((month == 2) & ~leap, 28, longest)
    return known & (day >= 1) & (day <= longest) & (read.year >= 1)


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days since 1970-01-01 in the Gregorian calendar."""
    month = np.clip(month, 1, 12)
    start = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    found: np.ndarray = start.astype(np.int64) + day - 1
    return found
