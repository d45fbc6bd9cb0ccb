"""Frames and relations hold the rows and types of Arrow, or the widening that their code tells."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.conformance.target_samples import EDGES, SAMPLES, Written, load, same


@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_pandas_holds_arrow_as_it_is(written: Written, sample: str) -> None:
    expected = load(written[sample, "arrow"][0]).read()
    module = load(written[sample, "pandas"][0])
    frame = module.read()
    assert [dtype.pyarrow_dtype for dtype in frame.dtypes] == expected.schema.types
    held = pa.Table.from_pandas(frame, preserve_index=False)
    assert same(held.cast(expected.schema).replace_schema_metadata(None), bare(expected))
    last = expected.column_names[-1]
    some = module.read(columns=[last], where=pc.field(last).is_valid())
    present = expected.filter(pc.field(last).is_valid()).select([last])
    assert repr(some.to_dict("list")) == repr(
        present.to_pandas(types_mapper=pd.ArrowDtype).to_dict("list")
    )


@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_polars_holds_the_rows_of_arrow(written: Written, sample: str) -> None:
    expected = load(written[sample, "arrow"][0]).read()
    module = load(written[sample, "polars"][0])
    frame = module.read()
    assert frame.schema == pl.Schema(module.SCHEMA)
    assert frame.equals(pl.DataFrame(expected))
    last = expected.column_names[-1]
    quoted = pl.selectors.by_name(last)
    some = module.scan(columns=[last], where=quoted.is_not_null()).collect()
    assert some.equals(pl.DataFrame(expected).filter(quoted.is_not_null()).select(quoted))


@pytest.mark.parametrize("sample", SAMPLES + EDGES)
def test_duckdb_holds_the_rows_of_arrow(written: Written, sample: str) -> None:
    expected = load(written[sample, "arrow"][0]).read()
    module = load(written[sample, "duckdb"][0])
    relation = module.read()
    given = relation.to_arrow_table()
    through = duckdb.from_arrow(expected).to_arrow_table()
    assert given.schema == through.schema
    assert same(given.cast(through.schema), through)
    assert relation.to_arrow_table().num_rows == expected.num_rows, "it can be read again"
    last = expected.column_names[-1]
    quoted = '"' + last.replace('"', '""') + '"'
    some = module.read(columns=[last], where=f"{quoted} is not null").to_arrow_table()
    assert same(some, through.filter(pc.field(last).is_valid()).select([last]))


def bare(table: pa.Table) -> pa.Table:
    """Without descriptions in its fields."""
    fields = [field.remove_metadata() for field in table.schema]
    return table.cast(pa.schema(fields))
