"""When each column of a source came, and when its type and its content changed last.

That is carried on from the version before as a new one is recorded, so that reading it costs
nothing. Of catalogs in which it was not kept it is made of all versions, with the next one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from catalog.store.codec import HISTORY
from catalog.store.rows import chunks
from catalog.store.tables import versions

Figures = Mapping[str, Any]
Key = tuple[str, int]
"""A column by name and turn: names may repeat."""

GONE = "gone"
"""Under which the figures of a table have that of columns that are no longer there."""

MOST_DECODED = 64
"""Versions whose figures are decoded together."""

_TOLD = (
    *("count", "null_count", "empty_count", "distinct_count", "misfit_count", "min", "max"),
    *("min_length", "max_length", "mean", "std", "mean_length"),
)
"""Figures of which one that differs is content that differs."""


@dataclass(frozen=True, slots=True)
class ColumnHistory:
    """Versions by number and, in ISO format, the times that they were recorded. The type has not
    changed where `type_version` is None, the content where `changes` is 0.
    """

    first_version: int
    first_seen: str
    last_version: int
    """The newest whose content differs from that of the version before, or the first."""
    last_changed: str
    changes: int = 0
    """In how many versions the content differed from that of the version before."""
    type_version: int | None = None
    """The newest whose type is another than that of the version before."""
    type_changed: str | None = None
    previous_type: str | None = None


def history_of(column: Figures) -> ColumnHistory | None:
    """That of a column's figures as the store has them; None where it was not kept."""
    kept = column.get(HISTORY)
    return ColumnHistory(*kept) if kept else None


def histories(figures: Figures) -> dict[Key, ColumnHistory]:
    """Those of the columns of a version's figures, in their order; without what was not kept."""
    found = ((key, history_of(column)) for key, column in _keyed(figures))
    return {key: kept for key, kept in found if kept is not None}


def told(
    figures: Figures, before: Figures | None, number: int, at: datetime, *, anew: bool = False
) -> dict[str, Any]:
    """The figures of version `number`, recorded `at`, with what is carried on from those of the
    version before; None where it is the first. Told `anew`, those before are of the same version:
    what is read otherwise now is no change of the data.
    """
    known = dict(_known(before))
    columns = []
    for key, column in _keyed(figures):
        last, kept = known.pop(key, (None, None))
        if kept is None:
            kept = ColumnHistory(number, at.isoformat(), number, at.isoformat())
        elif not anew:
            kept = _carried(column, last, kept, number, at.isoformat())
        columns.append({**column, HISTORY: astuple(kept)})
    gone = [[*key, astuple(kept)] for key, (_, kept) in known.items() if kept is not None]
    return {**figures, "columns": columns, **({GONE: gone} if gone else {})}


def _carried(
    column: Figures, last: Figures | None, kept: ColumnHistory, number: int, at: str
) -> ColumnHistory:
    """`last` is None where the column was gone, and is there again."""
    if last is not None and last["type"] != column["type"]:
        kind = str(last["type"])
        kept = replace(kept, type_version=number, type_changed=at, previous_type=kind)
    elif last is not None and all(_alike(last.get(name), column.get(name)) for name in _TOLD):
        return kept
    return replace(kept, last_version=number, last_changed=at, changes=kept.changes + 1)


def _alike(one: Any, other: Any) -> bool:
    """Equal, floats but for what the order of adding them up makes of their last digits."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)


def _keyed(figures: Figures) -> Iterator[tuple[Key, Figures]]:
    turns: dict[str, int] = {}
    for column in figures["columns"]:
        name = column["name"]
        turn = turns[name] = turns.get(name, -1) + 1
        yield (name, turn), column


def _known(figures: Figures | None) -> Iterator[tuple[Key, tuple[Figures | None, Any]]]:
    if figures is not None:
        for key, column in _keyed(figures):
            yield key, (column, history_of(column))
        for name, turn, kept in figures.get(GONE, ()):
            yield (name, turn), (None, ColumnHistory(*kept))


def before(connection: Connection, version_pks: Iterable[int]) -> dict[int, Figures]:
    """The figures of versions, by version, with the history of their columns."""
    found: dict[int, Figures] = {}
    for chunk in chunks(version_pks, MOST_DECODED):
        query = select(versions.c.pk, versions.c.source_pk, versions.c.profile)
        for pk, source_pk, figures in connection.execute(query.where(versions.c.pk.in_(chunk))):
            kept = all(HISTORY in column for column in figures["columns"])
            found[pk] = figures if kept else _made(connection, source_pk, pk)
    return found


def _made(connection: Connection, source_pk: int, version_pk: int) -> Figures:
    """The same of a version before which it was not kept: from the first version on."""
    column = versions.c
    query = (
        select(column.number, column.created_at, column.profile)
        .where(column.source_pk == source_pk, column.pk <= version_pk)
        .order_by(column.number)
    )
    figures: Figures | None = None
    for number, at, profile in connection.execute(query):
        figures = told(profile, figures, number, at)
    assert figures is not None
    return figures
