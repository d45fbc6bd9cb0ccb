"""Telling a batch of alerts: signed webhook, e-mail, command."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import shlex
import smtplib
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from catalog.alerts.model import Alert, Batch, Channel
from connectors.credentials import content, resolve
from schema.errors import HeadwaterError

SECONDS = 20
"""How long a receiver may take."""


class Undelivered(HeadwaterError):
    """A batch could not be told. `final` when trying again is of no use."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


def tell(batch: Batch, base: str) -> None:
    """Tell a batch once. `base` is the address of the pages. Raises Undelivered."""
    document = documented(batch, base)
    try:
        CHANNELS[batch.rule.channel](batch, document)
    except Undelivered:
        raise
    except HeadwaterError as error:
        raise Undelivered(str(error)) from error


def documented(batch: Batch, base: str) -> dict[str, Any]:
    """The batch as JSON has it: what webhooks and commands are given."""
    return {
        "delivery": batch.delivery,
        "rule": batch.rule.name,
        "text": "\n".join(line(alert, base) for alert in batch.alerts),
        "alerts": [
            {
                "id": alert.pk,
                "kind": alert.kind,
                "source": alert.source,
                "uri": alert.uri,
                "message": alert.message,
                "details": dict(alert.details),
                "at": alert.created_at.isoformat(),
                "link": link(alert, base),
            }
            for alert in batch.alerts
        ],
    }


def link(alert: Alert, base: str) -> str | None:
    """The page where one sees what happened."""
    from catalog.model import global_id

    if alert.source_pk is None:
        return None
    tab = {"schema": "/versions", "drift": "/versions"}.get(alert.kind, "/quality")
    tab = "" if alert.kind in {"failed", "gone"} else tab
    return f"{base.rstrip('/')}/sources/{global_id('Source', alert.source_pk)}{tab}"


def line(alert: Alert, base: str) -> str:
    """One alert in one line: `flights: quality fell from 98 to 71 of 100 http://…`."""
    told = f"{alert.source or 'headwater'}: {alert.message}"
    where = link(alert, base)
    return f"{told} {where}" if where else told


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=…,v1=…`: the time in seconds, and HMAC-SHA256 over it, a point and the body."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def webhook(batch: Batch, document: dict[str, Any]) -> None:
    """POST the document. Anything but 2xx is a failure; 4xx is final but for 408 and 429."""
    body = json.dumps(document).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "headwater",
        "Headwater-Delivery": batch.delivery,
    }
    if batch.rule.secret:
        secret = content(batch.rule.secret)
        headers["Headwater-Signature"] = signature(secret, int(time.time()), body)
    place = f"webhook {urlsplit(batch.rule.target).hostname}"
    try:
        request = urllib.request.Request(batch.rule.target, body, headers, method="POST")  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirects)
        with opener.open(request, timeout=SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        final = 300 <= error.code < 500 and error.code not in {408, 429}
        raise Undelivered(f"{place}: answered {error.code}", final=final) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise Undelivered(f"{place}: {reason}") from error


def email(batch: Batch, document: dict[str, Any]) -> None:
    """One message to all addresses, with the delivery as its Message-ID."""
    server = urlsplit(batch.rule.server or "")
    host, port = server.hostname or "127.0.0.1", server.port
    message = EmailMessage()
    first = batch.alerts[0]
    more = f" and {len(batch.alerts) - 1} more" if len(batch.alerts) > 1 else ""
    subject = f"[headwater] {first.source or 'headwater'}: {first.message}{more}"
    message["Subject"] = " ".join(subject.split())[:200]
    message["From"] = f"headwater@{host}" if "." in host else "headwater@localhost"
    message["To"] = ", ".join(addresses(batch.rule.target))
    message["Message-ID"] = f"<{batch.delivery}@headwater>"
    message.set_content(document["text"] + "\n")
    try:
        secure = server.scheme == "smtps"
        with _connected(host, port, secure=secure) as client:
            if not secure and client.ehlo()[0] == 250 and client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
                secure = True
            if batch.rule.secret:
                if not secure and not is_loopback(host):
                    wanted = "offers no TLS, so no password is sent there; give smtps://"
                    raise Undelivered(f"e-mail by {host}: {wanted}", final=True)
                account = resolve(batch.rule.secret)
                client.login(account.user or "", account.password or "")
            client.send_message(message)
    except smtplib.SMTPResponseException as error:
        final = 500 <= error.smtp_code < 600
        told = error.smtp_error
        reason = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
        raise Undelivered(f"e-mail by {host}: {reason}", final=final) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(f"e-mail by {host}: {error}") from error


def _connected(host: str, port: int | None, *, secure: bool) -> smtplib.SMTP:
    """A connection; of a server that is asked by TLS the certificate is verified."""
    if not secure:
        return smtplib.SMTP(host, port or 25, timeout=SECONDS)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=context)


def is_loopback(host: str) -> bool:
    """Whether what is sent to a host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def command(batch: Batch, document: dict[str, Any]) -> None:
    """Run the command, without a shell, with the document on its standard input."""
    words = shlex.split(batch.rule.target)
    try:
        done = subprocess.run(  # noqa: S603  the operator's own command
            words,
            input=json.dumps(document).encode(),
            capture_output=True,
            timeout=3 * SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Undelivered(f"command {words[0] if words else ''}: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [""]
        raise Undelivered(f"command {words[0]}: exit status {done.returncode} {said[0][:200]}")


def addresses(target: str) -> list[str]:
    """The addresses of a target, which has commas between."""
    return [one.strip() for one in target.split(",") if one.strip()]


CHANNELS: dict[Channel, Callable[[Batch, dict[str, Any]], None]] = {
    Channel.WEBHOOK: webhook,
    Channel.EMAIL: email,
    Channel.COMMAND: command,
}
