"""Which part of a Spark condition a source can apply itself, as an Arrow expression.

Spark applies the whole condition again, so an expression may be less strict than it, never
stricter. Only comparisons whose meaning is the same in both are taken: of whole numbers, text,
booleans and dates with literals of the same kind, and of floats with Spark's order, in which NaN
is greater than every number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_

from connectors.model import Term
from schema.model import Field, Schema

if TYPE_CHECKING:
    from pyspark.sql import Column, SparkSession


@dataclass(frozen=True, slots=True)
class Condition:
    """A node of Spark's parsed condition: the class of the expression, and what it holds."""

    kind: str
    children: tuple[Condition, ...] = ()
    name: tuple[str, ...] = ()
    value: Any = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the source applies (None: nothing), and the columns that the condition needs (None:
    it cannot be told, so all).
    """

    expression: pc.Expression | None = None
    columns: frozenset[str] | None = frozenset()
    terms: tuple[Term, ...] = ()
    """What follows from the condition for one column each, for databases."""


def pushed(spark: SparkSession, where: Column | str | None, schema: Schema) -> Pushed:
    """What of `where` a source of `schema` can apply. Spark's own parser errors pass through."""
    if where is None:
        return Pushed()
    return push(_parsed(spark, where), schema)


def push(condition: Condition, schema: Schema) -> Pushed:
    """What of a parsed condition a source of `schema` can apply."""
    conjuncts = list(_conjuncts(condition))
    translated = (_translated(term, schema) for term in conjuncts)
    expressions = [term for term in translated if term is not None]
    terms = (_term(term, schema) for term in conjuncts)
    return Pushed(
        reduce(operator.and_, expressions) if expressions else None,
        _columns(condition, schema),
        tuple(term for term in terms if term is not None),
    )


def _parsed(spark: SparkSession, where: Column | str) -> Condition:
    if isinstance(where, str):
        parser = spark._jsparkSession.sessionState().sqlParser()
        return _condition(parser.parseExpression(where))
    return _condition(where._jc.expr())


def _condition(node: Any) -> Condition:
    kind = node.getClass().getSimpleName().removesuffix("$")
    children = node.children()
    below = tuple(_condition(children.apply(at)) for at in range(children.size()))
    if kind == "UnresolvedAttribute":
        parts = node.nameParts()
        return Condition(kind, below, tuple(parts.apply(at) for at in range(parts.size())))
    if kind == "Literal":
        value, name = node.value(), node.dataType().typeName()
        is_plain = value is None or isinstance(value, bool | int | float)
        return Condition(kind, below, value=value if is_plain else value.toString(), type=name)
    return Condition(kind, below)


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if condition.kind == "And":
        for child in condition.children:
            yield from _conjuncts(child)
    else:
        yield condition


_OPAQUE = frozenset(("Exists", "InSubquery", "ListQuery", "ScalarSubquery"))


def _columns(condition: Condition, schema: Schema) -> frozenset[str] | None:
    """The fields that a condition names; None when one of its names may be anything."""
    if condition.kind == "UnresolvedAttribute":
        field = _field(condition, schema)
        return None if field is None else frozenset((field.name,))
    if condition.kind in _OPAQUE or (
        condition.kind.startswith("Unresolved") and condition.kind != "UnresolvedFunction"
    ):
        return None
    found: frozenset[str] = frozenset()
    for child in condition.children:
        below = _columns(child, schema)
        if below is None:
            return None
        found |= below
    return found


def _field(condition: Condition, schema: Schema) -> Field | None:
    """The field that an attribute names, as Spark finds it: whatever its case, if it is one."""
    wanted = condition.name[0].casefold() if len(condition.name) == 1 else None
    found = [field for field in schema if field.name.casefold() == wanted]
    return found[0] if len(found) == 1 else None


