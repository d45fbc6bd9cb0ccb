"""Subscriptions over graphql-transport-ws, by a real client: events of this and other processes,
and every close code.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from websockets.sync.client import connect

from catalog.access.callers import Role
from catalog.access.roots import Roots
from catalog.crawl import crawl
from catalog.graphql import socket as protocol
from catalog.graphql.documents import Documents
from catalog.graphql.subscribing import _Operation
from catalog.server import Service
from connectors.model import Limits
from tests.service.made_catalog import Made, Served, serving
from tests.service.socket_client import EVENTS, Client, client


@pytest.fixture
def service(fresh: Made) -> Iterator[Served]:
    with serving(fresh.store, Service(Roots((str(fresh.folder),)))) as served:
        yield served


def test_sources_are_told_as_they_are_found_change_and_go(fresh, service):
    with client(service) as ada, client(service) as bob:
        ada.begin()
        ada.follow()
        bob.begin()
        bob.follow(kinds=["SOURCE_GONE"])
        (fresh.folder / "trees.csv").write_text("species,height\noak,21\n")
        list(crawl([str(fresh.folder)], fresh.store, Limits()))
        found = ada.event()
        assert (found["kind"], found["source"]["label"]) == ("SOURCE_FOUND", "trees")
        assert found["source"]["rowCount"] == 1
        (fresh.folder / "trees.csv").write_text("species,height\noak,21\nelm,17\n,\n")
        list(crawl([str(fresh.folder)], fresh.store, Limits()))
        found = ada.event()
        assert (found["kind"], found["source"]["rowCount"]) == ("SOURCE_CHANGED", 3)
        (fresh.folder / "trees.csv").unlink()
        list(crawl([str(fresh.folder)], fresh.store, Limits()))
        assert ada.event(lambda one: one["kind"] == "SOURCE_GONE")["source"]["label"] == "trees"
        assert bob.event()["kind"] == "SOURCE_GONE"


def test_another_process_is_followed_too(fresh, service):
    (fresh.folder / "bees.csv").write_text("hive,bees\n1,20000\n")
    url = str(fresh.store._database.engine.url)
    with client(service) as ada:
        ada.begin()
        ada.follow(kinds=["SOURCE_FOUND"])
        command = [sys.executable, "-m", "catalog.cli.main", "--catalog", url, "crawl"]
        subprocess.run([*command, str(fresh.folder)], check=True, capture_output=True)
        assert ada.event()["source"]["label"] == "bees"


def test_a_change_of_quality_is_told(fresh, service):
    from dataclasses import replace

    report = fresh.store.quality([fresh.store.source("birds").pk]).popitem()[1]
    with client(service) as ada:
        ada.begin()
        ada.follow(kinds=["QUALITY_CHANGED"])
        fresh.store.record_quality(report)
        fresh.store.record_quality(replace(report, score=12.5))
        found = ada.event()
        assert found["source"] == {"label": "birds", "rowCount": 2, "quality": {"grade": "D"}}


def test_a_job_is_told_from_its_start_to_its_end(fresh, service):
    with client(service) as ada:
        ada.begin()
        ada.follow(kinds=["JOB_PROGRESSED"])
        query = """mutation($uris: [String!]!) { crawl(input: {uris: $uris}) { job { id } } }"""
        ada.say(
            type="subscribe",
            id="2",
            payload={"query": query, "variables": {"uris": [str(fresh.folder)]}},
        )
        told = [ada.hear()]
        while not any(
            one.get("id") == "1"
            and one["payload"]["data"]["catalogEvents"]["job"]["state"] == "DONE"
            for one in told
        ):
            told.append(ada.hear())
        made = next(one for one in told if one["id"] == "2" and one["type"] == "next")
        job = made["payload"]["data"]["crawl"]["job"]["id"]
        events = [one["payload"]["data"]["catalogEvents"] for one in told if one["id"] == "1"]
        assert {one["job"]["id"] for one in events} == {job}
        assert events[-1]["job"] == {"id": job, "state": "DONE", "progress": {"datasets": 1}}


def test_queries_are_answered_and_faults_are_told(service):
    with client(service) as ada:
        ada.begin()
        ada.say(type="subscribe", id="a", payload={"query": "{ catalog { counts { sources } } }"})
        assert ada.hear()["payload"] == {"data": {"catalog": {"counts": {"sources": 1}}}}
        assert ada.hear() == {"type": "complete", "id": "a"}
        for query in ("subscription { nothing }", "{", "subscription { catalogEvents }"):
            ada.say(type="subscribe", id="b", payload={"query": query})
            message = ada.hear()
            assert (message["type"], message["id"]) == ("error", "b")
            assert message["payload"][0]["extensions"]["code"].startswith("GRAPHQL_")
        ada.say(type="subscribe", id="b", payload={"query": EVENTS, "variables": {"kinds": 1}})
        assert ada.hear()["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_what_is_completed_is_told_no_more(fresh, service):
    with client(service) as ada:
        ada.begin()
        ada.follow("1", kinds=["SOURCE_FOUND"])
        ada.follow("2", kinds=["SOURCE_FOUND"])
        ada.say(type="complete", id="1")
        ada.follow("1", kinds=["SOURCE_GONE"])  # the name is free again
        (fresh.folder / "trees.csv").write_text("species\noak\n")
        list(crawl([str(fresh.folder)], fresh.store, Limits()))
        assert ada.hear()["id"] == "2"


def test_subscriptions_are_not_for_http(service):
    answer = service.post("subscription { catalogEvents { kind } }").json()
    assert "WebSocket" in answer["errors"][0]["message"]


SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": EVENTS}}


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["no JSON"], 4400),
        ([[]], 4400),
        ([{"type": "dance"}], 4400),
        ([{"type": "connection_init", "payload": 3}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "payload": {"query": "{"}}], 4400),
        ([{"type": "connection_init"}, {"type": "subscribe", "id": "1", "payload": {}}], 4400),
        ([SUBSCRIBE], 4401),
        ([{"type": "connection_init"}, SUBSCRIBE, SUBSCRIBE], 4409),
        ([{"type": "connection_init"}, {"type": "connection_init"}], 4429),
    ],
)
def test_a_connection_that_is_misused_is_closed_with_the_code_for_it(service, messages, code):
    with client(service) as ada:
        for message in messages:
            ada.socket.send(message if isinstance(message, str) else json.dumps(message))
        assert ada.code() == code


def test_a_fault_of_the_service_closes_with_the_code_for_it(fresh, monkeypatch):
    def fails(_message):
        raise RuntimeError("the inside")

    monkeypatch.setattr(protocol, "_id", fails)
    with serving(fresh.store) as service, client(service) as ada:
        ada.begin()
        ada.socket.send(json.dumps(SUBSCRIBE))
        assert ada.code() == 4500
        assert ada.socket.close_reason == "Internal server error"


def test_bytes_are_no_message(service):
    with client(service) as ada:
        ada.socket.send(b"{}")
        assert ada.code() == 4400


@pytest.mark.parametrize("subprotocol", [None, "graphql-ws"])
def test_another_subprotocol_is_not_acceptable(service, subprotocol):
    if subprotocol is None:
        with client(service, None) as ada:
            assert ada.code() == 4406
    else:
        url = service.url.replace("http", "ws") + "/graphql"
        with connect(url, proxy=None, additional_headers={}) as socket:
            assert Client(socket).code() == 4406


def test_who_does_not_begin_is_not_waited_for(fresh, monkeypatch):
    monkeypatch.setattr(protocol.GraphQLSocket.__init__, "__kwdefaults__", {"init_seconds": 0.2})
    with serving(fresh.store) as service, client(service) as ada:
        assert ada.code() == 4408


def test_a_token_opens_a_socket_by_its_first_message_until_it_is_revoked(fresh, monkeypatch):
    monkeypatch.setattr("catalog.access.authentication.REMEMBERED_SECONDS", 0.0)
    token, secret = fresh.store.access.create_token(Role.READER, name="ada")
    with serving(fresh.store, Service(auth=True)) as service:
        with client(service) as nobody:
            nobody.say(type="connection_init", payload={"authorization": "Bearer hw_guess"})
            assert nobody.code() == 4403
        with client(service) as ada:
            ada.begin({"authorization": f"Bearer {secret}"})
            ada.follow(kinds=["SOURCE_FOUND"])
            query = 'mutation { deleteSource(input: {id: "U291cmNlOjE"}) { errors { code } } }'
            ada.say(type="subscribe", id="2", payload={"query": query})
            payload = ada.hear()["payload"]
            assert payload["data"]["deleteSource"]["errors"] == [{"code": "NOT_ALLOWED"}]
            assert ada.hear() == {"type": "complete", "id": "2"}
            fresh.store.access.revoke(token.name)
            (fresh.folder / "trees.csv").write_text("species\noak\n")
            list(crawl([str(fresh.folder)], fresh.store, Limits()))
            assert ada.code() == 4403


def test_a_socket_too_answers_only_listed_documents(fresh):
    listed = "{ catalog { counts { sources } } }"
    documents = Documents({"counts": listed}, only=True)
    with serving(fresh.store, Service(documents=documents)) as service, client(service) as ada:
        ada.begin()
        ada.say(type="subscribe", id="1", payload={"query": EVENTS})
        assert ada.hear()["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_ALLOWED"
        ada.say(type="subscribe", id="2", payload={"documentId": "counts"})
        assert ada.hear()["payload"] == {"data": {"catalog": {"counts": {"sources": 1}}}}


COUNTS = "{ catalog { counts { sources } } }"


@dataclass
class Held:
    """Operations of sockets, which are executed once `released` is set; each tells as it begins."""

    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    released: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def held(monkeypatch) -> Iterator[Held]:
    made = Held()
    once = _Operation.once

    def waiting(operation, event=None):
        made.begun.release()
        assert made.released.wait(60)
        return once(operation, event)

    monkeypatch.setattr(_Operation, "once", waiting)
    yield made
    made.released.set()


def test_a_query_that_takes_long_keeps_nobody_waiting(held, service):
    with client(service) as ada:
        ada.begin()
        ada.say(type="subscribe", id="1", payload={"query": COUNTS})
        ada.say(type="ping")
        assert ada.hear() == {"type": "pong"}
        ada.say(type="subscribe", id="1", payload={"query": COUNTS})
        assert ada.code() == 4409
        held.released.set()


def test_what_is_still_executed_counts_also_when_nobody_wants_it(held, service):
    with client(service) as ada:
        ada.begin()
        for number in range(protocol.AT_ONCE):
            ada.say(type="subscribe", id=f"a{number}", payload={"query": COUNTS})
        for number in range(protocol.AT_ONCE):
            assert held.begun.acquire(timeout=60)
            ada.say(type="complete", id=f"a{number}")
        for number in range(protocol.MOST_OPERATIONS):
            ada.say(type="subscribe", id=f"b{number}", payload={"query": COUNTS})
        refused = [ada.hear() for _ in range(protocol.AT_ONCE)]
        assert {one["payload"][0]["extensions"]["code"] for one in refused} == {"LIMIT_EXCEEDED"}
        held.released.set()
        told = [ada.hear() for _ in range(2 * (protocol.MOST_OPERATIONS - protocol.AT_ONCE))]
        assert {one["id"][0] for one in told} == {"b"}


def test_operations_of_a_socket_have_the_pace_of_requests(fresh):
    _, secret = fresh.store.access.create_token(Role.READER, name="ada")
    with serving(fresh.store, Service(auth=True, rate=0.001)) as service, client(service) as ada:
        ada.begin({"authorization": f"Bearer {secret}"})
        ada.say(type="subscribe", id="1", payload={"query": COUNTS})
        assert [ada.hear()["type"], ada.hear()["type"]] == ["next", "complete"]
        ada.say(type="subscribe", id="2", payload={"query": COUNTS})
        told = ada.hear()
        assert (told["type"], told["id"]) == ("error", "2")
        assert told["payload"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"
        by_http = service.post(COUNTS, authorization=f"Bearer {secret}")
        assert by_http.status_code == 429
