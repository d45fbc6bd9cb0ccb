"""Versions made from real tables, a little like flights, and faults to plant in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.model import Expectation, QualityReport, Version
from catalog.quality import Evidence
from connectors.model import Dataset
from schema.infer import infer, misfit_findings
from schema.model import Finding, Schema
from schema.profile import profile
from schema.summary import summarise

START = datetime(2026, 1, 1, tzinfo=UTC)


def evidence(table: pa.Table, *, day: int = 400, primary_key: tuple[str, ...] = ()) -> Evidence:
    """What the catalog would know of a table that was recorded on a day after 2026-01-01."""
    nothing = pa.RecordBatch.from_pylist([], table.schema)
    summary = summarise(table.to_batches() or [nothing])
    found = infer(summary)
    schema = Schema(found.fields, primary_key)
    return Evidence(
        schema,
        profile(summary, schema, row_count=summary.rows),
        misfit_findings(summary, schema),
        START + timedelta(days=day),
    )


def version(number: int, known: Evidence, findings: tuple[Finding, ...] = ()) -> Version:
    """A stored version of that evidence."""
    return Version(
        pk=100 + number,
        source_pk=7,
        number=number,
        fingerprint=known.schema.fingerprint,
        content_stamp=str(number),
        created_at=known.at or START,
        schema=known.schema,
        profile=known.profile,
        dataset=Dataset("file", "/data/flights", "file:///data/flights", ()),
        findings=findings or known.findings,
    )


def flights(rows: int = 2000, *, seed: int = 1, day: int = 0) -> pa.Table:
    """A clean table: key, categories, codes, numbers, text with nulls, date, times, decimals."""
    random = np.random.default_rng(seed)
    delays = random.normal(12, 30, rows).round(1)
    started = np.datetime64("2025-01-01T00:00:00", "us") + np.timedelta64(day, "D")
    times = started + random.integers(0, 30 * 86_400, rows).astype("timedelta64[s]")
    notes = [f"note {number}" if number % 4 else None for number in range(rows)]
    return pa.table(
        {
            "flight_id": pa.array(np.arange(rows) + 10_000 * day, pa.int64()),
            "origin": pa.array(random.choice(["EWR", "JFK", "LGA"], rows)),
            "tail": pa.array([f"N{number:05}" for number in random.integers(0, 900, rows)]),
            "delay": pa.array(delays, mask=random.random(rows) < 0.02),
            "seats": pa.array(random.integers(20, 300, rows), pa.int32()),
            "month": pa.array(random.integers(1, 13, rows), pa.int16()),
            "note": pa.array(notes, pa.string()),
            "departed": pa.array(times, pa.timestamp("us")),
            "landed": pa.array(times, pa.timestamp("us", "UTC")),
            "day": pa.array(times.astype("datetime64[D]")),
            "fare": pa.array(
                [Decimal(n) / 100 for n in random.integers(4000, 90_000, rows).tolist()]
            ),
            "late": pa.array(delays > 15),
            "legs": pa.array([[number] * (number % 3) for number in range(rows)]),
        }
    )


Fault = Callable[[pa.Table], pa.Table]


def change(table: pa.Table, name: str, share: float, values: Callable[[int], list]) -> pa.Table:
    """The table with other values in the first `share` of the rows of one column."""
    column = table[name]
    count = max(1, int(len(table) * share))
    changed = pa.array(values(count), column.type)
    rest = column.slice(count).combine_chunks()
    return table.set_column(table.column_names.index(name), name, pa.concat_arrays([changed, rest]))


FAULTS: dict[str, tuple[Fault, str, str | None]] = {
    "nulls": (
        lambda table: change(table, "origin", 0.01, lambda n: [None] * n),
        "expect_column_values_to_not_be_null",
        "origin",
    ),
    "more nulls": (
        lambda table: change(table, "note", 0.5, lambda n: [None] * n),
        "expect_column_values_to_not_be_null",
        "note",
    ),
    "duplicates": (
        lambda table: change(table, "flight_id", 0.01, lambda n: [999_999] * n),
        "expect_column_values_to_be_unique",
        "flight_id",
    ),
    "out of range": (
        lambda table: change(table, "month", 0.01, lambda n: [13] * n),
        "expect_column_values_to_be_between",
        "month",
    ),
    "another unit": (
        lambda table: change(table, "seats", 0.01, lambda n: [100_000] * n),
        "expect_column_values_to_be_between",
        "seats",
    ),
    "shifted": (
        lambda table: table.set_column(3, "delay", pc.add(table["delay"], pa.scalar(60.0))),
        "expect_column_mean_to_be_between",
        "delay",
    ),
    "new category": (
        lambda table: change(table, "origin", 0.01, lambda n: ["XXX"] * n),
        "expect_column_values_to_be_in_set",
        "origin",
    ),
    "lost category": (
        lambda table: table.filter(pc.equal(table["origin"], "JFK")),
        "expect_table_row_count_to_be_between",
        None,
    ),
    "half the rows": (
        lambda table: table.slice(0, len(table) // 2),
        "expect_table_row_count_to_be_between",
        None,
    ),
    "other lengths": (
        lambda table: change(table, "tail", 0.01, lambda n: ["N1"] * n),
        "expect_column_value_lengths_to_be_between",
        "tail",
    ),
    "far future": (
        lambda table: change(table, "departed", 0.01, lambda n: [datetime(9999, 12, 31)] * n),  # noqa: DTZ001
        "expect_column_values_to_be_between",
        "departed",
    ),
    "epoch": (
        lambda table: change(
            table, "landed", 0.01, lambda n: [datetime(1970, 1, 1, tzinfo=UTC)] * n
        ),
        "expect_column_values_to_be_between",
        "landed",
    ),
    "no time": (
        lambda table: change(table, "day", 0.01, lambda n: [datetime(1, 1, 1).date()] * n),  # noqa: DTZ001
        "expect_column_values_to_be_between",
        "day",
    ),
    "lost column": (
        lambda table: table.drop_columns(["tail"]),
        "expect_table_columns_to_match_set",
        None,
    ),
    "another type": (
        lambda table: table.set_column(4, "seats", pc.cast(table["seats"], pa.string())),
        "expect_column_type_to_be",
        "seats",
    ),
    "no rows": (
        lambda table: table.slice(0, 0),
        "expect_table_row_count_to_be_between",
        None,
    ),
}
"""Faults by name: what they do to a table, and the expectation and field that must notice."""


def failed(report: QualityReport) -> set[tuple[str, str | None]]:
    """The expectations of a report that are not met, as (type, field)."""
    return {
        (one.expectation.type, one.expectation.field) for one in report.results if not one.success
    }


def of_type(
    expectations: tuple[Expectation, ...], kind: str, field: str | None = None
) -> list[Expectation]:
    """Expectations of a type, about a field (None: any)."""
    return [one for one in expectations if one.type == kind and field in (None, one.field)]
