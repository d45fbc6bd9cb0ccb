"""What queries answer, over a catalog that was really crawled."""

from __future__ import annotations

import pytest

from catalog.graphql.execution import execute
from catalog.model import global_id
from tests.service.made_catalog import HOSTILE_COLUMNS, MANY, MARKUP, codes

FLIGHTS = """{ source(name: "flights") { %s } }"""


def flights(made, fields: str):
    return made.ask(FLIGHTS % fields)["source"]


def test_the_query_that_closes_the_loop(made):
    found = made.ask(
        """{ source(name: "table_ah") {
            upstream { name } schema { fields { name type } } quality { score }
            connector(target: PYSPARK) { code target language filename fingerprint }
        } }"""
    )["source"]
    assert {one["name"].rsplit("/", 1)[-1] for one in found["upstream"]} == {"flights", "up_7"}
    assert [field["name"] for field in found["schema"]["fields"]] == ["key", "label", "measure"]
    assert 0 <= found["quality"]["score"] <= 100
    assert "def read(" in found["connector"]["code"]
    compile(found["connector"]["code"], "connector", "exec")


def test_a_source_is_found_by_id_uri_and_name(made):
    by_name = made.ask('{ source(name: "flights") { id uri } }')["source"]
    by_id = made.ask("query($id: ID) { source(id: $id) { uri } }", id=by_name["id"])["source"]
    by_uri = made.ask("query($u: String) { source(uri: $u) { id } }", u=by_name["uri"])["source"]
    assert by_id["uri"] == by_name["uri"]
    assert by_uri["id"] == by_name["id"]


@pytest.mark.parametrize("arguments", ["", 'id: "x", name: "flights"'])
def test_a_source_takes_exactly_one_way_to_name_it(made, arguments):
    found = execute(made.store, f"{{ source{f'({arguments})' if arguments else ''} {{ id }} }}")
    assert found["data"] == {"source": None}
    assert codes(found) == ["INVALID_INPUT"]


def test_a_source_that_is_not_there_is_null_with_a_reason(made):
    found = execute(made.store, '{ source(name: "fligths") { id } catalog { version } }')
    assert found["data"]["source"] is None
    assert found["data"]["catalog"]["version"]
    assert codes(found) == ["NOT_FOUND"]
    assert found["errors"][0]["path"] == ["source"]


def test_figures_of_columns_are_those_of_the_data(made):
    found = flights(
        made,
        """rowCount schema { fieldCount fields { name type nullable key semanticType { name }
           profile { count nullCount distinctCount distinctError min max mean
                     topValues { value count } histogram { low high count } } } }
           profile { rowCount rowsSeen byteCount computedAt columns { name } }""",
    )
    assert found["rowCount"] == found["profile"]["rowCount"] == 168
    fields = {field["name"]: field for field in found["schema"]["fields"]}
    assert set(fields) == {"day", "carrier", "dep_delay", "distance", "year", "month"}
    assert fields["carrier"]["profile"]["distinctCount"] == 3
    assert fields["carrier"]["profile"]["min"] == "AA"
    assert (
        fields["distance"]["profile"]["nullCount"] + fields["carrier"]["profile"]["nullCount"] == 6
    )
    assert {one["value"] for one in fields["carrier"]["profile"]["topValues"]} == {"UA", "DL", "AA"}
    assert [one["name"] for one in found["profile"]["columns"]] == list(fields)


def test_fields_can_be_narrowed_by_name(made):
    found = flights(made, 'schema { fields(nameContains: "DELAY") { name } }')
    assert found["schema"]["fields"] == [{"name": "dep_delay"}]


def test_search_tells_totals_facets_and_why(made):
    found = made.ask(
        """{ sources(text: "carrier", first: 5) {
            totalCount facets { name values { value count } }
            nodes { label }
            edges { score matchedFields highlights { field pieces { text matched } } cursor
                    node { label } }
        } }"""
    )["sources"]
    labels = [edge["node"]["label"] for edge in found["edges"]]
    assert "flights" in labels
    assert [node["label"] for node in found["nodes"]] == labels
    assert found["totalCount"] >= 1
    assert {"csv"} <= {
        value["value"]
        for facet in found["facets"]
        if facet["name"] == "format"
        for value in facet["values"]
    }
    assert all(edge["matchedFields"] for edge in found["edges"])
    for edge in found["edges"]:
        assert {one["field"] for one in edge["highlights"]} <= set(edge["matchedFields"])
        assert all(any(p["matched"] for p in one["pieces"]) for one in edge["highlights"])


