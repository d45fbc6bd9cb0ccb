"""An execution context that does at once what most fields are: values that only have to be read.

Plans (`catalog.graphql.plans`) are kept from one execution to the next. Objects whose plan is whole
are read by a function that was written for it (`catalog.graphql.reading`), without `info`, a path
or a look at types. Everything else, and every object of which one value is not just as expected,
goes the way of graphql-core; a test holds both to the same answers on random queries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from graphql import (
    ExecutionContext,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLString,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    get_named_type,
)
from graphql.error import located_error
from graphql.execution.execute import get_field_def
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from graphql.type import TypeNameMetaFieldDef

from catalog.graphql.plans import (
    LEAF,
    OBJECT,
    OBJECTS,
    RESOLVED,
    STOCK,
    Nodes,
    Plan,
    Step,
    attribute_of,
    is_plain_object,
    kept_of,
    shape,
    unwrapped,
)
from catalog.graphql.reading import Context, Lasting

_TYPENAME = "\0__typename"
"""What no object has an attribute or key of, so that the default is read."""

_NOTHING: dict[str, Any] = {}


class FastExecution(ExecutionContext):
    """Executes as `ExecutionContext` does, with a short way for what is usual."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._kept = kept_of(self)
        self._plans = self._kept.plans
        self._subfields_cache = self._kept.subfields
        self._root: Plan | None = None
        self._seen = Context(self.context_value)

    def execute_operation(self, operation: OperationDefinitionNode, root_value: Any) -> Any:
        """The data of a query from fields that are collected once; of others as ever."""
        kind = self.schema.query_type
        fields = self._kept.root
        if operation.operation is not OperationType.QUERY or kind is None or fields is None:
            return super().execute_operation(operation, root_value)
        return self.execute_fields(kind, root_value, None, fields)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        fields: dict[str, Nodes],
    ) -> Any:
        """The values of the selected fields of one object."""
        plan = self._planned(parent_type, fields) if path else self._begun(parent_type, fields)
        try:
            had = plan.reader("one")(source_value, self._seen) if plan.read else _NOTHING
        except Exception:  # noqa: BLE001 - nothing but reading was done; the stock way tells
            had = _NOTHING
        if plan.whole and had:
            return had
        results: dict[str, Any] = {}
        for step in plan.steps:
            if step.name in had:
                results[step.name] = had[step.name]
            elif step.kind == RESOLVED:
                results[step.name] = self._resolved(step, parent_type, source_value, path)
            else:
                found = self.execute_field(
                    parent_type, source_value, step.nodes, Path(path, step.name, parent_type.name)
                )
                if found is not Undefined:
                    results[step.name] = found
        return results

    def _planned(self, kind: GraphQLObjectType, fields: dict[str, Nodes]) -> Plan:
        found = self._plans.get(id(fields))
        if found is None:
            found = self._plans[id(fields)] = self._plan(kind, fields)
        return found

    def _begun(self, kind: GraphQLObjectType, fields: dict[str, Nodes]) -> Plan:
        """The plan of a root type, made for each execution: variables may be its arguments."""
        if kind is self.schema.query_type:
            self._kept.root = fields
        return self._plan(kind, fields, root=True)

    def _resolved(
        self, step: Step, parent_type: GraphQLObjectType, source: Any, path: Path | None
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
        kind, required = unwrapped(return_type.of_type)
        if type(result) not in (list, tuple, Lasting) or not is_plain_object(kind):
            return super().complete_list_value(return_type, field_nodes, info, path, result)
        plan = self._planned(kind, self.collect_subfields(kind, field_nodes))
        if plan.whole:
            try:
                return plan.reader("all" if required else "many")(result, self._seen)
            except Exception:  # noqa: BLE001, S110 - as above
                pass
        return [
            self._item(return_type.of_type, field_nodes, info, path.add_key(place, None), item)
            for place, item in enumerate(result)
        ]

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

    def _plan(
        self, kind: GraphQLObjectType, fields: dict[str, Nodes], *, root: bool = False
    ) -> Plan:
        """What is to be done for a selection set; nothing is read at once of a `root`."""
        steps = []
        for name, nodes in fields.items():
            step = Step(name, nodes)
            found = get_field_def(self.schema, kind, nodes[0])
            if found is TypeNameMetaFieldDef and not root:
                step.kind, step.leaf, step.required = LEAF, GraphQLString, True
                step.attribute, step.default = _TYPENAME, kind.name
            elif found is not None and not self.middleware_manager:
                self._prepare(step, found, root=root)
            steps.append(step)
        return Plan(steps, fields)

    def _prepare(self, step: Step, definition: GraphQLField, *, root: bool) -> None:
        """Work out how a field is executed, and its arguments: where they do not fit, graphql-core
        tells of it.
        """
        resolve = definition.resolve
        if resolve is None:
            return
        try:
            given = get_argument_values(definition, step.nodes[0], self.variable_values)
        except GraphQLError:
            return
        step.kind, step.definition, step.arguments = RESOLVED, definition, given
        read = attribute_of(definition)
        if root or (read is None and not getattr(resolve, "reads", False)):
            return
        kind, named = shape(step, definition)
        if kind in (OBJECT, OBJECTS):
            fields = self.collect_subfields(named, step.nodes)
            step.inner = self._planned(named, fields)
            told = getattr(resolve, "knows", None)
            if told is not None:
                given[told[-1]] = self._selects(named, fields, told)
            if not step.inner.whole:
                return
        if kind != STOCK:
            step.kind, step.leaf = kind, named
            if read is not None:
                step.attribute, step.default = read

    def _selects(
        self, kind: GraphQLObjectType, fields: dict[str, Nodes], path: Sequence[str]
    ) -> bool:
        """Whether what is at the end of the path is selected below one of the fields."""
        found = [nodes for nodes in fields.values() if nodes[0].name.value == path[0]]
        if len(path) == 1:
            return bool(found)
        below = get_named_type(kind.fields[path[0]].type)
        return any(
            self._selects(below, self.collect_subfields(below, nodes), path[1:]) for nodes in found
        )
