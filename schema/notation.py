"""Notation: how the values of one column of text are written, decided by all of them together.

A notation says which kinds of texts a column holds, and which of two readings of such as `1,234`
or `1/2/2013` is meant. None is the plain notation, which every reader knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema import written
from schema.column import Facet, Moments, Plain
from schema.errors import InvalidInput
from schema.facets import kind_of, plain_values
from schema.kind import Kind
from schema.kinds import KINDS, NUMERIC, classify, parse_kind
from schema.written.compact import compact_days, compact_times

POINT, COMMA = "point", "comma"
DAY_FIRST, MONTH_FIRST, WRITTEN = "day-first", "month-first", "written"
COMPACT, COMPACT_TIME = "compact", "compact-time"
SPAN, WORDS, TEXT, CODED = "span", "words", "text", "coded"

TOLD = MappingProxyType(
    {
        POINT: "decimals follow a point, commas or spaces stand between thousands",
        COMMA: "decimals follow a comma, points or spaces stand between thousands",
        DAY_FIRST: "the day stands before the month",
        MONTH_FIRST: "the month stands before the day",
        WRITTEN: "forms with one meaning, other than ISO 8601 has them",
        COMPACT: "dates of eight digits, as 20240131",
        COMPACT_TIME: "times of fourteen digits, as 20240131235959",
        SPAN: "durations: days, hours, minutes and seconds",
        WORDS: "words for true and false",
        TEXT: "text, whatever it looks like",
        CODED: "text, but codes for missing values (NA, ?) are none",
    }
)
"""Every notation, and what it means."""

PREFIX = "notation."
"""Before a column's name in the name of the reader option that tells its notation."""

_NUMBERS = frozenset((Kind.INT, Kind.NEUTRAL, Kind.COMMA3, Kind.POINT3))
_MOMENTS = frozenset((Kind.DATE, Kind.TIMESTAMP, Kind.DATE_WRITTEN, Kind.STAMP_WRITTEN))
_EITHER = frozenset((Kind.DATE_EITHER, Kind.STAMP_EITHER))
TIMES = frozenset((Kind.TIME, Kind.TIME_WRITTEN))

FAMILIES: tuple[tuple[str | None, frozenset[Kind]], ...] = (
    (None, NUMERIC),
    (None, frozenset((Kind.DATE, Kind.TIMESTAMP))),
    (None, frozenset((Kind.TIMESTAMPTZ,))),
    (None, frozenset((Kind.TIME,))),
    (None, frozenset((Kind.BOOL,))),
    (POINT, _NUMBERS | {Kind.DOUBLE, Kind.POINTED}),
    (COMMA, _NUMBERS | {Kind.DOUBLE, Kind.COMMAED}),
    (WRITTEN, _MOMENTS),
    (DAY_FIRST, _MOMENTS | _EITHER | {Kind.DATE_DMY, Kind.STAMP_DMY}),
    (MONTH_FIRST, _MOMENTS | _EITHER | {Kind.DATE_MDY, Kind.STAMP_MDY}),
    (WRITTEN, frozenset((Kind.TIMESTAMPTZ, Kind.ZONED_WRITTEN))),
    (WRITTEN, TIMES),
    (SPAN, TIMES | {Kind.DURATION}),
    (WORDS, frozenset((Kind.BOOL, Kind.YES_OR_NO))),
    (COMPACT, frozenset((Kind.INT,))),
    (COMPACT_TIME, frozenset((Kind.INT,))),
)
"""Kinds that may stand in one column, by its notation."""

_HELD: dict[Kind, frozenset[Kind]] = {
    Kind.INT: _NUMBERS | {Kind.DOUBLE, Kind.POINTED, Kind.COMMAED},
    Kind.DOUBLE: _NUMBERS | {Kind.DOUBLE, Kind.POINTED, Kind.COMMAED},
    Kind.DATE: frozenset((Kind.DATE, Kind.DATE_WRITTEN, Kind.DATE_DMY, Kind.DATE_MDY))
    | {Kind.DATE_EITHER, Kind.INT},
    Kind.TIMESTAMP: _MOMENTS | _EITHER | {Kind.DATE_DMY, Kind.DATE_MDY, Kind.STAMP_DMY}
    | {Kind.STAMP_MDY, Kind.INT},
    Kind.TIMESTAMPTZ: frozenset((Kind.TIMESTAMPTZ, Kind.ZONED_WRITTEN)),
    Kind.TIME: TIMES,
    Kind.DURATION: TIMES | {Kind.DURATION},
    Kind.BOOL: frozenset((Kind.BOOL, Kind.YES_OR_NO)),
}  # fmt: skip
"""Kinds of text that a type of some kind can hold."""

_THOUSANDS = r"^-?[1-9]\d{0,2}\.\d{3}$"


