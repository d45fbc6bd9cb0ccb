"""Connections to SQLite whose statements end when they give no row for too long."""

from __future__ import annotations

import sqlite3
from time import monotonic
from typing import Any, Self

INSTRUCTIONS = 100_000
"""Steps of SQLite's virtual machine, about a millisecond, after which the clock is looked at."""


class Timed(sqlite3.Connection):
    """A connection on which a statement is interrupted that works for more than `seconds` before
    it gives rows. Raises sqlite3.OperationalError («interrupted») then.
    """

    seconds: float = float("inf")
    _deadline: float = float("inf")

    def limit(self, seconds: float) -> None:
        """Interrupt statements from now on."""
        self.seconds = seconds
        self.set_progress_handler(self._is_late, INSTRUCTIONS)

    def begin(self) -> None:
        """Rows are asked for from now on."""
        self._deadline = monotonic() + self.seconds

    def cursor(self, *_: Any, **__: Any) -> TimedCursor:  # type: ignore[override]
        return super().cursor(TimedCursor)

    def _is_late(self) -> bool:
        return monotonic() > self._deadline


class TimedCursor(sqlite3.Cursor):
    """A cursor that begins the time of its connection anew whenever it asks for rows."""

    connection: Timed

    def execute(self, *arguments: Any) -> Self:
        self.connection.begin()
        return super().execute(*arguments)

    def fetchone(self) -> Any:
        self.connection.begin()
        return super().fetchone()

    def fetchmany(self, *arguments: Any, **named: Any) -> list[Any]:
        self.connection.begin()
        return super().fetchmany(*arguments, **named)

    def fetchall(self) -> list[Any]:
        self.connection.begin()
        return super().fetchall()
