"""What happens in a catalog, as values that can be followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What happened."""

    SOURCE_FOUND = "SOURCE_FOUND"
    SOURCE_CHANGED = "SOURCE_CHANGED"
    SOURCE_GONE = "SOURCE_GONE"
    QUALITY_CHANGED = "QUALITY_CHANGED"
    JOB_PROGRESSED = "JOB_PROGRESSED"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: to the source of that primary key, or to a job of this service.

    `pk` counts events of the store; those of jobs are not kept and have none.
    """

    kind: EventKind
    at: datetime
    source_pk: int | None = None
    job: Any = None
    pk: int | None = None
