"""Two columns → whether they join, how surely, and why.

Overlap alone proves little: inclusion in a unique column is right for one in ten pairs of integer
columns, since most keys count from one. So the evidence is what the shared values tell (bits: none
for numbers that count, more the longer texts are and the sparser numbers), what the names tell,
and what the values mean; independent pieces are combined as 1 - Π(1 - p).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from catalog.joins import names
from catalog.joins.model import Cardinality, Declared, Family, Join, JoinKind, KeyColumn
from schema.sketches import Overlap

LEAST_SCORE = 0.4
"""Joins below are not told: they are rather chance than sense."""

REFERS = 0.6
"""The evidence from which on a column that is contained in a unique one refers to it."""

_CONTAINED = 0.9
_MEANINGLESS = frozenset(
    ("year", "month", "day_of_month", "hour", "age", "money", "percentage", "latitude", "longitude")
)
_CARDINALITIES = {
    (True, True): Cardinality.ONE_TO_ONE,
    (True, False): Cardinality.ONE_TO_MANY,
    (False, True): Cardinality.MANY_TO_ONE,
    (False, False): Cardinality.MANY_TO_MANY,
}


@dataclass(frozen=True, slots=True)
class _Direction:
    """One column seen as one that may refer to another."""

    referrer: KeyColumn
    key: KeyColumn
    contained: float
    named: float
    evidence: float

    @property
    def refers(self) -> bool:
        return (
            self.key.key
            and self.contained >= _CONTAINED
            and self.evidence >= REFERS
            and self.referrer.distinct <= 1.05 * self.key.distinct + 1
            and not _at_home(self.referrer)
        )

    @property
    def score(self) -> float:
        return math.pow(self.contained, 1.5) * self.evidence if self.key.unique else 0.0


def as_declared(mine: KeyColumn, other: KeyColumn, one: Declared, kind: JoinKind) -> Join:
    """The join that is declared of two columns, whatever they hold."""
    overlap = mine.keys.overlap(other.keys)
    seen = bool(overlap.mine or overlap.theirs)
    told = "it is declared as a foreign key"
    if one.beside:
        pairs = ", ".join(f"{ours!r} → {theirs!r}" for ours, theirs in one.beside)
        told += f", together with {pairs}"
    return Join(
        mine.source,
        mine.name,
        other.source,
        other.name,
        kind,
        _CARDINALITIES[mine.unique, other.unique],
        1.0,
        _rounded(overlap.containment),
        _rounded(overlap.reverse),
        round(overlap.jaccard, 4) if seen else None,
        (told,),
        declared=True,
    )


def judge(mine: KeyColumn, other: KeyColumn) -> Join | None:
    """How two columns join, None when they do not or hardly."""
    if not _comparable(mine, other):
        return None
    overlap = mine.keys.overlap(other.keys)
    if overlap.mine and overlap.theirs and not overlap.shared:
        return None
    if not (overlap.mine or overlap.theirs) and not _within(mine, other):
        return None
    shared = _information(mine, other, overlap)
    out = _direction(mine, other, overlap.containment, shared)
    back = _direction(other, mine, overlap.reverse, shared)
    kind = _kind(out, back)
    score = _score(out, back, overlap, shared, kind)
    same_source = mine.source == other.source
    if score < LEAST_SCORE or (same_source and kind is JoinKind.SHARED):
        return None
    seen = bool(overlap.mine or overlap.theirs)
    return Join(
        mine.source,
        mine.name,
        other.source,
        other.name,
        kind,
        _CARDINALITIES[mine.unique, other.unique],
        round(min(score, 1.0), 3),
        _rounded(overlap.containment),
        _rounded(overlap.reverse),
        round(overlap.jaccard, 4) if seen else None,
        tuple(_reasons(out, back, kind, overlap)),
    )


def _comparable(mine: KeyColumn, other: KeyColumn) -> bool:
    families = {mine.family, other.family}
    if len(families) > 1 and families != {Family.NUMBER, Family.TEXT}:
        return False
    return mine.source != other.source or mine.position != other.position


def _within(mine: KeyColumn, other: KeyColumn) -> bool:
    """Whether bounds allow what sketches cannot tell: few values in a far larger column."""
    bounds = (mine.low, mine.high, other.low, other.high)
    low, high, least, most = bounds
    if low is None or high is None or least is None or most is None:
        return mine.family is other.family is Family.TEXT
    return (least <= low and high <= most) or (low <= least and most <= high)


def _information(mine: KeyColumn, other: KeyColumn, overlap: Overlap) -> float:
    """How surely, 0 to 0.9, so many shared values are no chance, by what one of them tells."""
    if mine.dense and other.dense and mine.family is other.family:
        return 0.0
    larger = max(mine, other, key=lambda column: column.distinct)
    shared = overlap.shared
    if larger.family is Family.NUMBER:
        ends = (abs(larger.low or 0.0), abs(larger.high or 0.0))
        sparse = max(*ends, 1.0) / max(larger.distinct, 1)
        bits = 0.0 if larger.dense else min(8.0, math.log2(max(sparse, 1.0)))
    elif larger.family is Family.TEXT:
        lengths = [one.length for one in (mine, other) if one.length is not None]
        bits = min(16.0, 2.0 * min(lengths, default=1.0))
    else:
        bits = 16.0 if larger.family is Family.BINARY else 0.0
    return 0.9 * (1 - math.pow(2.0, -bits * shared / 8))


def _direction(
    referrer: KeyColumn, key: KeyColumn, contained: float | None, shared: float
) -> _Direction:
    table = key.table if key.key else ()
    named = names.reference(
        referrer.words, key.words, table, same_source=referrer.source == key.source
    )
    if referrer.source == key.source:
        shared = 0.0 if referrer.unique else shared * 0.5
    if names.is_measure(referrer.words) or names.is_measure(key.words):
        shared /= 2
    meant = _meaning(referrer, key)
    coverage = min(1.0, referrer.distinct / max(key.distinct, 1))
    covered = 0.25 * coverage if named >= 0.5 else 0.0
    evidence = 1 - (1 - shared) * (1 - named) * (1 - max(meant, 0.0)) * (1 - covered)
    if meant < 0 and named < 0.9:
        evidence *= 0.6
    if contained is None:  # not seen, so only a name that leaves no doubt tells
        contained = 0.9 if named >= 0.88 and _within(referrer, key) else 0.0
    return _Direction(referrer, key, contained, named, evidence)


def _meaning(mine: KeyColumn, other: KeyColumn) -> float:
    """What the semantic types tell: for (above 0), against (below 0) or nothing."""
    if mine.semantic is None or other.semantic is None:
        return 0.0
    if mine.semantic != other.semantic:
        return -1.0
    return 0.0 if mine.semantic in _MEANINGLESS else 0.5


def _at_home(column: KeyColumn) -> bool:
    """Whether a column is the key of its own table by name: it refers to nothing."""
    what = names.core(column.words)
    return column.unique and (not what or names.alike(what, column.table))


def _kind(out: _Direction, back: _Direction) -> JoinKind:
    if out.refers and (not back.refers or out.named > back.named):
        return JoinKind.FOREIGN_KEY
    if back.refers and (not out.refers or back.named > out.named):
        return JoinKind.REFERENCED_BY
    return JoinKind.SHARED


def _score(
    out: _Direction, back: _Direction, overlap: Overlap, shared: float, kind: JoinKind
) -> float:
    if kind is JoinKind.FOREIGN_KEY:
        return out.score
    if kind is JoinKind.REFERENCED_BY:
        return back.score
    mine, other = out.referrer, out.key
    named = names.same(mine.words, other.words)
    if names.is_measure(mine.words) or names.is_measure(other.words):
        named, shared = min(named, 0.3), shared / 2
    meant = _meaning(mine, other)
    evidence = 1 - (1 - shared) * (1 - named) * (1 - max(meant, 0.0))
    if meant < 0:
        evidence *= 0.6
    within = max(overlap.containment or 0.0, overlap.reverse or 0.0)
    alike = 0.7 * within + 0.3 * overlap.jaccard
    either = max(out.score, back.score) * 0.95
    return max(either, 0.9 * math.pow(alike, 1.5) * evidence)


def _reasons(out: _Direction, back: _Direction, kind: JoinKind, overlap: Overlap) -> list[str]:
    """The evidence in words, strongest first."""
    way = back if kind is JoinKind.REFERENCED_BY else out
    found = []
    if overlap.shared:
        share = (overlap.reverse if way is back else overlap.containment) or 0.0
        found.append(f"{share:.0%} of {way.referrer.name!r} is in {way.key.name!r}")
    if way.key.unique:
        found.append(f"{way.key.name!r} is unique")
    if max(way.named, names.same(out.referrer.words, out.key.words)) >= 0.5:
        found.append("the names fit")
    if _meaning(out.referrer, out.key) > 0:
        found.append(f"both are {out.referrer.semantic}")
    return found


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
