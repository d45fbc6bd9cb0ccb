"""One record on its way into the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catalog.model import Record, Status
from catalog.store.claiming import Claim

Row = dict[str, Any]


@dataclass(slots=True)
class Work:
    """A record with its source's row, what becomes of it, its version and report."""

    record: Record
    claim: Claim
    status: Status
    version_pk: int | None = None
    report_pk: int | None = None

    @property
    def pk(self) -> int:
        return self.claim.pk
