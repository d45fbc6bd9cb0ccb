"""GraphQL over HTTP: methods, media types, status codes, and who may ask."""

from __future__ import annotations

import json

import pytest

from tests.service.made_catalog import codes

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
TYPENAME = {"query": "{ __typename }"}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.1, {GRAPHQL};q=0.2", GRAPHQL),
        (f"text/html, {GRAPHQL}; charset=utf-8", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
        (GRAPHQL.upper(), GRAPHQL),
    ],
)
def test_the_answer_has_the_media_type_that_is_accepted(served, accept, answered):
    request = served.http.build_request("POST", "/graphql", json=TYPENAME)
    del request.headers["accept"]
    if accept:
        request.headers["accept"] = accept
    found = served.http.send(request)
    assert found.status_code == 200
    assert found.headers["content-type"] == f"{answered}; charset=utf-8"
    assert found.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*", "nonsense"])
def test_an_answer_that_nobody_accepts_is_refused(served, accept):
    found = served.post("{ __typename }", accept=accept)
    assert found.status_code == 406


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        ("{", JSON, 400),
        ("", JSON, 400),
        ("[]", JSON, 400),
        ("[" + json.dumps(TYPENAME) + "]", JSON, 400),
        ("null", JSON, 400),
        ("{}", JSON, 400),
        ('{"query": null}', JSON, 400),
        ('{"query": 1}', JSON, 400),
        ('{"query": "{__typename}", "variables": 1}', JSON, 400),
        ('{"query": "{__typename}", "variables": []}', JSON, 400),
        ('{"query": "{__typename}", "operationName": 1}', JSON, 400),
        ('{"query": "{__typename}", "extensions": 1}', JSON, 400),
        ('{"query": "{__typename}", "extensions": {"a": 1}}', JSON, 200),
        ('{"query": "{__typename}"}', "text/plain", 415),
        ('{"query": "{__typename}"}', "application/x-www-form-urlencoded", 415),
        ('{"query": "{__typename}"}', "application/graphql", 415),
        ('{"query": "{__typename}"}', "application/json; charset=latin-1", 415),
        ('{"query": "{__typename}"}', "application/json; charset=UTF-8", 200),
        ("{__typename}", "multipart/form-data; boundary=x", 415),
        (b'{"query": "\xff"}', JSON, 400),
        ('{"query": "{__typename}", "x": "' + "y" * 1_100_000 + '"}', JSON, 413),
        ("[" * 100_000, JSON, 400),
    ],
)
def test_posts_that_are_none_of_graphql_are_refused(served, body, media, status):
    found = served.http.post("/graphql", content=body, headers={"content-type": media})
    assert found.status_code == status
    assert ("errors" in found.json()) is (status != 200)


@pytest.mark.parametrize(
    ("query", "code", "legacy"),
    [("{", 400, 200), ("{ nothing }", 400, 200), ("{ source { id } }", 200, 200)],
)
def test_status_codes_follow_the_media_type(served, query, code, legacy):
    assert served.post(query, accept=GRAPHQL).status_code == code
    assert served.post(query, accept=JSON).status_code == legacy


def test_queries_by_get(served):
    asked = {
        "query": "query a($n: PageSize) { sources(first: $n) { nodes { id } } } "
        "query b { __typename }",
        "variables": '{"n": 2}',
        "operationName": "a",
    }
    found = served.http.get("/graphql", params=asked)
    assert found.status_code == 200
    assert len(found.json()["data"]["sources"]["nodes"]) == 2
    assert served.http.get("/graphql", params={**asked, "variables": "{"}).status_code == 400
    assert served.http.get("/graphql", params={**asked, "variables": "[]"}).status_code == 400


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
def test_nothing_is_changed_by_get(served, accept):
    query = 'mutation { annotateSource(input: {id: "x"}) { errors { code } } }'
    found = served.http.get("/graphql", params={"query": query}, headers={"accept": accept})
    assert found.status_code == 405
    assert found.headers["allow"] == "POST"
    assert "data" not in found.json()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(served, method):
    found = served.http.request(method, "/graphql", json=TYPENAME)
    assert found.status_code == 405
    assert found.headers["allow"] == "GET, POST"
    assert not [name for name in found.headers if name.startswith("access-control")]


def test_a_person_is_led_to_the_page(served):
    found = served.http.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert found.status_code == 303
    assert found.headers["location"] == "/explore"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
@pytest.mark.parametrize("path", ["/", "/graphql?query={__typename}", "/api/v1/rows/flights"])
def test_other_host_names_are_not_answered(served, host, path):
    found = served.http.get(path, headers={"host": host})
    assert found.status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8400", "127.0.0.1", "[::1]:8400"])
def test_the_loopback_by_any_name_is_answered(served, host):
    assert served.http.get("/healthz", headers={"host": host}).json() == {"status": "ok"}


def test_not_finite_and_huge_values_are_json(served):
    from catalog.graphql.http import encoded

    assert json.loads(encoded({"x": float("nan"), "y": float("inf")})) == {"x": None, "y": None}
    assert json.loads(encoded({"x": 1 << 70})) == {"x": 1 << 70}
    assert json.loads(encoded({"x": "\ud800", "y": float("nan")})) == {"x": "\ud800", "y": None}


def test_lone_surrogates_in_a_request_fail_softly(served):
    query = b"query($t: String) { sources(text: $t) { totalCount } }"
    body = b'{"query": "' + query + b'", "variables": {"t": "\\ud800"}}'
    found = served.http.post("/graphql", content=body, headers={"content-type": JSON})
    assert found.status_code == 400
    assert codes(found) == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    "path", ["/", "/graphql?query={x}", "/nothing", "/static/headwater.css", "/healthz"]
)
def test_every_answer_has_the_guarding_headers(served, path):
    headers = served.http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_a_fault_in_answering_is_told_in_graphql_and_masked(made, monkeypatch):
    from catalog.graphql import execution
    from tests.service.made_catalog import serving

    def broken(*_rest):
        raise RuntimeError("hunter2")

    with serving(made.store) as service:
        monkeypatch.setattr(execution, "check_reach", broken)
        found = service.post("{ faulty: catalog { version } }", accept=GRAPHQL)
    assert found.status_code == 500
    assert found.headers["content-type"].startswith(GRAPHQL)
    assert codes(found) == ["INTERNAL_SERVER_ERROR"]
    assert "hunter2" not in found.text


def test_many_callers_at_once_are_all_answered(served):
    from concurrent.futures import ThreadPoolExecutor

    query = "{ sources(first: 20) { totalCount nodes { name schema { fields { name } } } } }"
    expected = served.post(query).json()
    assert "errors" not in expected
    with ThreadPoolExecutor(24) as callers:
        answers = list(callers.map(lambda _: served.post(query).json(), range(96)))
    assert all(found == expected for found in answers)
