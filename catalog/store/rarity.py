"""How rare words are, told by counting no further than it matters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from catalog.terms import Term

COUNTED = 1000
"""How many sources with a word are counted to tell how rare it is; beyond, it is common."""


def rarities_by(
    connection: Connection, terms: Sequence[Term], rows: Select[Any], has: Callable[..., Any]
) -> list[float]:
    """The inverse document frequency of each term; of one alone it does not matter."""
    if len(terms) == 1:
        return [1.0]
    counts = []
    for term in terms:
        some = rows.where(has([term], every=True)).limit(COUNTED).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    row = connection.execute(select(*counts)).one()
    return [math.log(1 + 2 * COUNTED / (count + 0.5)) for count in row]
