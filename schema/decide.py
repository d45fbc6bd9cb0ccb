"""ColumnSummary → Decision: the type of a column and how its values are written, by all of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from types import MappingProxyType

import pyarrow as pa

from schema import written
from schema.coded_text import are_missing, proven_codes, sampled_texts, told
from schema.column import ColumnSummary, Facet
from schema.kind import Kind
from schema.kinds import NUMERIC
from schema.lattice import canonical, join
from schema.notation import (
    CODED,
    COMMA,
    COMPACT,
    COMPACT_TIME,
    DAY_FIRST,
    FAMILIES,
    MONTH_FIRST,
    POINT,
    SPAN,
    TEXT,
    WORDS,
    plain_kind,
    read_facet,
)
from schema.one_code import is_one_code
from schema.summary import Summary
from schema.written.compact import LATEST

STRAY_SHARE = 0.001
"""The share of values that may not fit a column's type; they are findings. More make it text."""

FIRST_HOUR = 10_000
"""The last six digits of a time at one o'clock."""

FEWEST_DAYS = 3
"""Fewer different numbers of eight digits may be dates by chance."""

_DECIMAL_DIGITS = {38: pa.decimal128, 76: pa.decimal256}
_EITHER = (Kind.DATE_EITHER, Kind.STAMP_EITHER)
_EXCLUSIVE = {
    DAY_FIRST: (Kind.DATE_DMY, Kind.STAMP_DMY),
    MONTH_FIRST: (Kind.DATE_MDY, Kind.STAMP_MDY),
    COMMA: (Kind.COMMAED,),
    POINT: (Kind.POINTED,),
}
"""Kinds that prove a notation."""

Proven = frozenset[str]
"""Notations that some column of a table proves."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The type of a column, and the kinds of values that it holds; others are misfits.

    `notation` says how they are written (None: plainly); `doubt` what speaks against it, where
    values have two readings and none of them proves which is meant.
    """

    type: pa.DataType
    kinds: frozenset[Kind]
    notation: str | None = None
    doubt: str | None = field(default=None, compare=False)

    @property
    def text(self) -> bool:
        return bool(canonical(self.type) == pa.string())

    @property
    def keeps_codes(self) -> bool:
        """Whether codes for missing values are values."""
        return self.text and self.notation != CODED

    def misfits(self, column: ColumnSummary) -> dict[Kind, Facet]:
        """The values of `column` that its type cannot hold."""
        if self.text:
            return {}
        return {kind: facet for kind, facet in column.kinds.items() if kind not in self.kinds}

    def facets(self, column: ColumnSummary) -> list[tuple[Kind, Facet]]:
        """The facets of the values that it holds, as they are read, with their kinds once read."""
        if self.text or self.notation is None:
            return [(kind, facet) for kind, facet in column.kinds.items() if kind in self.kinds]
        return [
            (plain_kind(kind, self.notation), read_facet(facet, kind, self.notation))
            for kind, facet in column.kinds.items()
            if kind in self.kinds
        ]


def decisions(
    summary: Summary, fixed: Mapping[str, str] | None = None, *, stray: float = STRAY_SHARE
) -> Mapping[str, Decision]:
    """The decision on every column and nested path. `fixed` notations, by column, are not asked
    about; what one column proves decides others of the table whose values have two readings.
    """
    return _decided(summary, tuple(sorted((fixed or {}).items())), stray)


@lru_cache(maxsize=1)  # inference, figures and findings ask the same one after another
def _decided(
    summary: Summary, given: tuple[tuple[str, str], ...], stray: float
) -> Mapping[str, Decision]:
    fixed = dict(given)
    proven = frozenset(
        notation
        for column in summary.columns.values()
        if column.raw
        for notation, kinds in _EXCLUSIVE.items()
        if (count := _count(column, kinds)) and count >= 0.5 * _all(column)
    )
    if any(_proves_point(column) for column in summary.columns.values() if column.raw):
        proven |= {POINT}
    found = {
        path: decide(column, stray=stray, fixed=fixed.get(path), proven=proven)
        for path, column in summary.columns.items()
    }
    return MappingProxyType(found | dict(_coded(summary, found, fixed)))


