"""Alerts: what happens is told once, to real receivers, whatever dies in between."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult

from catalog.alerts.channels import is_loopback
from catalog.alerts.checking import checked
from catalog.alerts.deliver import MOST_ATTEMPTS, deliver
from catalog.alerts.model import KINDS, Channel, Rule, overdue
from catalog.web.source_page import TABS
from schema.errors import InvalidInput, NotFound

ALL = tuple(KINDS)


def rule(target: str, kinds=ALL, channel: Channel = Channel.WEBHOOK, name="ops", **more) -> Rule:
    return Rule(0, name, tuple(kinds), more.pop("source", None), channel, target, **more)


def test_what_happens_is_told_with_a_link_and_grouped(store, orders, hook):
    store.alerts.add(rule(hook.url))
    orders()
    assert deliver(store).sent == 0  # a first version is no news
    orders(80, header="id,kind,cost", unit=100)
    assert deliver(store, base="https://data.example.org").sent >= 3
    (document,) = hook.documents()
    kinds = {one["kind"] for one in document["alerts"]}
    assert {"schema", "score", "volume"} <= kinds
    breaks = next(one for one in document["alerts"] if one["kind"] == "schema")
    assert "price" in breaks["message"]
    assert breaks["source"] == "orders"
    assert breaks["link"].startswith("https://data.example.org/sources/")
    assert {one["link"].rpartition("/")[2] for one in document["alerts"]} <= set(TABS)
    assert document["text"].count("\n") == len(document["alerts"]) - 1


def test_nothing_is_told_twice(store, orders, hook):
    store.alerts.add(rule(hook.url, ["quality", "schema", "volume"]))
    orders()
    orders(10)
    assert deliver(store).sent
    orders(10)  # written again, and as faulty as before
    assert deliver(store).sent == 0
    assert len(hook.got) == 1


def test_a_webhook_is_signed(store, orders, hook, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", "s3cret")
    store.alerts.add(rule(hook.url, secret="env:HOOK_SECRET"))
    store.alerts.test("ops")
    assert deliver(store).sent == 1
    headers, body = hook.got[0]
    at, _, mac = headers["Headwater-Signature"].partition(",v1=")
    signed = f"{at.removeprefix('t=')}.".encode() + body
    assert hmac.compare_digest(mac, hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest())
    assert headers["Headwater-Delivery"] == json.loads(body)["delivery"]


def test_what_fails_is_tried_again_later_under_the_same_delivery(store, hook):
    store.alerts.add(rule(hook.url))
    store.alerts.test("ops")
    hook.answers[:] = [503, 500]
    now = datetime.now(UTC)
    assert "503" in deliver(store, now=now).faults[0]
    assert not deliver(store, now=now + timedelta(seconds=5)).faults  # not yet
    assert deliver(store, now=now + timedelta(seconds=31)).faults
    assert deliver(store, now=now + timedelta(seconds=100)).sent == 1
    assert len({headers["Headwater-Delivery"] for headers, _ in hook.got}) == 1
    (alert,) = store.alerts.history()
    assert (alert.state, alert.attempts, alert.error) == ("sent", 3, None)


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (302, 1), (503, MOST_ATTEMPTS)])
def test_it_is_given_up_when_there_is_no_use(store, hook, status, tries):
    store.alerts.add(rule(hook.url))
    store.alerts.test("ops")
    hook.answers[:] = [status] * 20
    at = datetime.now(UTC)
    for _ in range(20):
        deliver(store, now=at)
        at += timedelta(hours=7)
    assert len(hook.got) == tries
    (alert,) = store.alerts.history()
    assert alert.state == "given up"
    assert str(status) in alert.error


def test_two_who_send_at_once_send_once(store, hook):
    store.alerts.add(rule(hook.url))
    store.alerts.test("ops")
    mine, theirs = store.alerts.claim(), store.alerts.claim()
    assert [len(batch.alerts) for batch in mine] == [1]
    assert theirs == []


def test_a_sender_that_dies_loses_nothing(store, hook):
    """Killed after it has claimed: another tells it when the lease is over, as the same."""
    store.alerts.add(rule(hook.url))
    store.alerts.test("ops")
    (dead,) = store.alerts.claim()
    assert deliver(store).sent == 0
    assert deliver(store, now=datetime.now(UTC) + timedelta(minutes=6)).sent == 1
    assert hook.documents()[0]["delivery"] == dead.delivery


def test_a_crawl_that_is_undone_tells_nothing(store, orders, hook, monkeypatch):
    from catalog.store import indexing

    store.alerts.add(rule(hook.url))
    orders()
    written = indexing.index_many

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("catalog.store.recording.indexing.index_many", fail)
    with pytest.raises(RuntimeError):
        orders(10)
    assert deliver(store).sent == 0
    monkeypatch.setattr("catalog.store.recording.indexing.index_many", written)
    orders(10)
    assert deliver(store).sent > 0


def test_a_rule_is_about_some_sources_kinds_and_scores(store, orders, hook):
    store.alerts.add(rule(hook.url, ["schema"], name="others", source="customers*"))
    store.alerts.add(rule(hook.url, ["schema"], name="mine", source="ord*"))
    store.alerts.add(rule(hook.url, ["score"], name="low", threshold=1.0))
    orders()
    orders(header="id,kind,cost")
    deliver(store)
    assert [one["rule"] for one in hook.documents()] == ["mine"]


def test_silence_keeps_but_does_not_tell(store, orders, hook):
    store.alerts.add(rule(hook.url))
    orders()
    store.alerts.silence("ops", datetime.now(UTC) + timedelta(hours=1))
    orders(10)
    assert deliver(store).sent == 0
    assert {one.state for one in store.alerts.history()} == {"silenced"}
    store.alerts.silence("ops", None)
    assert deliver(store).sent == 0  # what happened in silence is not told after it
    store.alerts.test("ops")
    assert deliver(store).sent == 1


def test_what_breaks_and_goes_is_told_once_each_time(store, orders, hook, tmp_path):
    from catalog.crawl import crawl

    store.alerts.add(rule(hook.url, ["failed", "gone"]))
    orders()
    path = tmp_path / "data" / "orders.csv"
    path.unlink()
    list(crawl([str(tmp_path / "data")], store))
    list(crawl([str(tmp_path / "data")], store))
    broken = tmp_path / "data" / "broken.parquet"
    broken.write_bytes(b"PAR1 no parquet PAR1")
    list(crawl([str(tmp_path / "data")], store))
    list(crawl([str(tmp_path / "data")], store, force=True))
    deliver(store)
    (document,) = hook.documents()
    assert [one["kind"] for one in document["alerts"]] == ["gone", "failed"]


def test_a_source_is_late_after_its_time(store, orders, hook):
    store.alerts.add(rule(hook.url, ["late"], after=3600))
    orders()
    assert deliver(store).sent == 0
    later = datetime.now(UTC) + timedelta(hours=2)
    assert deliver(store, now=later).sent == 1
    assert deliver(store, now=later + timedelta(hours=2)).sent == 0
    assert "no new version since" in hook.documents()[0]["alerts"][0]["message"]


def test_lateness_is_learned_from_the_intervals():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    daily = [start - timedelta(days=n) for n in range(5)]
    assert overdue(daily, start + timedelta(days=1.9), None) is None
    assert overdue(daily, start + timedelta(days=2.5), None) == pytest.approx(43_200)
    assert overdue(daily[:2], start + timedelta(days=99), None) is None
    assert overdue([], start, 5) is None


def test_drift_is_told(store, orders, hook):
    store.alerts.add(rule(hook.url, ["drift"]))
    orders()
    orders(start=400, unit=3)
    deliver(store)
    assert "price" in hook.documents()[0]["alerts"][0]["message"]


def test_an_e_mail_is_sent_by_smtp(store):
    got = []

    class Keep(Message):
        def handle_message(self, message) -> None:
            got.append(message)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Keep(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        url = f"smtp://127.0.0.1:{port}"
        made = rule("ada@example.org, bob@example.org", channel=Channel.EMAIL, server=url)
        store.alerts.add(checked(made))
        store.alerts.test("ops")
        assert deliver(store).sent == 1
    finally:
        server.stop()
    (message,) = got
    assert message["To"] == "ada@example.org, bob@example.org"
    assert message["Subject"] == "[headwater] headwater: this is a test of the alert 'ops'"
    assert message["Message-ID"].endswith("@headwater>")


class Keep(Message):
    """Keeps the messages that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.got = []

    def handle_message(self, message) -> None:
        self.got.append(message)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on loopback
