"""Whether a column rises or falls as it stands: what a watermark can be kept of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from schema.kind import Kind

MOST_STRETCHES = 256
_PROBE = 1024
_LONGEST = 64
_AS_TEXT = frozenset((Kind.TEXT, Kind.DATE, Kind.TIMESTAMP, Kind.TIME))
_AS_NUMBER = {Kind.INT: pa.int64(), Kind.DOUBLE: pa.float64()}


class Order(StrEnum):
    """Rising: no value is less than one before it. What is constant is neither."""

    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows [`start`, `end`) of a place: the first and the last value, and whether none between
    falls (`up`) or rises (`down`). Without values both are None.
    """

    place: str
    start: int
    end: int
    first: Any = None
    last: Any = None
    up: bool = True
    down: bool = True

    def then(self, other: Stretch) -> Stretch:
        """Both, the other behind this one. Raises TypeError where values cannot be compared."""
        if other.first is None:
            return Stretch(
                self.place, self.start, other.end, self.first, self.last, self.up, self.down
            )
        if self.first is None:
            return Stretch(
                self.place, self.start, other.end, other.first, other.last, other.up, other.down
            )
        return Stretch(
            self.place,
            self.start,
            other.end,
            self.first,
            other.last,
            self.up and other.up and self.last <= other.first,
            self.down and other.down and self.last >= other.first,
        )


Stretches = tuple[Stretch, ...]


def merged(one: Stretches | None, other: Stretches | None) -> Stretches | None:
    """The stretches of both by place, what follows each other as one; None once they are neither
    rising nor falling, cannot be compared, overlap or are too many.
    """
    if one is None or other is None:
        return None
    if not one or not other:
        return one or other
    found: list[Stretch] = []
    try:
        for stretch in sorted((*one, *other), key=lambda item: (item.place, item.start, item.end)):
            before = found[-1] if found else None
            if before is None or before.place != stretch.place or before.end < stretch.start:
                found.append(stretch)
            elif before.end > stretch.start:
                return None
            else:
                found[-1] = before.then(stretch)
    except TypeError:
        return None
    if len(found) > MOST_STRETCHES or not all(item.up or item.down for item in found):
        return None
    return tuple(found)


def order_of(stretches: Stretches | None) -> Order | None:
    """That of all rows, the places taken by name; None where there is none or it is not known."""
    filled = [item for item in stretches or () if item.first is not None]
    if not filled:
        return None
    try:
        up = all(item.up for item in filled) and all(a.last <= b.first for a, b in pairwise(filled))
        down = all(item.down for item in filled) and all(
            a.last >= b.first for a, b in pairwise(filled)
        )
    except TypeError:
        return None
    if up == down:
        return None
    return Order.RISING if up else Order.FALLING


def stretch_of(
    array: pa.Array, kinds: frozenset[Kind], codes: tuple[str, ...], place: str, start: int
) -> Stretches | None:
    """The one stretch of an array whose values are of those kinds and those codes for missing."""
    end = start + len(array)
    values = array.drop_null()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if text and codes:
        values = values.filter(pc.invert(pc.is_in(values, pa.array(codes, values.type))))
    if not len(values):
        return (Stretch(place, start, end),)
    if len(kinds) != 1 or pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        return None
    (kind,) = kinds
    if text and kind not in _AS_TEXT and kind not in _AS_NUMBER:
        return None
    try:
        for part in (values.slice(0, _PROBE), values):  # most are neither from the beginning
            typed = pc.cast(part, _AS_NUMBER[kind]) if text and kind in _AS_NUMBER else part
            before, after = typed.slice(0, len(typed) - 1), typed.slice(1)
            up = pc.all(pc.less_equal(before, after)).as_py() is not False
            down = pc.all(pc.greater_equal(before, after)).as_py() is not False
            if not (up or down):
                return None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    first, last = _plain(typed[0]), _plain(typed[-1])
    if first is None or last is None or first != first or last != last:  # noqa: PLR0124  NaN has no order
        return None
    return (Stretch(place, start, end, first, last, up, down),)


def _plain(value: pa.Scalar) -> int | float | str | None:
    """A number or a text that compares as the value does and that JSON holds."""
    if pa.types.is_temporal(value.type):
        units = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
        if pa.types.is_date(value.type):
            return int(value.cast(pa.date32()).cast(pa.int32()).as_py())
        if pa.types.is_interval(value.type):
            return None
        return int(value.value) * units[value.type.unit]
    found = value.as_py()
    if isinstance(found, str):
        return found if len(found) <= _LONGEST else None
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None
