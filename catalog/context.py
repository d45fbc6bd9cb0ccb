"""What is said of data, set against what is in it: descriptions, keys, types."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from connectors.context.model import Fact
from connectors.model import Dataset
from schema.decide import decisions
from schema.model import Finding, Schema
from schema.notation import DAY_FIRST, MONTH_FIRST, TEXT
from schema.profile import TableProfile
from schema.summary import Summary

_TEXT = frozenset(("string", "text", "str", "varchar", "char", "normalizedstring", "token"))
_WHOLE = frozenset(("integer", "int", "long", "bigint", "smallint", "short", "byte"))
_NUMBER = frozenset(("number", "float", "double", "decimal", "numeric", "real"))
_MOMENT = frozenset(("date", "datetime", "timestamp", "datetimestamp", "date-time"))
_TRUTH = frozenset(("boolean", "bool"))
MOST_NAMED = 5
_ORDERS = frozenset((DAY_FIRST, MONTH_FIRST))
_ORDER = re.compile(r"(?P<first>[dDmM])[dDmM]?[^A-Za-z0-9%]%?(?!(?P=first))[dDmM]")
"""Day and month side by side, as in `%d/%m/%Y` and `MM-dd-yyyy`."""


def with_context(schema: Schema, dataset: Dataset) -> Schema:
    """The schema with descriptions of its fields and the primary key as they are told beside the
    data, where the data itself says nothing.
    """
    told = _of_fields(dataset.context)
    fields = tuple(
        replace(field, description=_described(told[field.name]))
        if field.description is None and field.name in told
        else field
        for field in schema
    )
    key = schema.primary_key or _key(dataset.context, schema)
    return replace(schema, fields=fields, primary_key=key)


def told_notations(summary: Summary, dataset: Dataset, fixed: Mapping[str, str]) -> dict[str, str]:
    """Notations of columns of text that a document beside the data settles: digits that it calls a
    string are text, and days and months in doubt stand in the order of its format.
    """
    said: dict[str, dict[str, str]] = {}
    for one in dataset.context:
        if one.field is not None and one.what in {"type", "format"}:
            said.setdefault(one.field, {}).setdefault(one.what, one.value)
    asked = {name for name in said if name in summary.columns and name not in fixed}
    if not any(summary.columns[name].raw for name in asked):
        return {}
    found = {}
    decided = decisions(summary, fixed)
    for name in asked:
        decision, told = decided[name], said[name]
        if not summary.columns[name].raw:
            continue
        form = told.get("format", "")
        if _type_names(told.get("type", "")) & _TEXT and not form and _is_number(decision.type):
            found[name] = TEXT
        elif decision.doubt and {decision.notation, DAY_FIRST, MONTH_FIRST} <= _ORDERS:
            order = _ORDER.search(form)
            if order:
                found[name] = DAY_FIRST if order["first"] in "dD" else MONTH_FIRST
    return found


def contradictions(schema: Schema, profile: TableProfile, dataset: Dataset) -> Iterator[Finding]:
    """Findings where what is told beside the data is not what is in it: types, keys, fields."""
    facts = [one for one in dataset.context if one.field is not None]
    known = {field.name: field for field in schema}
    missing = list(dict.fromkeys(str(one.field) for one in facts if one.field not in known))
    if missing and len(missing) < len({one.field for one in facts}):
        shown = ", ".join(map(repr, missing[:MOST_NAMED]))
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        origin = next(one.origin for one in facts if one.field == missing[0])
        message = f"{origin} describes fields that the data has not: {shown}{more}"
        yield Finding("declared-field-missing", message, origin, "info")
    for one in facts:
        field = known.get(str(one.field))
        if one.what == "type" and field is not None and not _holds(one.value, field.type):
            message = (
                f"{one.origin} says that column {field.name!r} is {one.value}; it is {field.type}"
            )
            yield Finding("declared-type-differs", message, one.origin, "info")
    key = _key(dataset.context, schema)
    if len(key) == 1 and (figure := profile.column(key[0])) is not None:
        repeats = not figure.unique and not figure.distinct_error
        if repeats or figure.null_count:
            fault = "values that repeat" if repeats else "missing values"
            message = f"column {key[0]!r} is told to be the primary key, and has {fault}"
            yield Finding("declared-key-violated", message)


def words(dataset: Dataset) -> Iterator[str]:
    """What a source can be found by beside its description: the facts about it as a whole."""
    plain = {"modified", "written by", "file owner", "primary key", "missing values"}
    return (one.value for one in dataset.context if one.field is None and one.what not in plain)


def owner(dataset: Dataset) -> str | None:
    """Who answers for the data, by the nearest that says so; not the login that owns a file."""
    told = (one.value for one in dataset.context if one.field is None and one.what == "owner")
    return next(told, None)


def _of_fields(facts: Sequence[Fact]) -> dict[str, dict[str, str]]:
    """The first fact of each kind, by field and kind."""
    found: dict[str, dict[str, str]] = {}
    for one in facts:
        if one.field is not None and one.what in {"title", "description", "unit"}:
            found.setdefault(one.field, {}).setdefault(one.what, one.value)
    return found


def _described(told: dict[str, str]) -> str:
    text = told.get("description") or told.get("title") or ""
    unit = told.get("unit")
    return f"{text} (in {unit})" if text and unit else text or f"in {unit}"


def _key(facts: Sequence[Fact], schema: Schema) -> tuple[str, ...]:
    """The primary key that the first origin tells, if its columns are there."""
    named = [one for one in facts if one.what == "primary key"]
    key = tuple(str(one.field) for one in named if one.origin == named[0].origin)
    return key if set(key) <= set(schema.names) else ()


def _holds(declared: str, kind: pa.DataType) -> bool:
    """Whether a type as a document names it allows one of ours; names that we do not know do."""
    names = _type_names(declared)
    types = pa.types
    if types.is_dictionary(kind):
        kind = kind.value_type
    whole = types.is_integer(kind)
    number = _is_number(kind)
    moment = types.is_date(kind) or types.is_timestamp(kind)
    text = types.is_string(kind) or types.is_large_string(kind)
    if not names <= _TEXT | _WHOLE | _NUMBER | _MOMENT | _TRUTH or types.is_null(kind):
        return True
    truth = types.is_boolean(kind)
    return bool(
        (names & _TEXT and (text or moment))
        or (names & _WHOLE and (whole or (number and not types.is_floating(kind))))
        or (names & _NUMBER and number)
        or (names & _MOMENT and moment)
        or (names & _TRUTH and truth)
    )


def _type_names(declared: str) -> set[str]:
    return {name.strip().casefold().removeprefix("xsd:") for name in declared.split(",")}


def _is_number(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))
