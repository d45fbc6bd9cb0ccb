"""Summary → Schema: decides types and nullability from the evidence, reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

import pyarrow as pa

from schema.column import ColumnSummary, Facet, greatest, least
from schema.kinds import NUMERIC, Kind
from schema.lattice import canonical, join
from schema.model import Field, Finding, Schema
from schema.semantics.detect import MOST_VALUES, Meaning, meaning_of_number, meaning_of_text
from schema.summary import Summary

STRAY_SHARE = 0.001
"""The share of values that may not fit a column's type; they are findings. More make it text."""

_FAMILIES: tuple[frozenset[Kind], ...] = (
    NUMERIC,
    frozenset((Kind.DATE, Kind.TIMESTAMP)),
    frozenset((Kind.TIMESTAMPTZ,)),
    frozenset((Kind.TIME,)),
    frozenset((Kind.BOOL,)),
)
_DECIMAL_DIGITS = {38: pa.decimal128, 76: pa.decimal256}


@dataclass(frozen=True, slots=True)
class Decision:
    """The type of a column, and the kinds of values that it holds; others are misfits."""

    type: pa.DataType
    kinds: frozenset[Kind]

    @property
    def text(self) -> bool:
        return bool(canonical(self.type) == pa.string())

    def misfits(self, column: ColumnSummary) -> dict[Kind, Facet]:
        """The values of `column` that its type cannot hold."""
        if self.text:
            return {}
        return {kind: facet for kind, facet in column.kinds.items() if kind not in self.kinds}


def infer(
    summary: Summary, declared: Schema | None = None, *, stray: float = STRAY_SHARE
) -> Schema:
    """The least schema that holds the data: what is declared stays as declared, joined with the
    types of parts that declare otherwise.

    A field is nullable unless it was declared otherwise and no null was seen: what a file holds
    today does not promise what it holds tomorrow.
    """
    known = {field.name: field for field in declared} if declared else {}
    fields = []
    for name in summary.names:
        column = summary.columns[name]
        stated = known.get(name)
        nullable = column.nulls > 0 or (stated.nullable if stated else column.optional)
        decision = decide(column, stray=stray)
        if stated and not column.raw:
            others = [kind for kind in column.types if kind != stated.type]
            decision = Decision(reduce(join, others, stated.type), decision.kinds)
        meaning = _meaning(name, column, decision, summary)
        fields.append(
            Field(
                name,
                decision.type,
                nullable,
                stated.description if stated else None,
                meaning.name if meaning else None,
                round(meaning.confidence, 3) if meaning else None,
            )
        )
    key = declared.primary_key if declared else ()
    missing = [field for field in known.values() if field.name not in summary.names]
    return Schema((*fields, *missing), key)


def _meaning(
    name: str, column: ColumnSummary, decision: Decision, summary: Summary
) -> Meaning | None:
    """What the values mean, told by all different ones while they are few, else by a sample."""
    if decision.text:
        values = column.values
        if values is None or any(not isinstance(value, str) for value in values):
            return meaning_of_text(name, _sampled(name, summary))
        step = max(len(values) // MOST_VALUES, 1)
        return meaning_of_text(name, [str(value) for value in sorted(values, key=str)][::step])
    facets = [facet for kind, facet in column.kinds.items() if kind in decision.kinds & NUMERIC]
    low = reduce(least, (facet.low for facet in facets), None)
    high = reduce(greatest, (facet.high for facet in facets), None)
    if low is None or high is None:
        return None
    whole = Kind.DOUBLE not in column.kinds and Kind.DECIMAL not in column.kinds
    return meaning_of_number(name, float(low), float(high), whole=whole)


def _sampled(name: str, summary: Summary) -> Iterable[str]:
    """Texts of the column among the first rows of the sample."""
    rows = summary.sample.rows
    if name not in rows.column_names:
        return ()
    column = rows[name].slice(0, 4 * MOST_VALUES)
    return (str(value) for value in column.to_pylist() if value is not None)


def decide(column: ColumnSummary, *, stray: float = STRAY_SHARE) -> Decision:
    """The type of one column: the join of its declared types, or, of raw text, what it proves."""
    if not column.raw:
        kind = reduce(join, column.types, pa.null())
        only = next(iter(column.types), pa.null())
        return Decision(only if len(column.types) == 1 else kind, frozenset(column.kinds))
    total = sum(facet.count for facet in column.kinds.values())
    if not total:
        codes = any(column.missing)
        return Decision(pa.string() if codes else pa.null(), frozenset())
    family = max(_FAMILIES, key=lambda kinds: _count(column, kinds))
    fitting = _count(column, family)
    if fitting and total - fitting <= stray * total:
        members = {kind: column.kinds[kind] for kind in family if kind in column.kinds}
        kind = _number(members) if family is NUMERIC else _other(members)
        if not pa.types.is_string(kind):
            return Decision(kind, family)
    return Decision(pa.string(), frozenset(column.kinds))


def _missing_codes(field: Field, column: ColumnSummary) -> Iterator[Finding]:
    codes = {code: count for code, count in sorted(column.missing.items()) if code}
    if codes:
        shown = ", ".join(map(repr, codes))
        message = (
            f"column {field.name!r} is {field.type}, and {sum(codes.values()):,} values are codes "
            f"for missing ({shown}); they are read as null"
        )
        yield Finding("missing-codes", message, severity="info")


def _count(column: ColumnSummary, kinds: Iterable[Kind]) -> int:
    return sum(column.kinds[kind].count for kind in kinds if kind in column.kinds)


def _number(members: dict[Kind, Facet]) -> pa.DataType:
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


def _other(members: dict[Kind, Facet]) -> pa.DataType:
    fine = any(facet.fine for facet in members.values())
    unit = "ns" if fine else "us"
    if Kind.TIMESTAMPTZ in members:
        return pa.timestamp(unit, "UTC")
    if Kind.TIMESTAMP in members:
        return pa.timestamp(unit)
    if Kind.TIME in members:
        return pa.time64(unit)
    return pa.date32() if Kind.DATE in members else pa.bool_()


def misfit_findings(
    summary: Summary,
    schema: Schema,
    *,
    stray: float = STRAY_SHARE,
    hidden: Callable[[Field], bool] = lambda _: False,
) -> tuple[Finding, ...]:
    """A finding for each column some of whose values do not fit its type, with the first places,
    and one for each whose missing values are written as words. Values of the fields that are
    `hidden` are not quoted.
    """
    findings: list[Finding] = []
    for field in schema:
        column = summary.columns.get(field.name)
        if column is None or not column.raw:
            continue
        decision = decide(column, stray=stray)
        if not decision.text:
            findings.extend(_missing_codes(field, column))
        misfits = decision.misfits(column)
        if not misfits:
            continue
        count = sum(facet.count for facet in misfits.values())
        examples = sorted(example for facet in misfits.values() for example in facet.examples)
        shown = ", ".join(repr(example.text) for example in examples[:3])
        quoted = "" if hidden(field) else f" ({shown})"
        message = (
            f"column {field.name!r} is {field.type}, but {count:,} of {column.count:,} values "
            f"are not{quoted}; they are read as null"
        )
        place = f"{examples[0].place}, row {examples[0].row}" if examples else None
        findings.append(Finding("misfit", message, place))
    return tuple(findings)
