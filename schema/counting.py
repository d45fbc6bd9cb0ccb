"""Distinct values with their counts, where counting first spares work on each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.column import MAX_VALUES, ColumnSummary, Plain, Values, add_counts
from schema.facets import Weighted, plain_values
from schema.kind import Kind

PROBE_ROWS = 4096


def counted(values: pa.Array, known: ColumnSummary) -> Weighted | None:
    """Distinct values with their counts, None when there are (or were) too many."""
    if known.values is None or not _few(values):
        return None
    found = pc.value_counts(values)
    distinct, counts = found.field(0), found.field(1).to_numpy()
    return Weighted(distinct, counts) if len(distinct) <= 2 * MAX_VALUES else None


def gathered(texts: pa.Array, known: ColumnSummary) -> Weighted | None:
    """Distinct texts with their counts, None where most occur once: looking at them one by one
    costs less then.
    """
    if known.values is None and 4 * known.distinct.estimate > len(texts):
        return None
    if 4 * len(pc.unique(texts.slice(0, PROBE_ROWS))) > 3 * PROBE_ROWS:
        return None
    found = pc.value_counts(texts)
    distinct, counts = found.field(0), found.field(1).to_numpy()
    return Weighted(distinct, counts) if 2 * len(distinct) <= len(texts) else None


def _few(values: pa.Array) -> bool:
    if isinstance(values.type, pa.BaseExtensionType) or pa.types.is_nested(values.type):
        return False
    probe = values.slice(0, PROBE_ROWS)
    return len(values) <= len(probe) or len(pc.unique(probe)) <= MAX_VALUES


def frequencies(weighted: Weighted | None, kind: Kind) -> Values | None:
    if weighted is None or len(weighted.values) > MAX_VALUES or weighted.counts is None:
        return None
    keys = plain_values(weighted.values, kind)
    found: dict[Plain, int] = {}
    add_counts(found, keys, weighted.counts)
    return {key: n for key, n in found.items() if key == key}  # noqa: PLR0124  NaN


def pairs(values: pa.Array, counts: np.ndarray | None = None) -> dict[str, int]:
    if counts is None:
        found = pc.value_counts(values)
        values, counts = found.field(0), found.field(1).to_numpy()
    return dict(zip(values.to_pylist(), counts.tolist(), strict=True))
