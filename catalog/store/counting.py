"""How many sources have each value of a facet, kept while sources are written.

Counting a million of them takes 0.7 s for each listing. Triggers append what a change adds or takes
away to `facet_counts`, so that no writer waits for another, and now and then it is summed up.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    cast,
    func,
    select,
    text,
)

from catalog.store.columns import AnyText
from catalog.store.tables import metadata

PENDING = 5000
"""So many rows may wait to be summed up: adding them to each answer takes 3 ms."""

MOST_VALUES = 50
"""Of each facet that many values are told, the most frequent."""

_WAITING = text("NOT settled")

facet_counts = Table(
    "facet_counts",
    metadata,
    Column(
        "pk",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("facet", String(16), nullable=False),  # or `total`, with an empty value
    Column("value", AnyText, nullable=False),
    Column("number", BigInteger, nullable=False),  # to be added up
    Column("settled", Boolean, nullable=False),  # whether it is a sum already
    Index(
        "ix_facet_counts_pending",
        "pk",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
)

_SUMS = (
    "SELECT facet, value, sum(number), true FROM {rows}"
    " GROUP BY facet, value HAVING sum(number) <> 0"
)
_INTO = "INSERT INTO facet_counts (facet, value, number, settled)"
_SETTLE = {
    "sqlite": (
        f"{_INTO} {_SUMS.format(rows='facet_counts WHERE pk <= :last')}",
        "DELETE FROM facet_counts WHERE pk <= :last",
    ),
    # two that settle at once take different rows
    "postgresql": (
        (
            "WITH taken AS (DELETE FROM facet_counts WHERE pk IN ("
            "SELECT pk FROM facet_counts WHERE pk <= :last FOR UPDATE SKIP LOCKED)"
            f" RETURNING facet, value, number) {_INTO} {_SUMS.format(rows='taken')}"
        ),
    ),
}


def kept(connection: Connection) -> tuple[int, Mapping[str, tuple[tuple[str, int], ...]]]:
    """How many sources there are that are not gone, and how many have each value of a facet, the
    most frequent first.
    """
    number = cast(func.sum(facet_counts.c.number), BigInteger)
    summed = (
        select(
            facet_counts.c.facet,
            facet_counts.c.value,
            number.label("number"),
            func.row_number()
            .over(
                partition_by=facet_counts.c.facet,
                order_by=(number.desc(), facet_counts.c.value),
            )
            .label("place"),
        )
        .group_by(facet_counts.c.facet, facet_counts.c.value)
        .having(number > 0)
        .subquery()
    )
    first = (
        select(summed.c.facet, summed.c.value, summed.c.number)
        .where(summed.c.place <= MOST_VALUES)
        .order_by(summed.c.facet, summed.c.place)
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for facet, value, count in connection.execute(first):
        found.setdefault(facet, []).append((value, count))
    total = sum(count for _, count in found.pop("total", ()))
    return total, {facet: tuple(values) for facet, values in found.items()}


def settle(connection: Connection) -> None:
    """Sum up what was appended, once it is much."""
    waiting = select(facet_counts.c.pk).where(_WAITING)
    many = select(func.count()).select_from(waiting.limit(PENDING + 1).subquery())
    if connection.execute(many).scalar_one() <= PENDING:
        return
    last = connection.execute(select(func.max(facet_counts.c.pk))).scalar_one()
    for statement in _SETTLE[connection.dialect.name]:
        connection.execute(text(statement), {"last": last})
