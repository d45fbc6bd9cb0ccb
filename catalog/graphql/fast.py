"""An execution context that does at once what most fields are: values that only have to be read.

For each selection set a plan says once which fields are read from an attribute or key by
graphene's default resolver, take no arguments and are leaves, objects or lists of those. Where
all fields of an object are, it is read as a whole, without a resolver's call, `info` or a path.
Everything else, and every object of which one value is not just as expected, goes the way of
graphql-core; a test holds both to the same answers on random queries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLString,
    Undefined,
    is_leaf_type,
)
from graphql.error import located_error
from graphql.execution.execute import get_field_def
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from graphql.type import TypeNameMetaFieldDef

Nodes = list[FieldNode]


_STOCK, _RESOLVED, _LEAF, _LEAVES, _OBJECT, _OBJECTS = range(6)

_TYPENAME = "\0__typename"
"""What no object has an attribute or key of, so that the default is read."""


_AS_THEY_ARE: dict[Any, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""Built-in scalars, and the one type whose values they serialize as they are."""


class _Unusual(Exception):
    """A value that graphql-core has to look at."""


@dataclass(slots=True)
class _Step:
    """How one field of a selection set is executed."""

    name: str
    nodes: Nodes
    kind: int = _STOCK
    attribute: str = ""
    default: Any = None
    required: bool = False
    items_required: bool = False
    plain: type | None = None
    """Values of just this type are leaves as they are."""
    serialize: Callable[[Any], Any] | None = None
    inner: _Plan | None = None
    """How the object or the items are read."""
    definition: GraphQLField | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """The arguments of a field with a resolver of its own, the same for every object."""


@dataclass(slots=True)
class _Plan:
    """A selection set on one type; `whole` when all of it can be read without graphql-core."""

    steps: list[_Step]
    whole: bool
    fields: dict[str, Nodes]
    """Kept so that no other selection set can have its id."""
    quick: list[tuple[str, str, Any, type | None, _Step]] = field(default_factory=list)
    """Of each step: name, attribute, default, the type of values that are leaves as they are."""


