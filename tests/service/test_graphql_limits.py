"""What one request may ask for: each limit refuses in time, and leaves ordinary queries alone."""

from __future__ import annotations

import pytest

from catalog.graphql.execution import execute
from catalog.graphql.limits import Limits
from catalog.web.explore import EXAMPLES
from tests.service.made_catalog import codes

REFUSED = ["LIMIT_EXCEEDED"]


def nested(levels: int) -> str:
    return '{ source(name: "flights") ' + "{ upstream " * levels + "{ id }" + "}" * levels + " }"


HOSTILE = {
    "tokens": "{ " + "__typename " * 5000 + "}",
    "fields": "{ " + "__typename " * 600 + "}",
    "aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(31)) + "}",
    "directives": "{ __typename " + "@skip(if: false) " * 21 + "}",
    "depth": nested(20),
    "cost of pages in pages": """{ sources(first: 200) { nodes { runs(first: 200) { nodes {
        id pipeline } } } } }""",
    "cost of fragments": """{ ...a ...a2 } fragment a on Query { ...b ...b2 }
        fragment a2 on Query { ...b ...b2 } fragment b on Query { ...c ...c2 }
        fragment b2 on Query { ...c ...c2 }
        fragment c on Query { sources(first: 200) { nodes { ...s } } }
        fragment c2 on Query { sources(first: 200) { nodes { ...s } } }
        fragment s on Source { schema { fields { name type profile { min max mean } } } }""",
    "cost of samples": "{ sources(first: 200) { nodes { sample { rows } } } }",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
def test_too_much_is_refused_and_nothing_executed(made, statements, query):
    statements()
    found = execute(made.store, query)
    assert codes(found) == REFUSED
    assert "data" not in found
    assert statements() == []


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        "{ sources(filter: " + "{and:" * 900 + "1" + "}" * 900 + ") }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    ],
    ids=["circles in the type system", "nesting of the syntax", "circles of fragments"],
)
def test_what_goes_round_in_circles_is_refused(made, query):
    found = execute(made.store, query)
    assert "data" not in found
    assert set(codes(found)) <= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}


def test_ten_aliases_of_large_pages_are_refused(made, statements):
    query = "{ " + " ".join(
        f"a{n}: sources(first: 5000) {{ nodes {{ id name }} }}" for n in range(10)
    )
    found = execute(made.store, query + "}")
    assert set(codes(found)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert statements() == []


def test_the_cost_counts_pages_by_variable_and_by_default(made):
    query = """query($n: PageSize = 200) { sources(first: $n) { nodes { runs(first: 200) {
        nodes { id uuid } } } } }"""
    assert codes(execute(made.store, query)) == REFUSED
    assert codes(execute(made.store, query, {"n": 150})) == []
    assert codes(execute(made.store, query, {"n": "many"})) in (REFUSED, ["BAD_USER_INPUT"])


def test_limits_can_be_set(made):
    query = "{ catalog { counts { sources } } }"
    assert codes(execute(made.store, query, limits=Limits(depth=3))) == []
    assert codes(execute(made.store, query, limits=Limits(depth=2))) == REFUSED
    assert codes(execute(made.store, query, limits=Limits(cost=2))) == REFUSED
    assert codes(execute(made.store, query, limits=Limits(tokens=5))) == REFUSED


def test_a_request_that_takes_too_long_is_cut_off(made, statements):
    statements()
    found = execute(
        made.store,
        '{ source(name: "flights") { quality { score } } }',
        limits=Limits(seconds=-1.0),
    )
    assert codes(found) == ["TIMED_OUT"]
    assert not [one for one in statements() if "quality" in one.split("FROM")[-1]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_the_examples_of_the_page_are_within_the_limits(made, example):
    query = example.query.replace("delays", "table_ah")
    assert codes(execute(made.store, query)) == []


def test_the_large_ordinary_query_is_within_the_limits(made):
    found = made.ask(
        """{ sources(first: 200) { totalCount nodes { id name uri format rowCount
            quality { score } upstream { name }
            schema { fingerprint fields {
                name type nullable profile { nullCount min max } } } } } }"""
    )
    assert found["sources"]["totalCount"] == len(found["sources"]["nodes"])


@pytest.mark.parametrize("levels", [100, 200, 400, 900])
@pytest.mark.parametrize("kind", ["fields", "fragments", "inline"])
def test_no_depth_breaks_the_service(made, levels, kind):
    query = {
        "fields": nested(levels),
        "inline": "{ " + "... { " * levels + "id" + " }" * levels + " }",
        "fragments": "{ ...f0 } "
        + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(levels))
        + f" fragment f{levels} on Query {{ id }}",
    }[kind]
    found = execute(made.store, query)
    assert "data" not in found
    assert set(codes(found)) <= {
        "LIMIT_EXCEEDED",
        "GRAPHQL_PARSE_FAILED",
        "GRAPHQL_VALIDATION_FAILED",
    }
