"""What follows from an Arrow expression for one column: laws, and the sources that apply it."""

from __future__ import annotations

import operator
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.implied import implied
from connectors.model import Dataset, Term
from connectors.reading import read_dataset
from schema.model import Schema

NUMBER, TEXT, RATIO = 'n" and (', "t", "f.x"
SCHEMA = pa.schema(
    [(NUMBER, pa.int64()), (TEXT, pa.string()), (RATIO, pa.float64()), ("d", pa.date32())]
)
n, t, f = pc.field(NUMBER), pc.field(TEXT), pc.field(RATIO)
d = pc.field("d")


@pytest.mark.parametrize(
    ("where", "terms"),
    [
        (n > 3, [(NUMBER, ">", 3)]),
        (~(n > 3), [(NUMBER, "<=", 3)]),
        (
            (n >= 3) & (n < 10) & (t == "x"),
            [(NUMBER, ">=", 3), (NUMBER, "<", 10), (TEXT, "==", "x")],
        ),
        (n.isin([5, 1, None, 2]), []),
        (n.isin([5, 1, 2]), [(NUMBER, ">=", 1), (NUMBER, "<=", 5)]),
        ((n == 3) | (n == 5), [(NUMBER, ">=", 3), (NUMBER, "<=", 5)]),
        (((n > 3) & (t == "x")) | (n > 7), [(NUMBER, ">", 3)]),
        (n.is_valid() & (t > "b"), [(NUMBER, "valid", None), (TEXT, ">", "b")]),
        (f > 2, [(RATIO, ">", 2)]),
        (~(f <= 2), [(RATIO, "valid", None)]),
        (d >= date(2020, 1, 1), [("d", ">=", date(2020, 1, 1))]),
        ((n > 3) | n.is_null(), []),
        ((n > 3) | (t == "x"), []),
        (n + 1 > 3, [(NUMBER, "valid", None)]),
        (pc.field("no such") > 3, []),
    ],
)
def test_what_follows(where: pc.Expression, terms: list[Any]) -> None:
    found = implied(where, Schema.from_arrow(SCHEMA))
    assert [(one.column, one.operator, one.value) for one in found] == terms


def test_nothing_follows_from_nothing() -> None:
    assert implied(None, Schema.from_arrow(SCHEMA)) == ()


SMALL = st.integers(-2, 2)
FLOAT = st.sampled_from([-1.0, 0.0, 0.5, 2.0, float("nan"), float("inf")])
COMPARED = st.sampled_from(
    [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
)
LEAVES = st.one_of(
    st.builds(lambda by, value: by(n, value), COMPARED, SMALL),
    st.builds(lambda by, value: by(f, value), COMPARED, FLOAT),
    st.builds(lambda by, value: by(t, value), COMPARED, st.sampled_from("abc")),
    st.builds(n.isin, st.lists(SMALL, min_size=1)),
    st.sampled_from([n.is_null(), n.is_valid(), f.is_nan(), t.is_null(), n < f]),
)
WHERE = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.builds(operator.and_, below, below),
        st.builds(operator.or_, below, below),
        st.builds(operator.invert, below),
    ),
    max_leaves=5,
)
ROWS = st.lists(
    st.tuples(*(st.none() | one for one in (SMALL, st.sampled_from("abc"), FLOAT))), max_size=8
)
MEANS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "valid": lambda *_: True,
}


@given(WHERE, ROWS)
def test_every_row_that_is_wanted_meets_what_follows(where: pc.Expression, rows: list[Any]) -> None:
    table = pa.Table.from_pylist(
        [dict(zip((NUMBER, TEXT, RATIO), row, strict=True)) for row in rows], schema=SCHEMA
    )
    for term in implied(where, Schema.from_arrow(SCHEMA)):
        for value in table.filter(where)[term.column].to_pylist():
            assert value is not None
            assert MEANS[term.operator](value, term.value)


def catalogued(uri: str) -> Dataset:
    source = registry.open_source(uri)
    (found,) = source.datasets()
    return source.examine(found)


def at_parquet(folder: Path, table: pa.Table) -> str:
    pq.write_table(table, folder / "t.parquet", row_group_size=10)
    return str(folder / "t.parquet")


def at_sqlite(folder: Path, _: pa.Table) -> str:
    with closing(sqlite3.connect(folder / "t.db")) as connection, connection:
        connection.execute("CREATE TABLE t (n INTEGER, name TEXT)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows())
    return f"sqlite:///{folder}/t.db"


def at_duckdb(folder: Path, _: pa.Table) -> str:
    with duckdb.connect(str(folder / "t.duckdb")) as connection:
        connection.execute("CREATE TABLE t (n BIGINT, name VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(rows()))
    return f"duckdb:///{folder}/t.duckdb"


def rows() -> Iterator[tuple[int, str]]:
    return ((at, f"name {at % 7}") for at in range(100))


@pytest.mark.parametrize(("write", "read"), [(at_parquet, 20), (at_sqlite, 10), (at_duckdb, 2)])
def test_rows_are_left_out_by_the_source(
    tmp_path: Path, write: Callable[[Path, pa.Table], str], read: int
) -> None:
    numbers, names = zip(*rows(), strict=True)
    table = pa.table({"n": numbers, "name": names})
    dataset = catalogued(write(tmp_path, table))
    schema = Schema.from_arrow(table.schema)
    where = (pc.field("n") >= 85) & (pc.field("n") < 95) & (pc.field("name") == "name 3")
    wanted = table.filter(where)
    found = list(read_dataset(dataset, schema, columns=["name", "n"], where=where))
    assert pa.Table.from_batches(found).select(["n", "name"]).equals(wanted)
    source = registry.open_source(dataset.uri)
    terms = implied(where, schema)
    (entry,) = dataset.entries
    batches = source.batches(dataset, entry, columns=["n"], terms=terms)
    assert sum(batch.num_rows for batch in batches) == read
    for term in (Term("n", "in", (3, 5)), Term("n", "valid"), Term("name", ">", "name 3")):
        batches = source.batches(dataset, entry, terms=[term])
        assert sum(batch.num_rows for batch in batches) >= 2
    none = source.batches(dataset, entry, terms=[Term("n", ">", 1000)])
    assert [(batch.num_rows, batch.schema.names) for batch in none] == [(0, ["n", "name"])]
