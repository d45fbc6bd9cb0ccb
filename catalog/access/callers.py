"""Who asks: roles, the tokens that carry them, and a caller as the service sees one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a caller may do; each may do what those before it may."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether it may do what `other` may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the catalog keeps it, without its secret. Times are UTC and zone-aware.

    `unmask` is the right to see personal data. `used_at` is exact to the hour.
    """

    pk: int
    name: str
    role: Role
    unmask: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def state(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        expired = self.expires_at is not None and self.expires_at <= now
        return "expired" if expired else "active"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `token` is the token's number; `session` the secret of a browser's session."""

    name: str
    role: Role
    unmask: bool = False
    token: int | None = None
    session: str | None = field(default=None, repr=False)


LOCAL = Caller("local", Role.ADMIN)
"""Whoever reaches a service that asks for no tokens, which listens on this machine only."""


DONE = "done"
STARTED = "STARTED"
FAILED = "FAILED"
STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was asked to change. `outcome` is `done`, the code of an error, FAILED where a
    command ended so by itself, STOPPED by its user; STARTED goes on, or was killed.
    """

    pk: int
    at: datetime
    caller: str
    token: int | None
    action: str
    target: str | None
    outcome: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries of the audit log; None is any. `until` is not among them."""

    caller: str | None = None
    action: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Asked()
