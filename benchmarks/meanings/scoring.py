"""What is told of labelled columns: precision, recall and F1, by type, and how sure it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

LABELS = Path(__file__).with_name("labels.txt")
LATER_LABELS = Path(__file__).with_name("later.txt")
UNCOUNTED = "?"
NONE = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One column: what it is (several where each is right) and what was told, with confidence."""

    table: str
    column: str
    expected: frozenset[str]
    told: str = NONE
    confidence: float = 1.0

    @property
    def right(self) -> bool:
        return self.told in self.expected

    @property
    def held_out(self) -> bool:
        """Whether its table is of the half whose faults nobody looked at."""
        return bool(crc32(self.table.encode()) & 1)


@dataclass(frozen=True, slots=True)
class Score:
    """Of columns with a meaning and of those told to have one."""

    right: int
    told: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / max(self.told, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.wanted, 1)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(self.told + self.wanted, 1)

    def __str__(self) -> str:
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f}"


def labels(file: Path = LABELS) -> dict[str, Mapping[str, frozenset[str]]]:
    """What the columns of each table mean; columns that are not named have no meaning."""
    found = {}
    for line in file.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            table, _, rest = line.partition(":")
            pairs = (pair.strip().rpartition("=") for pair in rest.split(";") if pair.strip())
            found[table] = {column: frozenset(kinds.split("|")) for column, _, kinds in pairs}
    return found


def score(columns: Iterable[Told]) -> Score:
    """Precision over what is told, recall over what has a meaning."""
    all_ = [one for one in columns if UNCOUNTED not in one.expected]
    return Score(
        sum(one.right and one.told != NONE for one in all_),
        sum(one.told != NONE for one in all_),
        sum(NONE not in one.expected for one in all_),
    )


def by_type(columns: Iterable[Told]) -> Iterator[str]:
    """A line a type: how many columns are such and were told, and its three figures."""
    counted = [one for one in columns if UNCOUNTED not in one.expected]
    wanted = Counter(_label(one) for one in counted)
    for kind in sorted({*wanted, *(one.told for one in counted)} - {NONE}):
        right = sum(one.right and _label(one) == kind for one in counted)
        told = sum((_label(one) if one.right else one.told) == kind for one in counted)
        yield f"  {kind:18} {wanted[kind]:4} columns, {Score(right, told, wanted[kind])}"


def _label(one: Told) -> str:
    return one.told if one.right else min(one.expected)


def reliability(columns: Iterable[Told]) -> Iterator[str]:
    """Of the answers of each confidence, how many are right."""
    told = [one for one in columns if one.told != NONE and UNCOUNTED not in one.expected]
    for low, high in ((0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)):
        among = [one for one in told if low <= one.confidence < high]
        if among:
            share = sum(one.right for one in among) / len(among)
            mean = sum(one.confidence for one in among) / len(among)
            yield (
                f"  confidence {low:.1f} to {min(high, 1):.1f}: {len(among)} answers, "
                f"mean confidence {mean:.2f}, {share:.2f} right"
            )
