"""Regular expressions over texts: Arrow's for many, Python's for few.

Arrow compiles an expression at each call, which takes 1 to 5 ms for those of dates; Python's are
compiled once, and then take about a microsecond a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FEW = 1024
"""Texts so few are looked at one by one."""

_NAMES = re.compile(r"\(\?P<(\w+)>")


@lru_cache(maxsize=128)
def compiled(pattern: str) -> re.Pattern[str]:
    """Arrow's expression as one of Python."""
    return re.compile(pattern.replace(r"\pL", r"[^\W\d_]"))


@lru_cache(maxsize=128)
def _unnamed(pattern: str) -> str:
    return _NAMES.sub("(?:", pattern)


def matches(values: pa.Array, pattern: str) -> np.ndarray:
    """Whether each text matches; bool."""
    if len(values) <= FEW:
        search = compiled(pattern).search
        return np.array([search(text) is not None for text in values.to_pylist()], dtype=bool)
    found: np.ndarray = pc.match_substring_regex(values, _unnamed(pattern)).to_numpy(
        zero_copy_only=False
    )
    return found


def parts_of(values: pa.Array, pattern: str) -> Mapping[str, pa.Array]:
    """What each named group of a pattern holds, empty where it took no part. Raises
    pa.ArrowInvalid when a text does not match.
    """
    names = _NAMES.findall(pattern)
    if len(values) <= FEW:
        search = compiled(pattern).search
        rows = [search(text) for text in values.to_pylist()]
        if None in rows:
            raise pa.ArrowInvalid("a text has another form")
        return {
            name: pa.array([row[name] or "" for row in rows if row], pa.string()) for name in names
        }
    found = pc.extract_regex(values, pattern)
    if found.null_count:
        raise pa.ArrowInvalid("a text has another form")
    return {name: pc.struct_field(found, name) for name in names}