def _coded(
    summary: Summary, found: Mapping[str, Decision], fixed: Mapping[str, str]
) -> Iterator[tuple[str, Decision]]:
    """The columns of text whose codes for missing values are none."""
    raw = {path: column for path, column in summary.columns.items() if column.raw}
    codes = proven_codes(column for path, column in raw.items() if not found[path].text)
    for path, column in raw.items():
        if found[path].text and fixed.get(path) != TEXT and any(column.missing):
            sampled = sampled_texts(summary.sample, path)
            if fixed.get(path) == CODED or are_missing(column, sampled, codes):
                yield path, replace(found[path], notation=CODED)


def decide(
    column: ColumnSummary,
    *,
    stray: float = STRAY_SHARE,
    fixed: str | None = None,
    proven: Proven = frozenset(),
) -> Decision:
    """The type of one column: the join of its declared types, or, of raw text, what it proves."""
    if not column.raw:
        kind = reduce(join, column.types, pa.null())
        only = next(iter(column.types), pa.null())
        return Decision(only if len(column.types) == 1 else kind, frozenset(column.kinds))
    total = _all(column)
    if not total:
        codes = any(column.missing)
        return Decision(pa.string() if codes else pa.null(), frozenset())
    text = Decision(pa.string(), frozenset(column.kinds))
    if fixed in (TEXT, CODED):
        return text
    possible = [
        (notation, kinds)
        for notation, kinds in FAMILIES
        if not kinds.isdisjoint(column.kinds)
        and (fixed is None or notation == fixed)
        and _may_be(column, notation, kinds, fixed, proven)
    ]
    if not possible:
        return text
    notation, family = max(possible, key=lambda pair: _count(column, pair[1]))
    notation, family = _of_two_readings(column, notation, family, fixed, proven)
    fitting = _count(column, family)
    odd = total - fitting > stray * total and fixed is None
    if not fitting or (odd and not is_one_code(column, family)):
        return text
    if fixed is None and _are_padded(column):
        return text
    members = {kind: column.kinds[kind] for kind in family if kind in column.kinds}
    kind = _type(members, notation)
    if pa.types.is_string(kind):
        return text
    return Decision(kind, family, notation, _doubt(members, notation, fixed, proven))


def _are_padded(column: ColumnSummary) -> bool:
    """Whether values are codes of one width, a few of which begin with a zero: `01234` among
    postal codes is no misfit.
    """
    whole, others = column.kinds.get(Kind.INT), column.kinds.get(Kind.TEXT)
    if whole is None or others is None or not others.examples:
        return False
    width = len(str(whole.low))
    padded = all(
        len(one.text) == width and one.text.isdecimal() and one.text.startswith("0")
        for one in others.examples
    )
    return padded and width > 1 and len(str(whole.high)) == width


def _all(column: ColumnSummary) -> int:
    return sum(facet.count for facet in column.kinds.values())


def _count(column: ColumnSummary, kinds: Iterable[Kind]) -> int:
    return sum(column.kinds[kind].count for kind in kinds if kind in column.kinds)


def _may_be(
    column: ColumnSummary,
    notation: str | None,
    kinds: frozenset[Kind],
    fixed: str | None,
    proven: Proven,
) -> bool:
    """Whether a notation is possible for what is known of a column's values."""
    found = column.kinds
    if notation is None:
        return True
    if notation in (POINT, COMMA):
        units = {unit for kind in kinds if kind in found for unit in found[kind].units if unit}
        if len(units) > 1:
            return False
    if notation == COMMA:
        sure = fixed is not None or COMMA in proven or Kind.COMMAED in found
        return sure and (Kind.DOUBLE not in found or _are_thousands(found[Kind.DOUBLE]))
    if notation == SPAN:
        return Kind.DURATION in found
    if notation == WORDS:
        words = [str(one) for one in column.values or () if isinstance(one, str)]
        known = [word for word in words if word in written.YES or word in written.NO]
        return column.values is not None and written.one_language(known)
    if notation in (COMPACT, COMPACT_TIME):
        return _are_compact(column, notation, fixed)
    return True


