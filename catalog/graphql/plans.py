"""What is to be done for a selection set, worked out once and kept for those who ask again.

A plan says which fields are read from an attribute or key by graphene's default resolver, or by a
resolver that is marked with `reads`, and are leaves, objects or lists of those. Where all fields of
an object are, the plan is whole: `catalog.graphql.reading` writes a function that reads it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from graphene.types.resolver import dict_or_attr_resolver
from graphql import (
    ExecutionContext,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    is_leaf_type,
)

Nodes = list[FieldNode]
R = TypeVar("R", bound=Callable[..., Any])
Reader = Callable[[Any, Any], Any]

STOCK, RESOLVED, LEAF, LEAVES, OBJECT, OBJECTS = range(6)
"""How a field is executed: by graphql-core, by its resolver alone, or as what it is read as."""

MOST_KEPT = 512
"""Operations whose plans are kept."""

LONGEST_TOLD = 200
"""Characters of a variable by which plans are kept."""


def reads(resolve: R) -> R:
    """Mark a resolver that only reads: its value depends on the object, the arguments and
    `info.context` alone, and it may be called again. It sees nothing else of `info`.
    """
    resolve.reads = True  # type: ignore[attr-defined]
    return resolve


def knows(path: str) -> Callable[[R], R]:
    """`reads`, of a resolver with a keyword of the name of a subfield, or of one below that
    (`fields.profile`): whether it is selected. It is left out where that is not known.
    """

    def marked(resolve: R) -> R:
        resolve.knows = path.split(".")  # type: ignore[attr-defined]
        return reads(resolve)

    return marked


@dataclass(slots=True)
class Step:
    """How one field of a selection set is executed."""

    name: str
    nodes: Nodes
    kind: int = STOCK
    attribute: str | None = None
    """What is read; None where a resolver is called."""
    default: Any = None
    required: bool = False
    items_required: bool = False
    leaf: Any = None
    """The type of a leaf."""
    inner: Plan | None = None
    """How the object or the items are read."""
    definition: GraphQLField | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """The arguments of a field with a resolver of its own, the same for every object."""


class Plan:
    """A selection set on one type; `whole` when all of it can be read without graphql-core, `read`
    are the steps of it that can.
    """

    __slots__ = ("_readers", "fields", "read", "steps", "whole")

    def __init__(self, steps: list[Step], fields: dict[str, Nodes]) -> None:
        self.steps = steps
        self.fields = fields  # kept, so that no other selection set can have its id
        self.read = [step for step in steps if step.kind > RESOLVED]
        self.whole = len(self.read) == len(steps)
        self._readers: dict[str, Reader] = {}

    def reader(self, way: str) -> Reader:
        """The function that reads `one` object, `all` of a list or, with null for null, `many`."""
        found = self._readers.get(way)
        if found is None:
            from catalog.graphql.reading import written

            found = self._readers[way] = written(self.read, way)
        return found


@dataclass(slots=True)
class Kept:
    """What is known of an operation with certain values of its variables."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode  # both kept, so that no others can have their ids
    fragments: Mapping[str, FragmentDefinitionNode]
    root: dict[str, Nodes] | None = None
    plans: dict[int, Plan] = field(default_factory=dict)
    """By the id of the collected fields."""
    subfields: dict[Any, Any] = field(default_factory=dict)
    """What graphql-core keeps of collected fields, by ids of nodes."""


_kept: OrderedDict[Any, Kept] = OrderedDict()
_names: OrderedDict[int, tuple[OperationDefinitionNode, tuple[str, ...]]] = OrderedDict()
_lock = threading.Lock()


def kept_of(context: ExecutionContext) -> Kept:
    """What is known of the operation that is executed; it may be used by several threads."""
    operation, values = context.operation, context.variable_values
    fresh = Kept(context.schema, operation, context.fragments)
    try:
        given = tuple(_told(values, name) for name in _deciding(context))
        key = (id(context.schema), id(operation), given)
        with _lock:
            found = _kept.setdefault(key, fresh)
            _kept.move_to_end(key)
            if len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    except TypeError:  # a list or an object among the values
        return fresh
    return found


def _told(values: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """The value of a variable as part of a key: one that is left out is not one that is null."""
    if name not in values:
        return ()
    value = values[name]
    if isinstance(value, str) and len(value) > LONGEST_TOLD:
        raise TypeError("too long to be kept")
    return (type(value), value)


def _deciding(context: ExecutionContext) -> tuple[str, ...]:
    """Variables that plans depend on: all but those that only arguments of root fields have."""
    operation = context.operation
    with _lock:
        known = _names.get(id(operation))
        if known is None:
            found = set(_below(operation.selection_set))
            for fragment in context.fragments.values():
                found.update(_variables(fragment))
            known = _names[id(operation)] = (operation, tuple(sorted(found)))
            if len(_names) > MOST_KEPT:
                _names.popitem(last=False)
    return known[1]


def _below(selected: SelectionSetNode) -> Iterator[str]:
    for node in selected.selections:
        if isinstance(node, FieldNode):
            for directive in node.directives:
                yield from _variables(directive)
            if node.selection_set:
                yield from _variables(node.selection_set)
        else:
            yield from _variables(node)


def _variables(node: Node) -> Iterator[str]:
    """The names of the variables that stand within a part of a document."""
    if isinstance(node, VariableNode):
        yield node.name.value
        return
    for key in node.keys:
        value = getattr(node, key, None)
        parts: Iterable[Any] = value if isinstance(value, list | tuple) else (value,)
        for part in parts:
            if isinstance(part, Node):
                yield from _variables(part)


def attribute_of(definition: GraphQLField) -> tuple[str, Any] | None:
    """What graphene's default resolver reads for a field, and its default; None for others."""
    resolve = definition.resolve
    if (
        definition.args
        or not isinstance(resolve, partial)
        or resolve.func is not dict_or_attr_resolver
        or resolve.keywords
        or len(resolve.args) != 2
    ):
        return None
    name, default = resolve.args
    return name, default


def shape(step: Step, definition: GraphQLField) -> tuple[int, Any]:
    """Note what may be null, and tell whether the field has a leaf, leaves, an object or objects,
    and of which type; STOCK for whatever needs a look at the value.
    """
    kind, step.required = unwrapped(definition.type)
    leaf, one = LEAF, OBJECT
    if isinstance(kind, GraphQLList):
        kind, step.items_required = unwrapped(kind.of_type)
        leaf, one = LEAVES, OBJECTS
    if is_leaf_type(kind):
        return leaf, kind
    return (one if is_plain_object(kind) else STOCK), kind


def unwrapped(kind: Any) -> tuple[Any, bool]:
    """The type without its `!`, and whether it had one."""
    return (kind.of_type, True) if isinstance(kind, GraphQLNonNull) else (kind, False)


def is_plain_object(kind: Any) -> bool:
    """Whether values of the type need no test to be of it."""
    return isinstance(kind, GraphQLObjectType) and kind.is_type_of is None