def test_filters_narrow(made):
    query = "query($f: SourceFilter) { sources(filter: $f) { totalCount nodes { label tags } } }"
    assert made.ask(query, f={"tag": "gold"})["sources"]["nodes"] == [
        {"label": "flights", "tags": sorted([MARKUP, "gold"])}
    ]
    assert made.ask(query, f={"column": "measure"})["sources"]["totalCount"] == MANY
    assert made.ask(query, f={"format": "parquet"})["sources"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("where", "labels"),
    [
        ({"tag": "gold", "not": {"format": "parquet"}}, {"flights"}),
        ({"and": [{"column": "measure"}, {"column": "key"}, {"not": {"tag": "gold"}}]}, MANY),
        ({"or": [{"tag": "gold"}, {"status": "FAILED"}]}, {"flights", "empty"}),
        ({"or": []}, set()),
        ({"and": []}, None),
        ({"not": {"or": [{"format": "csv"}, {"status": "FAILED"}]}}, "stubs"),
        ({"not": {"not": {"tag": "gold"}}}, {"flights"}),
        ({"not": {"owner": "nobody"}}, None),
        ({"not": {"minQuality": 0}}, "unjudged"),
        ({"status": "GONE"}, set()),
    ],
)
def test_filters_are_joined_by_and_or_not(made, where, labels):
    query = """query($f: SourceFilter) { sources(filter: $f, first: 200) {
        totalCount nodes { label format status quality { score } } } }"""
    found = made.ask(query, f=where)["sources"]
    nodes = found["nodes"]
    assert found["totalCount"] == len(nodes)
    whole = made.ask(query, f={})["sources"]
    if labels is None:
        assert found == whole
    elif labels == "stubs":
        assert nodes == [
            one for one in whole["nodes"] if one["format"] is None and one["status"] != "FAILED"
        ]
        assert nodes
    elif labels == "unjudged":
        assert nodes == [one for one in whole["nodes"] if one["quality"] is None]
        assert nodes
    elif isinstance(labels, int):
        assert len(nodes) == labels
    else:
        assert {node["label"] for node in nodes} == labels


def test_a_filter_has_bounds(made):
    query = "query($f: SourceFilter) { sources(filter: $f) { totalCount } }"
    deep = {"tag": "x"}
    for _ in range(9):
        deep = {"not": deep}
    for where in (deep, {"or": [{"tag": "x"}] * 100}, {"and": [{"minQuality": 101}]}):
        assert codes(execute(made.store, query, {"f": where})) == ["INVALID_INPUT"]


def test_a_filter_in_a_tower_of_variables_is_refused(made):
    query = "query($f: SourceFilter) { sources(filter: $f) { totalCount } }"
    tower = {"tag": "x"}
    for _ in range(5000):
        tower = {"not": tower}
    assert codes(execute(made.store, query, {"f": tower})) == ["BAD_USER_INPUT"]


def test_a_run_tells_with_what_it_ran(made):
    query = """{ runs(first: 200) { nodes { pipeline details { parameters { name value }
        environment { name value } tuning { setting value reason } cost { name value }
        inputs { name version source { label } } outputs { name } } } } }"""
    runs = {run["pipeline"]: run["details"] for run in made.ask(query)["runs"]["nodes"]}
    assert runs["make_3"] == {
        "parameters": [{"name": "minimum", "value": 3}],
        "environment": [{"name": "spark", "value": "3.5"}],
        "tuning": [{"setting": "broadcast", "value": "flights", "reason": "it is small"}],
        "cost": [{"name": "rows", "value": 5.0}],
        "inputs": [{"name": "flights", "version": 1, "source": {"label": "flights"}}],
        "outputs": [],
    }
    assert runs["first"]["environment"] == []