def _are_compact(column: ColumnSummary, notation: str, fixed: str | None) -> bool:
    """Whether integers may be dates of eight digits, or times of fourteen: a number of a day
    with a counter behind it is none, whose hour is always 0.
    """
    whole = column.kinds.get(Kind.INT)
    if whole is None or not whole.days:
        return False
    if fixed is not None:
        return True
    several = column.values is None or len(column.values) >= FEWEST_DAYS
    if whole.days < whole.count or not several:
        return False
    if notation == COMPACT:
        return isinstance(whole.high, int) and whole.high <= LATEST
    last = whole.other[1] if whole.other else None
    times = isinstance(whole.low, int) and whole.low > LATEST
    return times and isinstance(last, int) and last >= FIRST_HOUR


def _are_thousands(facet: Facet) -> bool:
    """Whether numbers with a point could all be whole ones with marks between thousands."""
    low = facet.low if isinstance(facet.low, int | float) else 0
    thousands = facet.scale == facet.least_scale == 3 and facet.integer_digits <= 3
    return thousands and not facet.exponent and (low >= 1 or low <= -1)


def _proves_point(column: ColumnSummary) -> bool:
    """Whether a column holds numbers with a point that cannot stand between thousands."""
    facet = column.kinds.get(Kind.DOUBLE)
    return facet is not None and facet.count >= 0.5 * _all(column) and not _are_thousands(facet)


def _of_two_readings(
    column: ColumnSummary,
    notation: str | None,
    family: frozenset[Kind],
    fixed: str | None,
    proven: Proven,
) -> tuple[str | None, frozenset[Kind]]:
    """The notation where equally many values fit another one: what else the table proves, what is
    usual for the mark between day and month, else the first.
    """
    if fixed is not None:
        return notation, family
    by_name = {name: kinds for name, kinds in FAMILIES if name is not None}
    found = column.kinds
    days = found.get(Kind.INT)
    whole = days is not None and _count(column, family) == days.count
    for compact in (COMPACT, COMPACT_TIME):
        if notation is None and whole and _may_be(column, compact, family, None, proven):
            return compact, by_name[compact]
    if notation in (DAY_FIRST, MONTH_FIRST) and _only_either(found):
        notation = _order(found, proven)
        return notation, by_name[notation]
    two = Kind.COMMA3 in found or Kind.POINT3 in found
    if notation in (None, POINT) and COMMA in proven and POINT not in proven:
        thousands = Kind.DOUBLE in found and _are_thousands(found[Kind.DOUBLE])
        possible = (two or thousands) and _may_be(column, COMMA, by_name[COMMA], None, proven)
        if possible and _count(column, by_name[COMMA]) >= _count(column, family):
            return COMMA, by_name[COMMA]
    return notation, family


def _only_either(found: Mapping[Kind, Facet]) -> bool:
    proving = (*_EXCLUSIVE[DAY_FIRST], *_EXCLUSIVE[MONTH_FIRST])
    return any(kind in found for kind in _EITHER) and not any(kind in found for kind in proving)


def _order(found: Mapping[Kind, Facet], proven: Proven) -> str:
    """The order of day and month where no value of the column proves it."""
    told = proven & {DAY_FIRST, MONTH_FIRST}
    if len(told) == 1:
        return next(iter(told))
    examples = [one.text for kind in _EITHER if kind in found for one in found[kind].examples]
    return MONTH_FIRST if examples and "/" in examples[0] else DAY_FIRST


