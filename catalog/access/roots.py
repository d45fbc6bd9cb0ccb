"""What a crawl that is asked for over the network may reach: only what the operator allowed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from schema.errors import NotAllowed

__all__ = ["NOWHERE", "NotAllowed", "Roots", "without_credentials"]


@dataclass(frozen=True, slots=True)
class Roots:
    """Folders and URIs below which a crawl may go; none allows nothing."""

    allowed: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Roots:
        """Roots as `HEADWATER_CRAWL_ROOTS` lists them, separated by white space or commas."""
        return cls(tuple(text.replace(",", " ").split()))

    def check(self, uri: str) -> None:
        """Raises NotAllowed unless `uri`, with links resolved, lies below an allowed root."""
        if not self.allowed:
            raise NotAllowed(
                "crawl: this service allows no crawls; its operator sets HEADWATER_CRAWL_ROOTS"
            )
        wanted = _place(uri)
        if wanted is None or not any(
            _below(wanted, root) for root in map(_place, self.allowed) if root is not None
        ):
            raise NotAllowed(
                f"crawl: {without_credentials(uri)} lies outside what the operator allows "
                "(HEADWATER_CRAWL_ROOTS)"
            )


NOWHERE = Roots()

Place = tuple[str, str, tuple[str, ...]]
"""Scheme, host and port, and the parts of the path."""


def _place(uri: str) -> Place | None:
    """Where a URI leads, None when it cannot be told: chained file systems, queries, dots."""
    if "::" in uri or "\\" in uri or any(ord(letter) < 32 for letter in uri):
        return None
    scheme, separator, rest = uri.partition("://")
    if not separator:
        return _local(uri)
    if scheme.lower() == "file":
        host, slash, path = rest.partition("/")
        return _local(unquote(slash + path)) if host in ("", "localhost") else None
    if scheme.lower().split("+")[0] == "sqlite":
        return _local(rest[1:]) if rest.startswith("//") and "?" not in rest else None
    try:
        parts = urlsplit(uri)
        host = f"{parts.hostname or ''}:{parts.port or ''}"
    except ValueError:
        return None
    steps = PurePosixPath("/" + unquote(parts.path).lstrip("/")).parts
    if parts.query or ".." in steps:
        return None
    return scheme.lower(), host, steps


def _local(path: str) -> Place:
    return "file", "", Path(os.path.realpath(Path(path).expanduser())).parts


def _below(wanted: Place, root: Place) -> bool:
    return wanted[:2] == root[:2] and wanted[2][: len(root[2])] == root[2]


def without_credentials(uri: str) -> str:
    """The URI without what stands before `@` in its host part."""
    scheme, separator, rest = uri.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}" if separator else uri
