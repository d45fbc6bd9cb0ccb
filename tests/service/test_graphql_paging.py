"""Keyset pages: every item once, in order; cursors and sizes that are none are refused early."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.graphql.execution import execute
from catalog.graphql.scalars import Position
from schema.errors import InvalidInput
from tests.service.made_catalog import MANY, codes

CONNECTIONS = {
    "sources": "sources(first: $first, after: $after)",
    "sources by rows": "sources(first: $first, after: $after, orderBy: ROWS)",
    "sources by text": 'sources(first: $first, after: $after, text: "table")',
    "runs": "runs(first: $first, after: $after)",
}


@pytest.mark.parametrize("field", CONNECTIONS.values(), ids=CONNECTIONS)
@pytest.mark.parametrize("first", [7, 200])
def test_pages_put_together_are_the_whole(made, field, first):
    query = """query($first: PageSize, $after: Cursor) { page: FIELD {
        totalCount nodes { id } edges { cursor }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }""".replace(
        "FIELD", field
    )
    found, after = [], None
    while True:
        page = made.ask(query, first=first, after=after)["page"]
        info = page["pageInfo"]
        assert len(page["nodes"]) <= first
        assert info["hasPreviousPage"] is (after is not None)
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        found += [node["id"] for node in page["nodes"]]
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
    assert len(found) == len(set(found)) == page["totalCount"]
    assert len(found) >= MANY


def test_an_edge_cursor_goes_on_after_that_edge(made):
    query = """query($after: Cursor) { sources(first: 5, after: $after) {
        edges { cursor node { id } } } }"""
    whole = made.ask(query)["sources"]["edges"]
    rest = made.ask(query, after=whole[1]["cursor"])["sources"]["edges"]
    assert [edge["node"] for edge in rest[:3]] == [edge["node"] for edge in whole[2:]]


GARBAGE = ["", "x", "%%%", "ü", "c291cmNlcw", "OjE", "AAAA====", "0" * 5000, "[object Object]"]


@pytest.mark.parametrize("text", GARBAGE)
def test_text_that_is_no_cursor_is_refused_before_anything_is_executed(made, statements, text):
    query = "query($after: Cursor) { sources(after: $after) { nodes { id } } }"
    statements()
    found = execute(made.store, query, {"after": text})
    assert "data" not in found
    assert codes(found) == ["BAD_USER_INPUT"]
    assert statements() == []


def test_a_literal_that_is_no_cursor_is_refused_by_validation(made):
    for literal in ('"nonsense"', "12", "true"):
        found = execute(made.store, f"{{ sources(after: {literal}) {{ nodes {{ id }} }} }}")
        assert codes(found) == ["GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize(
    "cursor",
    [
        Position("runs", "1"),
        Position("sources", "garbage"),
        Position("sources", "W10"),
        Position("sources", "1:'); DROP TABLE sources; --"),
        Position("sources", base64.urlsafe_b64encode(b'["NAME","x"]').decode()),
        Position("sources", base64.urlsafe_b64encode(b"[null,null,null]").decode()),
    ],
)
def test_a_cursor_of_something_else_is_told_as_input(made, cursor):
    query = "query($after: Cursor) { sources(after: $after) { nodes { id } } }"
    found = execute(made.store, query, {"after": cursor.encode()})
    assert codes(found) == ["INVALID_INPUT"]


@pytest.mark.parametrize("key", ["x", "-1", "1.5", "9" * 30, "١"])
def test_a_cursor_with_a_wrong_number_is_told_as_input(made, key):
    query = "query($after: Cursor) { runs(after: $after) { nodes { id } } }"
    found = execute(made.store, query, {"after": Position("runs", key).encode()})
    assert codes(found) in (["INVALID_INPUT"], [])


@pytest.mark.parametrize("size", [0, -1, 201, 5000, 1.5, "7", True, None, [3], 10**30])
def test_sizes_out_of_range_are_refused(made, size):
    query = "query($first: PageSize!) { sources(first: $first) { nodes { id } } }"
    found = execute(made.store, query, {"first": size})
    assert codes(found) == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("size", ["0", "-1", "201", "5000", "1.5", '"7"', "true"])
def test_literal_sizes_out_of_range_are_refused(made, size):
    found = execute(made.store, f"{{ sources(first: {size}) {{ nodes {{ id }} }} }}")
    assert codes(found) == ["GRAPHQL_VALIDATION_FAILED"]


@given(st.from_regex(r"[a-z_]{1,20}", fullmatch=True), st.text(min_size=1))
def test_a_position_is_what_it_was_encoded_from(kind, key):
    try:
        encoded = Position(kind, key).encode()
    except UnicodeEncodeError:
        return  # lone surrogates are in no key
    assert Position.decode(encoded) == Position(kind, key)


@given(st.text(), st.sampled_from(["sources", "runs"]))
def test_any_text_is_a_position_or_invalid_input(text, kind):
    try:
        found = Position.decode(text)
        found.number(kind)
    except InvalidInput:
        return
    assert found.kind == kind