def _doubt(
    members: Mapping[Kind, Facet], notation: str | None, fixed: str | None, proven: Proven
) -> str | None:
    if fixed is not None:
        return None
    if notation in (DAY_FIRST, MONTH_FIRST) and _only_either(members):
        if notation in proven:
            return "no value of it proves the order of day and month, but other columns do"
        return "no value proves the order of day and month"
    if notation in (POINT, COMMA) and _EXCLUSIVE[notation][0] not in members:
        two = Kind.COMMA3 in members or Kind.POINT3 in members
        two = two or (notation == COMMA and Kind.DOUBLE in members)
        if two and Kind.DOUBLE not in members:
            return "no value proves whether the mark stands between thousands or before decimals"
    return None


def _type(members: Mapping[Kind, Facet], notation: str | None) -> pa.DataType:
    if notation in (COMPACT, COMPACT_TIME):
        return pa.date32() if notation == COMPACT else pa.timestamp("us")
    if notation == SPAN:
        return pa.duration("us")
    if notation in (POINT, COMMA):
        read = [read_facet(facet, kind, notation) for kind, facet in members.items()]
        decimals = any(facet.scale or facet.exponent for facet in read)
        return pa.float64() if decimals or _has_double(members, notation) else pa.int64()
    plain = {plain_kind(kind, notation): facet for kind, facet in members.items()}
    if NUMERIC & plain.keys():
        return _number(members)
    return _other(plain, fine=any(facet.fine for facet in members.values()))


def _has_double(members: Mapping[Kind, Facet], notation: str) -> bool:
    return Kind.DOUBLE in members and notation == POINT


def _number(members: Mapping[Kind, Facet]) -> pa.DataType:
    if Kind.DECIMAL in members:
        if any(facet.exponent for facet in members.values()):
            return pa.float64()
        scale = max(facet.scale for facet in members.values())
        digits = max(facet.integer_digits for facet in members.values()) + scale
        for most, make in _DECIMAL_DIGITS.items():
            if digits <= most:
                return make(digits, scale)
        return pa.string()
    if Kind.DOUBLE in members:
        return pa.float64()
    if Kind.UINT in members:
        low = members[Kind.INT].low if Kind.INT in members else 0
        return pa.decimal128(20, 0) if isinstance(low, int) and low < 0 else pa.uint64()
    return pa.int64()


def _other(members: Mapping[Kind, Facet], *, fine: bool) -> pa.DataType:
    unit = "ns" if fine else "us"
    if Kind.TIMESTAMPTZ in members:
        return pa.timestamp(unit, "UTC")
    if Kind.TIMESTAMP in members:
        return pa.timestamp(unit)
    if Kind.TIME in members:
        return pa.time64(unit)
    return pa.date32() if Kind.DATE in members else pa.bool_()


def written_as(
    summary: Summary,
    fixed: Mapping[str, str] | None = None,
    *,
    stray: float = STRAY_SHARE,
    hidden: Container[str] = (),
) -> dict[str, tuple[str, str]]:
    """The notation of each column that is not written plainly, and why it was chosen. Values of
    the columns that are `hidden` are not quoted.
    """
    found = decisions(summary, fixed, stray=stray)
    return {
        name: (decision.notation, _why(summary.columns[name], decision, quoted=name not in hidden))
        for name in summary.names
        if (decision := found[name]).notation is not None
    }


def _why(column: ColumnSummary, decision: Decision, *, quoted: bool) -> str:
    """The share of values that fit a notation, how many prove it, and what speaks against it."""
    if decision.notation == CODED:
        return f"{told(column, quoted=quoted)}; no other value looks like one"
    held = _count(column, decision.kinds)
    why = f"{held / _all(column):.1%} of {_all(column):,} values fit"
    proving = _EXCLUSIVE.get(decision.notation or "", ())
    proofs = _count(column, proving)
    if proofs:
        examples = (one.text for kind in proving if kind in column.kinds
                    for one in column.kinds[kind].examples)  # fmt: skip
        why += f", {proofs:,} can be read in no other way"
        why += f" ({next(examples, '')!r})" if quoted else ""
    return f"{why}; {decision.doubt}" if decision.doubt else why
