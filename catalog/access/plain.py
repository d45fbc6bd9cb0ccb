"""Arrow values as JSON has them, the same way for samples, JSON rows and pages."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

EXACT = 1 << 53
"""Whole numbers beyond this are text, since JSON readers take numbers for doubles."""


def plain_rows(batch: pa.RecordBatch) -> Iterator[list[Any]]:
    """The rows of a batch as lists of JSON-ready values, in the order of the columns."""
    columns = [[plain(value) for value in column.to_pylist()] for column in batch.columns]
    if not columns:
        yield from ([] for _ in range(batch.num_rows))
    yield from (list(row) for row in zip(*columns, strict=True))


def plain(value: Any) -> Any:
    """A value as JSON has it.

    Temporal values and decimals are canonical text, binary is base 64, what is no finite number
    is null, maps are lists of pairs, structs are objects.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if -EXACT <= value <= EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)
