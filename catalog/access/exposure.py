"""How a service may be exposed: to whom it listens, and whom it asks for a token."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from schema.errors import InvalidInput

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Exposure:
    """`hosts` are the names that it answers to; empty is any. `secure`: people reach it by TLS."""

    auth: bool
    production: bool
    hosts: tuple[str, ...]
    secure: bool = False


def exposure(
    host: str,
    *,
    has_tokens: bool,
    auth: bool | None = None,
    production: bool | None = None,
    public_url: str | None = None,
) -> Exposure:
    """What is safe on the address `host`; what is None is decided here.

    On the loopback tokens are asked for once there are any; everywhere else always. Raises
    InvalidInput, saying what to do, when others could reach it without one, or nobody with one.
    """
    name, secure = _public(public_url)
    local = host in LOOPBACK and name in (None, *LOOPBACK)
    if not local and (auth is False or not has_tokens):
        raise InvalidInput(
            f"serve: {name or host} can be reached by others, so they must show a token, and "
            + (
                "--no-auth asks for none: leave it out"
                if has_tokens
                else "there is none yet: `headwater token create --role admin` makes one"
            )
        )
    if auth and not has_tokens:
        raise InvalidInput(
            "serve: there is no token to ask for: `headwater token create --role admin` makes one"
        )
    return Exposure(
        auth=has_tokens if auth is None else auth,
        production=not local if production is None else production,
        hosts=LOOPBACK if local else (name, *LOOPBACK) if name else (),
        secure=secure,
    )


def _public(url: str | None) -> tuple[str | None, bool]:
    """The host of the address that people use, and whether it is one of TLS."""
    if url is None:
        return None, False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or parts.path not in ("", "/"):
        raise InvalidInput(f"serve: --public-url is like https://data.example.org, not {url!r}")
    return host, parts.scheme == "https"
