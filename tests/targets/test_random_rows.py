"""Random rows under hostile names: what each target for Python reads is what was written.

`HEADWATER_EXAMPLES=200` draws more of them.
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.store import Store
from tests.conformance.target_samples import load
from tests.targets.test_generated import names

EXAMPLES = int(os.environ.get("HEADWATER_EXAMPLES", "8"))
TARGETS = ("arrow", "pandas", "polars", "duckdb", "pydantic")

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
cents = st.integers(-(10**9), 10**9).map(lambda number: Decimal(number).scaleb(-2))
moments = st.datetimes(min_value=datetime(1900, 1, 1))  # noqa: DTZ001 (zoned by the column)

KINDS: tuple[tuple[pa.DataType, st.SearchStrategy[Any]], ...] = (
    (pa.dictionary(pa.int32(), pa.string()), words),
    (pa.binary(), st.binary(max_size=5)),
    (pa.list_(pa.string()), st.lists(words | st.none(), max_size=2)),
    (pa.struct([pa.field("a.b", pa.int64())]), st.fixed_dictionaries({"a.b": st.integers(-9, 9)})),
    (pa.decimal128(20, 2), cents),
    (pa.timestamp("us", "UTC"), moments),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.null(), st.none()),
)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Up to four columns of these types, three rows, nulls among them."""
    called = draw(st.lists(names, min_size=1, max_size=4, unique_by=str.casefold))
    columns = {}
    for name in called:
        kind, values = draw(st.sampled_from(KINDS))
        found = draw(st.lists(values | st.none(), min_size=3, max_size=3))
        columns[name] = pa.array(found, kind)
    return pa.table(columns)


def rows_of(target: str, path: Path) -> list[str]:
    """What a connector reads, row by row, as text."""
    read = load(path).read()
    if target == "pydantic":
        found = [list(row.model_dump(by_alias=True).values()) for row in read]
        return [repr(row).replace("Etc/UTC", "UTC") for row in found]
    if target == "pandas":
        read = pa.Table.from_pandas(read, preserve_index=False)
    elif target == "polars":
        assert isinstance(read, pl.DataFrame)
        read = read.to_arrow()
    elif target == "duckdb":
        read = read.to_arrow_table()
    return listed(plain(read))


def listed(table: pa.Table) -> list[str]:
    """Rows as text; DuckDB calls UTC `Etc/UTC`."""
    return [repr(list(row.values())).replace("Etc/UTC", "UTC") for row in table.to_pylist()]


def plain(table: pa.Table) -> pa.Table:
    """Dictionaries as what they hold, all-null columns as such."""
    columns = [
        pa.nulls(len(column)) if column.null_count == len(column) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


@settings(
    max_examples=EXAMPLES,
    derandomize="HEADWATER_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(tables())
def test_rows_come_back_as_they_were_written(table: pa.Table) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        pq.write_table(table, folder / "data" / "rows.parquet")
        with Store.open(f"sqlite:///{folder / 'catalog.db'}") as store:
            (outcome,) = crawl([str(folder / "data")], store)
            assert outcome.source.version is not None
            version = store.version(outcome.source.version)
        assert version.schema.names == tuple(table.column_names)
        expected = listed(plain(table))
        for target in TARGETS:
            made = connector(version, target)
            path = folder / made.filename
            path.write_text(made.code, encoding="utf-8")
            assert rows_of(target, path) == expected, target
