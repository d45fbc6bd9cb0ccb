"""The fast execution context answers as graphql-core's does: on random queries, and on values of
every unusual kind.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import graphene
from graphql import ExecutionContext, GraphQLError, Undefined, execute, parse, print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import queries as random_queries

from catalog.graphql.execution import answer
from catalog.graphql.fast import FastExecution
from catalog.graphql.limits import Limits
from catalog.graphql.loading import Request
from catalog.graphql.plans import knows, reads
from catalog.graphql.reading import Lasting
from catalog.graphql.schema import schema
from tests.service.made_catalog import table

SCALARS = {
    "Long": st.integers(0, 9).map(nodes.Int),
    "PageSize": st.integers(1, 3).map(nodes.Int),
    "Cursor": st.just("c291cmNlczp4").map(nodes.String),
    "DateTime": st.just("2026-11-22T15:04:05Z").map(nodes.String),
    "Value": st.integers().map(nodes.Int),
}
EXAMPLES = int(os.environ.get("HEADWATER_EXAMPLES", "60"))
WIDE = Limits(10**6, 10**6, 10**6, 10**6, 200, 10**12, None)


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)
@given(data=st.data())
def test_random_queries_are_answered_alike(made, data):
    query = data.draw(QUERIES)
    known = [made.id("flights"), made.id(table(3)), "VmVyc2lvbjox", "UnVuOjE"]
    for argument in ("id: ", "name: "):
        chosen = data.draw(st.sampled_from(known)) if argument == "id: " else "flights"
        query = replaced(query, argument, chosen)
    answers = [
        answer(Request(made.store), query, limits=WIDE, executor=executor)
        for executor in (FastExecution, ExecutionContext, FastExecution)  # the last by kept plans
    ]
    for found in answers:
        for error in found.body.get("errors", ()):
            error["extensions"].pop("requestId", None)
            if error["extensions"]["code"] == "INTERNAL_SERVER_ERROR":
                error["message"] = "masked"
    assert answers[0] == answers[1] == answers[2]


def replaced(query: str, argument: str, value: str) -> str:
    """The query with every text given for an argument replaced by one that finds something."""
    head, *parts = query.split(f'{argument}"')
    for part in parts:
        _, quote, rest = part.partition('"')
        head += f'{argument}"{value}{quote}{rest}'
    return head


QUERIES = random_queries(print_schema(schema()), custom_scalars=SCALARS)


class Leaf(graphene.ObjectType):
    text = graphene.String(required=True)
    number = graphene.Int()
    real = graphene.Float()
    flag = graphene.Boolean()


class Tree(graphene.ObjectType):
    name = graphene.String()
    leaf = graphene.Field(Leaf)
    sure = graphene.Field(Leaf, required=True)
    leaves = graphene.List(Leaf)
    sure_leaves = graphene.List(graphene.NonNull(Leaf))
    texts = graphene.List(graphene.String)
    sure_texts = graphene.List(graphene.NonNull(graphene.String), required=True)
    asked = graphene.Field(Leaf, which=graphene.String())
    trees = graphene.List(lambda: Tree)
    tree = graphene.Field(lambda: Tree)

    read = graphene.Field(Leaf, which=graphene.String())
    lasting = graphene.List(Leaf)

    @staticmethod
    def resolve_asked(root: Any, _info: Any, which: str = "leaf") -> Any:
        return root.get(which) if isinstance(root, dict) else getattr(root, which)

    @staticmethod
    @knows("number")
    def resolve_read(
        root: Any, info: Any, which: str | None = "leaf", *, number: bool = True
    ) -> Any:
        assert info.context is CONTEXT
        found = root.get(which) if isinstance(root, dict) else getattr(root, which or "name")
        return found if number or not isinstance(found, dict) else dict(found, number="unseen")

    @staticmethod
    @reads
    def resolve_lasting(_root: Any, _info: Any) -> Any:
        return KEPT


CONTEXT = object()
KEPT = Lasting([{"text": "kept", "number": 1}, None, {"text": "too"}])


class Query(graphene.ObjectType):
    tree = graphene.Field(Tree)
    trees = graphene.List(graphene.NonNull(Tree))


TREES = graphene.Schema(query=Query).graphql_schema
ALL = """{ __typename text number real flag }"""
DOCUMENT = parse(
    """query($no: Boolean = false, $which: String) { tree { ...all tree { name ...all } }
      trees { name again: sure { text } leaf { t: text text } trees { ...all } } }
      fragment all on Tree { __typename name leaf L sure L leaves L sureLeaves L texts sureTexts
        asked L other: asked(which: "sure") { text } maybe: name @include(if: $no)
        read { text } chosen: read(which: $which) { number @skip(if: $no) text }
        lasting { text } again: lasting { number @include(if: $no) __typename } }""".replace(
        "L", ALL
    ).replace("sure{ __", "sure { __")
)


@dataclass
class Refusing:
    """Whose attributes fail when they are read."""

    name: str = "refusing"

    @property
    def leaf(self) -> Any:
        raise KeyError("gone")

    @property
    def sure(self) -> Any:
        return {"text": "there"}

    @property
    def texts(self) -> Any:
        raise GraphQLError("told")


@dataclass
class Plain:
    text: Any = "text"
    number: Any = 1
    real: Any = 0.5
    flag: Any = True


odd = st.sampled_from(
    [None, "", "text", 0, 1, -(2**40), 1.5, float("nan"), True, [], {}, b"x", Undefined, object]
)
leaf = st.one_of(
    st.builds(Plain, odd, odd, odd, odd),
    st.builds(Plain),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("text", "number", "real", "flag"), odd)),
    st.sampled_from([None, Undefined, ValueError("as a value"), 3, "x"]),
)
items = st.one_of(
    st.lists(leaf, max_size=3),
    st.lists(leaf, max_size=2).map(tuple),
    st.lists(leaf, max_size=2).map(lambda some: {id(one): one for one in some}.values()),
    odd,
)
tree = st.deferred(
    lambda: st.one_of(
        st.just(Refusing()),
        st.fixed_dictionaries(
            {},
            optional={
                "name": odd,
                "leaf": leaf,
                "sure": leaf,
                "leaves": items,
                "sure_leaves": items,
                "texts": st.one_of(st.lists(odd, max_size=3), odd),
                "sure_texts": st.one_of(st.lists(st.just("x"), max_size=3), odd),
                "tree": tree,
                "trees": st.lists(tree, max_size=2),
            },
        ),
    )
)


@settings(max_examples=2 * EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(
    root=st.fixed_dictionaries(
        {"tree": tree, "trees": st.one_of(st.none(), st.lists(tree, max_size=2))}
    ),
    no=st.booleans(),
    which=st.sampled_from([None, {}, "leaf", "sure", "tree", "nothing", "x" * 300]),
)
def test_unusual_values_are_completed_alike(root, no, which):
    results = [
        execute(
            TREES,
            DOCUMENT,
            root,
            CONTEXT,
            # left out is not the same as null
            variable_values={"no": no} if which == {} else {"no": no, "which": which},
            execution_context_class=executor,
            is_awaitable=lambda _: False,
        )
        for executor in (FastExecution, ExecutionContext)
    ]
    assert repr(results[0].data) == repr(results[1].data)
    told = [[error.formatted for error in result.errors or ()] for result in results]
    assert told[0] == told[1]


def test_what_is_only_read_is_read_without_the_stock_way(made, monkeypatch):
    """Else the context would be as slow as graphql-core's, and these tests would not see it."""
    seen = []
    stock = ExecutionContext.execute_field

    def noted(self, parent_type, source, field_nodes, path):
        seen.append(f"{parent_type.name}.{field_nodes[0].name.value}")
        return stock(self, parent_type, source, field_nodes, path)

    monkeypatch.setattr(ExecutionContext, "execute_field", noted)
    found = made.ask(
        """{ sources(first: 50) { nodes { name tags schema { fields { name type nullable key
             semanticType { name } profile { nullCount mean unique } } } } } }"""
    )
    assert len(found["sources"]["nodes"]) == 50
    assert seen == []


def test_plans_are_kept_for_the_values_that_they_were_made_with(made):
    """A page of another size, and a nested argument of another value, are answered anew."""
    query = """query($first: PageSize!, $inner: PageSize!, $no: Boolean!) {
        sources(first: $first) { nodes { name @skip(if: $no)
          versions(first: $inner) { nodes { number } } runs(first: $inner) { nodes { id } } } } }"""
    for first, inner, no in [(1, 1, False), (3, 1, False), (3, 2, False), (3, 2, True)] * 2:
        given = {"first": first, "inner": inner, "no": no}
        found = [
            answer(Request(made.store), query, given, executor=executor).body
            for executor in (FastExecution, ExecutionContext)
        ]
        assert found[0] == found[1]
        assert len(found[0]["data"]["sources"]["nodes"]) == first


def test_what_callers_get_is_theirs_to_change(made):
    query = '{ source(name: "flights") { schema { fields { name } } } }'
    for _ in range(2):
        fields = made.ask(query)["source"]["schema"]["fields"]
        assert fields
        assert all(field["name"] for field in fields)
        fields[0]["name"] = None
