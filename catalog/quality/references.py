"""References: columns whose values are keys of another source, and what is known of them.

Judged from the keys that are kept of both sources (`schema.sketches.Keys`): a value of which the
key is below both thresholds and not among those of the other is an orphan for certain; that there
is none among those looked at bounds how many there can be among the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from catalog.joins.model import Family, KeyColumn
from catalog.model import Expectation
from schema.hashing import hash_values
from schema.normal import hash_normal
from schema.profile import ColumnProfile
from schema.sketches import Overlap

KIND = "expect_column_values_to_refer_to_key"
"""Great Expectations has none of this meaning; `catalog.quality.orphans` says how it runs it."""

SURE = 0.99
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of a source that refer to `key` of another `source` (its primary key in the
    catalog), which people know as `table`.
    """

    fields: tuple[str, ...]
    source: int
    table: str
    key: tuple[str, ...]
    declared: bool = False

    def arguments(self) -> dict[str, Any]:
        """The arguments of the expectation, JSON-ready; `of` is the inverse."""
        one = len(self.fields) == 1
        named = {"column": self.fields[0]} if one else {"column_list": list(self.fields)}
        found = {**named, "key_of": self.table, "key": list(self.key), "source": self.source}
        return {**found, "declared": True} if self.declared else found

    @classmethod
    def of(cls, kwargs: Mapping[str, Any]) -> Reference:
        """The reference that an expectation with those arguments is about."""
        fields = tuple(kwargs.get("column_list") or [kwargs["column"]])
        declared = bool(kwargs.get("declared", False))
        return cls(fields, kwargs["source"], kwargs["key_of"], tuple(kwargs["key"]), declared)


@dataclass(frozen=True, slots=True)
class Referral:
    """A reference as it stands in one version. `overlap` is None where no keys of both sides are
    kept: of several columns, of columns with one value.
    """

    reference: Reference
    overlap: Overlap | None = None
    values: int = 0
    """Different values of the column."""
    orphans: tuple[Any, ...] = ()
    """Some of the values that are no keys, as far as the profile shows values at all."""

    @property
    def seen(self) -> str | None:
        """What was seen, in words; None where nothing was."""
        if self.overlap is None or not self.overlap.mine:
            return None
        looked, shared = self.overlap.mine, self.overlap.shared
        if shared < looked:
            return f"{looked - shared:,} of {looked:,} different values are no keys"
        if looked >= self.values:
            return f"all {looked:,} different values are keys"
        most = 1 - (1 - SURE) ** (1 / looked)
        return (
            f"all of {looked:,} looked at of about {self.values:,} different values are keys: at "
            f"most {100 * most:.2g} % are not, with {100 * SURE:.0f} % certainty"
        )


def references_in(expectations: Iterable[Expectation | None]) -> list[Reference]:
    """The references that expectations are about."""
    return [Reference.of(one.kwargs) for one in expectations if one and one.type == KIND]


def referral(
    reference: Reference,
    mine: KeyColumn | None,
    theirs: KeyColumn | None,
    figures: ColumnProfile | None = None,
) -> Referral:
    """How a reference stands, by the keys of both columns and the values that a profile shows."""
    if mine is None or theirs is None:
        return Referral(reference)
    overlap = mine.keys.overlap(theirs.keys)
    orphans = ()
    if overlap.shared < overlap.mine and theirs.keys.complete and figures is not None:
        orphans = _orphans(mine, theirs, figures)
    return Referral(reference, overlap, mine.distinct, orphans)


def _orphans(mine: KeyColumn, theirs: KeyColumn, figures: ColumnProfile) -> tuple[Any, ...]:
    shown = [top.value for top in figures.top_values] + [figures.min, figures.max]
    values = [value for value in dict.fromkeys(shown) if value is not None]
    hashes = _hashes(mine.family, values)
    if hashes is None:
        return ()
    there = np.isin(hashes, theirs.keys.hashes)
    missing = [value for value, known in zip(values, there, strict=True) if not known]
    return tuple(missing[:_EXAMPLES])


def _hashes(family: Family, values: Sequence[Any]) -> np.ndarray | None:
    """The key of each value, as `schema.keys` makes them; None where that is not known."""
    if family is Family.TEXT and all(isinstance(value, str) for value in values):
        texts = pa.array(values, pa.string())
        hashes = [hash_normal(texts.slice(at, 1)) for at in range(len(texts))]
        return np.array([one[0] if len(one) else 0 for one in hashes], dtype=np.uint64)
    if family is Family.NUMBER and all(type(value) is int for value in values):
        with np.errstate(over="ignore"):
            return hash_values(pa.array(values, pa.int64()))
    return None
