"""Generated modules of random schemas: they compile, and their SCHEMA is the schema."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connectors.model import Dataset
from connectors.targets.arrow import ArrowTarget
from connectors.targets.pyspark import PySparkTarget
from connectors.targets.spark_types import arrow_type, spark_struct, spark_type
from schema.errors import UnsupportedType
from schema.model import Field, Schema

UNITS = ("s", "ms", "us", "ns")

plain_types = st.sampled_from(
    [
        *(pa.null(), pa.bool_(), pa.float16(), pa.float32(), pa.float64()),
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64()),
        *(pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        *(pa.string(), pa.large_string(), pa.string_view()),
        *(pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(16)),
        *(pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"), pa.time64("us")),
        *(pa.time64("ns"), pa.uuid(), pa.json_()),
        *(pa.timestamp(unit) for unit in UNITS),
        *(pa.timestamp(unit, zone) for unit in UNITS for zone in ("UTC", "Europe/Berlin")),
        *(pa.duration(unit) for unit in UNITS),
        *(pa.decimal128(38, 10), pa.decimal128(5, -2), pa.decimal128(3, 5), pa.decimal256(38, 2)),
        *(pa.decimal32(5, 2), pa.decimal64(12, 3)),
        *(pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.int64(), True)),
        pa.run_end_encoded(pa.int32(), pa.string()),
    ]
)

names = st.one_of(
    st.text(min_size=1, max_size=20),
    st.text(alphabet="\"'\\\n\r\t {}#`$.日é", min_size=1, max_size=8),
    st.sampled_from(['"); import os #', "'''", '"""', "fmt: off", "a.b", "`", "class", "x" * 200]),
)


def field_of(name: str, kind: pa.DataType, nullable: bool) -> pa.Field:
    return pa.field(name, kind, nullable or kind == pa.null())


def nested(children: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    fields = st.lists(
        st.tuples(names, children, st.booleans()), max_size=3, unique_by=lambda field: field[0]
    )
    return st.one_of(
        children.map(pa.list_),
        children.map(pa.large_list),
        children.map(lambda kind: pa.list_(kind, 3)),
        children.map(lambda kind: pa.list_(field_of("odd", kind, False))),
        st.tuples(st.sampled_from([pa.string(), pa.int64()]), children).map(lambda p: pa.map_(*p)),
        fields.map(lambda parts: pa.struct([field_of(*part) for part in parts])),
    )


types = st.recursive(plain_types, nested, max_leaves=6)
fields = st.builds(
    lambda name, kind, nullable, *known: Field(name, kind, nullable or kind == pa.null(), *known),
    names,
    types,
    st.booleans(),
    st.one_of(st.none(), st.text(max_size=200), st.sampled_from(["fmt: off", "# type: ignore"])),
    st.one_of(st.none(), st.sampled_from(["email"])),
)
schemas = st.lists(fields, max_size=6, unique_by=lambda field: field.name).map(
    lambda found: Schema(tuple(found))
)
datasets = st.builds(
    Dataset,
    st.just("file"),
    names.map(lambda name: f"/data/{name}"),
    names.map(lambda name: f"file:///data/{name}"),
    st.just(()),
    st.sampled_from(["csv", "parquet", "jsonl", "sqlite"]),
    st.sampled_from([(), (("delimiter", ";"),), (("header", "false"),), (("encoding", "cp1252"),)]),
    st.sampled_from([None, "*.csv", "**/*.parquet"]),
    description=st.one_of(st.none(), st.text(max_size=50)),
)


def executed(code: str) -> dict[str, Any]:
    module: dict[str, Any] = {"__name__": "generated"}
    exec(compile(code, "generated.py", "exec"), module)
    return module


@given(schemas, datasets)
def test_arrow_modules_spell_out_the_schema(schema: Schema, dataset: Dataset) -> None:
    module = executed(ArrowTarget().generate(schema, dataset))
    assert module["SCHEMA"].equals(
        pa.schema([pa.field(f.name, f.type, f.nullable) for f in schema])
    )
    assert module["FINGERPRINT"] == schema.fingerprint


@given(schemas, datasets)
def test_pyspark_modules_spell_out_the_struct(schema: Schema, dataset: Dataset) -> None:
    module = executed(PySparkTarget().generate(schema, dataset))
    assert module["SCHEMA"].jsonValue() == spark_struct(schema).json
    assert module["FINGERPRINT"] == schema.fingerprint


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(schemas, datasets)
@example(Schema((Field("x" * 200, pa.string(), True, "y" * 300),)), Dataset("file", "a", "a", ()))
def test_modules_are_formatted(schema: Schema, dataset: Dataset) -> None:
    for target in (ArrowTarget(), PySparkTarget()):
        code = target.generate(schema, dataset)
        done = subprocess.run(
            [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100", "-"],
            input=code.encode(),
            capture_output=True,
            check=True,
        )
        assert done.stdout.decode() == code


@given(types)
def test_every_value_of_a_type_has_a_place_in_spark(kind: pa.DataType) -> None:
    held = arrow_type(spark_type(kind, "x").json)
    assert spark_type(held, "x").json == spark_type(kind, "x").json
    assert spark_type(held, "x").notes == ()


@pytest.mark.parametrize(
    "kind",
    [
        pa.decimal256(39, 0),
        pa.month_day_nano_interval(),
        pa.struct([("a", pa.int8()), ("a", pa.int8())]),
        pa.sparse_union([pa.field("a", pa.int8())]),
        pa.list_(pa.decimal256(76, 0)),
    ],
)
def test_what_spark_cannot_hold_names_the_field(kind: pa.DataType) -> None:
    schema = Schema((Field("fine", pa.int8()), Field("odd one", kind)))
    with pytest.raises(UnsupportedType, match="odd one"):
        PySparkTarget().generate(schema, Dataset("file", "/a", "file:///a", (), "parquet"))


def test_widenings_are_told_in_the_code() -> None:
    schema = Schema((Field("big", pa.uint64()), Field("at", pa.time32("s"))))
    code = PySparkTarget().generate(schema, Dataset("file", "/a", "file:///a.db", (), "sqlite"))
    assert "# uint64 in the source; Spark has no unsigned integers" in code
    assert "# time32[s] in the source; Spark has no time of day" in code
    assert 'TYPES = {"big": "uint64", "at": "time32[s]"}' in code


def test_no_secret_is_written() -> None:
    dataset = Dataset(
        "postgres://h:5432", "db.public.t", "postgresql://h:5432/db#public.t", (), "postgresql"
    )
    dataset = Dataset(**{**as_dict(dataset), "credentials": "env:PGLOGIN"})
    code = ArrowTarget().generate(Schema((Field("a", pa.int8()),)), dataset)
    assert 'credentials="env:PGLOGIN"' in code


def as_dict(dataset: Dataset) -> dict[str, Any]:
    return {name: getattr(dataset, name) for name in Dataset.__slots__}
