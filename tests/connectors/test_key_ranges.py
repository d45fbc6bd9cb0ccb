"""Tables in parts: cuts read off profiles, ranges that hold every row once, filters that the
database applies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.key_ranges import even_ranges, key_ranges
from connectors.model import Dataset, KeyRanges, Limits, Source, Term
from connectors.sources.sql import SqlSource
from schema.infer import infer
from schema.model import Schema
from schema.profile import profile
from schema.summary import summarise

ROWS = 1000

POSTGRES = f"""
CREATE SCHEMA keyed;
CREATE TABLE keyed.events (id int PRIMARY KEY, day date, at timestamptz, local timestamp, t text);
INSERT INTO keyed.events SELECT n, date '2013-01-01' + n, timestamptz '2013-01-01 00:00+00'
    + n * interval '1 hour', timestamp '2013-01-01' + n * interval '1 second', 'T' || n % 3
    FROM generate_series(1, {ROWS}) AS n;
CREATE TABLE keyed.bare (id int); INSERT INTO keyed.bare SELECT * FROM generate_series(1, 110000);
CREATE TABLE keyed.large (at timestamptz PRIMARY KEY);
INSERT INTO keyed.large SELECT timestamptz '2013-01-01 00:00+00' + n * interval '1 minute'
    FROM generate_series(1, 110000) AS n;