class FastExecution(ExecutionContext):
    """Executes as `ExecutionContext` does, with a short way for what is usual."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._plans: dict[int, _Plan] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        fields: dict[str, Nodes],
    ) -> Any:
        """The values of the selected fields of one object."""
        plan = self._plans.get(id(fields)) or self._plan(parent_type, fields)
        if plan.whole:
            try:
                return _object(plan, source_value)
            except Exception:  # noqa: BLE001 - nothing but reading was done; the stock way tells
                return super().execute_fields(parent_type, source_value, path, fields)
        results: dict[str, Any] = {}
        read = _reader(source_value)
        for step in plan.steps:
            if step.kind == _RESOLVED:
                results[step.name] = self._resolved(step, parent_type, source_value, path)
                continue
            if step.kind != _STOCK:
                try:
                    value = read(step.attribute, step.default)
                    plain = step.kind == _LEAF and type(value) is step.plain
                    results[step.name] = value if plain else _value(step, value)
                    continue
                except Exception:  # noqa: BLE001, S110 - as above
                    pass
            found = self.execute_field(
                parent_type, source_value, step.nodes, Path(path, step.name, parent_type.name)
            )
            if found is not Undefined:
                results[step.name] = found
        return results

    def _resolved(
        self, step: _Step, parent_type: GraphQLObjectType, source: Any, path: Path | None
    ) -> Any:
        """A field with a resolver, as `execute_field` does it where nothing is awaited."""
        definition = cast("GraphQLField", step.definition)
        field_path = Path(path, step.name, parent_type.name)
        info = self.build_resolve_info(definition, step.nodes, parent_type, field_path)
        resolve = cast("Callable[..., Any]", definition.resolve)
        try:
            value = resolve(source, info, **step.arguments)
            return self.complete_value(definition.type, step.nodes, info, field_path, value)
        except Exception as raw:  # noqa: BLE001 - located, and told where the field may be null
            error = located_error(raw, step.nodes, field_path.as_list())
            self.handle_field_error(error, definition.type, field_path)
            return None

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_nodes: Nodes,
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,
    ) -> Any:
        """The items of a list; objects of one type are completed here."""
        kind, _ = _unwrapped(return_type.of_type)
        if type(result) not in (list, tuple) or not _is_plain_object(kind):
            return super().complete_list_value(return_type, field_nodes, info, path, result)
        fields = self.collect_subfields(kind, field_nodes)
        plan = self._plans.get(id(fields)) or self._plan(kind, fields)
        completed: list[Any] = []
        for place, item in enumerate(result):
            found = _whole(plan, item)
            if found is None:
                item_path = path.add_key(place, None)
                found = self._item(return_type.of_type, field_nodes, info, item_path, item)
            completed.append(found)
        return completed

    def _item(
        self,
        item_type: GraphQLOutputType,
        nodes: Nodes,
        info: GraphQLResolveInfo,
        path: Path,
        item: Any,
    ) -> Any:
        """One item as `complete_list_value` completes it where nothing is awaited."""
        try:
            return self.complete_value(item_type, nodes, info, path, item)
        except Exception as raw:  # noqa: BLE001 - located, and told where the item may be null
            error = located_error(raw, nodes, path.as_list())
            self.handle_field_error(error, item_type, path)
            return None

    def _plan(self, kind: GraphQLObjectType, fields: dict[str, Nodes]) -> _Plan:
        plan = self._plans[id(fields)] = _Plan([], whole=True, fields=fields)
        for name, nodes in fields.items():
            step = _Step(name, nodes)
            found = get_field_def(self.schema, kind, nodes[0])
            if found is TypeNameMetaFieldDef:
                step.kind, step.attribute, step.default = _LEAF, _TYPENAME, kind.name
                step.plain = str
            elif found is not None and not self.middleware_manager:
                self._shorten(step, found)
                if step.kind == _STOCK:
                    self._prepare(step, found)
            plan.steps.append(step)
        plan.whole = all(step.kind > _RESOLVED for step in plan.steps)
        plan.quick = [
            (
                step.name,
                step.attribute,
                step.default,
                step.plain if step.kind == _LEAF else None,
                step,
            )
            for step in plan.steps
        ]
        return plan

    def _prepare(self, step: _Step, definition: GraphQLField) -> None:
        """Work out the arguments once; where they do not fit, graphql-core tells of it."""
        if definition.resolve is None:
            return
        try:
            step.arguments = get_argument_values(definition, step.nodes[0], self.variable_values)
        except GraphQLError:
            return
        step.kind, step.definition = _RESOLVED, definition

    def _shorten(self, step: _Step, definition: GraphQLField) -> None:
        """Fill in the step if the field is one that is only read."""
        resolve = definition.resolve
        if (
            definition.args
            or not isinstance(resolve, partial)
            or resolve.func is not dict_or_attr_resolver
            or resolve.keywords
            or len(resolve.args) != 2
        ):
            return
        step.attribute, step.default = resolve.args
        kind, step.required = _unwrapped(definition.type)
        leaf, one = _LEAF, _OBJECT
        if isinstance(kind, GraphQLList):
            kind, step.items_required = _unwrapped(kind.of_type)
            leaf, one = _LEAVES, _OBJECTS
        if is_leaf_type(kind):
            step.kind, step.plain, step.serialize = leaf, _AS_THEY_ARE.get(kind), kind.serialize
        elif _is_plain_object(kind):
            selected = self.collect_subfields(kind, step.nodes)
            step.inner = self._plans.get(id(selected)) or self._plan(kind, selected)
            if step.inner.whole:
                step.kind = one


def _object(plan: _Plan, source: Any) -> dict[str, Any]:
    """An object all of whose fields are only read. Raises whatever is unusual about it."""
    read = _reader(source)
    results: dict[str, Any] = {}
    for name, attribute, default, plain, step in plan.quick:
        value = read(attribute, default)
        results[name] = value if type(value) is plain else _value(step, value)
    return results


def _whole(plan: _Plan, item: Any) -> dict[str, Any] | None:
    """An item of a list, None when graphql-core has to complete it."""
    if not plan.whole:
        return None
    try:
        return _object(plan, _present(item))
    except Exception:  # noqa: BLE001 - nothing but reading was done; the stock way tells
        return None


def _value(step: _Step, value: Any) -> Any:
    """The value of a field that was only read."""
    if step.kind == _LEAF:
        return _leaf(step, value)
    if value is None:
        if step.required:
            raise _Unusual
        return None
    if step.kind == _OBJECT:
        return _object(cast("_Plan", step.inner), _present(value))
    if type(value) not in (list, tuple):
        raise _Unusual
    if step.kind == _LEAVES:
        return [
            item if type(item) is step.plain else _leaf(step, item, required=step.items_required)
            for item in value
        ]
    inner = cast("_Plan", step.inner)
    if step.items_required:
        return [_object(inner, _present(item)) for item in value]
    return [None if item is None else _object(inner, _present(item)) for item in value]


def _leaf(step: _Step, value: Any, *, required: bool | None = None) -> Any:
    """A leaf's value, serialized. Raises _Unusual when graphql-core has to say what is wrong."""
    if value is None:
        if step.required if required is None else required:
            raise _Unusual
        return None
    found = step.serialize(_present(value)) if step.serialize else None
    if found is None or found is Undefined:
        raise _Unusual
    return found


def _present(value: Any) -> Any:
    if value is None or value is Undefined or isinstance(value, Exception):
        raise _Unusual
    return value


def _reader(source: Any) -> Callable[[str, Any], Any]:
    """How graphene's default resolver reads a value of `source`."""
    return source.get if isinstance(source, dict) else partial(getattr, source)


def _unwrapped(kind: Any) -> tuple[Any, bool]:
    """The type without its `!`, and whether it had one."""
    return (kind.of_type, True) if isinstance(kind, GraphQLNonNull) else (kind, False)


def _is_plain_object(kind: Any) -> bool:
    """Whether values of the type need no test to be of it."""
    return isinstance(kind, GraphQLObjectType) and kind.is_type_of is None
