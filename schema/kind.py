"""Kind: what a value can be read as."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a value can be read as. MISSING is text that is empty or stands for no value (`NA`).

    Kinds from NEUTRAL on are of text that people write (`schema.written`): what such a text is
    worth may depend on the other values of its column.
    """

    MISSING = "missing"
    BOOL = "bool"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    DURATION = "duration"
    TEXT = "text"
    BINARY = "binary"
    NESTED = "nested"
    NEUTRAL = "neutral"
    """A whole number with spaces between thousands, a sign of money or share (`1 234`, `5 %`)."""
    COMMA3 = "comma3"
    """`1,234`: a whole number, or one with three decimals."""
    POINT3 = "point3"
    """`1.234 €`: a whole number, or one with three decimals."""
    POINTED = "pointed"
    """A number whose decimals follow a point (`1,234.5`, `$5.20`)."""
    COMMAED = "commaed"
    """A number whose decimals follow a comma (`1.234,5`, `5,20 €`)."""
    DATE_WRITTEN = "date_written"
    """A date with one meaning only (`2013/1/31`, `31 Jan 2013`)."""
    DATE_DMY = "date_dmy"
    """`31/1/2013`: the day first."""
    DATE_MDY = "date_mdy"
    """`1/31/2013`: the month first."""
    DATE_EITHER = "date_either"
    """`1/2/2013`: day or month first."""
    STAMP_WRITTEN = "stamp_written"
    STAMP_DMY = "stamp_dmy"
    STAMP_MDY = "stamp_mdy"
    STAMP_EITHER = "stamp_either"
    """Dates of those kinds with a time of the day."""
    ZONED_WRITTEN = "zoned_written"
    """A date with one meaning, time and zone (`Mon, 31 Jan 2013 10:00:00 GMT`)."""
    TIME_WRITTEN = "time_written"
    """`9:05 pm`."""
    YES_OR_NO = "yes_or_no"
    """A word for true or false in some language."""


SAID = MappingProxyType(
    {
        Kind.INT: "whole number",
        Kind.UINT: "whole number",
        Kind.DOUBLE: "decimal",
        Kind.BOOL: "true or false",
        Kind.TIMESTAMPTZ: "timestamp with zone",
        Kind.NEUTRAL: "whole number with spaces or a sign",
        Kind.COMMA3: "number with a comma before three digits",
        Kind.POINT3: "number with a point before three digits",
        Kind.POINTED: "number with a decimal point",
        Kind.COMMAED: "number with a decimal comma",
        Kind.DATE_WRITTEN: "date with one meaning",
        Kind.DATE_DMY: "date, day first",
        Kind.DATE_MDY: "date, month first",
        Kind.DATE_EITHER: "date, day or month first",
        Kind.STAMP_WRITTEN: "timestamp with one meaning",
        Kind.STAMP_DMY: "timestamp, day first",
        Kind.STAMP_MDY: "timestamp, month first",
        Kind.STAMP_EITHER: "timestamp, day or month first",
        Kind.ZONED_WRITTEN: "timestamp with zone",
        Kind.TIME_WRITTEN: "time of day",
        Kind.YES_OR_NO: "yes or no",
    }
)
"""What people call texts of a kind; the others are called as they are."""

SIGNED = frozenset((Kind.NEUTRAL, Kind.POINTED, Kind.COMMAED, Kind.COMMA3, Kind.POINT3))
"""Numbers that may have a sign of money or share."""
