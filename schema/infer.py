"""Summary → Schema: decides types and nullability from the evidence, reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce

import pyarrow as pa

from schema.coded_text import told
from schema.column import ColumnSummary
from schema.decide import STRAY_SHARE, Decision, decisions
from schema.lattice import join
from schema.model import Field, Finding, Schema
from schema.notation import COMMA, DAY_FIRST, MONTH_FIRST, POINT, PREFIX, TOLD
from schema.semantics.meanings import meanings
from schema.summary import Summary

MISFIT = "misfit"
"""The code of findings on values that do not fit the type of their column."""

SENTINELS = frozenset((-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999, 999999))
"""Numbers that often stand for a missing one."""

FEWEST_OTHERS = 5
"""Fewer other values do not tell that one is far from them."""


def infer(
    summary: Summary,
    declared: Schema | None = None,
    *,
    stray: float = STRAY_SHARE,
    fixed: Mapping[str, str] | None = None,
) -> Schema:
    """The least schema that holds the data: what is declared stays as declared, joined with the
    types of parts that declare otherwise.

    A field is nullable unless it was declared otherwise and no null was seen: what a file holds
    today does not promise what it holds tomorrow. `fixed` are notations, by column, that are not
    asked about.
    """
    decided = decisions(summary, fixed, stray=stray)
    known = {field.name: field for field in declared} if declared else {}
    told = meanings(summary, decided)
    fields = []
    for name in summary.names:
        column = summary.columns[name]
        stated = known.get(name)
        nullable = column.nulls > 0 or (stated.nullable if stated else column.optional)
        decision = decided[name]
        if stated and not column.raw:
            others = [kind for kind in column.types if kind != stated.type]
            decision = Decision(reduce(join, others, stated.type), decision.kinds)
        meaning = told.get(name)
        fields.append(
            Field(
                name,
                decision.type,
                nullable,
                stated.description if stated else None,
                meaning.name if meaning else None,
                round(meaning.confidence, 3) if meaning else None,
                meaning.reason if meaning else None,
            )
        )
    key = declared.primary_key if declared else ()
    missing = [field for field in known.values() if field.name not in summary.names]
    return Schema((*fields, *missing), key)


def _missing_codes(field: Field, column: ColumnSummary) -> Iterator[Finding]:
    if any(column.missing):
        message = f"column {field.name!r} is {field.type}, and {told(column)}, read as null"
        yield Finding("missing-codes", message, severity="info")


def _in_doubt(field: Field, decision: Decision) -> Finding:
    """That values have two readings, and which one was taken."""
    other = {DAY_FIRST: MONTH_FIRST, MONTH_FIRST: DAY_FIRST, POINT: COMMA}
    told = decision.notation or ""
    message = (
        f"column {field.name!r}: {decision.doubt}; read as {told} ({TOLD[told]}), "
        f"or fix it with --option {PREFIX}{field.name}={other.get(told, POINT)}"
    )
    return Finding("two-readings", message, severity="info" if "but" in message else "warning")


def _sentinels(field: Field, column: ColumnSummary, decision: Decision) -> Iterator[Finding]:
    """Numbers such as 999 or -9999 that are frequent and far from all others."""
    values = column.values
    if values is None or not pa.types.is_integer(decision.type):
        return
    numbers = {value: count for value, count in values.items() if isinstance(value, int)}
    for value in sorted(SENTINELS & numbers.keys()):
        others = [abs(number) for number in numbers if number not in SENTINELS]
        apart = len(others) >= FEWEST_OTHERS and 2 * max(others) < abs(value)
        if apart and numbers[value] > 1:
            message = (
                f"column {field.name!r} holds {value} {numbers[value]:,} times, far from its other "
                "values; it may stand for a missing one"
            )
            yield Finding("sentinel-value", message, severity="info")


def misfit_findings(
    summary: Summary,
    schema: Schema,
    *,
    stray: float = STRAY_SHARE,
    hidden: Callable[[Field], bool] = lambda _: False,
    fixed: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """A finding for each column some of whose values do not fit its type, with the first places,
    and one for each whose missing values are written as words. Values of the fields that are
    `hidden` are not quoted.
    """
    findings: list[Finding] = []
    decided = decisions(summary, fixed, stray=stray)
    for field in schema:
        column = summary.columns.get(field.name)
        if column is None or not column.raw:
            continue
        decision = decided[field.name]
        if not decision.keeps_codes:
            findings.extend(_missing_codes(field, column))
        if decision.doubt:
            findings.append(_in_doubt(field, decision))
        findings.extend(_sentinels(field, column, decision))
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
        findings.append(Finding(MISFIT, message, place))
    return tuple(findings)
