"""What users say of expectations, by source, and which reports were not met."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

from catalog.model import Expectation
from catalog.quality.choices import Choice
from catalog.store import codec
from catalog.store.rows import now, upsert
from catalog.store.tables import choices, reports

_LATEST_REPORTS = 40


def of_source(connection: Connection, source_pk: int) -> dict[str, Choice]:
    """By key, in the order of keys."""
    query = select(choices).where(choices.c.source_pk == source_pk).order_by(choices.c.key)
    return {
        row.key: Choice(
            row.key, row.state, _expectation(row.expectation), row.reason, row.chosen_at
        )
        for row in connection.execute(query)
    }


def keep(connection: Connection, source_pk: int, chosen: Sequence[Choice]) -> None:
    """Keep choices in place of what was kept under their keys."""
    for one in chosen:
        values = {
            "state": one.state,
            "expectation": None if one.expectation is None else codec.encode_one(one.expectation),
            "reason": one.reason,
            "chosen_at": now(),
        }
        made = upsert(connection, choices).values(source_pk=source_pk, key=one.key, **values)
        connection.execute(
            made.on_conflict_do_update(index_elements=["source_pk", "key"], set_=values)
        )


def forget(connection: Connection, source_pk: int, keys: Sequence[str]) -> int:
    """How many of them there were."""
    chosen = delete(choices).where(choices.c.source_pk == source_pk, choices.c.key.in_(keys))
    return int(connection.execute(chosen).rowcount)


def unmet(connection: Connection, source_pk: int) -> dict[int, frozenset[str | None]]:
    """Of the versions whose last report does not meet everything: the columns (None is the table)
    of what is not met.
    """
    last = (
        select(func.max(reports.c.pk))
        .where(reports.c.source_pk == source_pk)
        .group_by(reports.c.version_pk)
        .order_by(func.max(reports.c.pk).desc())
        .limit(_LATEST_REPORTS)
    )
    query = select(reports.c.version_pk, reports.c.results).where(
        reports.c.pk.in_(last), reports.c.success.is_(False)
    )
    return {
        row.version_pk: frozenset(one["field"] for one in row.results if not one["success"])
        for row in connection.execute(query)
    }


def _expectation(value: object) -> Expectation | None:
    return codec.decode_one(value) if isinstance(value, dict) else None
