"""Lineage by column, read from the plan that Spark has analysed.

For each output field: the input fields that its values are made of, and how. What only decides
which rows there are (filters, join keys, grouping) is not told. The kinds are those of
OpenLineage's column lineage facet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Derivation(StrEnum):
    """How a value is made of another; each holds what the ones before it hold."""

    IDENTITY = "IDENTITY"
    TRANSFORMATION = "TRANSFORMATION"
    AGGREGATION = "AGGREGATION"


Origin = tuple[str, str, Derivation]
"""Input name, input field, and how."""

Origins = dict[tuple[str, str], Derivation]
_Known = dict[int, Origins]
"""Origins by Spark's expression id."""

_ORDER = tuple(Derivation)
_GATHERING = frozenset(("AggregateExpression", "WindowExpression"))
_SETS = frozenset(("Except", "Intersect", "Union"))


def column_lineage(
    frame: DataFrame, inputs: Mapping[str, DataFrame]
) -> dict[str, tuple[Origin, ...]]:
    """The origins of each field of `frame` in `inputs`, sorted; a field that is made of nothing
    in them (a literal, `count(*)`) has none.
    """
    reading = _Reading({name: _analysed(each) for name, each in inputs.items()})
    plan = _analysed(frame)
    known = reading.origins(plan)
    return {
        attribute.name(): tuple(
            sorted(
                (name, field, how) for (name, field), how in known.get(_id(attribute), {}).items()
            )
        )
        for attribute in _each(plan.output())
    }


class _Reading:
    """One plan being read; remembers the common table expressions met on the way."""

    def __init__(self, inputs: Mapping[str, Any]) -> None:
        self._inputs = inputs
        self._ids = {
            name: [_id(attribute) for attribute in _each(plan.output())]
            for name, plan in inputs.items()
        }
        self._common: dict[int, list[Origins]] = {}

    def origins(self, plan: Any) -> _Known:
        """Origins of all attributes that the plan puts out, or hands through."""
        name = self._input(plan)
        if name is not None:
            return {
                _id(attribute): {(name, attribute.name()): Derivation.IDENTITY}
                for attribute in _each(plan.output())
            }
        kind = _kind(plan)
        if kind == "WithCTE":
            for definition in _each(plan.cteDefs()):
                self._common[definition.id()] = self._in_order(definition.child())
            return self.origins(plan.plan())
        if kind == "CTERelationRef":
            return self._renamed(plan, self._common.get(plan.cteId(), []))
        children = list(_each(plan.children()))
        if kind in _SETS:
            return self._renamed(plan, _merged_in_order([self._in_order(one) for one in children]))
        known: _Known = {}
        for child in children:
            known |= self.origins(child)
        return known | self._made(plan, kind, known)

    def _made(self, plan: Any, kind: str, known: _Known) -> _Known:
        """Origins of the attributes that a plan makes itself: its aliases, and what a generator
        or a Python function puts out, which may be of anything that goes in.
        """
        made: _Known = {}
        for expression in _each(plan.expressions()):
            for alias in _aliases(expression):
                made[_id(alias)] = self._of(alias.child(), Derivation.IDENTITY, known | made)
        if kind == "Generate":
            generated = self._of(plan.generator(), Derivation.TRANSFORMATION, known)
            made |= {_id(each): generated for each in _each(plan.generatorOutput())}
        going_in = [_id(each) for child in _each(plan.children()) for each in _each(child.output())]
        fresh = [_id(each) for each in _each(plan.output()) if _id(each) not in known | made]
        if fresh and going_in:
            everything: Origins = {}
            for each in going_in:
                _add(everything, known.get(each, {}), Derivation.TRANSFORMATION)
            made |= dict.fromkeys(fresh, everything)
        return made

    def _of(self, expression: Any, how: Derivation, known: _Known) -> Origins:
        """Origins of an expression whose own value goes on as `how` says."""
        kind = _kind(expression)
        if kind in {"AttributeReference", "OuterReference"}:
            found: Origins = {}
            source = expression.e() if kind == "OuterReference" else expression
            _add(found, known.get(_id(source), {}), how)
            return found
        if kind == "Alias":
            return self._of(expression.child(), how, known)
        inner = Derivation.AGGREGATION if kind in _GATHERING else Derivation.TRANSFORMATION
        inner = max(inner, how, key=_ORDER.index)
        found = {}
        if kind == "ScalarSubquery":
            for origins in self._in_order(expression.plan())[:1]:
                _add(found, origins, inner)
            return found
        if kind == "WindowExpression":  # what it is ordered and parted by only chooses rows
            return self._of(expression.windowFunction(), inner, known)
        for child in _each(expression.children()):
            _merge(found, self._of(child, inner, known))
        return found

    def _in_order(self, plan: Any) -> list[Origins]:
        known = self.origins(plan)
        return [known.get(_id(attribute), {}) for attribute in _each(plan.output())]

    def _renamed(self, plan: Any, origins: list[Origins]) -> _Known:
        ids = [_id(attribute) for attribute in _each(plan.output())]
        return dict(zip(ids, origins, strict=False))

    def _input(self, plan: Any) -> str | None:
        """The input that a plan is: the same attributes, or a copy that Spark made to tell the two
        sides of a join with itself apart.
        """
        ids = [_id(attribute) for attribute in _each(plan.output())]
        for name, own in self._ids.items():
            if ids == own and _kind(plan) == _kind(self._inputs[name]):
                return name
        for name, given in self._inputs.items():
            same_shape = len(ids) == len(self._ids[name]) and _kind(plan) == _kind(given)
            if same_shape and plan.sameResult(given):
                return name
        return None


def _analysed(frame: DataFrame) -> Any:
    return frame._jdf.queryExecution().analyzed()


def _kind(node: Any) -> str:
    name: str = node.getClass().getSimpleName()
    return name


def _id(attribute: Any) -> int:
    number: int = attribute.exprId().id()
    return number


def _each(sequence: Any) -> Iterator[Any]:
    for at in range(sequence.size()):
        yield sequence.apply(at)


def _aliases(expression: Any) -> Iterator[Any]:
    if _kind(expression) == "Alias":
        yield expression


def _add(into: Origins, origins: Origins, how: Derivation) -> None:
    """Add origins that are handed on as `how` says."""
    _merge(into, {key: max(known, how, key=_ORDER.index) for key, known in origins.items()})


def _merge(into: Origins, origins: Origins) -> None:
    for key, how in origins.items():
        into[key] = max(into.get(key, how), how, key=_ORDER.index)


def _merged_in_order(sides: list[list[Origins]]) -> list[Origins]:
    merged = []
    for columns in zip(*sides, strict=True):
        together: Origins = {}
        for origins in columns:
            _merge(together, origins)
        merged.append(together)
    return merged
