"""References to secrets, and addresses without them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.credentials import NONE, resolve
from connectors.uri import redact, take_apart, with_login
from schema.errors import SourceError


def test_a_login(monkeypatch) -> None:
    monkeypatch.setenv("LOGIN", "me:a:b/c@d\n")
    found = resolve("env:LOGIN")
    assert (found.user, found.password) == ("me", "a:b/c@d")
    assert "a:b" not in repr(found)


def test_a_url_and_options(monkeypatch, tmp_path) -> None:
    (tmp_path / "secret").write_text('{"key": "k", "client_kwargs": {"x": 1}}\n')
    monkeypatch.setenv("URL", "postgresql://me:pw@host/db")
    assert resolve(f"file:{tmp_path}/secret").options == {"key": "k", "client_kwargs": {"x": 1}}
    assert resolve("env:URL").url == "postgresql://me:pw@host/db"
    assert resolve(None) is NONE


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE is not set"),
        ("file:/no/such/file", "No such file"),
        ("hunter2", "not the secret itself"),
        ("me:hunter2", "not the secret itself"),
        ("env:", "not the secret itself"),
        ("env:BROKEN", "not valid JSON"),
        ("env:BARE", "expected user:password"),
    ],
)
def test_what_is_wrong_is_told_without_the_secret(reference, told, monkeypatch) -> None:
    monkeypatch.setenv("BROKEN", '{"key": "hunter2"')
    monkeypatch.setenv("BARE", "hunter2")
    with pytest.raises(SourceError, match=told) as raised:
        resolve(reference)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("uri", "clean", "user", "password"),
    [
        ("s3://bucket/a@b/c", "s3://bucket/a@b/c", None, None),
        ("s3://KEY:SE%2FCRET@bucket/a", "s3://bucket/a", "KEY", "SE/CRET"),
        ("postgresql://me:p@ss@host:1/db", "postgresql://host:1/db", "me", "p@ss"),
        ("postgresql://me@host/db", "postgresql://host/db", "me", None),
        ("mysql://host/db?user=me&password=x&ssl=1", "mysql://host/db?user=me&ssl=1", None, None),
        ("https://host/a?X-Amz-Signature=x", "https://host/a", None, None),
        ("postgresql://host?name=a@b", "postgresql://host?name=a@b", None, None),
        ("zip://a::sftp://me:pw@host/x.zip", "zip://a::sftp://host/x.zip", "me", "pw"),
        ("file:///a@b/c", "file:///a@b/c", None, None),
        ("memory://a:b@c", "memory://a:b@c", None, None),
    ],
)  # fmt: skip
def test_addresses_without_secrets(uri, clean, user, password) -> None:
    found = take_apart(uri)
    assert (found.clean, found.user, found.password) == (clean, user, password)


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_login_put_in_comes_out(user, password) -> None:
    try:
        (user + password).encode()
    except UnicodeEncodeError:
        return
    uri = with_login("sftp://host:22/x", user, password)
    found = take_apart(uri)
    assert (found.clean, found.user, found.password) == ("sftp://host:22/x", user, password)


@pytest.mark.parametrize(
    "text",
    [
        'connection to "postgresql://me:hunter2@host/db" failed',
        "could not open sftp://me:hunter2@host/x",
        "bad option password=hunter2 given",
        "GET https://host/x?token=hunter2&y=1",
        "dsn: host=x user=y PASSWORD = hunter2",
    ],
)
def test_messages_of_others_are_redacted(text) -> None:
    assert "hunter2" not in redact(text)
