"""Connections to SQLite whose statements end when they give no row for too long, and which wait to
be used again: a new one reads what is said of every table before its first statement.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, Self

INSTRUCTIONS = 100_000
"""Steps of SQLite's virtual machine, about a millisecond, after which the clock is looked at."""

MOST_IDLE = 8
"""Connections that wait in this process, of all databases: each holds a file open."""


class Timed(sqlite3.Connection):
    """A connection on which a statement is interrupted that works for more than `seconds` before
    it gives rows. Raises sqlite3.OperationalError («interrupted») then.
    """

    seconds: float = float("inf")
    kept: Kept | None = None
    state: tuple[int, ...] = ()
    """Of the file, when this was opened."""
    _deadline: float = float("inf")

    def close(self) -> None:
        """Wait to be used again, where that is wanted."""
        if self.kept is None or not self.kept.take_back(self):
            super().close()

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


class Kept:
    """The connections to one database, each of which is used again while the file is as it was
    when it was opened. Of 3,000 tables it takes 12 ms to open one.
    """

    def __init__(self, path: str, connect: Callable[[], Timed]) -> None:
        self._path = path
        self._connect = connect
        self._ended = False

    def open(self) -> Timed:
        """A connection that waits, or a new one. Raises sqlite3.Error."""
        state = self._state()
        while (found := self._waiting()) is not None:
            if found.state == state:
                return found
            _end(found)
        made = self._connect()
        made.kept, made.state = self, state
        return made

    def take_back(self, connection: Timed) -> bool:
        """Whether a connection waits from now on, and is not to be closed."""
        if self._ended or connection.in_transaction:
            return False
        with _lock:
            _idle.append(connection)
            late = _idle.pop(0) if len(_idle) > MOST_IDLE else None
        if late is not None:
            _end(late)
        return True

    def end(self) -> None:
        """Close those that wait; from now on none does."""
        self._ended = True
        while (found := self._waiting()) is not None:
            _end(found)

    def _waiting(self) -> Timed | None:
        with _lock:
            at = next((at for at, one in enumerate(_idle) if one.kept is self), None)
            return None if at is None else _idle.pop(at)

    def _state(self) -> tuple[int, ...]:
        """What tells whether the file is another one, and which process asks: none may use what
        was opened before it was forked.
        """
        try:
            found = os.stat(self._path)  # noqa: PTH116  a path may hold bytes of no encoding
        except OSError:
            return (os.getpid(),)
        return os.getpid(), found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


_idle: list[Timed] = []
_lock = threading.RLock()
"""One thread may come twice: sources that are let go end their connections at any moment."""


def _end(connection: Timed) -> None:
    connection.kept = None
    connection.close()
