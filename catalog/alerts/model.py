"""Rules, events and deliveries as frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

KINDS: dict[str, str] = {
    "credentials": "credentials or tokens were found in the data",
    "drift": "values are spread otherwise than before",
    "failed": "the source could not be read",
    "gone": "the source is no longer there",
    "late": "no new version came in time, or the newest values fell back",
    "quality": "an expectation that was met is not met any more",
    "schema": "the schema changed so that readers break",
    "score": "the score of quality fell",
    "volume": "there are far more or fewer rows than before",
}
"""What a rule can be about."""


FALL = 5.0
"""Points that the score must fall by where a rule has no threshold."""

_INTERVALS = 3


class Channel(StrEnum):
    """How an alert is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Rule:
    """`kinds` of events at sources whose name or URI `source` (a glob; None is all) matches are
    told to `target`: a URL, addresses with commas between, or a command.

    `threshold` is the score below which it counts (of `score`; None is any fall by 5 or more).
    `after` is how many seconds a source may stay without a new version (of `late`). `secret` is a
    reference (`env:NAME`, `file:PATH`) to what signs or signs in. `server` is the SMTP server.
    """

    pk: int
    name: str
    kinds: tuple[str, ...]
    source: str | None
    channel: Channel
    target: str
    threshold: float | None = None
    after: int | None = None
    secret: str | None = None
    server: str | None = None
    silenced_until: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a source. `key` tells it apart from others of its kind at the
    source: the same event is told once, however often it is noticed. `value` is what a rule's
    threshold is compared with.
    """

    kind: str
    key: str
    message: str
    value: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """An event as a rule tells it. `next_at` is when it is tried next; None when it is silenced,
    sent or given up.
    """

    pk: int
    rule: str
    rule_pk: int
    source_pk: int | None
    source: str | None
    uri: str | None
    kind: str
    message: str
    details: Mapping[str, Any]
    created_at: datetime
    attempts: int
    next_at: datetime | None
    sent_at: datetime | None
    error: str | None

    @property
    def state(self) -> str:
        """`sent`, `waiting`, `silenced` or `given up`."""
        if self.sent_at is not None:
            return "sent"
        if self.next_at is not None:
            return "waiting"
        return "given up" if self.attempts else "silenced"


@dataclass(frozen=True, slots=True)
class Batch:
    """Alerts of one rule that are told together. `delivery` stays the same when it is tried
    again, so that a receiver can tell a repetition.
    """

    delivery: str
    rule: Rule
    alerts: tuple[Alert, ...]


def overdue(created: Sequence[datetime], now: datetime, after: int | None) -> float | None:
    """By how many seconds a source is late, given when its versions came, newest first; None when
    it is not.

    Without `after` (seconds) a version is expected within twice the longest of the intervals
    between the last versions, of which three must be known.
    """
    if not created:
        return None
    allowed = None if after is None else timedelta(seconds=after)
    if allowed is None:
        pairs = list(pairwise(created))
        if len(pairs) < _INTERVALS:
            return None
        allowed = 2 * max(newer - older for newer, older in pairs)
    late = now - created[0] - allowed
    return late.total_seconds() if late > timedelta(0) else None
