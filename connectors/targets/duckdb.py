"""Target `duckdb`: a module that gives a source as a DuckDB relation."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.arrow_reading import arrow_reading, files_constants, files_function
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT, native_guard
from connectors.targets.holding import Rule, check_names, check_nested_names, notes
from connectors.targets.native import DUCKDB, reads_natively
from connectors.targets.python_source import Expression, assignment, call, render, text, value
from schema.model import Schema

_READ = f'''
def read(
    columns: Sequence[str] | None = None,
    where: str | None = None,
    {ON_DRIFT},
    connection: duckdb.DuckDBPyConnection | None = None,
) -> duckdb.DuckDBPyRelation:
    """All rows, or those for which the SQL `where` is true; all columns, or `columns`.

    The relation lives on `connection`, by default the one that `duckdb.sql` uses, so that
    relations of several connectors can be joined; `.to_arrow_table()` gives Arrow.
    """
    %s
    connection = connection or duckdb.default_connection()
    %s
    if where is not None:
        relation = relation.filter(where)
    if columns is not None:
        quoted = ['"' + name.replace('"', '""') + '"' for name in columns]
        relation = relation.project(", ".join(quoted))
    return %s
'''

_STREAM = """needed = columns if where is None else None
    relation = connection.from_arrow(runtime.reader(DATASET, SCHEMA, columns=needed))"""

_IMPORTS = (
    "from collections.abc import Sequence",
    "from typing import Literal",
    "import duckdb",
    "import pyarrow as pa",
)

_INTERVAL = "held as INTERVAL in microseconds"

RULES: tuple[Rule, ...] = (
    (lambda kind: kind == pa.uuid(), "held as UUID, given back as text"),
    (lambda kind: isinstance(kind, pa.BaseExtensionType), "held as stored"),
    (is_.is_float16, None),
    (is_.is_decimal256, None),
    (lambda kind: is_.is_decimal(kind) and not 0 <= kind.scale <= kind.precision, None),
    (lambda kind: kind == pa.month_day_nano_interval(), None),
    (is_.is_union, None),
    (lambda kind: is_.is_duration(kind) and kind.unit == "ns", None),
    (is_.is_duration, _INTERVAL),
    (is_.is_date64, "held as DATE in days"),
    (
        lambda kind: is_.is_timestamp(kind) and kind.tz is not None and kind.tz != "UTC",
        "instants are kept, zone is not",
    ),
    (is_.is_dictionary, "held as its values"),
    (lambda kind: is_.is_fixed_size_list(kind) and kind.list_size < 1, None),
    (lambda kind: is_.is_struct(kind) and kind.num_fields < 1, None),
)
"""What DuckDB widens and refuses; views, large and run-end encoded types are plain there."""

CSV_TYPES = {"int64": "BIGINT", "double": "DOUBLE", "string": "VARCHAR", "date32[day]": "DATE"}
"""Types that DuckDB's CSV reader parses as Headwater does."""


class DuckDbTarget:
    """Generates `read() -> duckdb.DuckDBPyRelation`."""

    name = DUCKDB
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_duckdb.py`."""
        return module.filename(dataset, self.name)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        check_names(self.name, list(schema.names))
        for field in schema:
            check_nested_names(self.name, field.type, field.name)
        name = self.filename(dataset).removesuffix(".py")
        example = module.example_columns(schema)
        shape = assignment("SCHEMA", schema_call(schema, notes(schema, RULES, self.name)))
        imports, constants, guard, opened, functions = _source(schema, dataset)
        once = opened is _STREAM
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=self.name,
                reads="a DuckDB relation",
                usage=(f"import {name}", f"relation = {name}.read({example})"),
            ),
            module.imports(*_IMPORTS, *imports),
            module.fingerprint(schema),
            shape,
            *constants,
            # Batches can be read once, a relation as often as one likes.
            _READ
            % (
                guard,
                opened,
                "connection.from_arrow(relation.to_arrow_table())" if once else "relation",
            ),
            *functions,
        )


_Parts = tuple[tuple[str, ...], tuple[str, ...], str, str, tuple[str, ...]]


def _source(schema: Schema, dataset: Dataset) -> _Parts:
    """Imports, constants, guard, the statement that makes `relation`, functions."""
    if reads_natively(dataset, schema, DUCKDB).native:
        form = dataset.format or ""
        why = f"DuckDB reads this {form} exactly, so nothing else is needed."
        guard = native_guard(dataset)
        paths = "PATH" if dataset.pattern is None else "_files()"
        constants = ["\n".join([module.reason_comment([why]), *files_constants(dataset)])]
        opened = f"relation = connection.read_parquet({paths})"
        if form == "csv":
            constants.append(assignment("COLUMNS", value(dict(_csv_columns(schema)))))
            opened = f"relation = {render(_csv_call(dataset, paths), 4, before=11)}"
        return (
            (*guard.imports, *(["import glob"] if dataset.pattern else [])),
            (*constants, guard.error),
            guard.statement,
            opened,
            (*guard.functions, files_function(dataset)),
        )
    reading = arrow_reading(dataset, schema)
    if reading.dataset is not None:
        opened = f"relation = connection.from_arrow({reading.dataset})"
    else:
        opened = _STREAM
    functions = reading.dataset_functions
    return reading.dataset_imports, reading.constants, reading.guard, opened, functions


def _csv_columns(schema: Schema) -> Iterator[tuple[str, str]]:
    for field in schema:
        yield field.name, CSV_TYPES[str(field.type)]


def _csv_call(dataset: Dataset, paths: str) -> Expression:
    delimiter = dataset.option("delimiter", ",") or ","
    return call(
        "connection.read_csv",
        paths,
        columns="COLUMNS",
        auto_detect="False",
        header=str(dataset.option("header") != "false"),
        delimiter=text(delimiter),
        quotechar=text('"'),
        escapechar=text('"'),
        allow_quoted_nulls="False",
    )
