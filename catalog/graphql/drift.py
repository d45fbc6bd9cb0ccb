"""Drift between two versions: how values are spread otherwise than before."""

from __future__ import annotations

from typing import Any

from graphene import Field, Float, List, NonNull, ObjectType, String

from catalog.graphql.enums import enum

DriftLevel = enum(
    "DriftLevel",
    "How strong a drift is, beyond what chance does to samples of these sizes.",
    {
        "NONE": ("NONE", "As good as none."),
        "SOME": ("SOME", "An index of 0.1 or more, with a chance below 1 %."),
        "STRONG": ("STRONG", "An index of 0.25 or more, with a chance below 0.1 %."),
    },
)


class Moved(ObjectType):
    """A bin or a value, and its share of the values before and after."""

    what = String(description="The bin or the value; masked where it is personal.")
    before = Float(description="Its share in the older version, 0 to 1.")
    after = Float(description="Its share in the newer version, 0 to 1.")


class Drift(ObjectType):
    """How the values of one column moved from one version to another."""

    field = String(description="The column.")
    level = Field(DriftLevel, description="STRONG from an index of 0.25, SOME from 0.1.")
    index = Float(description="Population stability index.")
    distance = Float(description="Kolmogorov-Smirnov distance, 0 to 1; null but for numbers.")
    divergence = Float(description="Jensen-Shannon divergence in bits, 0 to 1.")
    chance = Float(description="How often samples of one population would differ as much.")
    nulls_before = Float(description="The share of nulls in the older version.")
    nulls_after = Float(description="The share of nulls in the newer version.")
    moved = List(NonNull(Moved), description="What moved most, furthest first.")


def drift_between(found: dict[str, Any]) -> Any:
    """The drift of a diff that has `from_` and `to`."""
    from catalog.quality.drift import drift
    from catalog.quality.evidence import Evidence

    before, after = found["from_"], found["to"]
    return [] if before.pk == after.pk else drift(Evidence.of(before), Evidence.of(after))
