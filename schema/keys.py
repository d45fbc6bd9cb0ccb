"""The keys of a column: hashes of its values in normal form, by which columns are joined."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.column import ColumnSummary
from schema.hashing import hash_values
from schema.kind import Kind
from schema.kinds import KINDS, NUMERIC, TEMPORAL, classify, parse_kind
from schema.normal import hash_normal
from schema.sketches import ALL, Keys

LONGEST = 64
"""Bytes of a text that is a key; longer ones are prose."""

_TYPED = NUMERIC | TEMPORAL


def keys_of(column: ColumnSummary) -> Keys:
    """The keys of a column: text in normal form, other values as they are."""
    if column.keys is not None:
        return column.keys
    if Kind.TEXT not in column.kinds or column.values is None:
        return column.distinct.keys()
    texts = pa.array([value for value in column.values if isinstance(value, str)], pa.string())
    numbers = [value for value in column.values if isinstance(value, int)]
    with np.errstate(over="ignore"):
        keys = Keys.of(hash_values(pa.array(numbers, pa.int64())))
        mixed = column.raw and len(column.kinds) > 1
        codes = classify(texts) if mixed else np.full(len(texts), KINDS.index(Kind.TEXT))
        for code in np.unique(codes):
            kind = KINDS[code]
            part = texts.filter(pa.array(codes == code))
            if kind is Kind.TEXT:
                keys += keys_of_text(part, ALL)
            else:
                keys += Keys.of(hash_values(parse_kind(part, kind) if kind in _TYPED else part))
    return keys


def keys_of_text(texts: pa.Array, theta: int) -> Keys:
    """The keys of many texts without nulls. `theta` of what came before spares looking at hashes
    that cannot be kept.
    """
    lengths = pc.binary_length(texts)
    if (pc.max(lengths).as_py() or 0) > LONGEST:
        texts = texts.filter(pc.less_equal(lengths, LONGEST))
    return Keys.of(hash_normal(texts), theta) if len(texts) else Keys(theta=theta)
