"""Tokens, sessions and the audit log, in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalog.access.callers import Asked, Role
from catalog.store import Store
from catalog.store.access import digest
from catalog.store.auditing import Note, noting
from schema.errors import Ambiguous, InvalidInput, NotFound


def test_a_token_opens_until_it_ends(store: Store) -> None:
    access = store.access
    ends = datetime.now(UTC) + timedelta(days=1)
    token, secret = access.create_token(Role.EDITOR, name="etl", unmask=True, expires_at=ends)
    assert (token.name, token.role, token.unmask, token.used_at) == ("etl", Role.EDITOR, True, None)
    assert token.expires_at == ends
    found = access.token_of(secret)
    assert found is not None
    assert found.pk == token.pk
    (listed,) = access.tokens()
    assert listed.used_at is not None
    assert access.token_of(secret.swapcase()) is None
    assert access.token_of("\ud800") is None
    ended = access.revoke("etl")
    assert ended.state(datetime.now(UTC)) == "revoked"
    assert access.revoke(str(token.pk)).revoked_at == ended.revoked_at
    assert access.token_of(secret) is None
    assert len(digest(secret)) == 32


def test_names_are_given_once_at_a_time(store: Store) -> None:
    access = store.access
    first, _ = access.create_token(Role.READER, name="ada")
    with pytest.raises(InvalidInput, match="already"):
        access.create_token(Role.READER, name="ada")
    access.revoke("ada")
    second, _ = access.create_token(Role.READER, name="ada")
    assert access.revoke("ada").pk == second.pk
    with pytest.raises(NotFound):
        access.revoke("ada")
    with pytest.raises(InvalidInput, match="past"):
        access.create_token(Role.READER, expires_at=datetime.now(UTC))
    numbered, _ = access.create_token(Role.ADMIN)
    assert numbered.name == f"admin-{numbered.pk}"
    assert first.pk < second.pk < numbered.pk


def test_an_expired_token_of_that_name_makes_the_name_free_and_numbers_tell_them_apart(
    store: Store,
) -> None:
    access = store.access
    soon = datetime.now(UTC) + timedelta(milliseconds=20)
    old, secret = access.create_token(Role.READER, name="ada", expires_at=soon)
    while access.token_of(secret):
        assert datetime.now(UTC) < soon + timedelta(seconds=60)
    new, _ = access.create_token(Role.READER, name="ada")
    with pytest.raises(Ambiguous, match=f"{old.pk}"):
        access.revoke("ada")
    assert access.revoke(str(new.pk)).pk == new.pk


def test_a_session_lasts_no_longer_than_its_token(store: Store) -> None:
    access = store.access
    soon = datetime.now(UTC) + timedelta(seconds=30)
    token, _ = access.create_token(Role.READER, name="x", expires_at=soon)
    session = access.open_session(token, timedelta(hours=12))
    found = access.session_of(session)
    assert found is not None
    assert found.pk == token.pk
    access.close_session(session)
    assert access.session_of(session) is None
    again = access.open_session(token, timedelta(hours=12))
    access.revoke("x")
    assert access.session_of(again) is None


def test_the_audit_log_keeps_anything_newest_first(store: Store) -> None:
    access = store.access
    for number in range(5):
        access.note(
            Note("crawl", f"caller {number % 2}", target="\x00\ud800", details={"n": number})
        )
    entries = access.log(first=3)
    assert [one.details["n"] for one in entries] == [4, 3, 2]
    assert entries[0].target == "\x00\ud800"
    assert entries[0].at.tzinfo is not None
    assert [one.details["n"] for one in access.log(after=entries[-1].pk)] == [1, 0]
    assert [one.details["n"] for one in access.log(Asked("caller 1"))] == [3, 1]
    assert access.log(Asked(since=datetime.now(UTC) + timedelta(minutes=1))) == []
    assert access.log(Asked(action="lineage")) == []


def test_what_is_changed_is_noted_in_the_same_transaction(store: Store, make) -> None:
    access, source = store.access, make.record(store, "/a/t", "x").source
    note = Note("annotateSource", "ada", target=source.id, details={"owner": "x"})
    with noting(note):
        store.annotate(source.pk, owner="x")
        (kept,) = access.log()
        assert (kept.pk, kept.outcome, kept.target) == (note.pk, "done", source.id)
        store.annotate(source.pk, owner="y")
    access.note(note)  # all of it is there already
    assert access.log() == [kept]
    note.outcome = "INTERNAL"
    access.note(note)
    assert [(one.pk, one.outcome, one.at) for one in access.log()] == [
        (kept.pk, "INTERNAL", kept.at)
    ]
    store.annotate(source.pk, owner="z")
    assert access.logged() == 1


def test_a_change_that_fails_leaves_no_note_of_itself(store: Store) -> None:
    note = Note("annotateSource", "ada")
    with pytest.raises(NotFound), noting(note):
        store.annotate(77, owner="x")
    assert note.pk is None
    assert store.access.logged() == 0


def test_a_change_that_cannot_be_noted_is_not_made(store: Store, make) -> None:
    source = make.record(store, "/a/t", "x").source
    with pytest.raises(Exception, match=r"catalog .*:"), noting(Note(None, "ada")):  # type: ignore[arg-type]
        store.annotate(source.pk, owner="x")
    assert store.sources([source.pk])[source.pk].owner is None
