"""Random schemas with hostile names, for every registered target: it generates what its own reader
takes, or says which field it cannot hold.
"""

from __future__ import annotations

import json
import sys
from types import ModuleType

import fastavro
import jsonschema
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from connectors import registry
from connectors.model import Dataset
from schema.errors import UnsupportedType
from schema.model import Field, Schema
from tests.targets.test_generated import datasets, schemas

PYTHON = ("duckdb", "pandas", "polars", "pydantic", "sqlalchemy")
SLOW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def generated(target: str, schema: Schema, dataset: Dataset) -> str | None:
    """The code; None when a field is refused by name."""
    try:
        return registry.load("targets", target).generate(schema, dataset)
    except UnsupportedType as error:
        told = str(error).replace("\\'", "'")
        if not any(repr(field.name)[1:-1].replace("\\'", "'") in told for field in schema):
            pytest.fail(f"no field is named: {error}")
        return None


@pytest.mark.parametrize("target", PYTHON)
@SLOW
@given(schemas, datasets)
def test_modules_spell_out_the_schema(target: str, schema: Schema, dataset: Dataset) -> None:
    code = generated(target, schema, dataset)
    if code is None:
        return
    module = ModuleType("generated_at_random")
    sys.modules[module.__name__] = module
    exec(compile(code, "generated.py", "exec"), vars(module))
    assert module.SCHEMA.equals(
        pa.schema([pa.field(field.name, field.type, field.nullable) for field in schema])
    )
    assert schema.fingerprint == module.FINGERPRINT
    if target == "sqlalchemy":
        names = list(module.TABLE.columns.keys())
        assert [name for name in names if name in schema.names] == list(schema.names)
    if target == "pydantic":
        (row,) = [
            kind
            for kind in vars(module).values()
            if isinstance(kind, type) and kind.__doc__ == "One row."
        ]
        fields = row.model_fields.items()
        assert [field.alias or name for name, field in fields] == list(schema.names)


@SLOW
@given(schemas, datasets)
def test_json_schemas_are_schemas(schema: Schema, dataset: Dataset) -> None:
    code = generated("jsonschema", schema, dataset)
    if code is not None:
        document = json.loads(code)
        jsonschema.Draft202012Validator.check_schema(document)
        assert list(document["properties"]) == list(schema.names)


@SLOW
@given(schemas, datasets)
def test_avro_schemas_are_schemas(schema: Schema, dataset: Dataset) -> None:
    code = generated("avro", schema, dataset)
    if code is not None:
        document = json.loads(code)
        fastavro.parse_schema(json.loads(code))
        names = [field.get("name_in_source", field["name"]) for field in document["fields"]]
        assert names == list(schema.names)


@SLOW
@given(schemas, datasets)
def test_ddl_is_run_by_sqlite(schema: Schema, dataset: Dataset) -> None:
    try:
        target = registry.load("targets", "ddl").with_option("sqlite")
        code = target.generate(schema, dataset)
    except UnsupportedType:
        return
    if not len(schema):
        return  # SQL has no tables without columns
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql(code)
        (table,) = sa.inspect(connection).get_table_names()
        names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    engine.dispose()
    assert names == list(schema.names)


@SLOW
@given(schemas, datasets)
def test_scala_is_balanced_and_ascii_in_code(schema: Schema, dataset: Dataset) -> None:
    code = generated("scala", schema, dataset)
    if code is not None:
        lines = [line for line in code.splitlines() if not line.lstrip().startswith("//")]
        assert all(line.isascii() for line in lines)
        assert lines[-1] == "}"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("avro", pa.decimal128(5, -2)),
        ("ddl", pa.month_day_nano_interval()),
        ("duckdb", pa.float16()),
        ("polars", pa.decimal256(50, 2)),
        ("pydantic", pa.month_day_nano_interval()),
        ("scala", pa.decimal128(38, 0)),
        ("sqlalchemy", pa.list_(pa.month_day_nano_interval())),
    ],
)
def test_what_a_target_cannot_hold_names_the_field(target: str, kind: pa.DataType) -> None:
    schema = Schema((Field("fine", pa.int8()), Field("odd one", kind)))
    with pytest.raises(UnsupportedType, match="odd one"):
        registry.load("targets", target).generate(
            schema, Dataset("file", "/a", "file:///a", (), "parquet")
        )


def test_a_nested_model_is_not_hidden_by_a_column_of_its_name() -> None:
    inner = pa.struct([("A", pa.int8()), ("a", pa.struct([("b", pa.int8())]))])
    schema = Schema((Field("À", pa.null()), Field("A", inner), Field("B", pa.int8())))
    dataset = Dataset("file", "/t.parquet", "file:///t.parquet", (), "parquet")
    module = ModuleType("generated_with_models")
    sys.modules[module.__name__] = module
    try:
        exec(compile(generated("pydantic", schema, dataset) or "", "t.py", "exec"), vars(module))
        value = {"À": None, "A": {"A": 1, "a": {"b": 2}}, "B": 3}
        assert module.T.model_validate(value).model_dump(by_alias=True) == value
    finally:
        del sys.modules[module.__name__]