def test_order_by_rows(made):
    found = made.ask("{ sources(orderBy: ROWS, first: 3) { nodes { rowCount } } }")["sources"]
    counts = [node["rowCount"] for node in found["nodes"]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == 168


def test_nodes_come_in_the_order_asked_with_null_where_there_is_none(made):
    flight, table = made.id("flights"), made.id("table_ad")
    version = flights(made, "version { id } ")["version"]["id"]
    run = made.ask("{ runs(first: 1) { nodes { id } } }")["runs"]["nodes"][0]["id"]
    ids = [table, "garbage", version, global_id("Source", 10**6), run, flight, "", "YTox"]
    found = made.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } node(id: $one) { id } }".replace(
            "$ids: [ID!]!", "$ids: [ID!]!, $one: ID!"
        ),
        ids=ids,
        one=flight,
    )
    assert [one and one["__typename"] for one in found["nodes"]] == [
        "Source", None, "Version", None, "Run", "Source", None, None,
    ]  # fmt: skip
    assert [one and one["id"] for one in found["nodes"] if one] == [table, version, run, flight]
    assert found["node"] == {"id": flight}


def test_lineage_goes_up_and_down_as_far_as_asked(made):
    query = """query($d: Int) { source(name: "table_ah") {
        upstream(depth: $d) { label } lineage(depth: $d) {
            nodes { label } edges { from to upstream { id } downstream { id }
                run { pipeline state inputs { label } outputs { label } }
                fields { field inputs { field kind } } } } } }"""
    one = made.ask(query, d=1)["source"]
    two = made.ask(query, d=2)["source"]
    assert {near["label"] for near in one["upstream"]} == {"flights", "up_7"}
    assert {near["label"] for near in two["upstream"]} == {"flights", "up_7", "base"}
    edges = one["lineage"]["edges"]
    assert all(edge["from"] == edge["upstream"]["id"] for edge in edges)
    assert all(edge["to"] == edge["downstream"]["id"] == made.id("table_ah") for edge in edges)
    assert {edge["run"]["pipeline"] for edge in edges} == {"make_7"}
    assert [edge["fields"] for edge in edges if edge["from"] == made.id("flights")] == [
        [{"field": "label", "inputs": [{"field": "carrier", "kind": "IDENTITY"}]}]
    ]
    down = made.ask('{ source(name: "base") { downstream(depth: 99) { id } } }')["source"]
    assert len(down["downstream"]) == 2 * MANY


def test_runs_are_newest_first_and_tell_what_they_did(made):
    found = made.ask("""{ runs(first: 1) { totalCount nodes { pipeline state error uuid } } }""")[
        "runs"
    ]
    assert found["totalCount"] == 2 * MANY + 1
    assert found["nodes"][0]["state"] == "FAIL"
    by_uuid = made.ask(
        "query($u: ID!) { run(id: $u) { pipeline parameters metrics startedAt endedAt } }",
        u="00000000-0000-4000-8000-000000000007",
    )["run"]
    assert by_uuid["pipeline"] == "make_7"
    assert by_uuid["parameters"] == {"minimum": 7}
    assert by_uuid["metrics"] == {"rows": 5}
    assert by_uuid["startedAt"].endswith("Z")


def test_quality_tells_each_expectation(made):
    found = flights(
        made,
        """quality { score grade success engine checkedAt
           results { expectation field success observed unexpectedCount arguments reason dimension }
           failed: results(failed: true) { success } history(first: 3) { score } }""",
    )["quality"]
    assert found["engine"] == "summary"
    assert found["results"]
    assert all(result["reason"] and result["dimension"] for result in found["results"])
    assert len(found["failed"]) == sum(not result["success"] for result in found["results"])
    assert found["history"][0]["score"] == found["score"]


def test_a_sample_is_the_first_rows(made):
    found = flights(made, "sample(first: 2) { columns rows rowCount masked }")["sample"]
    assert found["columns"] == ["day", "carrier", "dep_delay", "distance", "year", "month"]
    assert found["rowCount"] == 2
    assert [row[1] for row in found["rows"]] == ["UA", "DL"]
    assert found["masked"] == []


