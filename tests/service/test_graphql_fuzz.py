"""Whatever is asked of a running service, it answers: never with a 5xx, never with its inside."""

from __future__ import annotations

import os
from urllib.parse import quote

import orjson
from graphql import print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

from catalog.graphql.schema import schema

SCALARS = {
    "Long": st.integers(-(2**70), 2**70).map(nodes.Int),
    "PageSize": st.integers(-1, 300).map(nodes.Int),
    "Cursor": st.one_of(st.text(max_size=12), st.just("c291cmNlczp4")).map(nodes.String),
    "DateTime": st.text(max_size=25).map(nodes.String),
    "Value": st.integers().map(nodes.Int),
}
VARIED = (
    """query($f: SourceFilter, $a: Cursor, $n: PageSize) {
        sources(filter: $f, after: $a, first: $n) { totalCount nodes { id } } }""",
    "query($i: [ID!]!) { nodes(ids: $i) { id } }",
)
SCHEMA = print_schema(schema())
EXAMPLES = int(os.environ.get("HEADWATER_EXAMPLES", "40"))
INSIDE = ("Traceback", "site-packages", "sqlalchemy", "sqlite3", "psycopg", "object at 0x", ".py")
LENIENT = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)


def unharmed(answer):
    assert answer.status_code < 500, answer.text
    body = orjson.loads(answer.content)
    for error in body.get("errors", ()):
        assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR", error
        assert not [word for word in INSIDE if word in error["message"]], error


@LENIENT
@given(query=queries(SCHEMA, custom_scalars=SCALARS))
def test_random_queries_harm_nothing(served, query):
    unharmed(served.post(query))


@LENIENT
@given(query=mutations(SCHEMA, custom_scalars=SCALARS))
def test_random_mutations_harm_nothing(served, query):
    unharmed(served.post(query))


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner)),
    max_leaves=5,
)
asked = st.fixed_dictionaries(
    {},
    optional={
        "query": st.one_of(
            anything,
            st.sampled_from(VARIED),
        ),
        "variables": st.one_of(
            anything,
            st.fixed_dictionaries({}, optional=dict.fromkeys(("f", "a", "n", "i"), anything)),
        ),
        "operationName": anything,
        "extensions": anything,
        "documentId": anything,
    },
)


@LENIENT
@given(body=st.one_of(asked, anything))
def test_random_bodies_harm_nothing(served, body):
    try:
        sent = orjson.dumps(body)
    except TypeError:
        return  # numbers and texts that JSON has not
    unharmed(
        served.http.post("/graphql", content=sent, headers={"content-type": "application/json"})
    )


PATHS = ("/", "/runs", "/explore", "/sources/{id}", "/sources/{id}/{tab}", "/api/v1/rows/{id}")
TABS = ("columns", "sample", "quality", "lineage", "versions", "connect", "runs", "findings", "x")
NAMES = ("q", "format", "tag", "after", "order", "limit", "columns", "query", "variables", "from")


@LENIENT
@given(
    path=st.sampled_from(PATHS),
    tab=st.sampled_from(TABS),
    known=st.booleans(),
    name=st.text(st.characters(codec="utf-8", exclude_characters="/?#\\"), min_size=1, max_size=9),
    parameters=st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(codec="utf-8"))),
)
def test_random_addresses_harm_nothing(served, made, path, tab, known, name, parameters):
    one = made.id("flights") if known else name
    answer = served.http.get(path.format(id=quote(one, safe=""), tab=tab), params=parameters)
    assert answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text
