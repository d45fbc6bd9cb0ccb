"""Credentials: references (`env:NAME`, `file:PATH`) resolved when a connection opens.

What a reference names holds either `user:password`, a full URL that replaces the one without
credentials, or a JSON object of storage options. Nothing of it is stored or printed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from schema.errors import SourceError


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens a connection. `url` replaces the whole URL; never part of a repr."""

    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    options: dict[str, Any] = field(default_factory=dict, repr=False)


NONE = Credentials()


def resolve(reference: str | None) -> Credentials:
    """The credentials that a reference names; `NONE` without one.

    Raises SourceError when there is no such variable or file, or the reference is not one. A
    secret that was given instead of a reference is not repeated in the message.
    """
    return NONE if reference is None else parse(content(reference), reference)


def content(reference: str) -> str:
    """The text that a reference names. Raises SourceError as `resolve` does."""
    kind, separator, name = reference.partition(":")
    if not separator or not name or kind not in {"env", "file"}:
        raise SourceError(
            "credentials must be a reference, env:NAME or file:PATH, not the secret itself"
        )
    return _content(kind, name)


def parse(text: str, reference: str) -> Credentials:
    """Credentials from what the reference named. Raises SourceError when it is not one of them."""
    if text.startswith("{"):
        try:
            options = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise SourceError(
                f"credentials {reference}: not valid JSON of storage options"
            ) from None
        return Credentials(options=options)
    if "://" in text:
        return Credentials(url=text)
    user, separator, password = text.partition(":")
    if not separator:
        raise SourceError(
            f"credentials {reference}: expected user:password, a URL or JSON of storage options"
        )
    return Credentials(user=user, password=password)


def _content(kind: str, name: str) -> str:
    if kind == "env":
        value = os.environ.get(name)
        if value is None:
            raise SourceError(f"credentials env:{name}: the variable {name} is not set")
        return value.strip()
    try:
        return Path(name).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise SourceError(f"credentials file:{name}: {reason}") from None
