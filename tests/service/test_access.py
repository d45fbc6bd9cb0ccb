"""Who may do what: every role against every operation, over HTTP, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from catalog.access import policy
from catalog.access.authentication import Authenticator
from catalog.access.callers import Role
from catalog.access.exposure import exposure
from catalog.access.gate import CALLER, Gate
from catalog.graphql.schema import schema
from catalog.server import Service
from catalog.store import Store
from tests.service.guarded_catalog import PERSON, ROLES, Guarded, mutation
from tests.service.made_catalog import codes, serving
from tests.service.socket_client import client


def outcome(found: httpx.Response) -> str:
    """`unknown`, `refused` or `may`, whatever way the operation tells it."""
    if found.status_code == 401 or found.headers.get("location", "").startswith("/login"):
        return "unknown"
    if found.status_code == 403:
        return "refused"
    told = found.text
    return "refused" if '"NOT_ALLOWED"' in told else "may"


MAY = {  # operation: the roles that may
    "page": ("reader", "editor", "admin"),
    "query": ("reader", "editor", "admin"),
    "rows": ("reader", "editor", "admin"),
    "subscription": ("reader", "editor", "admin"),
    "annotateSource": ("editor", "admin"),
    "cancelJob": ("editor", "admin"),
    "changeExpectations": ("editor", "admin"),
    "chooseTerm": ("editor", "admin"),
    "crawl": ("editor", "admin"),
    "importTerms": ("editor", "admin"),
    "lineage": ("editor", "admin"),
    "removeTerm": ("editor", "admin"),
    "validateSource": ("editor", "admin"),
    "audit": ("admin",),
    "deleteSource": ("admin",),
}


def do(guarded: Guarded, operation: str, who: str) -> httpx.Response:
    birds = guarded.store.source("birds").id
    if operation == "page":
        return guarded.get(f"/sources/{birds}", who)
    if operation == "audit":
        return guarded.get("/audit", who)
    if operation == "rows":
        return guarded.get(f"/api/v1/rows/{birds}", who)
    if operation == "query":
        return guarded.ask("{ catalog { counts { sources } } }", who)
    if operation == "lineage":
        return guarded.served.http.post("/api/v1/lineage", json={}, headers=guarded.as_(who))
    arguments = {
        "annotateSource": f'id: "{birds}", owner: "ranger"',
        "cancelJob": 'id: "nothing"',
        "changeExpectations": 'id: "nothing"',
        "chooseTerm": 'id: "nothing", field: "a", term: "b", state: ACCEPTED',
        "importTerms": "terms: []",
        "removeTerm": 'name: "nothing"',
        "deleteSource": 'id: "nothing"',
        "validateSource": 'id: "nothing"',
        "crawl": f'uris: ["{guarded.folder.as_posix()}"]',
    }[operation]
    return guarded.ask(mutation(operation, arguments), who)


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("operation", MAY)
def test_who_may_do_what(guarded: Guarded, operation: str, who: str) -> None:
    expected = "may" if who in MAY[operation] else "unknown" if who == "nobody" else "refused"
    if operation == "subscription":
        assert subscribing(guarded, who) == expected
    else:
        assert outcome(do(guarded, operation, who)) == expected


def subscribing(guarded: Guarded, who: str) -> str:
    with client(guarded.served, **guarded.as_(who)) as caller:
        caller.say(type="connection_init")
        try:
            assert caller.hear() == {"type": "connection_ack"}
        except ConnectionClosed:
            return "unknown"
        caller.follow()  # a refusal would come instead of the answer that it waits for
        return "may"


def test_the_table_of_this_test_is_that_of_the_policy() -> None:
    roles = {
        name: tuple(r.value for r in Role if r.includes(policy.least_role(name))) for name in MAY
    }
    assert roles == MAY
    assert policy.OPERATIONS.keys() == MAY.keys()


def test_every_mutation_asks_for_more_than_looking() -> None:
    root = schema().mutation_type
    assert root is not None
    assert {name for name in root.fields if policy.least_role(name) is Role.READER} == set()
    assert policy.least_role("a mutation that is not in the table") is Role.ADMIN


def test_the_roles_include_each_other() -> None:
    table = [(a.value, b.value) for a in Role for b in Role if a.includes(b)]
    assert table == [
        ("reader", "reader"), ("editor", "reader"), ("editor", "editor"),
        ("admin", "reader"), ("admin", "editor"), ("admin", "admin"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/login", "/healthz", "/static/headwater.css"])
def test_some_paths_are_open(guarded: Guarded, path: str) -> None:
    assert guarded.get(path, "nobody").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/nothing", "/explore", "/statical", "/loginx", "/sources/1/columns"]
)
def test_pages_lead_the_unknown_to_the_form(guarded: Guarded, path: str) -> None:
    found = guarded.get(f"{path}?q=a%26b", "nobody")
    assert found.status_code == 303
    assert found.headers["location"] == f"/login?next={path}%3Fq%3Da%2526b"


@pytest.mark.parametrize(
    "shown",
    ["Bearer", "Bearer wrong", "Basic YTpi", "Bearer " + "x" * 5000, "Bearer \u00e9"],
)
@pytest.mark.parametrize("path", ["/graphql?query={__typename}", "/api/v1/rows/birds", "/"])
def test_what_is_no_token_opens_nothing(guarded: Guarded, shown: str, path: str) -> None:
    headers = {"authorization": shown.encode("latin-1")}
    found = guarded.served.http.get(path, headers=headers)  # type: ignore[arg-type]
    assert found.status_code == 401
    assert found.headers["www-authenticate"].startswith("Bearer")
    assert path == "/" or codes(found) == ["UNAUTHENTICATED"]


def test_a_token_ends_when_it_is_revoked_and_when_it_expires(guarded: Guarded) -> None:
    from datetime import UTC, datetime, timedelta

    from starlette.datastructures import Headers

    from catalog.access.authentication import REMEMBERED_SECONDS, Authenticator

    access = guarded.store.access
    token, secret = access.create_token(Role.READER, name="brief")
    now = 0.0
    asked = Authenticator(guarded.store, required=True, clock=lambda: now)
    headers = Headers({"authorization": f"Bearer {secret}"})
    found = asked.caller(headers)
    assert found is not None
    assert (found.name, found.role, found.token) == ("brief", Role.READER, token.pk)
    access.revoke("brief")
    assert asked.caller(headers) is not None  # remembered, for a moment
    now += REMEMBERED_SECONDS
    assert asked.caller(headers) is None
    soon = datetime.now(UTC) + timedelta(milliseconds=30)
    token, secret = access.create_token(Role.READER, expires_at=soon)
    while access.token_of(secret):
        assert datetime.now(UTC) < soon + timedelta(seconds=60)
    assert token.state(datetime.now(UTC)) == "expired"


def test_secrets_are_not_in_the_catalog(guarded: Guarded) -> None:
    stored = b"".join(path.read_bytes() for path in guarded.folder.parent.glob("catalog.db*"))
    assert b"trusted" in stored
    for secret in guarded.secrets.values():
        assert secret.encode() not in stored


PERSONAL = """{ source(name: "people") {
    sample { columns rows masked }
    schema { fields { name profile { min max mean std topValues { value }
        quantiles { value } histogram { low high } misfitExamples distinctCount } } }
    profile { columns { name min max topValues { value } } }
    version { profile { columns { min max } } schema { fields { profile { max } } } }
    versions { nodes { profile { columns { min max topValues { value } } } } }
    quality { results { field arguments observed reason } history { results { arguments } } }
} }"""
OUTPUTS = (
    "/sources/{id}", "/sources/{id}/sample", "/sources/{id}/quality", "/sources/{id}/versions",
    "/sources/{id}/findings", "/sources/{id}/connect", "/api/v1/rows/{id}?format=csv",
    "/api/v1/rows/{id}?format=json", "/api/v1/rows/{id}?columns=email&format=jsonl",
    "/?q=people",
)  # fmt: skip
VALUES = re.compile(r"lovelace|@example|\b1(?:23456|0[0-5]\d)\b")


@pytest.mark.parametrize("path", OUTPUTS)
def test_no_page_shows_personal_data_to_who_may_not_see_it(guarded: Guarded, path: str) -> None:
    found = guarded.get(path.format(id=guarded.store.source("people").id), "admin")
    assert found.status_code == 200
    assert not VALUES.search(found.text)


def test_nobody_finds_a_person_by_searching(guarded: Guarded) -> None:
    query = '{ sources(text: "lovelace") { totalCount } }'
    assert guarded.ask(query, "unmasked").json()["data"] == {"sources": {"totalCount": 0}}


def test_graphql_shows_personal_data_only_to_who_may_see_it(guarded: Guarded) -> None:
    hidden, shown = guarded.ask(PERSONAL, "admin"), guarded.ask(PERSONAL, "unmasked")
    for found in (hidden, shown):
        assert "errors" not in found.json(), found.text
    assert not VALUES.search(hidden.text)
    assert PERSON in shown.text
    assert "123456" in shown.text
    fields = {
        one["name"]: one["profile"] for one in hidden.json()["data"]["source"]["schema"]["fields"]
    }
    assert fields["visits"]["max"] == 59
    assert fields["email"]["distinctCount"] == 61
    assert set(hidden.json()["data"]["source"]["sample"]["masked"]) == {"email", "salary"}


def test_nobody_asks_for_personal_values_by_expecting_them(guarded: Guarded) -> None:
    """An expectation that is met or not would tell of values that are masked."""
    access = guarded.store.access
    trusted = access.create_token(Role.EDITOR, name="trusted editor", unmask=True)[1]
    guarded.secrets["trusted editor"] = trusted
    people = guarded.store.source("people").id

    def asked(field: str, who: str) -> str:
        arguments = (
            f'id: "{people}", set: [{{key: "not_be_null:{field}", arguments: {{mostly: 0.9}}}}]'
        )
        return guarded.ask(mutation("changeExpectations", arguments), who).text

    assert "NOT_ALLOWED" in asked("email", "admin")
    assert "NOT_ALLOWED" not in asked("email", "trusted editor")
    assert "NOT_ALLOWED" not in asked("visits", "editor")


def test_rows_are_shown_to_who_may_see_them(guarded: Guarded) -> None:
    path = f"/api/v1/rows/{guarded.store.source('people').id}?format=csv"
    assert PERSON in guarded.get(path, "unmasked").text


class Browser:
    """A person with a browser, who is signed in by a form."""

    def __init__(self, guarded: Guarded) -> None:
        self.http = httpx.Client(base_url=guarded.served.url, timeout=60)

    def field(self, path: str) -> str:
        found = re.search(r'name="form" value="([^"]+)"', self.http.get(path).text)
        assert found
        return found[1]

    def sign_in(self, secret: str, **changes: str) -> httpx.Response:
        form = {"form": self.field("/login"), "token": secret, "next": "/runs"}
        return self.http.post("/login", data={**form, **changes})


@pytest.fixture
def browser(guarded: Guarded) -> Iterator[Browser]:
    made = Browser(guarded)
    with made.http:
        yield made


def test_a_person_signs_in_looks_and_signs_out(guarded: Guarded, browser: Browser) -> None:
    found = browser.sign_in(guarded.secrets["reader"])
    assert (found.status_code, found.headers["location"]) == (303, "/runs")
    kept = next(one for one in found.headers.get_list("set-cookie") if "session" in one)
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept
    assert guarded.secrets["reader"] not in kept
    page = browser.http.get("/runs")
    assert "a reader" in page.text
    assert browser.http.post("/graphql", json={"query": "{ __typename }"}).status_code == 200
    session = dict(browser.http.cookies)
    out = browser.http.post("/logout", data={"form": browser.field("/runs")})
    assert out.headers["location"] == "/login"
    browser.http.cookies.update(session)
    assert browser.http.get("/runs").status_code == 303


def test_revoking_a_token_ends_its_sessions(guarded: Guarded) -> None:
    from datetime import timedelta

    access = guarded.store.access
    token, _ = access.create_token(Role.READER, name="left")
    session = access.open_session(token, timedelta(hours=1))
    assert access.session_of(session) is not None
    access.revoke("left")
    assert access.session_of(session) is None
    short = access.open_session(guarded.store.access.tokens()[-1], timedelta(0))
    assert access.session_of(short) is None


@pytest.mark.parametrize("secret", ["", "wrong", "hw_" + "x" * 43])
def test_a_wrong_token_signs_nobody_in(browser: Browser, secret: str) -> None:
    found = browser.sign_in(secret)
    assert found.status_code == 401
    assert "opens nothing" in found.text
    assert browser.http.get("/").status_code == 303


def test_a_form_of_another_site_signs_nobody_in(guarded: Guarded, browser: Browser) -> None:
    assert browser.sign_in(guarded.secrets["reader"], form="forged").status_code == 403
    browser.http.cookies.clear()
    form = {"token": guarded.secrets["reader"], "form": ""}
    assert browser.http.post("/login", data=form).status_code == 403
    too_long = {"form": browser.field("/login"), "token": "x" * 20_000}
    assert browser.http.post("/login", data=too_long).status_code == 403


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(guarded: Guarded, browser: Browser, wanted: str) -> None:
    found = browser.sign_in(guarded.secrets["reader"], next=wanted)
    assert found.headers["location"] == "/"


CHANGE = 'mutation { annotateSource(input: {id: "x"}) { errors { code } } }'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 403),
        ({"content-type": "application/x-www-form-urlencoded"}, 403),
    ],
)
def test_other_sites_change_nothing_with_the_cookie_of_a_person(
    guarded: Guarded, browser: Browser, headers: dict[str, str], status: int
) -> None:
    browser.sign_in(guarded.secrets["admin"])
    found = browser.http.post("/graphql", json={"query": CHANGE}, headers=headers)
    assert found.status_code == status


@pytest.mark.parametrize("path", ["/graphql?query={__typename}", "/api/v1/rows/birds"])
def test_other_sites_ask_nothing_of_an_open_service(served, path: str) -> None:  # type: ignore[no-untyped-def]
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert served.http.get(path, headers=headers).status_code == 403
    linked = served.http.get("/runs", headers={"sec-fetch-site": "cross-site"})
    assert linked.status_code == 200


def test_an_open_service_still_turns_away_a_wrong_token(served) -> None:  # type: ignore[no-untyped-def]
    found = served.http.get("/", headers={"authorization": "Bearer wrong"})
    assert found.status_code == 401
    kept = served.http.get("/", headers={"cookie": "headwater_session=old"})
    assert kept.status_code == 200


@pytest.mark.parametrize(
    ("who", "origin", "found"),
    [
        ("reader", None, ["a reader"]),
        ("reader", "http://localhost:8400", ["a reader"]),
        ("reader", "https://evil.example", []),
        ("wrong", None, []),
        ("nobody", None, [None]),  # whom the first message has to name
        ("nobody", "https://evil.example", []),
    ],
)
def test_sockets_pass_the_same_gate(
    guarded: Guarded, who: str, origin: str | None, found: list[str | None]
) -> None:
    sent: list[Any] = []
    reached: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        reached.append(scope[CALLER].name if CALLER in scope else None)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    headers = {"host": "localhost:8400", **guarded.as_(who)}
    headers |= {"origin": origin} if origin else {}
    headers |= {"authorization": "Bearer wrong"} if who == "wrong" else {}
    scope = {
        "type": "websocket",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    gate = Gate(app, Authenticator(guarded.store, required=True))
    anyio.run(gate, scope, None, send)
    assert reached == found
    assert sent == ([] if found else ["websocket.close"])


def test_the_cookie_of_a_service_behind_tls_is_for_tls_only(guarded: Guarded) -> None:
    hosts = exposure("::", has_tokens=True, public_url="https://data.example.org").hosts
    with serving(guarded.store, Service(auth=True, secure=True, hosts=hosts)) as service:
        service.http.headers["host"] = "data.example.org"
        page = service.http.get("/login")
        form = re.search(r'name="form" value="([^"]+)"', page.text)
        assert form
        cookie = page.headers["set-cookie"]
        assert "Secure" in cookie
        found = service.http.post(
            "/login",
            data={"form": form[1], "token": guarded.secrets["reader"]},
            headers={"cookie": cookie.partition(";")[0], "origin": "https://data.example.org"},
        )
        kept = next(one for one in found.headers.get_list("set-cookie") if "session" in one)
        assert kept.startswith("__Host-headwater_session=")
        assert "Secure" in kept
        assert service.http.get("/login", headers={"host": "evil.example"}).status_code == 421


def test_tokens_count_while_they_open_something(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'c.db'}") as store:
        assert not store.access.has_tokens()
        store.access.create_token(Role.READER, name="x")
        assert store.access.has_tokens()
        store.access.revoke("1")
        assert not store.access.has_tokens()


def test_people_are_told_of_a_refusal_on_a_page(guarded: Guarded) -> None:
    told = guarded.get("/audit", "reader", accept="text/html,*/*")
    assert told.status_code == 403
    assert told.headers["content-type"].startswith("text/html")
    assert "<h1>Not allowed</h1>" in told.text
    assert "takes the role admin" in told.text
    plain = guarded.get("/audit", "reader")
    assert plain.status_code == 403
    assert plain.headers["content-type"].startswith("text/plain")
