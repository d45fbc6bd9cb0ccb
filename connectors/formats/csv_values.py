"""What a cell of CSV text looks like: a value, a word, or a piece of something that was split."""

from __future__ import annotations

import re

from schema.kinds import NULL_CODES

_CURRENCY = r"(?:[$€£¥₹]|[A-Z]{1,3}[$€£]|[A-Z]{3})"
_DIGITS = r"(?:\d{1,3}(?:[ ,.'’\u00a0\u202f]\d{2,3})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
NUMBER = rf"\(?[-+−]?(?:{_CURRENCY}\s?)?[-+−]?(?=[.,]?\d){_DIGITS}(?:\s?(?:%|‰|{_CURRENCY}))?\)?-?"
TIME = (
    r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"\s?(?:Z|UTC|GMT|[-+]\d\d:?(?:\d\d)?|[AaPp]\.?[Mm]\.?)?"
)
_NUMERIC_DATE = r"\d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4}\.?|\d{4}[-/.]\d{1,2}"
_NAMED_DATE = (
    r"(?:[^\W\d_]{3,9}\.?,? )?\d{1,2}(?:st|nd|rd|th)?\.?[- /][^\W\d_]{3,9}\.?[- ,/]+\d{2,4}"
    r"|[^\W\d_]{3,9}\.?[- ]\d{1,2}(?:st|nd|rd|th)?,? ?\d{4}|[^\W\d_]{3,9}[- ]\d{4}"
)
DATE = rf"(?:{_NUMERIC_DATE}|{_NAMED_DATE})(?:[T ,]+{TIME})?"

_VALUE = re.compile(rf"{NUMBER}|{DATE}|{TIME}")
_MOMENT = re.compile(rf"{DATE}|{TIME}")
_WHOLE = re.compile(rf"{DATE}|{TIME}|\+?\d[\d ()-]{{6,}}")
_GROUPED = re.compile(NUMBER)
_KNOWN = re.compile(
    "|".join(
        (
            NUMBER,
            DATE,
            TIME,
            r"[\w.+-]+@[\w-]+\.[\w.-]+",
            r"(?:https?|ftp|s3|file)://\S+|www\.\S+",
            r"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?",
            r"\+?\d[\d ()/-]{6,}",
            r"[nN]/[aA]|-+|\?|\.",
            r"[^\W_][\w\-./]*",
        )
    )
)
_TEXT = re.compile(r"[\w(¿¡#@*<&/$€£+-][\w\s\-.,:!?&/()'’+%$€£°#@*\[\]=<>]*")
_BROKEN = re.compile(r"^[\"']|[\"']$|[\"'][,;\t|]|[,;\t|][\"']|\t|^[|~^]|[|~^#]$|\S[#|~^;]\S")


def is_value(cell: str) -> bool:
    """Whether a cell is a number, a date or a time: what stands below names, hardly ever a name."""
    return _VALUE.fullmatch(cell) is not None


def is_moment(cell: str) -> bool:
    """Whether a cell is a date or a time, and no number."""
    return _MOMENT.fullmatch(cell) is not None and _GROUPED.fullmatch(cell) is None


def is_missing(cell: str) -> bool:
    """Whether a cell holds nothing, or a code for that."""
    return not cell or cell in NULL_CODES


def is_whole(line: str) -> bool:
    """Whether a line is one value, though there are spaces, colons or the like in it."""
    return _WHOLE.fullmatch(line) is not None


def is_number(line: str) -> bool:
    """Whether a line is one number, with marks for thousands and decimals in it or without."""
    return _GROUPED.fullmatch(line) is not None


def plausibility(cell: str) -> float:
    """How much a cell looks like one value, 0 to 1."""
    cell = cell.strip()
    if not cell or _KNOWN.fullmatch(cell):
        return 1.0
    if _BROKEN.search(cell):
        return 0.1
    return 0.9 if _TEXT.fullmatch(cell) else 0.5