@pytest.mark.parametrize(
    ("secret", "error"),
    [
        ("mailer:s3cret", None),
        ("mailer:wrong", "Authentication credentials invalid"),
        (None, "Authentication required"),
    ],
)
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_an_e_mail_server_is_signed_in_to(store, certificate, monkeypatch, scheme, secret, error):
    def known(_server, _session, _envelope, _mechanism, data):
        right = (data.login, data.password) == (b"mailer", b"s3cret")
        return AuthResult(success=right, handled=False)

    if secret:
        monkeypatch.setenv("MAILER", secret)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(certificate)
    tls = {"ssl_context": made} if scheme == "smtps" else {}
    keep = Keep()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(
        keep,
        hostname="127.0.0.1",
        port=port,
        auth_required=True,
        auth_require_tls=False,
        authenticator=known,
        **tls,
    )
    server.start()
    try:
        reference = "env:MAILER" if secret else None
        url = f"{scheme}://127.0.0.1:{port}"
        rules = rule("ada@example.org", channel=Channel.EMAIL, server=url, secret=reference)
        store.alerts.add(checked(rules))
        store.alerts.test("ops")
        assert deliver(store).sent == (error is None)
    finally:
        server.stop()
    (alert,) = store.alerts.history()
    if error is None:
        assert keep.got[0]["To"] == "ada@example.org"
    else:
        assert keep.got == []
        assert error in alert.error
        assert "s3cret" not in alert.error
        assert "wrong" not in alert.error


