"""Models, tables and documents hold the rows of Arrow: validated, inserted and selected again."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import fastavro
import jsonschema
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_
import pytest
import sqlalchemy as sa

from catalog.access.plain import plain
from connectors.targets.avro import avro_names
from tests.conformance.target_samples import EDGES, SAMPLES, Written, load

ALL = SAMPLES + EDGES


def rows_of(written: Written, sample: str, where: pc.Expression | None = None) -> list[Any]:
    module = load(written[sample, "arrow"][0])
    rows = module.read(where=where).to_pylist()
    return [[_python(value) for value in row.values()] for row in rows]


def _python(value: Any) -> Any:
    """Times with nanoseconds as Python has them; none of the samples has a part below."""
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def valid(written: Written, sample: str) -> pc.Expression:
    names = load(written[sample, "arrow"][0]).SCHEMA.names
    return pc.field(names[-1]).is_valid()


@pytest.mark.parametrize("sample", ALL)
def test_pydantic_yields_the_rows_of_arrow(written: Written, sample: str) -> None:
    module = load(written[sample, "pydantic"][0])
    found = [list(row.model_dump(by_alias=True).values()) for row in module.read()]
    assert repr(found) == repr(rows_of(written, sample))
    where = valid(written, sample)
    assert len(module.read(where=where)) == len(rows_of(written, sample, where))


@pytest.mark.parametrize("sample", ALL)
def test_sqlalchemy_rows_come_back_from_a_database(written: Written, sample: str) -> None:
    module = load(written[sample, "sqlalchemy"][0])
    expected = [list(row.values()) for row in module.read()]
    engine = sa.create_engine("sqlite://")
    names = module.SCHEMA.names
    with engine.begin() as connection:
        assert module.load(connection) == len(expected)
        columns = [module.TABLE.c[name] for name in names]
        found = [list(row) for row in connection.execute(sa.select(*columns))]
    engine.dispose()
    assert repr(comparable(found)) == repr(comparable(expected))
    plain_ones = [at for at, kind in enumerate(module.SCHEMA.types) if not is_.is_nested(kind)]
    given = rows_of(written, sample)
    for row, arrow in zip(expected, given, strict=True):
        assert repr([row[at] for at in plain_ones]) == repr([arrow[at] for at in plain_ones])


def comparable(rows: list[list[Any]]) -> list[list[Any]]:
    """Instants in UTC, decimals by value; NaN, which SQLite holds as null, as null."""
    return [[_comparable(value) for value in row] for row in rows]


def _comparable(value: Any) -> Any:
    if isinstance(value, dt.datetime) and value.tzinfo:
        return value.astimezone(dt.UTC)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(Decimal(value).normalize(), "f")
    if isinstance(value, list | tuple):
        return [_comparable(item) for item in value]
    return None if value != value else value


@pytest.mark.parametrize("sample", ALL)
def test_jsonschema_validates_rows_as_the_service_gives_them(written: Written, sample: str) -> None:
    document = json.loads(written[sample, "jsonschema"][0].read_text())
    kind = jsonschema.Draft202012Validator
    kind.check_schema(document)
    validator = kind(document, format_checker=kind.FORMAT_CHECKER)
    names = load(written[sample, "arrow"][0]).SCHEMA.names
    for row in rows_of(written, sample)[:200]:
        given = dict(zip(names, json.loads(json.dumps(plain(row))), strict=True))
        validator.validate(given)
        for name in names:
            with pytest.raises(jsonschema.ValidationError):
                validator.validate({**given, name: {"not": "this"}})


@pytest.mark.parametrize("sample", ALL)
def test_avro_holds_the_rows(written: Written, sample: str) -> None:
    document = json.loads(written[sample, "avro"][0].read_text())
    parsed = fastavro.parse_schema(document)
    table = load(written[sample, "arrow"][0]).read()
    fields = list(table.schema)
    given = [avro_struct(fields, row) for row in table.to_pylist()]
    file = BytesIO()
    fastavro.writer(file, parsed, given)
    file.seek(0)
    found = list(fastavro.reader(file))
    assert [named.get("name_in_source", named["name"]) for named in document["fields"]] == [
        field.name for field in fields
    ]
    assert repr([comparable([[*row.values()]]) for row in found]) == repr(
        [comparable([[*row.values()]]) for row in given]
    )


def avro_struct(fields: list[pa.Field], row: dict[str, Any]) -> dict[str, Any]:
    names = avro_names(field.name for field in fields)
    return {
        name: avro_value(field.type, row[field.name])
        for name, field in zip(names, fields, strict=True)
    }


def avro_value(kind: pa.DataType, value: Any) -> Any:
    if value is None:
        return None
    if is_.is_uint64(kind):
        return Decimal(value)
    if is_.is_struct(kind):
        return avro_struct([kind.field(at) for at in range(kind.num_fields)], value)
    if is_.is_map(kind):
        return {key: avro_value(kind.item_type, item) for key, item in value}
    if is_.is_nested(kind):
        return [avro_value(kind.value_type, item) for item in value]
    if is_.is_timestamp(kind) and kind.unit == "ns":
        return value.value  # fastavro knows no nanoseconds
    if is_.is_timestamp(kind) and kind.tz:
        return value.astimezone(dt.UTC)
    return value


@pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
@pytest.mark.parametrize("sample", ALL)
def test_ddl_makes_the_table(written: Written, sample: str, engine: str) -> None:
    path, made = written[sample, "ddl"]
    names = load(written[sample, "arrow"][0]).SCHEMA.names
    if engine == "duckdb":
        with duckdb.connect() as connection:
            connection.execute(made.code)
            table = connection.execute("select table_name from duckdb_tables()").fetchone()
            assert table is not None
            found = connection.table(table[0]).columns
    else:
        statement = made.code[: made.code.index(");\n") + 2]
        database = sa.create_engine("sqlite://")
        with database.begin() as one:
            one.exec_driver_sql(statement)
            (table,) = sa.inspect(one).get_table_names()
            found = [column["name"] for column in sa.inspect(one).get_columns(table)]
        database.dispose()
    assert found == names
    assert path.suffix == ".sql"


def test_every_python_module_reads_in_a_fresh_interpreter(
    written: Written, root: Path, python: Any
) -> None:
    made = {"arrow", "duckdb", "pandas", "polars", "pydantic", "sqlalchemy"}
    paths = [str(path) for (_, target), (path, _) in written.items() if target in made]
    script = (
        "import importlib.util, sys\n"
        "for number, path in enumerate(sys.argv[1:]):\n"
        "    spec = importlib.util.spec_from_file_location(f'made{number}', path)\n"
        "    made = importlib.util.module_from_spec(spec)\n"
        "    sys.modules[spec.name] = made\n"
        "    spec.loader.exec_module(made)\n"
        "    made.read()\n"
        "print(number + 1)\n"
    )
    assert int(python("-W", "error", "-c", script, *paths, cwd=root)) == len(paths)
