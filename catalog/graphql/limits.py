"""What one request may ask for: tokens, fields, aliases, directives, depth and expanded cost.

The first four are counted on the document as it stands, before it is validated; depth and cost
need a valid document, and count fragments wherever they are spread and pages at their size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_list_type,
    visit,
)
from graphql.type import SchemaMetaFieldDef, TypeMetaFieldDef

from catalog.graphql.errors import LimitExceeded
from catalog.graphql.scalars import MOST_PER_PAGE

LIST_SIZE = 10
"""How long a list is taken to be whose length no argument tells."""

WEIGHTS = {
    ("Source", "sample"): 1_000,
    ("Source", "connector"): 50,
    ("Source", "diff"): 50,
    ("Source", "joins"): 500,
    ("Source", "unions"): 100,
    ("Source", "additions"): 500,
    ("Source", "versions"): 20,
    ("Source", "runs"): 20,
    ("QualityReport", "history"): 20,
    ("QualityReport", "dimensions"): 20,
    ("Source", "lineage"): 20,
    ("Source", "upstream"): 20,
    ("Source", "downstream"): 20,
    ("Mutation", "crawl"): 1_000,
    ("Mutation", "validateSource"): 30_000,
}
"""The cost of fields that do more than read what is loaded; every other field costs 1."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one request may ask for. `repeats` is how often one field may stand in one
    selection, `errors` how many faults of a document are told, `seconds` bounds its execution.
    Without `introspection` nothing but its own documents tells a caller of the schema.
    """

    tokens: int = 4_000
    fields: int = 500
    aliases: int = 30
    directives: int = 20
    depth: int = 15
    cost: int = 100_000
    seconds: float | None = 30.0
    repeats: int = 20
    errors: int = 20
    introspection: bool = True


DEFAULT_LIMITS = Limits()
PRODUCTION = Limits(errors=5, introspection=False)


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Raises LimitExceeded when the document has too many fields, aliases or directives."""
    counter = _Counter()
    visit(document, counter)
    _within(counter.fields, limits.fields, "fields")
    _within(counter.aliases, limits.aliases, "aliases")
    _within(counter.directives, limits.directives, "directives")
    _within(counter.repeats, limits.repeats, "times the same field in one place")


def check_reach(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    limits: Limits,
) -> None:
    """Raises LimitExceeded when a valid operation is too deep or costs too much."""
    walk = _Walk(schema, document, operation, variables)
    depth, cost = walk.operation()
    _within(depth, limits.depth, "levels of fields")
    _within(cost, limits.cost, "cost, with every page at its size")


def _within(count: int, most: int, what: str) -> None:
    if count > most:
        raise LimitExceeded(f"the request has {count} {what}, at most {most} are allowed")


class _Counter(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.fields = self.aliases = self.directives = self.repeats = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.fields += 1
        self.aliases += node.alias is not None

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        names = Counter(
            one.alias.value if one.alias else one.name.value
            for one in node.selections
            if isinstance(one, FieldNode)
        )
        self.repeats = max(self.repeats, *names.values(), 0)

    def enter_directive(self, *_: Any) -> None:
        self.directives += 1


class _Walk:
    """Depth and cost of one operation; a fragment is walked once however often it is spread."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self.schema = schema
        self.root = operation
        self.fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.known: dict[str, tuple[int, int]] = {}
        self.variables = dict(variables)
        for definition in operation.variable_definitions:
            default = definition.default_value
            if isinstance(default, IntValueNode):
                self.variables.setdefault(definition.variable.name.value, int(default.value))

    def operation(self) -> tuple[int, int]:
        root = self.schema.get_root_type(self.root.operation)
        return self.selections(self.root.selection_set, root)

    def selections(
        self, selected: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> tuple[int, int]:
        """(levels, cost) of a selection set on `parent`."""
        depth = cost = 0
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                deep, dear = self.field(node, parent)
            elif isinstance(node, InlineFragmentNode):
                on = node.type_condition
                target = self.schema.get_type(on.name.value) if on else parent
                deep, dear = self.selections(node.selection_set, target)
            elif isinstance(node, FragmentSpreadNode):
                deep, dear = self.fragment(node.name.value)
            else:
                continue
            depth, cost = max(depth, deep), cost + dear
        return depth, cost

    def fragment(self, name: str) -> tuple[int, int]:
        if name not in self.known:
            node = self.fragments[name]
            target = self.schema.get_type(node.type_condition.name.value)
            self.known[name] = self.selections(node.selection_set, target)
        return self.known[name]

    def field(self, node: FieldNode, parent: GraphQLNamedType | None) -> tuple[int, int]:
        name = node.name.value
        definition = _definition(parent, name)
        owner = parent.name if parent else ""
        weight = WEIGHTS.get((owner, name), 1)
        if definition is None or node.selection_set is None:
            return 1, weight
        depth, cost = self.selections(node.selection_set, get_named_type(definition.type))
        return depth + 1, weight + self.size(node, definition, owner) * cost

    def size(self, node: FieldNode, definition: GraphQLField, owner: str) -> int:
        """How many objects the field gives, by its arguments or as lists are taken to be."""
        given = {argument.name.value: argument.value for argument in node.arguments}
        if "first" in definition.args:
            default = definition.args["first"].default_value
            return self.number(given["first"]) if "first" in given else int(default)
        if "ids" in definition.args:
            return self.length(given.get("ids"))
        if owner.endswith("Connection"):
            return 1  # the connection's own field has counted its page
        return LIST_SIZE if _is_list(definition.type) else 1

    def number(self, value: Any) -> int:
        if isinstance(value, IntValueNode):
            return int(value.value)
        found = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        usable = isinstance(found, int) and 0 < found <= MOST_PER_PAGE
        return found if usable else MOST_PER_PAGE  # type: ignore[return-value]

    def length(self, value: Any) -> int:
        if isinstance(value, ListValueNode):
            return len(value.values)
        found = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return len(found) if isinstance(found, list) else 1


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)


def _definition(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    if name == "__schema":
        return SchemaMetaFieldDef
    if name == "__type":
        return TypeMetaFieldDef
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        fields: dict[str, GraphQLField] = parent.fields
        return fields.get(name)
    return None


def tokens_message(most: int) -> str:
    """What is told when a document has too many tokens."""
    return f"the request has more than {most} tokens"
