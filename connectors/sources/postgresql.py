"""PostgreSQL through psycopg: values that Python's types cannot hold come as their text."""

from __future__ import annotations

from typing import Any

_TYPES = ("date", "time", "timetz", "timestamp", "timestamptz")


def accept_any_time(connection: Any) -> None:
    """Let dates and times out of Python's range (`infinity`, the year 10000, BC) be read as text
    instead of ending the query. `connection` is psycopg's.
    """
    for name in _TYPES:
        known = connection.adapters.get_loader(connection.adapters.types[name].oid, 0)
        if known is not None:
            connection.adapters.register_loader(name, _accepting(known))


def _accepting(known: Any) -> Any:
    from psycopg import DataError
    from psycopg.adapt import Loader

    class AcceptingLoader(Loader):
        """The loader of the type, which gives the text where that fails."""

        def __init__(self, oid: int, context: Any = None) -> None:
            super().__init__(oid, context)
            self._known = known(oid, context)

        def load(self, data: Any) -> Any:
            try:
                return self._known.load(data)
            except DataError:
                return bytes(data).decode()

    return AcceptingLoader
