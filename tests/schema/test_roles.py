"""What part a column plays in its table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from schema.infer import infer
from schema.profile import profile
from schema.roles import TOLD
from schema.summary import summarise

ROWS = 60
COLUMNS: dict[str, tuple[list[Any], str | None]] = {
    "line": ([*range(7, 7 + ROWS)], "sequence"),
    "gaps": ([at + at // 3 for at in range(ROWS)], "sequence"),
    "order": ([1000 + 37 * at for at in range(ROWS)], "natural_key"),
    "code": ([f"K{at:04}" for at in range(ROWS)], "natural_key"),
    "code_or_none": ([None, *(f"K{at:04}" for at in range(1, ROWS))], None),
    "colour": ([("red", "green", "blue")[at % 3] for at in range(ROWS)], "category"),
    "grade": ([at % 5 for at in range(ROWS)], "category"),
    "paid": ([at % 2 == 0 for at in range(ROWS)], "category"),
    "note": ([f"the {at}th parcel was left with a neighbour of {at}" for at in range(ROWS)],
             "natural_key"),
    "letter": ([f"Dear {at}, " + "we thank you for your order. " * 4 for at in range(ROWS)],
               "free_text"),
    "price": ([at * at / 7 for at in range(ROWS)], "measure"),
    "amount": ([at * at % 41 for at in range(ROWS)], "measure"),
    "day": ([date(2026, 1, 1) + timedelta(at) for at in range(ROWS)], "time"),
    "tags": ([[at] for at in range(ROWS)], None),
    "nothing": ([None] * ROWS, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def roles() -> dict[str, str | None]:
    batch = pa.record_batch({name: pa.array(values) for name, (values, _) in COLUMNS.items()})
    summary = summarise([batch])
    return {one.name: one.role for one in profile(summary, infer(summary)).columns}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_role_of_a_column(roles, name):
    assert roles[name] == COLUMNS[name][1]


def test_every_role_is_told_and_given(roles):
    assert {role for _, role in COLUMNS.values() if role} == set(TOLD)


def test_of_few_values_nothing_is_told():
    summary = summarise([pa.record_batch({"id": [1, 2, 3]})])
    assert profile(summary, infer(summary)).columns[0].role is None