"""


def table(**columns: Any) -> tuple[Schema, Any]:
    """The schema and the profile of a table of those columns."""
    batch = pa.table(columns).to_batches()[0]
    summary = summarise([batch])
    schema = infer(summary)
    return schema, profile(summary, schema)


def test_cuts_part_a_key_by_its_quantiles() -> None:
    skewed = [*range(900), *range(1_000_000, 1_000_100)]
    found = key_ranges(*table(id=skewed, x=["a"] * ROWS), rows=100)
    assert found is not None
    assert found.column == "id"
    assert len(found.cuts) == 9
    sizes = [sum(low <= n < high for n in skewed) for low, high in bounds(found, -1, 2_000_000)]
    assert sum(sizes) == ROWS
    assert max(sizes) <= 250


def bounds(ranges: KeyRanges, least: int, most: int) -> list[tuple[Any, Any]]:
    return [
        (least if one.low is None else one.low, most if one.high is None else one.high)
        for one in ranges
    ]


@pytest.mark.parametrize(
    "columns",
    [
        {"x": ["a", "b"] * 500},
        {"x": [f"key {number}" for number in range(ROWS)]},
        {"x": [number / 2 for number in range(ROWS)]},
        {"x": [number // 2 for number in range(ROWS)]},
        {"x": [*range(ROWS - 1), None]},
    ],
    ids=["few", "text", "fractions", "twice", "nulls"],
)
def test_a_table_without_a_key_in_order_is_read_as_one(columns: dict[str, Any]) -> None:
    assert key_ranges(*table(**columns), rows=100) is None


def test_small_tables_are_read_as_one() -> None:
    assert key_ranges(*table(id=list(range(ROWS)))) is None


def test_a_table_that_nobody_knows_is_cut_evenly() -> None:
    first, last = date(2013, 1, 1), date(2013, 1, 11)
    assert even_ranges("id", pa.int64(), 0, 100, ROWS, rows=250) == KeyRanges("id", (25, 50, 75))
    assert even_ranges("day", pa.date32(), first, last, 2, rows=1) == KeyRanges(
        "day", ("2013-01-06",)
    )
    for kind, least, most, count in (
        (pa.int64(), 0, 100, 1),
        (pa.int64(), None, None, ROWS),
        (pa.int64(), 7, 7, ROWS),
        (pa.string(), "a", "b", ROWS),
    ):
        assert even_ranges("id", kind, least, most, count, rows=250) is None


@pytest.mark.parametrize(
    ("name", "cuts"), [("keyed.large", 1), ("keyed.events", None), ("keyed.bare", None)]
)
def test_a_database_is_asked_for_the_ends_of_a_key(
    events: tuple[Source, Dataset], postgres_url: str, name: str, cuts: int | None
) -> None:
    source, dataset = opened(postgres_url, name)
    assert isinstance(source, SqlSource)
    ranges = source.key_ranges(source.examine(dataset))
    assert (None if ranges is None else len(ranges.cuts)) == cuts


def opened(uri: str, wanted: str = "") -> tuple[Source, Dataset]:
    source = registry.open_source(uri, Limits())
    (found,) = (one for one in source.datasets() if one.name.endswith(wanted))
    return source, found


def read(source: Source, dataset: Dataset, ranges: KeyRanges | None, **given: Any) -> pa.Table:
    (entry,) = dataset.entries
    parts = [entry] if ranges is None else [replace(entry, range=one) for one in ranges]
    return pa.Table.from_batches(
        batch for part in parts for batch in source.batches(dataset, part, **given)
    )


@given(st.lists(st.integers(-5, 40), unique=True, max_size=6))
def test_ranges_hold_every_row_once(tmp_path_factory: Any, cuts: Sequence[int]) -> None:
    path = tmp_path_factory.getbasetemp() / "ranges.db"
    if not path.exists():
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE t (id integer, x text)")
            rows = [(n, "a") for n in range(30)] + [(None, "none")]
            connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
        connection.close()
    source, dataset = opened(f"sqlite:///{path}")
    found = read(source, dataset, KeyRanges("id", tuple(sorted(cuts))))["id"].to_pylist()
    assert sorted(found, key=lambda n: (n is not None, n)) == [None, *range(30)]


@pytest.mark.parametrize("column", ["x", "gone"])
def test_a_key_that_is_none_any_more_is_read_once(tmp_path: Path, column: str) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (id integer, x text)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, str(n)) for n in range(9)])
    connection.close()
    source, dataset = opened(f"sqlite:///{tmp_path / 'a.db'}")
    assert read(source, dataset, KeyRanges(column, (3, 6))).num_rows == 9


@pytest.fixture(scope="module")
def events(postgres_url: str) -> Iterator[tuple[Source, Dataset]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(POSTGRES)
        yield opened(postgres_url, "keyed.events")
        connection.execute("DROP SCHEMA keyed CASCADE")


@pytest.mark.parametrize("key", ["id", "day", "at", "local"])
def test_keys_of_postgresql(events: tuple[Source, Dataset], key: str) -> None:
    source, dataset = events
    rows = read(source, dataset, None)
    summary = summarise(rows.to_batches())
    schema = infer(summary)
    known = profile(summary, schema)
    only = replace(known, columns=tuple(one for one in known.columns if one.name == key))
    ranges = key_ranges(schema, only, rows=100)
    assert ranges is not None
    assert len(ranges.cuts) == 9
    (entry,) = dataset.entries
    sizes = [
        sum(batch.num_rows for batch in source.batches(dataset, replace(entry, range=one)))
        for one in ranges
    ]
    assert sum(sizes) == ROWS
    assert max(sizes) <= 150
    assert read(source, dataset, ranges).sort_by("id").equals(rows.sort_by("id"))


@pytest.mark.parametrize(
    ("term", "rows"),
    [
        (Term("id", "<=", 10), 10),
        (Term("id", "in", (1, 5, 2000)), 2),
        (Term("day", ">", date(2015, 9, 1)), 1000 - 973),
        (Term("t", "==", "T1"), 334),
        (Term("t", "<", "T1"), ROWS),  # the order of text is the database's
        (Term("id", "==", "1"), ROWS),  # no number
        (Term("t", "valid"), ROWS),
        (Term("gone", "==", 1), ROWS),
    ],
)
def test_terms_that_the_database_applies(
    events: tuple[Source, Dataset], term: Term, rows: int
) -> None:
    assert read(*events, None, terms=[term]).num_rows == rows


def test_terms_and_ranges_together(events: tuple[Source, Dataset]) -> None:
    found = read(*events, KeyRanges("id", (300, 600)), terms=[Term("id", ">", 900)], columns=["id"])
    assert sorted(found["id"].to_pylist()) == list(range(901, 1001))


def test_sqlite_compares_what_is_stored_so_text_is_left_to_us(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE t (id integer, x)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, 5), (2, "5"), (3, "a")])
    connection.close()
    source, dataset = opened(f"sqlite:///{tmp_path / 'a.db'}")
    assert read(source, dataset, None, terms=[Term("x", "==", "5")]).num_rows == 3
    assert read(source, dataset, None, terms=[Term("id", ">=", 2)]).num_rows == 2
