"""One statement a kind, whatever the size of the page."""

from __future__ import annotations

import pytest

from tests.service.made_catalog import table

FIELDS = {
    "row": "id name format rowCount tags status findings { code }",
    "schema": "schema { fingerprint fields { name type nullable profile { nullCount } } }",
    "quality": "quality { score results { success } }",
    "upstream": "upstream { name quality { score } schema { fingerprint } }",
    "upstream twice": "upstream { upstream { name schema { fingerprint } } }",
    "lineage": "lineage(depth: 2) { nodes { name } edges { upstream { name } fields { field } } }",
    "versions": "versions(first: 3) { totalCount nodes { number schema { fingerprint } } }",
    "diff": "diff { changes { field } }",
    "history": "quality { history(first: 4) { score } }",
    "runs": "runs(first: 2) { nodes { pipeline inputs { name } details { cost { name } } } }",
    "runs of edges": "lineage(depth: 2) { edges { run { pipeline inputs { name } } } }",
    "terms": "terms { field } context { value }",
    "connector": "connector(target: ARROW) { filename code }",
    "sample": "sample(first: 1) { columns rows masked }",
    "expectations": "quality { success results { expectation field observed } }",
    "joins": "joins(first: 3) { field otherField source { name tags } }",
    "joins of one field": 'joins(field: "key") { kind score source { name } }',
    "unions": "unions { share fields { field } source { name schema { fingerprint } } }",
    "additions": "additions { columns join { field source { name } } }",
    "all": """schema { fields { name } } profile { rowCount } quality { score } evidence { value }
        version { number } upstream(depth: 3) { name quality { score } } downstream { name }""",
}


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_fifty_sources_take_as_many_statements_as_one(made, statements, fields):
    query = """query($first: PageSize) { sources(first: $first, filter: {column: "measure"}) {
        nodes { FIELDS } } }""".replace("FIELDS", fields)
    counts = []
    for first in (1, 50):
        statements()
        found = made.ask(query, first=first)["sources"]["nodes"]
        counts.append(len(statements()))
        assert len(found) == first
    assert counts[1] <= counts[0]  # of one, the sources that it names are not there already


def test_nodes_are_loaded_together(made, statements):
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Source { name quality { score } } } }"
    counts = []
    for many in (1, 50):
        ids = [made.id(table(number)) for number in range(many)]
        statements()
        made.ask(query, ids=ids)
        counts.append(len(statements()))
    assert counts == [2, 2]


def test_what_nobody_asked_for_is_not_loaded(made, statements):
    statements()
    made.ask("{ sources(first: 50) { nodes { id name } } }")
    plain = len(statements())
    made.ask("{ sources(first: 50) { nodes { id name schema { fingerprint } } } }")
    assert len(statements()) == plain + 1


def test_sources_of_very_many_entries_are_asked_for_one_by_one(made, monkeypatch):
    """So that a page of them does not fill the memory."""
    query = '{ source(name: "flights") { sample(first: 1) { columns rows } } }'
    before = made.ask(query)
    monkeypatch.setattr("catalog.store.newest.MOST_ENTRIES", 1)  # it has two
    assert made.store.newest.entries([made.store.source("flights").pk]) == {}
    assert made.ask(query) == before


def test_schemas_without_figures_are_read_without_them(made, statements):
    plain = "{ sources(first: 9) { nodes { schema { fingerprint fields { name } } } } }"
    statements()
    found = made.ask(plain)["sources"]["nodes"]
    *_, last = statements()
    assert "v.schema" in last
    assert "profile" not in last
    whole = plain.replace("{ name }", "{ name profile { count } }")
    with_figures = made.ask(whole)["sources"]["nodes"]
    assert "profile" in statements()[-1]
    assert [one["schema"] and one["schema"]["fingerprint"] for one in with_figures] == [
        one["schema"] and one["schema"]["fingerprint"] for one in found
    ]
    made.ask("{ sources(first: 9) { nodes { profile { rowCount } schema { fingerprint } } } }")
    assert sum("schema" in one for one in statements()) == 1  # what is there already serves
