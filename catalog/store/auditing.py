"""The audit log: what was asked to change, written in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from catalog.access.callers import DONE, Asked, AuditEntry
from catalog.store.rows import now
from catalog.store.tables import audit


@dataclass(slots=True)
class Note:
    """A line of the log about what goes on. The first transaction that this context writes
    writes it too, with `outcome` as it is then; `pk` is its number from then on.
    """

    action: str
    caller: str
    token: int | None = None
    target: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = DONE
    pk: int | None = None
    written: dict[str, Any] | None = None

    def values(self) -> dict[str, Any]:
        """The columns of the line but for the time."""
        return {
            "caller": self.caller,
            "token_pk": self.token,
            "action": self.action,
            "target": self.target,
            "outcome": self.outcome,
            "details": dict(self.details),
        }


_due: ContextVar[Note | None] = ContextVar("headwater_note", default=None)


@contextmanager
def noting(note: Note | None) -> Iterator[None]:
    """Have what is written within noted; without a note, have it not."""
    before = _due.set(note)
    try:
        yield
    finally:
        _due.reset(before)


def due() -> Note | None:
    """The note that the next transaction has to write."""
    note = _due.get()
    return note if note is not None and note.pk is None else None


def add(connection: Connection, note: Note) -> tuple[int, dict[str, Any]]:
    """Write a note; gives its number and what was written, to be kept once that is committed."""
    values = note.values()
    made = connection.execute(insert(audit).values(at=now(), **values)).inserted_primary_key
    assert made is not None
    return made[0], values


def change(connection: Connection, note: Note) -> None:
    """Write a note again that has changed since."""
    connection.execute(update(audit).where(audit.c.pk == note.pk).values(**note.values()))


def log(connection: Connection, asked: Asked, *, first: int, after: int | None) -> list[AuditEntry]:
    """Entries, newest first, older than entry `after`."""
    wanted = select(audit).where(*_conditions(asked)).order_by(audit.c.pk.desc()).limit(first)
    if after is not None:
        wanted = wanted.where(audit.c.pk < after)
    return [AuditEntry(*row) for row in connection.execute(wanted)]


def count(connection: Connection, asked: Asked) -> int:
    """How many entries there are."""
    wanted = select(func.count()).select_from(audit).where(*_conditions(asked))
    return int(connection.execute(wanted).scalar_one())


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    column = audit.c
    found = [
        known == wanted
        for known, wanted in (
            (column.caller, asked.caller),
            (column.action, asked.action),
            (column.outcome, asked.outcome),
        )
        if wanted is not None
    ]
    if asked.since is not None:
        found.append(column.at >= asked.since)
    if asked.until is not None:
        found.append(column.at < asked.until)
    return found