def test_a_source_that_cannot_be_read_has_findings_and_no_schema(made):
    found = made.ask(
        """{ source(name: "empty") { status format findings { code message place severity }
             schema { fingerprint } profile { rowCount } version { number }
             evidence { choice } } }"""
    )["source"]
    assert found["status"] == "FAILED"
    assert found["findings"]
    assert found["schema"] is found["profile"] is found["version"] is None
    broken = execute(made.store, '{ source(name: "empty") { connector(target: ARROW) { code } } }')
    assert broken["data"] == {"source": {"connector": None}}
    assert codes(broken) == ["NOT_FOUND"]


def test_hostile_names_pass_unharmed(made):
    found = made.ask(
        """{ sources(filter: {column: "it's"}) { nodes { name schema { fields { name } } } } }"""
    )["sources"]["nodes"]
    assert [field["name"] for field in found[0]["schema"]["fields"]] == list(HOSTILE_COLUMNS)
    assert found[0]["name"].endswith("/<img src=x onerror=alert(1)>.csv")


def test_versions_and_diff(fresh):
    from catalog.crawl import crawl
    from connectors.model import Limits

    (fresh.folder / "birds.csv").write_text("species,count,seen\nwren,3,2024-01-01\n")
    list(crawl([str(fresh.folder)], fresh.store, Limits()))
    found = fresh.ask(
        """{ source(name: "birds") {
            versions { totalCount nodes { number id source { label } } }
            diff { compatibility from { number } to { number } changes {
                kind field before after breaking } }
        } }"""
    )["source"]
    assert found["versions"]["totalCount"] == 2
    assert [one["number"] for one in found["versions"]["nodes"]] == [2, 1]
    assert found["versions"]["nodes"][0]["source"] == {"label": "birds"}
    assert found["diff"]["from"]["number"] == 1
    assert found["diff"]["to"]["number"] == 2
    assert [(one["kind"], one["field"]) for one in found["diff"]["changes"]] == [("ADDED", "seen")]
    newest = found["versions"]["nodes"][0]["id"]
    same = fresh.ask(
        'query($v: ID) { source(name: "birds") { diff(from: $v, to: $v) { changes { kind } } } }',
        v=newest,
    )
    assert same["source"]["diff"]["changes"] == []


def test_a_diff_refuses_versions_of_another_source(made):
    other = made.ask('{ source(name: "table_ab") { version { id } } }')["source"]["version"]["id"]
    query = 'query($v: ID) { source(name: "flights") { diff(from: $v) { compatibility } } }'
    found = execute(made.store, query, {"v": other})
    assert codes(found) == ["INVALID_INPUT"]


def test_the_catalog_tells_what_it_holds(made):
    found = made.ask("{ catalog { version targets counts { sources versions runs } } }")["catalog"]
    assert {"ARROW", "PYSPARK"} <= set(found["targets"])
    assert found["counts"]["sources"] == 2 * MANY + 4
    assert found["counts"]["runs"] == 2 * MANY + 1


def test_joins_of_a_source(made):
    found = made.ask(
        """{ source(name: "table_aa") {
            joins(field: "label", first: 3) {
                field otherField kind cardinality score containment reverseContainment jaccard
                reasons source { label joins(first: 1) { field } }
            }
            unions(first: 2) { share fields { field otherField } source { label } }
            additions { columns join { otherField } }
        } }"""
    )["source"]
    assert len(found["joins"]) == 3
    first = found["joins"][0]
    assert (first["field"], first["otherField"], first["containment"]) == ("label", "label", 1.0)
    assert first["cardinality"] == "ONE_TO_ONE"
    assert first["source"]["joins"][0]["field"] in {"key", "label", "measure"}
    assert [one["share"] for one in found["unions"]] == [1.0, 1.0]
    assert found["unions"][0]["fields"][0] == {"field": "key", "otherField": "key"}
    assert found["additions"] == []
