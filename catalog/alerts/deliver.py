"""Sending what waits in the outbox."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from catalog.store import Store

MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
PAGES = "http://127.0.0.1:8400"


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did: alerts sent, and faults of the batches that were not."""

    sent: int = 0
    faults: tuple[str, ...] = ()


def deliver(store: Store, *, base: str | None = None, now: datetime | None = None) -> Delivered:
    """Send all alerts that are due, those of one rule together.

    A batch is claimed before it is told, and nobody else tells it meanwhile; what cannot be told
    is tried again after 30 s, 1 min, 2 min … by a later round, twelve times. `base` is the address
    of the pages that links lead to, by default `HEADWATER_URL`. A fault is no exception here: it
    stands with the alerts.
    """
    pages = base or os.environ.get("HEADWATER_URL") or PAGES
    if not store.alerts.rules():
        return Delivered()
    store.alerts.notice_late(now)
    sent, faults = 0, []
    for batch in store.alerts.claim(now):
        from catalog.alerts.channels import Undelivered, tell

        try:
            tell(batch, pages)
        except Undelivered as error:
            faults.append(f"alert {batch.rule.name}: {error}")
            tries = max(alert.attempts for alert in batch.alerts)
            again = not error.final and tries < MOST_ATTEMPTS
            pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE) if again else None
            store.alerts.undelivered(batch, str(error), pause, now)
        else:
            store.alerts.delivered(batch, now)
            sent += len(batch.alerts)
    return Delivered(sent, tuple(faults))
