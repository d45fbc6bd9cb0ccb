"""Strategies for Arrow types and tables, shared by the law tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from schema.summary import RAW

UNITS = st.sampled_from(["s", "ms", "us", "ns"])
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "+02:00", "America/New_York"])
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)

FLAT = st.one_of(
    st.sampled_from(
        [
            *(pa.null(), pa.bool_(), pa.float16(), pa.float32(), pa.float64()),
            *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
            *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
            *(pa.string(), pa.large_string(), pa.string_view()),
            *(pa.binary(), pa.large_binary(), pa.binary_view()),
            *(pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms")),
            *(pa.time64("us"), pa.time64("ns"), pa.month_day_nano_interval()),
        ]
    ),
    UNITS.map(pa.duration),
    st.builds(pa.timestamp, UNITS, st.none() | ZONES),
    st.integers(1, 40).map(pa.binary),
    st.builds(pa.decimal32, st.integers(1, 9), st.integers(-3, 9)),
    st.builds(pa.decimal64, st.integers(1, 18), st.integers(-3, 18)),
    st.builds(pa.decimal128, st.integers(1, 38), st.integers(-3, 38)),
    st.builds(pa.decimal256, st.integers(1, 76), st.integers(-3, 76)),
)


def _fields(children: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.Field]:
    return st.builds(
        lambda name, kind, nullable: pa.field(name, kind, nullable or pa.types.is_null(kind)),
        NAMES,
        children,
        st.booleans(),
    )


def _nested(children: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    named = st.lists(_fields(children), max_size=3, unique_by=lambda field: field.name)
    return st.one_of(
        named.map(pa.struct),
        _fields(children).map(pa.list_),
        _fields(children).map(pa.large_list),
        _fields(children).map(pa.list_view),
        st.builds(pa.list_, _fields(children), st.integers(0, 4)),
        st.builds(
            pa.map_, FLAT.filter(lambda kind: not pa.types.is_null(kind)), children, st.booleans()
        ),
    )


TYPES = st.one_of(
    st.recursive(FLAT, _nested, max_leaves=4),
    st.sampled_from([pa.string(), pa.int64(), pa.date32()]).map(
        lambda value: pa.dictionary(pa.int32(), value)
    ),
    st.sampled_from([pa.string(), pa.int64()]).map(
        lambda value: pa.run_end_encoded(pa.int32(), value)
    ),
    st.lists(_fields(FLAT), min_size=1, max_size=3).map(pa.dense_union),
    st.lists(_fields(FLAT), min_size=1, max_size=3).map(pa.sparse_union),
    st.sampled_from([pa.uuid(), pa.json_(), pa.bool8()]),
)

WRITTEN = (
    "1,234|12,345,678|1.234|1.234.567|1,5|0,125|1 234|1'234.5|$5|$1,234.50|3,50 €|12 %|(1.5)|+5|"
    "31/1/2013|1/31/2013|1/2/2013|02.03.99|2013/1/31|31 Jan 2013|1/2/2013 10:00|9:05 pm|PT5M|"
    "20130131|yes|Nein|no|26:13:05|Mon, 31 Jan 2013 10:00:00 GMT| 12|999"
)
RAW_TEXTS = st.one_of(
    st.sampled_from(
        ["", "NA", "-", "?", "null", "true", "False", "0", "-0", "007", "1e5", ".5", "5.", "+1"]
    ),
    st.sampled_from(["2013-01-01", "2013-02-30", "2013-01-01T10:00:00Z", "10:00", "25:00", "inf"]),
    st.sampled_from(WRITTEN.split("|")),
    st.integers(-(2**65), 2**65).map(str),
    st.floats(allow_nan=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=20).map(str),
    st.datetimes().map(dt.datetime.isoformat),
    st.datetimes().map(lambda moment: moment.date().isoformat()),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(st.sampled_from("0123456789-+.eE:TZ "), max_size=20),
)


def column(values: st.SearchStrategy, kind: pa.DataType) -> st.SearchStrategy[pa.Array]:
    """Arrays of 0 to 40 values or nulls."""
    return st.lists(st.none() | values, max_size=40).map(lambda items: pa.array(items, kind))


COLUMNS: dict[str, tuple[st.SearchStrategy, pa.DataType]] = {
    "integer": (st.integers(-(2**63), 2**63 - 1), pa.int64()),
    "unsigned": (st.integers(0, 2**64 - 1), pa.uint64()),
    "double": (st.floats(width=64), pa.float64()),
    "bool": (st.booleans(), pa.bool_()),
    "text": (st.text(st.characters(exclude_categories=["Cs"]), max_size=10), pa.string()),
    "bytes": (st.binary(max_size=20), pa.binary()),
    "date": (st.dates(), pa.date32()),
    "moment": (st.datetimes(), pa.timestamp("us")),
    "clock": (st.times(), pa.time64("us")),
    "decimal": (
        st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2, allow_nan=False),
        pa.decimal128(15, 2),
    ),
    "list": (st.lists(st.integers(-5, 5), max_size=3), pa.list_(pa.int8())),
    "struct": (
        st.fixed_dictionaries({"a": st.none() | st.integers(0, 9), "b": st.text(max_size=3)}),
        pa.struct([("a", pa.int64()), ("b", pa.string())]),
    ),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Tables of every kind of column and one of raw text, 0 to 30 rows."""
    rows = draw(st.integers(0, 30))
    arrays, fields = [], []
    for name, (values, kind) in COLUMNS.items():
        items = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        arrays.append(pa.array(items, kind))
        fields.append(pa.field(name, kind))
    items = draw(st.lists(st.none() | RAW_TEXTS, min_size=rows, max_size=rows))
    arrays.append(pa.array(items, pa.string()))
    fields.append(pa.field("raw", pa.string(), metadata=RAW))
    return pa.table(arrays, schema=pa.schema(fields))
