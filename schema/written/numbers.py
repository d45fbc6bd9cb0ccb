"""Numbers with marks between thousands, decimals behind a point or a comma, signs and units."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.kind import Kind
from schema.written.patterns import matches

_CODES = """
USD EUR GBP JPY CHF CAD AUD CNY INR SEK NOK DKK PLN CZK HUF RUB TRY BRL MXN ZAR KRW SGD HKD NZD
THB ILS RON BGN UAH IDR PHP MYR CLP COP ARS AED SAR EGP VND TWD
"""
CODES = (*_CODES.split(), "US$", "A$", "C$", "R$")
CURRENCY = r"(?:US\$|A\$|C\$|R\$|[$€£¥₹₽₩₺₪₴₫฿₦]|" + "|".join(_CODES.split()) + ")"
_WORDS = r"(?:kr\.?|zł|Kč|Ft|лв\.?|руб\.?|грн\.?|lei|元|円|원)"
"""Money as it is called behind numbers alone."""
_BLANKS = " \u00a0\u202f\u2009"
_SPACE = f"[{_BLANKS}’']"
_BEFORE = rf"^\s*\(?[-+−]?(?:{CURRENCY}\s?)?[-+−]?"
_AFTER = rf"(?:[{_BLANKS}]?(?:%|‰|{CURRENCY}|{_WORDS}))?(?:\)|[-−])?\s*$"
_WHOLE = r"(?:0|[1-9]\d*)"
_BODIES = {
    Kind.NEUTRAL: rf"(?:{_WHOLE}|[1-9]\d{{0,2}}(?:{_SPACE}\d{{3}})+)",
    Kind.COMMA3: r"[1-9]\d{0,2},\d{3}",
    Kind.POINT3: r"[1-9]\d{0,2}\.\d{3}",
    Kind.POINTED: (
        rf"(?:{_WHOLE}?\.\d+|{_WHOLE}\.|[1-9]\d{{0,2}}(?:,\d{{3}}){{2,}}"
        rf"|[1-9]\d{{0,2}}(?:,\d{{3}})+\.\d*|[1-9]\d{{0,2}}(?:{_SPACE}\d{{3}})+\.\d+"
        r"|[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?)"
    ),
    Kind.COMMAED: (
        rf"(?:{_WHOLE}?,\d+|[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}"
        rf"|[1-9]\d{{0,2}}(?:\.\d{{3}})+,\d*|[1-9]\d{{0,2}}(?:{_SPACE}\d{{3}})+,\d+)"
    ),
}
NUMBER_KINDS = frozenset(_BODIES)
TWO_READINGS = frozenset((Kind.COMMA3, Kind.POINT3))
"""Kinds whose mark stands between thousands, or before three decimals."""

_PATTERNS = {kind: f"{_BEFORE}{body}{_AFTER}" for kind, body in _BODIES.items()}
_ANY = f"{_BEFORE}(?:{'|'.join(_BODIES.values())}){_AFTER}"
NUMBER_PATTERNS = (_ANY,)
_PHONE = r"^\s*\+[\d ]{7,}$"
_MOST_DIGITS = 15
"""A double holds any whole number of as many digits; more are no number but a code."""

_NOT_NUMBER = r"[^\d.,]"
_NEGATIVE = r"^\s*\(|[-−]"
_UNIT = rf"%|‰|{CURRENCY}|{_WORDS}"


def classify_numbers(values: pa.Array) -> Iterator[tuple[Kind, np.ndarray]]:
    """The places of texts of each kind of number."""
    places = np.flatnonzero(matches(values, _ANY) & ~matches(values, _PHONE))
    if not len(places):
        return
    taken = values.take(pa.array(places))
    digits = pc.binary_length(pc.replace_substring_regex(taken, r"[^\d]", ""))
    few = pc.less_equal(digits, _MOST_DIGITS).to_numpy(zero_copy_only=False)
    left = np.ones(len(places), dtype=bool) & few
    for kind, pattern in _PATTERNS.items():
        found = left & matches(taken, pattern)
        left &= ~found
        yield kind, places[found]


def parse_numbers(values: pa.Array, kind: Kind, *, other: bool = False) -> pa.Array:
    """Texts of one kind as double, or int64 where no decimals are written."""
    bare = pc.replace_substring_regex(values, _NOT_NUMBER, "")
    if kind in (Kind.NEUTRAL, Kind.COMMA3, Kind.POINT3):
        numbers = pc.cast(pc.replace_substring_regex(bare, "[.,]", ""), pa.int64())
    elif kind is Kind.POINTED:
        numbers = pc.cast(pc.replace_substring(bare, ",", ""), pa.float64())
    else:
        without = pc.replace_substring(pc.replace_substring(bare, ".", ""), ",", ".")
        numbers = pc.cast(without, pa.float64())
    if other and kind in TWO_READINGS:
        numbers = pc.divide(pc.cast(numbers, pa.float64()), 1000.0)
    return pc.if_else(pa.array(matches(values, _NEGATIVE)), pc.negate(numbers), numbers)


def units(values: pa.Array) -> tuple[str, ...]:
    """The different signs of money and share in texts of numbers; '' where some have none."""
    found = pc.extract_regex(values, f"(?P<unit>{_UNIT})")
    names = pc.unique(pc.struct_field(found, "unit")).to_pylist()
    return tuple(sorted({name or "" for name in names}))


def scale(values: pa.Array, kind: Kind) -> int:
    """The most decimals in texts of one kind, by their first reading."""
    if kind not in (Kind.POINTED, Kind.COMMAED):
        return 0
    bare = pc.replace_substring_regex(values, _NOT_NUMBER, "")
    mark = "." if kind is Kind.POINTED else ","
    behind = pc.subtract(pc.subtract(pc.binary_length(bare), pc.find_substring(bare, mark)), 1)
    found = pc.and_(pc.greater_equal(pc.find_substring(bare, mark), 0), _one(bare, mark))
    return int(pc.max(pc.if_else(found, behind, 0)).as_py() or 0)


def _one(bare: pa.Array, mark: str) -> pa.Array:
    return pc.equal(pc.count_substring(bare, mark), 1)
