"""Arrow → pandas without a value changing on the way."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.quality.dtypes import dtype_of
from catalog.quality.frames import collect, frame_of
from schema.errors import InvalidInput

MOMENT = datetime(2026, 3, 1, 12, 30, 0, 5)  # noqa: DTZ001

CASES = [
    (pa.int64(), [2**63 - 1, None, -5], "Int64"),
    (pa.int8(), [1, None], "Int8"),
    (pa.uint64(), [2**64 - 1, None], "UInt64"),
    (pa.float64(), [1.5, None], "Float64"),
    (pa.float32(), [1.5, None], "Float32"),
    (pa.float16(), [1.5, None], "Float32"),
    (pa.bool_(), [True, None, False], "boolean"),
    (pa.string(), ["a", None, ""], "string"),
    (pa.large_string(), ["a", None], "string"),
    (pa.string_view(), ["a", None], "string"),
    (pa.dictionary(pa.int32(), pa.string()), ["a", None, "a"], "string"),
    (pa.dictionary(pa.int8(), pa.int64()), [7, None], "Int64"),
    (pa.timestamp("us"), [MOMENT, None], "datetime64[us]"),
    (pa.timestamp("s"), [datetime(1, 1, 1), None], "datetime64[s]"),  # noqa: DTZ001
    (pa.date32(), [date(1, 1, 1), None], "object"),
    (pa.time64("us"), [time(1, 2, 3), None], "object"),
    (pa.decimal128(10, 2), [1.1, None], "Float64"),
    (pa.decimal128(20, 2), [Decimal("1.10"), None], "object"),
    (pa.binary(), [b"a", None], "object"),
    (pa.null(), [None, None], "object"),
]


@pytest.mark.parametrize(("kind", "values", "dtype"), CASES, ids=lambda case: str(case)[:30])
def test_values_and_dtype_are_those_of_the_column(kind, values, dtype):
    frame = frame_of(pa.table({"a": pa.array(exact(values, kind), kind)}))
    assert str(frame["a"].dtype) == dtype == dtype_of(kind)
    assert [
        None if frame["a"].isna()[row] else frame["a"][row] for row in range(len(values))
    ] == values


def exact(values: list, kind: pa.DataType) -> list:
    """The values as Arrow takes them: decimals from their text."""
    if not pa.types.is_decimal(kind):
        return values
    return [None if value is None else Decimal(str(value)) for value in values]


def test_a_zone_is_kept():
    kind = pa.timestamp("us", "Europe/Berlin")
    frame = frame_of(pa.table({"a": pa.array([MOMENT, None], kind)}))
    assert str(frame["a"].dtype) == dtype_of(kind) == "datetime64[us, Europe/Berlin]"
    assert frame["a"].isna().tolist() == [False, True]


def test_lists_and_structs_are_objects():
    frame = frame_of(pa.table({"a": [[1], None], "b": [{"x": 1}, None]}))
    assert {str(dtype) for dtype in frame.dtypes} == {"object"}
    assert frame.isna().to_numpy().tolist() == [[False, False], [True, True]]


def test_run_ends_are_decoded():
    ends = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"]))
    frame = frame_of(pa.table({"a": ends}))
    assert frame["a"].tolist() == ["a", "a", "b"]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_integers_stay_what_they_are(values):
    column = frame_of(pa.table({"a": pa.array(values, pa.int64())}))["a"]
    assert [
        None if missing else int(value)
        for value, missing in zip(column, column.isna(), strict=True)
    ] == values


def test_of_columns_that_share_a_name_the_first_is_kept():
    frame = frame_of(pa.table([[1, 2], [3, 4]], names=["a", "a"]))
    assert frame.to_dict("list") == {"a": [1, 2]}


def test_a_table_without_columns_keeps_its_rows():
    assert len(frame_of(pa.table({"a": [1, 2, 3]}).select([]))) in (0, 3)


def test_reading_stops_at_the_limit():
    read = []

    def batches():
        for number in range(100):
            read.append(number)
            yield pa.record_batch({"a": [number] * 10, "b": [number] * 10})

    schema = pa.schema([("a", pa.int64()), ("b", pa.int64())])
    with pytest.raises(InvalidInput, match="more than 50 cells"):
        collect(batches(), schema, most_cells=50)
    assert read == [0, 1, 2]
    assert len(collect(batches(), schema, most_cells=2000)) == 1000