def notations(options: Mapping[str, str]) -> dict[str, str]:
    """The notations among reader options, by column."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in options.items()
        if name.startswith(PREFIX)
    }


def check_notations(options: Mapping[str, str]) -> None:
    """Raises InvalidInput when one of the reader options names a notation that there is not."""
    for column, notation in notations(options).items():
        if notation not in TOLD:
            known = ", ".join(TOLD)
            message = f"no notation called {notation!r} for column {column!r}; there are {known}"
            raise InvalidInput(message)


def kinds_of(notation: str, target: pa.DataType) -> frozenset[Kind]:
    """The kinds of text in a column of that notation that its type holds."""
    held = _HELD.get(kind_of(target), frozenset())
    return held & frozenset().union(*(kinds for name, kinds in FAMILIES if name == notation))


def read_as(values: pa.Array, kind: Kind, notation: str | None) -> pa.Array:
    """Texts of one kind in the reading of a notation; null where that has none."""
    if notation == COMMA and kind is Kind.COMMA3:
        return written.parse(values, kind, other=True)
    if notation == POINT and kind is Kind.POINT3:
        return written.parse(values, kind, other=True)
    if notation == COMMA and kind is Kind.DOUBLE:
        fits = pc.match_substring_regex(values, _THOUSANDS)
        whole = pc.replace_substring(pc.if_else(fits, values, None), ".", "")
        return pc.cast(whole, pa.int64())
    if notation == MONTH_FIRST and kind in _EITHER:
        return written.parse(values, kind, other=True)
    if notation == COMPACT:
        return compact_days(pc.cast(values, pa.int64()))
    if notation == COMPACT_TIME:
        return compact_times(pc.cast(values, pa.int64()))
    typed = parse_kind(values, kind)
    if notation == SPAN and kind in TIMES:
        ticks = pc.cast(pc.cast(typed, pa.time64("us"), safe=False), pa.int64())
        return ticks.cast(pa.duration("us"))
    return typed


def parse_written(values: pa.Array, target: pa.DataType, notation: str) -> pa.Array:
    """Texts in a notation as `target`, null where one is no value of it."""
    allowed = kinds_of(notation, target)
    places = np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False))
    codes = classify(values.drop_null())
    parts, order = [pa.nulls(1, target)], np.zeros(len(values), dtype=np.int64)
    count = 1
    for kind in allowed:
        at = np.flatnonzero(codes == KINDS.index(kind))
        if not len(at):
            continue
        typed = _fitted(read_as(values.take(pa.array(places[at])), kind, notation), target)
        parts.append(typed)
        order[places[at]] = np.arange(count, count + len(at))
        count += len(at)
    return pa.concat_arrays(parts).take(pa.array(order))


def _fitted(typed: pa.Array, target: pa.DataType) -> pa.Array:
    """Typed values as `target`, null where it cannot hold one."""
    if pa.types.is_floating(typed.type) and pa.types.is_integer(target):
        typed = pc.if_else(pc.equal(pc.round(typed), typed), typed, None)
    return pc.cast(typed, target, safe=False)


def read_facet(facet: Facet, kind: Kind, notation: str | None) -> Facet:
    """The facet of texts of one kind in the reading of a notation."""
    if notation == COMMA and kind is Kind.DOUBLE:
        return _scaled(facet, 1000, 0)
    if (notation, kind) in ((COMMA, Kind.COMMA3), (POINT, Kind.POINT3)):
        return _scaled(facet, 0.001, 3)
    if notation == MONTH_FIRST and kind in _EITHER and facet.other is not None:
        return replace(facet, low=facet.other[0], high=facet.other[1])
    if notation in (COMPACT, COMPACT_TIME):
        low, high = (_moment_of(end, notation) for end in (facet.low, facet.high))
        return replace(facet, low=low, high=high, moments=None)
    return facet


def plain_kind(kind: Kind, notation: str | None) -> Kind:
    """The kind of typed values that texts of a written kind become, as to their order and unit."""
    if notation in (COMPACT, COMPACT_TIME):
        return Kind.DATE if notation == COMPACT else Kind.TIMESTAMP
    if notation == SPAN:
        return Kind.DURATION
    name = kind.value
    if name.startswith(("date_", "stamp_", "zoned_", "time_")):
        heads = {"date": Kind.DATE, "stamp": Kind.TIMESTAMP, "zoned": Kind.TIMESTAMPTZ}
        return heads.get(name.partition("_")[0], Kind.TIME)
    if kind is Kind.YES_OR_NO:
        return Kind.BOOL
    return Kind.DOUBLE if kind in written.NUMBER_KINDS else kind


def _scaled(facet: Facet, factor: float, scale: int) -> Facet:
    def times(value: Plain | None) -> Plain | None:
        if not isinstance(value, int | float):
            return None
        return round(value * factor) if factor > 1 else value / round(1 / factor)

    found = facet.moments
    moments = found and Moments(found.count, found.total * factor, found.m2 * factor * factor)
    return replace(
        facet, low=times(facet.low), high=times(facet.high), moments=moments, scale=scale
    )


def _moment_of(value: Plain | None, notation: str) -> int | None:
    """Digits as the day or the nanosecond that they are."""
    if not isinstance(value, int):
        return None
    read = compact_days if notation == COMPACT else compact_times
    (moment,) = plain_values(read(pa.array([value])), plain_kind(Kind.INT, notation))
    return int(moment) if moment is not None else None


def apart(options: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    """Reader options but for notations, which change nothing of what is read from a file."""
    return (option for option in options if not option[0].startswith(PREFIX))