def _translated(condition: Condition, schema: Schema) -> pc.Expression | None:
    """An expression that means exactly the same, None when there is none."""
    kind, children = condition.kind, condition.children
    if kind in {"And", "Or"}:
        sides = [_translated(child, schema) for child in children]
        if sides[0] is None or sides[1] is None:
            return None
        return sides[0] & sides[1] if kind == "And" else sides[0] | sides[1]
    if kind == "Not":
        inner = _translated(children[0], schema)
        return None if inner is None else ~inner
    if kind in {"IsNull", "IsNotNull"}:
        field = _field(children[0], schema)
        if field is None:
            return None
        reference = pc.field(field.name)
        return reference.is_null() if kind == "IsNull" else reference.is_valid()
    if kind == "In":
        options = [_compared("EqualTo", children[0], option, schema) for option in children[1:]]
        known = [option for option in options if option is not None]
        return reduce(operator.or_, known) if known and len(known) == len(options) else None
    if kind in _COMPARISONS:
        left, right = children
        if left.kind == "Literal":
            return _compared(_MIRRORED.get(kind, kind), right, left, schema)
        return _compared(kind, left, right, schema)
    return None


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "EqualTo": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqual": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqual": operator.le,
}

_MIRRORED = {
    "GreaterThan": "LessThan",
    "GreaterThanOrEqual": "LessThanOrEqual",
    "LessThan": "GreaterThan",
    "LessThanOrEqual": "GreaterThanOrEqual",
}

_SIGNS: dict[str, Literal["==", ">", ">=", "<", "<="]] = {
    "EqualTo": "==",
    "GreaterThan": ">",
    "GreaterThanOrEqual": ">=",
    "LessThan": "<",
    "LessThanOrEqual": "<=",
}


def _term(condition: Condition, schema: Schema) -> Term | None:
    """A conjunct as a condition on one column, None when it is another."""
    kind, children = condition.kind, condition.children
    if kind == "IsNotNull":
        field = _field(children[0], schema)
        return None if field is None else Term(field.name, "valid")
    if kind in _SIGNS and children[0].kind == "Literal":
        kind, children = _MIRRORED.get(kind, kind), children[::-1]
    if (kind not in _SIGNS and kind != "In") or children[0].kind != "UnresolvedAttribute":
        return None
    field = _field(children[0], schema)
    literals = children[1:]
    if field is None or any(one.kind != "Literal" for one in literals):
        return None
    values = [_literal(field.type, one) for one in literals]
    plain = tuple(value.as_py() for value in values if value is not None)
    if len(plain) < len(literals):
        return None
    if kind == "In":
        return Term(field.name, "in", plain)
    return Term(field.name, _SIGNS[kind], plain[0])


_INTEGERS = frozenset(("byte", "short", "integer", "long"))
_FLOATS = _INTEGERS | {"float", "double"}


def _compared(
    kind: str, attribute: Condition, literal: Condition, schema: Schema
) -> pc.Expression | None:
    if attribute.kind != "UnresolvedAttribute" or literal.kind != "Literal":
        return None
    field = _field(attribute, schema)
    value = None if field is None else _literal(field.type, literal)
    if field is None or value is None:
        return None
    reference = pc.field(field.name)
    expression: pc.Expression = _COMPARISONS[kind](reference, value)
    if is_.is_floating(field.type) and kind.startswith("GreaterThan"):
        return expression | reference.is_nan()
    return expression


def _literal(kind: pa.DataType, literal: Condition) -> pa.Scalar | None:
    """The literal as a value of the field's kind, None where Spark would compare otherwise."""
    value = literal.value
    if value is None:
        return None
    if is_.is_integer(kind) and not is_.is_uint64(kind) and literal.type in _INTEGERS:
        return pa.scalar(value, pa.int64())
    if is_.is_float64(kind) and (literal.type in _FLOATS or literal.type.startswith("decimal")):
        number = float(value)
        return pa.scalar(number, pa.float64()) if number == number else None  # noqa: PLR0124
    if is_.is_string(kind) and literal.type == "string":
        return pa.scalar(value, pa.string())
    if is_.is_boolean(kind) and literal.type == "boolean":
        return pa.scalar(value, pa.bool_())
    if is_.is_date32(kind) and literal.type == "date":
        return pa.scalar(date(1970, 1, 1) + timedelta(days=value), pa.date32())
    return None
