"""`headwater token`: made once, listed without secrets, revoked."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import click
import pytest

from catalog.access.callers import Role
from catalog.cli.noting import noted
from catalog.cli.session import Session
from catalog.store import Store
from catalog.store.auditing import Note
from schema.errors import RunError


@pytest.fixture
def said(headwater, catalog_url):
    def invoke(*arguments: object, **options: Any):
        return headwater(*arguments, catalog=catalog_url, **options)

    return invoke


def test_a_token_is_made_listed_and_revoked(said, catalog_url):
    made = said("token", "create", "--role", "editor", "--name", "ada", "--expires", "30d")
    secret = made.stdout.strip()
    assert secret.startswith("hw_")
    assert "ada: editor, expires" in made.stderr
    with Store.open(catalog_url) as store:
        token = store.access.token_of(secret)
    assert token is not None
    assert (token.name, token.role, token.unmask) == ("ada", Role.EDITOR, False)
    listed = said("token", "list").stdout
    assert "ada" in listed
    assert "active" in listed
    assert secret not in listed
    assert "revoked" in said("token", "revoke", "ada").stdout
    with Store.open(catalog_url) as store:
        assert store.access.token_of(secret) is None


def test_json(said):
    made = json.loads(said("--json", "token", "create", "--role", "reader", "--unmask").stdout)
    assert made["secret"].startswith("hw_")
    assert made["token"]["name"] == "reader-1"
    assert made["token"]["unmask"] is True
    assert made["token"]["expiresAt"] is None
    (listed,) = json.loads(said("--json", "token", "list").stdout)["tokens"]
    assert {**listed, "usedAt": None} == made["token"]
    revoked = json.loads(said("--json", "token", "revoke", "1").stdout)["token"]
    assert revoked["state"] == "revoked"


def test_what_cannot_be_is_told(said):
    said("token", "create", "--role", "owner", status=2)
    said("token", "create", status=2)
    for wrong in ("30", "0d", "soon", "99999999d", "-1d"):
        said("token", "create", "--role", "reader", "--expires", wrong, status=2)
    said("token", "create", "--role", "reader", "--name", "ada")
    again = said("token", "create", "--role", "reader", "--name", "ada", status=1)
    assert "revoke it first" in again.stderr
    assert (
        "1 to 100 characters"
        in said("token", "create", "--role", "reader", "--name", " ", status=1).stderr
    )
    assert "no token is called 'bob'" in said("token", "revoke", "bob", status=1).stderr
    assert "no token is called '7'" in said("token", "revoke", "7", status=1).stderr


def test_an_empty_list_says_what_to_do(said):
    assert "headwater token create" in said("token", "list").stdout


def test_what_commands_change_stands_in_the_audit_log(said, tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    said("crawl", str(tmp_path / "a.csv"))
    said("crawl", "ftp://ada:hidden@127.0.0.1:1/x", status=1)
    said("quality", "a", "--silence", "columns_to_match_set")
    said("search", "a")
    said("glossary", "remove", "nothing", status=1)
    said("crawl", status=2)
    told = said("--json", "audit").stdout
    assert "hidden" not in told
    kept = [(e["action"], e["target"], e["outcome"]) for e in json.loads(told)["entries"]]
    assert [(action, outcome) for action, _, outcome in kept] == [
        ("removeTerm", "NOT_FOUND"),
        ("changeExpectations", "done"),
        ("crawl", "SOURCE_ERROR"),
        ("crawl", "done"),
    ]
    assert kept[1][1] == "a"
    assert kept[2][1] == "ftp://127.0.0.1:1/x"


def test_the_audit_log_tells_who_did_what(said, catalog_url):
    assert "nothing was changed" in said("audit").stdout
    said("token", "create", "--role", "reader", "--name", "ada")
    said("token", "revoke", "ada")
    with Store.open(catalog_url) as store:
        store.access.note(Note("crawl", "etl", 9, "s3://b", outcome="NOT_ALLOWED"))
    told = said("audit").stdout
    assert "token.revoke" in told
    assert "NOT_ALLOWED" in told
    newest, *older = json.loads(said("--json", "audit").stdout)["entries"]
    assert (newest["by"], newest["token"], newest["target"]) == ("etl", 9, "s3://b")
    assert [one["action"] for one in older] == ["token.revoke", "token.create"]
    (one,) = json.loads(said("--json", "audit", "--by", "etl", "--since", "1h").stdout)["entries"]
    assert one == newest
    assert json.loads(said("--json", "audit", "--action", "x").stdout) == {"entries": []}
    assert len(json.loads(said("--json", "audit", "--limit", "2").stdout)["entries"]) == 2


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (click.exceptions.Exit(1), "FAILED"),
        (click.exceptions.Exit(0), "done"),
        (click.Abort(), "STOPPED"),
        (click.UsageError("what?"), None),
        (RunError("it fell over"), "RUN_ERROR"),
        (ZeroDivisionError(), "INTERNAL"),
        (None, "done"),
    ],
    ids=str,
)
def test_commands_are_told_as_they_end(catalog_url, end, outcome):
    """And while they go on, from the first that they write."""
    seen = []

    def body():
        with Store.open(catalog_url) as store:
            if outcome:
                store.access.create_token(Role.READER)
            seen.extend(one.outcome for one in store.access.log())
        if end is not None:
            raise end

    made = click.Command("run", callback=noted("run", body))
    with suppress(type(end) if end is not None else ()):
        made.main([], standalone_mode=False, obj=Session(catalog_url))
    assert seen == (["STARTED"] if outcome else [])
    with Store.open(catalog_url) as store:
        assert [one.outcome for one in store.access.log()] == ([outcome] if outcome else [])