def test_a_certificate_that_nobody_vouches_for_is_refused(store, certificate):
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with socket.create_server(("127.0.0.1", port)) as listening:
        thread = threading.Thread(target=_greet, args=(listening, made))
        thread.start()
        url = f"smtps://127.0.0.1:{port}"
        store.alerts.add(checked(rule("a@example.org", channel=Channel.EMAIL, server=url)))
        store.alerts.test("ops")
        assert deliver(store).sent == 0
        thread.join()
    (alert,) = store.alerts.history()
    assert "certificate verify failed" in alert.error


def _greet(listening: socket.socket, context: ssl.SSLContext) -> None:
    """Answers one client by TLS, which may not like it."""
    client, _ = listening.accept()
    with client, contextlib.suppress(OSError):
        context.wrap_socket(client, server_side=True).close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("mail.example.org", False)],
)
def test_passwords_stay_on_this_machine_without_tls(host, expected):
    assert is_loopback(host) is expected


def test_a_command_is_given_the_document(store, tmp_path):
    seen = tmp_path / "seen.json"
    script = tmp_path / "keep.py"
    script.write_text(
        f"import sys, pathlib\npathlib.Path({str(seen)!r}).write_text(sys.stdin.read())"
    )
    store.alerts.add(rule(f"{sys.executable} {script}", channel=Channel.COMMAND))
    store.alerts.test("ops")
    assert deliver(store).sent == 1
    assert json.loads(seen.read_text())["alerts"][0]["kind"] == "test"
    store.alerts.add(
        rule(
            f"{sys.executable} -c 'import sys; sys.exit(\"no\")'",
            name="bad",
            channel=Channel.COMMAND,
        )
    )
    store.alerts.test("bad")
    assert "exit status 1 no" in deliver(store).faults[0]


def test_a_receiver_that_is_not_there_is_a_fault_and_no_exception(store):
    store.alerts.add(rule("http://127.0.0.1:1/"))
    store.alerts.add(
        rule("a@example.org", channel=Channel.EMAIL, name="mail", server="smtp://127.0.0.1:1")
    )
    store.alerts.test("ops")
    store.alerts.test("mail")
    faults = deliver(store).faults
    assert len(faults) == 2
    assert {one.state for one in store.alerts.history()} == {"waiting"}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (rule("ftp://a/b"), "http or https"),
        (rule("http://user:pw@a/"), "no credentials in the URL"),
        (rule("http://a/", secret="hunter2"), "reference"),
        (rule("http://a/", []), "on nothing"),
        (rule("http://a/", ["weather"]), "weather"),
        (rule("nobody", channel=Channel.EMAIL), "not an e-mail address"),
        (rule("a@b\r\nBcc: c@d", channel=Channel.EMAIL), "not an e-mail address"),
        (rule("a@b", channel=Channel.EMAIL, server="http://c"), "smtp://HOST:PORT"),
        (rule("'", channel=Channel.COMMAND), "not whole"),
        (rule("http://a/", name=" "), "name"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(made, told):
    with pytest.raises(InvalidInput, match=told):
        checked(made)


def test_names_are_unique_and_known(store):
    store.alerts.add(rule("http://a/"))
    with pytest.raises(InvalidInput, match="already"):
        store.alerts.add(rule("http://b/"))
    with pytest.raises(NotFound, match="there are: ops"):
        store.alerts.test("opps")
    store.alerts.test("ops")
    store.alerts.remove("ops")
    assert (store.alerts.rules(), store.alerts.history()) == ([], [])


KILLED = """
import os, sys
from catalog.alerts import channels
from catalog.alerts.deliver import deliver
from catalog.store import Store
def die(batch, base):
    os._exit(9)
channels.tell = die
with Store.open(sys.argv[1]) as store:
    deliver(store)
"""


def test_a_process_that_is_killed_while_it_sends_loses_nothing(store, hook, tmp_path, root: Path):
    store.alerts.add(rule(hook.url))
    store.alerts.test("ops")
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    done = subprocess.run([sys.executable, "-c", KILLED, url], cwd=root, check=False)
    assert done.returncode == 9
    assert deliver(store).sent == 0
    assert deliver(store, now=datetime.now(UTC) + timedelta(minutes=6)).sent == 1
    assert len(hook.got) == 1
