"""The audit log: what is kept, who sees it, as a page and over GraphQL."""

from __future__ import annotations

import re

from catalog.access.callers import Asked, Role
from catalog.store.auditing import Note
from tests.service.guarded_catalog import Guarded, mutation
from tests.service.made_catalog import codes


def test_changes_are_kept_in_the_audit_log(guarded: Guarded) -> None:
    birds = guarded.store.source("birds").id
    secret_uri = "postgresql://user:hunter2@db.example/x"
    guarded.ask(mutation("annotateSource", f'id: "{birds}", owner: "warden"'), "editor")
    guarded.ask(mutation("annotateSource", f'id: "{birds}", owner: "fox"'), "reader")
    guarded.ask(mutation("crawl", f'uris: ["{secret_uri}"]'), "admin")
    guarded.ask(mutation("annotateSource", 'id: "garbage"'), "admin")
    guarded.ask("{ catalog { version } }", "admin")
    four = guarded.store.access.log(first=4)
    told = [(one.caller, one.action, one.outcome) for one in four]
    assert told == [
        ("a admin", "annotateSource", "INVALID_INPUT"),
        ("a admin", "crawl", "NOT_ALLOWED"),
        ("a reader", "annotateSource", "NOT_ALLOWED"),
        ("a editor", "annotateSource", "done"),
    ]
    assert four[3].target == birds
    assert four[3].details["owner"] == "warden"
    assert four[3].token is not None
    assert four[1].target == "postgresql://db.example/x"
    assert "hunter2" not in str(four)
    older = guarded.store.access.log(Asked("a editor"), first=1, after=four[2].pk)
    assert [one.pk for one in older] == [four[3].pk]
    page = guarded.get("/audit", "admin").text
    assert birds in page
    assert "warden" not in page  # what was written may be personal; the command line shows it
    assert 'href="/audit"' in guarded.get("/", "admin").text
    assert 'href="/audit"' not in guarded.get("/", "editor").text


AUDIT_LOG = """query($by: String, $action: String, $after: Cursor, $until: DateTime) {
    auditLog(first: 2, by: $by, action: $action, after: $after, until: $until) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { number at by action target outcome details { name value } } } }"""


def test_the_audit_log_is_paged_and_filtered(guarded: Guarded) -> None:
    trusted = guarded.store.access.create_token(Role.ADMIN, name="seer", unmask=True)[1]
    guarded.secrets["seer"] = trusted
    birds = guarded.store.source("birds").id
    for number in range(3):
        guarded.ask(mutation("annotateSource", f'id: "{birds}", owner: "o{number}"'), "seer")
    asked = {"by": "seer", "action": "annotateSource"}
    page = guarded.ask(AUDIT_LOG, "seer", **asked).json()["data"]["auditLog"]
    assert page["totalCount"] == 3
    assert page["pageInfo"]["hasNextPage"]
    assert [one["outcome"] for one in page["nodes"]] == ["done", "done"]
    assert {"name": "owner", "value": "o2"} in page["nodes"][0]["details"]
    after = page["pageInfo"]["endCursor"]
    rest = guarded.ask(AUDIT_LOG, "admin", **asked, after=after).json()["data"]["auditLog"]
    assert [(one["target"], one["details"]) for one in rest["nodes"]] == [(birds, None)]
    until = page["nodes"][1]["at"]
    older = guarded.ask(AUDIT_LOG, "admin", **asked, until=until).json()["data"]["auditLog"]
    assert older["nodes"] == rest["nodes"]
    for who in ("reader", "editor"):
        refused = guarded.ask(AUDIT_LOG, who)
        assert refused.json()["data"] == {"auditLog": None}
        assert codes(refused) == ["NOT_ALLOWED"]


def test_the_page_of_changes_leads_to_older_ones(guarded: Guarded) -> None:
    for number in range(60):
        guarded.store.access.note(Note("crawl", "<b>paging", target=f"place {number}"))
    first = guarded.get("/audit?by=%3Cb%3Epaging", "admin").text
    assert "<b>paging" not in first
    assert [int(one) for one in re.findall(r"place (\d+)<", first)] == list(range(59, 9, -1))
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    older = guarded.get(following[1].replace("&amp;", "&"), "admin").text
    assert [int(one) for one in re.findall(r"place (\d+)<", older)] == list(range(9, -1, -1))
    assert 'rel="next"' not in older
    assert "Nothing" in guarded.get("/audit?action=nothing&after=x", "admin").text
