"""Production settings: what scanners of GraphQL services look for is not there, and persisted
documents are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from catalog.graphql.documents import MOST_KEPT, Documents, PersistedQueryNotFound
from catalog.server import Service
from catalog.store import Store
from schema.errors import InvalidInput
from tests.project.console import blocks
from tests.service.guarded_catalog import Guarded, fill
from tests.service.made_catalog import codes, serving

ROOT = Path(__file__).parents[2]
COUNTS = "{ catalog { counts { sources } } }"
GRAPHQL = "application/graphql-response+json"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("production") / "data"
    folder.mkdir()
    with Store.open(f"sqlite:///{folder.parent / 'catalog.db'}") as store:
        secrets = fill(store, folder)
        with serving(store, Service(auth=True, production=True)) as served:
            served.http.headers["authorization"] = f"Bearer {secrets['admin']}"
            yield Guarded(served, store, folder, secrets)


# What graphql-cop (https://github.com/dolevf/graphql-cop) looks for, asked by who may do all.


def posted(guarded: Guarded, body: object, **headers: str) -> httpx.Response:
    return guarded.served.http.post("/graphql", json=body, headers=headers)


def answered(found: httpx.Response) -> bool:
    """Whether anything was executed."""
    body = found.json()
    return isinstance(body, dict) and body.get("data") is not None


def test_alias_overloading(guarded: Guarded) -> None:
    query = "query cop { " + " ".join(f"alias{n}:__typename" for n in range(101)) + " }"
    assert not answered(posted(guarded, {"query": query}))


def test_batches(guarded: Guarded) -> None:
    found = posted(guarded, [{"query": "query cop { __typename }"}] * 10)
    assert found.status_code == 400
    assert isinstance(found.json(), dict)


def test_directive_overloading(guarded: Guarded) -> None:
    found = posted(guarded, {"query": "query cop { __typename " + "@aa" * 10 + " }"})
    assert len(found.json()["errors"]) < 10


def test_circles_by_introspection(guarded: Guarded) -> None:
    query = (
        "query cop { __schema { types { " + "fields { type { " * 5 + "name" + " } }" * 5 + "} } }"
    )
    assert not answered(posted(guarded, {"query": query}))


def test_circles_of_fragments(guarded: Guarded) -> None:
    query = "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }"
    assert not answered(posted(guarded, {"query": query}))


def test_fields_that_are_repeated(guarded: Guarded) -> None:
    found = posted(guarded, {"query": "query cop { " + "__typename \n" * 500 + "}"})
    assert codes(found) == ["LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    ("query", "secret"),
    [
        ("query cop { sourcse { totalCount } }", "sources"),
        ("query cop { __schema { directive } }", "directives"),
        ("{ sources(orderBy: NAMES) { totalCount } }", "NAME"),
        ("{ sources(frist: 1) { totalCount } }", "first"),
        ("query($o: SourceOrdr) { sources(orderBy: $o) { totalCount } }", "SourceOrder"),
        ("{ sources }", "{ ... }"),
    ],
)
def test_nothing_is_suggested(guarded: Guarded, query: str, secret: str) -> None:
    found = posted(guarded, {"query": query})
    messages = " ".join(error["message"] for error in found.json()["errors"])
    assert messages
    assert "Did you mean" not in messages
    assert f"'{secret}'" not in messages
    assert "?" not in messages


def test_variables_are_not_suggested_either(guarded: Guarded) -> None:
    query = "query($o: SourceOrder) { sources(orderBy: $o) { totalCount } }"
    found = posted(guarded, {"query": query, "variables": {"o": "NAMEE"}})
    assert codes(found) == ["BAD_USER_INPUT"]
    assert "Did you mean" not in found.text


def test_no_page_to_explore(guarded: Guarded) -> None:
    for path in ("/graphiql", "/playground", "/console", "/graphql", "/explore"):
        found = guarded.served.http.get(path, headers={"accept": "text/html"})
        assert found.status_code in (400, 404, 406)
        assert "graphiql" not in found.text.lower()
        assert "playground" not in found.text.lower()
        assert "/explore" not in found.text


@pytest.mark.parametrize(
    "query",
    ["query cop { __schema { types { name } } }", '{ __type(name: "Query") { name } }',
     "{ ...s } fragment s on Query { __schema { queryType { name } } }"],
)  # fmt: skip
def test_no_introspection(guarded: Guarded, query: str) -> None:
    found = posted(guarded, {"query": query})
    assert set(codes(found)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert not answered(found)


@pytest.mark.parametrize("query", ["mutation cop { __typename }", "query cop { __typename }"])
def test_nothing_by_get_without_a_header(guarded: Guarded, query: str) -> None:
    found = guarded.served.http.get("/graphql", params={"query": query})
    assert found.status_code == 400
    with_header = guarded.served.http.get(
        "/graphql", params={"query": query}, headers={"graphql-preflight": "1"}
    )
    assert with_header.status_code == (405 if "mutation" in query else 200)


def test_nothing_by_form(guarded: Guarded) -> None:
    found = guarded.served.http.post("/graphql", data={"query": "query cop { __typename }"})
    assert found.status_code in (403, 415)


@pytest.mark.parametrize("query", ["query cop { __typename }", "qwerty cop { abc }"])
def test_nothing_of_the_inside_is_told(guarded: Guarded, query: str) -> None:
    text = posted(guarded, {"query": query}).text.lower()
    for word in ("tracing", "exception", "stacktrace", "traceback", ".py"):
        assert word not in text


def test_ordinary_queries_are_answered(guarded: Guarded) -> None:
    found = posted(guarded, {"query": COUNTS})
    assert found.json() == {"data": {"catalog": {"counts": {"sources": 2}}}}


def test_development_has_all_of_it(served) -> None:  # type: ignore[no-untyped-def]
    assert "Did you mean" in served.post("{ sourcse { totalCount } }").text
    assert served.post("{ __schema { queryType { name } } }").json()["data"]
    assert served.http.get("/graphql?query={__typename}").status_code == 200
    assert "/explore" in served.http.get("/").text


# Persisted documents.


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def apollo(text: str) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}}


def test_documents_are_kept_by_hash(guarded: Guarded) -> None:
    query = "query kept { catalog { counts { sources } } }"
    first = posted(guarded, apollo(query))
    assert codes(first) == ["PERSISTED_QUERY_NOT_FOUND"]
    assert first.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert posted(guarded, apollo(query), accept=GRAPHQL).status_code == 400
    assert answered(posted(guarded, {"query": query, **apollo(query)}))
    assert answered(posted(guarded, apollo(query)))
    assert answered(posted(guarded, {"documentId": f"sha256:{sha256(query)}"}))
    by_get = guarded.served.http.get(
        "/graphql",
        params={"extensions": json.dumps(apollo(query)["extensions"])},
        headers={"graphql-preflight": "1"},
    )
    assert answered(by_get)
    wrong = posted(guarded, {"query": "{ __typename }", **apollo(query)})
    assert codes(wrong) == ["INVALID_INPUT"]


@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": 7}},
        {"extensions": {"persistedQuery": {"sha256Hash": 7}}},
        {"documentId": 7},
        {"extensions": None},
        {},
    ],
)
def test_what_is_no_hash_is_no_query(guarded: Guarded, body: object) -> None:
    found = posted(guarded, body)
    assert found.status_code == 400
    assert codes(found) == ["BAD_REQUEST"]


def test_only_listed_documents_are_answered(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "counts.graphql").write_text(COUNTS)
    only = Documents.read(tmp_path, only=True)
    with serving(guarded.store, Service(documents=only)) as service:
        assert service.post(COUNTS).json()["data"]
        assert service.http.post("/graphql", json=apollo(COUNTS)).json()["data"]
        other = "{ __typename }"
        assert codes(service.post(other)) == ["DOCUMENT_NOT_ALLOWED"]
        sent = service.http.post("/graphql", json={"query": other, **apollo(other)})
        assert codes(sent) == ["DOCUMENT_NOT_ALLOWED"]
        unknown = service.http.post("/graphql", json=apollo(other))
        assert codes(unknown) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert service.http.get("/explore").status_code == 404


def test_the_example_of_listed_documents_answers_as_shown(guarded: Guarded, tmp_path: Path) -> None:
    page = ROOT / "docs" / "security.md"
    shell = blocks(page, "sh")
    made = next(block for block in shell if "--documents-only" in block)
    text, name = re.findall(r"echo '(.*)' > (.*)", made)[0]
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(f"{text}\n")
    only = Documents.read(tmp_path / "queries", only=True)
    sent = [json.loads(re.findall(r"-d '(.*)'", block)[0]) for block in shell if "curl" in block]
    shown = [json.loads(block) for block in blocks(page, "json")]
    with serving(guarded.store, Service(documents=only)) as service:
        told = [service.http.post("/graphql", json=body).json() for body in sent]
    assert told == shown


def test_documents_of_a_build_have_ids_of_their_own(tmp_path: Path) -> None:
    listed = tmp_path / "persisted.json"
    listed.write_text(json.dumps({"counts-1": COUNTS}))
    documents = Documents.read(listed, only=True)
    assert documents.text({"documentId": "counts-1"}) == COUNTS
    with pytest.raises(PersistedQueryNotFound):
        documents.text({"documentId": "counts-2"})


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"a": 1}', '{"a": "{"}', "\xff"])
def test_lists_that_are_none_are_told(tmp_path: Path, text: str) -> None:
    listed = tmp_path / "persisted.json"
    listed.write_text(text)
    with pytest.raises(InvalidInput, match=r"persisted\.json"):
        Documents.read(listed)
    with pytest.raises(InvalidInput):
        Documents.read(tmp_path / "nothing")


def test_what_callers_send_is_bounded() -> None:
    documents = Documents()
    for number in range(MOST_KEPT + 5):
        text = f"{{ a{number}: __typename }}"
        documents.text({"query": text, "documentId": sha256(text)})
    assert len(documents._sent) == MOST_KEPT
    long = "{ __typename }" + " " * 30_000
    documents.text({"query": long, "documentId": sha256(long)})
    with pytest.raises(PersistedQueryNotFound):
        documents.text({"documentId": sha256(long)})
