"""What columns of one source have to do with each other."""

from __future__ import annotations

from typing import Any

from graphene import Float, List, NonNull, ObjectType, String

from catalog import model
from catalog.graphql.scalars import Long


class Correlation(ObjectType):
    """How two columns of numbers go together."""

    field = String(description="One column.")
    other = String(description="The other.")
    coefficient = Float(description="Pearson's coefficient, -1 to 1, over rows that have both.")
    error = Float(description="Its error bound at 99 % confidence; 0 when exact.")


class MissingTogether(ObjectType):
    """Columns that have no value in the same rows."""

    fields = List(NonNull(String), description="Exactly those columns have none.")
    share = Float(description="The share of such rows, 0 to 1; of a sample if there are many.")


class CompositeKey(ObjectType):
    """Columns that together have no value twice in the rows that were compared."""

    fields = List(NonNull(String), description="The columns; none can be left out.")
    most_repeated = Float(
        description="A bound on the share of rows that repeat, at 99 % confidence; 0 when exact."
    )


class Determination(ObjectType):
    """A column whose value tells that of another."""

    field = String(description="The column that is determined.")
    by = String(description="The column that determines it.")
    share = Float(description="The share of rows in which it does, 0 to 1.")


class DuplicateRows(ObjectType):
    """Rows that equal one before them in all columns."""

    count = Long(description="How many; estimated where the error is not 0.")
    error = Float(
        description="How far its share of the rows is off at most, at 99 %; 0 when exact."
    )


def duplicate_rows(version: model.Version) -> dict[str, Any] | None:
    """What the profile of a version knows of them."""
    found = version.figures.get("relations") or {}
    if found.get("duplicates") is None:
        return None
    return {"count": found["duplicates"], "error": found.get("duplicate_error", 0.0)}
