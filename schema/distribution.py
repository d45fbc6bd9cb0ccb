"""How the values of a column are spread and written: what versions are compared by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.kind import Kind
from schema.kinds import NUMERIC

if TYPE_CHECKING:
    from schema.figures import Figures

STEPS = 64
"""Order statistics are kept at 0, 1/64, …, 1."""
MOST_SHAPES = 24
MOST_FORMS = 12
MOST_ALPHABETS = 48
MOST_CHARACTERS = 64
MOST_TEXTS = 4096
LONGEST_TEXT = 256
"""Characters of a text that are looked at."""

Run = tuple[int, int]
Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Texts that are written alike: `A` an upper-case letter of ASCII, `a` a lower-case one, `9` a
    digit, all else itself, each standing for a run; `runs` has the shortest and the longest.

    `count` texts of the sample have it. `forms` are the most frequent lengths of its runs with
    counts; `once` lengths were seen in one text only.
    """

    classes: str
    runs: tuple[Run, ...]
    count: int
    once: int
    forms: tuple[tuple[tuple[int, ...], int], ...]

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Shape:
        """The inverse of `dataclasses.asdict`, after JSON too."""
        runs = tuple((low, high) for low, high in value["runs"])
        forms = tuple((tuple(lengths), count) for lengths, count in value["forms"])
        return cls(value["classes"], runs, value["count"], value["once"], forms)


@dataclass(frozen=True, slots=True)
class Distribution:
    """`seen` values were looked at, of a sample unless `complete`.

    `points` are order statistics at multiples of 1 / `STEPS`: numbers, or seconds since 1970.
    Of texts there are `shapes`, `alphabets` (the classes of characters that a text holds, in
    order; before them `A`, `a` or `9` as it begins with such, `^` with white space, else `-`; and
    `$` as it ends with white space, else `-`) and `characters` (each class with the texts that
    hold it), each most frequent first and with counts. `distinct_share` is the number of
    different values over that of values.
    """

    seen: int
    complete: bool
    points: tuple[float, ...] = ()
    shapes: tuple[Shape, ...] = ()
    alphabets: tuple[tuple[str, int], ...] = ()
    characters: tuple[tuple[str, int], ...] = ()
    distinct_share: float | None = None

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Distribution:
        """The inverse of `dataclasses.asdict`, after JSON too."""
        return cls(
            value["seen"],
            value["complete"],
            tuple(value["points"]),
            tuple(map(Shape.from_dict, value["shapes"])),
            tuple((name, count) for name, count in value["alphabets"]),
            tuple((name, count) for name, count in value["characters"]),
            value["distinct_share"],
        )


def distribution_of(figures: Figures) -> Distribution | None:
    """Read off the evidence of one column; None where it has no values or is nested."""
    sample, values = figures.sample, figures.sampled
    if sample is None or values is None or not len(values):
        return None
    counted = figures.frequencies if figures.text else None
    seen, complete = len(values), sample.complete
    points: tuple[float, ...] = ()
    shapes: tuple[Shape, ...] = ()
    alphabets: Counts = ()
    characters: Counts = ()
    if figures.text:
        texts = None if counted is None else list(counted.items())
        if texts is None:
            chosen = values.slice(0, MOST_TEXTS)
            seen, complete = len(chosen), complete and len(chosen) == len(values)
            texts = [(text, 1) for text in pc.cast(chosen, pa.string()).to_pylist()]
        else:
            seen, complete = figures.count, True
        shapes, alphabets, characters = written(texts)
    elif figures.kind in NUMERIC:
        points = spread(pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    elif figures.kind in _MOMENTS:
        points = spread(seconds_of(values))
    kept = figures.column.distinct.counts
    share = float(len(kept) / kept.sum()) if len(kept) else None
    return Distribution(seen, complete, points, shapes, alphabets, characters, share)


def seconds_of(values: pa.Array) -> np.ndarray:
    """Seconds since 1970 of dates and timestamps, NaN for nulls."""
    if pa.types.is_date(values.type):
        days = pc.cast(pc.cast(values, pa.date32()), pa.int32())
        return np.asarray(days.to_numpy(zero_copy_only=False) * 86_400.0)
    return np.asarray(
        pc.cast(values, pa.int64()).to_numpy(zero_copy_only=False) / _TICKS[values.type.unit]
    )


_MOMENTS = (Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ)
_TICKS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def spread(values: np.ndarray) -> tuple[float, ...]:
    """Order statistics of finite numbers, `STEPS` + 1 of them; none of no numbers."""
    finite = np.sort(values[np.isfinite(values)])
    if not len(finite):
        return ()
    places = np.rint(np.linspace(0, len(finite) - 1, STEPS + 1)).astype(np.int64)
    return tuple(float(f"{value:.12g}") for value in finite[places])


def written(
    texts: Iterable[tuple[str, int]],
) -> tuple[tuple[Shape, ...], tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """Shapes, alphabets and characters of texts that each occur so many times."""
    exact: Counter[str] = Counter()
    for text, count in texts:
        exact[text[:LONGEST_TEXT].translate(_CLASSES)] += count
    shapes: dict[str, list[tuple[tuple[int, ...], int]]] = {}
    alphabets: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for shape, count in exact.items():
        runs = [(character, sum(1 for _ in run)) for character, run in groupby(shape)]
        classes = "".join(character for character, _ in runs)
        shapes.setdefault(classes, []).append((tuple(length for _, length in runs), count))
        held = sorted(set(classes))
        alphabets[_edged("".join(held), shape)] += count
        for character in held:
            characters[character] += count
    found = [_shape(classes, seen) for classes, seen in shapes.items()]
    found.sort(key=lambda shape: (-shape.count, shape.classes))
    return (
        tuple(found[:MOST_SHAPES]),
        _most(alphabets, MOST_ALPHABETS),
        _most(characters, MOST_CHARACTERS),
    )


def _shape(classes: str, seen: Sequence[tuple[tuple[int, ...], int]]) -> Shape:
    runs = zip(*(lengths for lengths, _ in seen), strict=True)
    return Shape(
        classes,
        tuple((min(run), max(run)) for run in runs),
        sum(count for _, count in seen),
        sum(count == 1 for _, count in seen),
        tuple(sorted(seen, key=lambda form: (-form[1], form[0]))[:MOST_FORMS]),
    )


def _edged(held: str, shape: str) -> str:
    first = "^" if shape[:1].isspace() else shape[:1] if shape[:1] in _LETTERS else "-"
    return (first or "-") + ("$" if shape[-1:].isspace() else "-") + held


def _most(counts: Counter[str], most: int) -> tuple[tuple[str, int], ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ordered[:most])


_LETTERS = ("A", "a", "9")
_CLASSES = {
    **dict.fromkeys(range(ord("A"), ord("Z") + 1), "A"),
    **dict.fromkeys(range(ord("a"), ord("z") + 1), "a"),
    **dict.fromkeys(range(ord("0"), ord("9") + 1), "9"),
}
