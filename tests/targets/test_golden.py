"""The generated code as people see it. When it is meant to change, run with HEADWATER_GOLDEN=write
and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from connectors import registry
from connectors.model import Dataset
from connectors.targets.module import headwater_version
from schema.model import Field, Schema

SCHEMA = Schema(
    (
        Field("day", pa.int64(), nullable=False),
        Field("dep_delay", pa.int64(), description="Departure delay in minutes; negative is early"),
        Field("origin", pa.string(), semantic_type="airport_iata"),
        Field('say "hi"', pa.string()),
        Field("time_hour", pa.timestamp("us", "UTC")),
        Field("year", pa.int64(), nullable=False),
    )
)
FLIGHTS = Dataset(
    namespace="file",
    name="/data/flights",
    uri="file:///data/flights",
    entries=(),
    format="csv",
    options=(("delimiter", ";"), ("encoding", "utf-8"), ("header", "true")),
    pattern="year=*/*.csv",
    partition_keys=("year",),
    description="Flights that left New York City in 2013.",
)
ORDERS = Dataset(
    namespace="postgres://db.example:5432",
    name="shop.public.orders",
    uri="postgresql+psycopg://db.example:5432/shop#public.orders",
    entries=(),
    format="postgresql",
    credentials="env:SHOP_LOGIN",
)


@pytest.mark.parametrize("target", sorted(registry.TARGETS))
@pytest.mark.parametrize("dataset", [FLIGHTS, ORDERS], ids=["flights", "orders"])
def test_generated_code_is_as_reviewed(target: str, dataset: Dataset, root: Path) -> None:
    generator = registry.load("targets", target)
    code = generator.generate(SCHEMA, dataset).replace(headwater_version(), "VERSION")
    golden = root / "tests" / "golden" / f"{generator.filename(dataset)}.txt"
    if os.environ.get("HEADWATER_GOLDEN") == "write":
        golden.write_text(code, encoding="utf-8")
    assert code == golden.read_text(encoding="utf-8")
