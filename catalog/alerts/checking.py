"""Whether a rule makes sense, before it is kept."""

from __future__ import annotations

import shlex
from urllib.parse import urlsplit

from catalog.alerts.channels import addresses
from catalog.alerts.model import KINDS, Channel, Rule
from schema.errors import InvalidInput

LONGEST_NAME = 100


def checked(rule: Rule) -> Rule:
    """The rule itself. Raises InvalidInput with what is wrong and what to do."""
    if not rule.name.strip() or len(rule.name) > LONGEST_NAME:
        raise InvalidInput(f"an alert's name has 1 to {LONGEST_NAME} characters")
    unknown = [kind for kind in rule.kinds if kind not in KINDS]
    if unknown or not rule.kinds:
        raise InvalidInput(
            f"alert {rule.name}: on {', '.join(unknown) or 'nothing'}; "
            f"there are: {', '.join(KINDS)}"
        )
    if rule.secret is not None and rule.secret.partition(":")[0] not in {"env", "file"}:
        raise InvalidInput(f"alert {rule.name}: the secret is a reference, env:NAME or file:PATH")
    _CHECKS[rule.channel](rule)
    return rule


def _webhook(rule: Rule) -> None:
    url = urlsplit(rule.target)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise InvalidInput(f"alert {rule.name}: a webhook is an http or https URL")
    if url.username or url.password:
        raise InvalidInput(
            f"alert {rule.name}: no credentials in the URL; sign with --secret env:NAME"
        )


def _email(rule: Rule) -> None:
    wrong = [
        one for one in addresses(rule.target) if one.count("@") != 1 or set(one) & set("\r\n <>")
    ]
    if wrong or not addresses(rule.target):
        raise InvalidInput(f"alert {rule.name}: not an e-mail address: {(wrong or [''])[0]!r}")
    server = urlsplit(rule.server or "smtp://127.0.0.1")
    if server.scheme not in {"smtp", "smtps"} or not server.hostname or server.password:
        raise InvalidInput(
            f"alert {rule.name}: the server is smtp://HOST:PORT or smtps://HOST:PORT, and who "
            "signs in is --secret env:NAME"
        )


def _command(rule: Rule) -> None:
    try:
        words = shlex.split(rule.target)
    except ValueError as error:
        raise InvalidInput(f"alert {rule.name}: the command is not whole: {error}") from error
    if not words:
        raise InvalidInput(f"alert {rule.name}: there is no command")


_CHECKS = {Channel.WEBHOOK: _webhook, Channel.EMAIL: _email, Channel.COMMAND: _command}
