"""Addresses: file URIs both ways, and URIs without the secrets in them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, quote_from_bytes, unquote, unquote_to_bytes, urlencode

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*(?=:)")
_SECRET_PARAMETER = re.compile(
    r"passw|pwd|secret|token|api_?key|access_?key|sslkey|signature|credential|^sig$|^x-amz-", re.I
)


@dataclass(frozen=True, slots=True)
class Address:
    """A URI as a user gave it, taken apart: `clean` may be stored and shown, the rest may not."""

    clean: str
    user: str | None = None
    password: str | None = None


def scheme(uri: str) -> str | None:
    """The scheme of a URI in lower case, None for a path."""
    if "://" not in uri and not uri.startswith("file:"):
        return None
    found = _SCHEME.match(uri)
    return found.group().lower() if found else None


def file_uri(path: str) -> str:
    """`file://` URI of an absolute path, percent-encoded byte by byte, so that it is plain ASCII
    whatever the name holds (line breaks, `#`, `?`, bytes that are not UTF-8).
    """
    return "file://" + quoted_name(path)


def quoted_name(path: str) -> str:
    """A path or file name percent-encoded for a file URI; `/` stays."""
    return quote_from_bytes(os.fsencode(path), safe=b"/~=,+@!$&'()*;:")


def file_path(uri: str) -> str:
    """The path that a `file:` URI means; the inverse of `file_uri`."""
    rest = uri.removeprefix("file:")
    if rest.startswith("//"):
        rest = rest[2:].removeprefix("localhost")
    return os.fsdecode(unquote_to_bytes(rest))


def printable(text: str) -> str:
    """Text with bytes that were not UTF-8 (lone surrogates) written in hexadecimal, so that it
    can be stored and printed anywhere.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text).decode("utf-8", "backslashreplace")
    return text


def take_apart(uri: str) -> Address:
    """Split user, password and secret query parameters off a URI (each link of a chained one)."""
    if "::" in uri:
        parts = [take_apart(part) for part in uri.split("::")]
        last = parts[-1]
        return Address("::".join(part.clean for part in parts), last.user, last.password)
    found = _split_authority(uri)
    if found is None:
        return Address(_without_secret_parameters(uri))
    prefix, userinfo, rest = found
    user, _, password = userinfo.partition(":")
    clean = _without_secret_parameters(prefix + rest)
    return Address(clean, unquote(user) or None, unquote(password) or None)


def with_login(uri: str, user: str, password: str | None) -> str:
    """The URI with a login put in, percent-encoded."""
    prefix, separator, rest = uri.partition("://")
    login = quote(user, safe="") + ("" if password is None else ":" + quote(password, safe=""))
    return f"{prefix}{separator}{login}@{rest.rpartition('@')[2] if '@' in rest else rest}"


def redact(text: str) -> str:
    """A message of another library without the logins and secret parameters of URIs in it."""
    text = re.sub(r"(\w+://)[^\s/@]*:[^\s@]*@", r"\1", text)
    return re.sub(
        r"(?i)((?:password|passwd|pwd|secret|token|sig)\s*=\s*)[^\s&;,'\"]+", r"\1…", text
    )


def _split_authority(uri: str) -> tuple[str, str, str] | None:
    """(`s3://`, `user:password`, `bucket/key`) when the authority holds a login."""
    prefix, separator, rest = uri.partition("://")
    if not separator or prefix.lower() in {"file", "memory"}:
        return None
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if "@" not in authority:
        return None
    userinfo, _, host = authority.rpartition("@")
    return prefix + separator, userinfo, host + rest[len(authority) :]


def _without_secret_parameters(uri: str) -> str:
    head, mark, query = uri.partition("?")
    if not mark or not _SECRET_PARAMETER.search(query):
        return uri
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, value) for key, value in pairs if not _SECRET_PARAMETER.search(key)]
    if len(kept) == len(pairs):
        return uri
    return head + (mark + urlencode(kept) if kept else "")
