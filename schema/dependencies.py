"""Keys of several columns, and columns that determine others: read off the sample of rows.

A key or a dependency that a sample shows is evidence, not proof; how much of one is told with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from schema.figures import Figures
    from schema.sketches import RowSample

MOST_ROWS = 4096
LEAST_ROWS = 20
MOST_COLUMNS = 16
"""Columns that keys are put together of; four times as many are looked at for dependencies."""

MOST_KEYS = 5
MOST_DEPENDENCIES = 20
LONGEST_KEY = 64
LEAST_EXPECTED = 5.0
"""Pairs of rows that would be alike by chance: with fewer, that none are tells nothing."""

LEAST_SHARE = 0.98
LEAST_LIFT = 0.9
"""How much of what the most frequent value alone leaves open has to be determined."""

_FIRST_ROWS = 512
_ONE_PERCENT = -math.log(0.01)


@dataclass(frozen=True, slots=True)
class CompositeKey:
    """Columns that together have no value twice, none of which could be left out.

    `most_repeated` bounds the share of rows that repeat another at 99 % confidence; 0 where all
    rows were looked at.
    """

    fields: tuple[str, ...]
    most_repeated: float


@dataclass(frozen=True, slots=True)
class Determination:
    """`by` determines `field`: in a share of the rows (0 to 1) the value is the most frequent one
    of those with the same `by` (one less the measure g3 of Kivinen and Mannila, 1995).
    """

    field: str
    by: str
    share: float


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Of the rows of the sample; `complete` where these are all rows."""

    keys: tuple[CompositeKey, ...] = ()
    determinations: tuple[Determination, ...] = ()
    complete: bool = True

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Dependencies:
        """The inverse of `dataclasses.asdict`, after JSON too."""
        return cls(
            tuple(
                CompositeKey(tuple(one["fields"]), one["most_repeated"]) for one in value["keys"]
            ),
            tuple(Determination(**one) for one in value["determinations"]),
            value["complete"],
        )


@dataclass(frozen=True, slots=True)
class _Coded:
    """One column of the sample as numbers that stand for its values, dense from 0; nulls are one
    value.
    """

    path: str
    codes: np.ndarray
    size: int
    can_be_key: bool


def dependencies(sample: RowSample, columns: Sequence[Figures], rows: int) -> Dependencies:
    """Of the top-level columns of a table of so many rows."""
    coded = [one for column in columns[: 4 * MOST_COLUMNS] if (one := _coded(column)) is not None]
    if not coded or len(coded[0].codes) < LEAST_ROWS:
        return Dependencies(complete=sample.complete)
    complete = sample.complete and rows <= MOST_ROWS
    whole = any(column.unique and column.count == rows for column in columns)
    keys = () if whole else tuple(_keys(coded, rows, complete=complete))
    return Dependencies(keys, tuple(_determinations(coded)), complete)


def _coded(column: Figures) -> _Coded | None:
    values = column.aligned
    if values is None or pa.types.is_nested(values.type):
        return None
    values = values.slice(0, MOST_ROWS)
    try:
        encoded = pc.dictionary_encode(values, null_encoding="encode")
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return None
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    lengths = column.column.lengths
    short = lengths is None or not column.text or (lengths.high or 0) <= LONGEST_KEY
    fits = not values.null_count and not pa.types.is_floating(values.type) and short
    return _Coded(column.path, codes, len(encoded.dictionary), fits)


def _keys(coded: Sequence[_Coded], rows: int, *, complete: bool) -> Iterator[CompositeKey]:
    """Pairs of columns, and triples where no pair is one, that repeat in no row of the sample."""
    seen = len(coded[0].codes)
    able = [one for one in coded if one.can_be_key and 1 < one.size < seen][:MOST_COLUMNS]
    bound = 0.0 if complete else min(1.0, 2 * _ONE_PERCENT * rows / seen**2)
    found: list[CompositeKey] = []
    for width in (2, 3):
        for together in combinations(able, width):
            if _is_key(together, seen):
                names = tuple(one.path for one in together)
                found.append(CompositeKey(names, round(bound, 6)))
                if len(found) == MOST_KEYS:
                    break
        if found:
            break
    return iter(found)


def _is_key(together: Sequence[_Coded], seen: int) -> bool:
    possible = math.prod(one.size for one in together)
    if possible < seen or seen * seen / 2 / possible < LEAST_EXPECTED:
        return False
    return all(
        len(np.unique(_joined(together, most))) == most
        for most in ((_FIRST_ROWS, seen) if seen > _FIRST_ROWS else (seen,))
    )


def _joined(together: Sequence[_Coded], most: int) -> np.ndarray:
    """One number for the values of several columns in each of the first rows."""
    joined = together[0].codes[:most]
    for one in together[1:]:
        joined = joined * one.size + one.codes[:most]
    return joined


def _determinations(coded: Sequence[_Coded]) -> list[Determination]:
    """What columns that repeat determine, where that is more than the most frequent value does."""
    seen = len(coded[0].codes)
    varying = [one for one in coded if one.size > 1]
    if len(varying) < 2:
        return []
    matrix = np.stack([one.codes for one in varying], axis=1)
    common = np.array([np.bincount(one.codes).max() / seen for one in varying])
    found = []
    for by in varying:
        if by.size > seen // 2:
            continue
        _, first = np.unique(by.codes, return_index=True)
        alike = (matrix == matrix[first][by.codes]).mean(axis=0)
        for at in np.flatnonzero(alike >= 0.9):
            field = varying[at]
            if field is by:
                continue
            share = _determined(by, field)
            if share >= LEAST_SHARE and share - common[at] >= LEAST_LIFT * (1 - common[at]):
                found.append(Determination(field.path, by.path, round(share, 6)))
    return sorted(found, key=lambda one: -one.share)[:MOST_DEPENDENCIES]


def _determined(by: _Coded, field: _Coded) -> float:
    pairs, counts = np.unique(by.codes * field.size + field.codes, return_counts=True)
    most = np.zeros(by.size, np.int64)
    np.maximum.at(most, pairs // field.size, counts)
    return float(most.sum() / len(by.codes))
