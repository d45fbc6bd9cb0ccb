"""Target `pyspark`: a module that reads a source as a Spark DataFrame."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.guard import ON_DRIFT, runtime_guard, spark_guard
from connectors.targets.native import PYSPARK, local_path, reads_natively
from connectors.targets.python_source import (
    Call,
    Expression,
    Item,
    assignment,
    call,
    comment,
    listing,
    render,
    text,
    value,
)
from connectors.targets.spark_types import SparkJson, arrow_type, spark_type
from schema.codec import encode_type
from schema.model import Schema

_READ = f'''
def read(
    spark: SparkSession,
    columns: Sequence[str] | None = None,
    where: Column | str | None = None,
    {ON_DRIFT},
) -> DataFrame:
    """All rows, or those for which `where` is true; all columns, or `columns` in that order."""
    %s
'''

_NATIVE = """_guard(on_drift)
    frame = %s
    if where is not None:
        frame = frame.where(where)
    if columns is not None:
        frame = frame.select(["`" + name.replace("`", "``") + "`" for name in columns])
    return frame"""

_PLAIN = {
    "void": "T.NullType()",
    "boolean": "T.BooleanType()",
    "byte": "T.ByteType()",
    "short": "T.ShortType()",
    "integer": "T.IntegerType()",
    "long": "T.LongType()",
    "float": "T.FloatType()",
    "double": "T.DoubleType()",
    "string": "T.StringType()",
    "binary": "T.BinaryType()",
    "date": "T.DateType()",
    "timestamp": "T.TimestampType()",
    "timestamp_ntz": "T.TimestampNTZType()",
    "interval day to second": "T.DayTimeIntervalType()",
}


class PySparkTarget:
    """Generates `read(spark) -> DataFrame`."""

    name = PYSPARK
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_pyspark.py`."""
        return module.filename(dataset, PYSPARK)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        struct = _struct_call(schema)
        way = reads_natively(dataset, schema, PYSPARK)
        name = self.filename(dataset).removesuffix(".py")
        example = ", ".join(filter(None, ("spark", module.example_columns(schema))))
        imports, source, functions = (
            _native(dataset) if way.native else _runtime(dataset, schema, way.reasons)
        )
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=PYSPARK,
                reads="a Spark DataFrame",
                usage=(f"import {name}", f"frame = {name}.read({example})"),
            ),
            imports,
            module.fingerprint(schema),
            assignment("SCHEMA", struct),
            *source,
            *functions,
        )


_Parts = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Imports, constants, and functions."""


def _native(dataset: Dataset) -> _Parts:
    reason = f"Spark reads this {dataset.format} exactly, so nothing else is needed."
    root = f"file://{local_path(dataset)}"
    options = reader_options(dataset)
    if dataset.partition_keys:
        options["basePath"] = root
    path = root if dataset.pattern is None else f"{root}/{dataset.pattern}"
    source = [module.reason_comment([reason]), assignment("PATH", text(path))]
    reader = "spark.read.schema(SCHEMA)"
    if options:
        source.append(assignment("OPTIONS", value(options)))
        reader += ".options(**OPTIONS)"
    method = {"jsonl": "json"}.get(dataset.format or "", dataset.format)
    guard = spark_guard(dataset)
    read = _READ % (_NATIVE % f"{reader}.{method}(PATH)")
    return _imports(*guard.imports), ("\n".join(source), guard.error), (read, *guard.functions)


def _runtime(dataset: Dataset, schema: Schema, reasons: Sequence[str]) -> _Parts:
    why = module.reason_comment([f"Read through Headwater, since {'; '.join(reasons)}."])
    wider = {
        field.name: encode_type(field.type)
        for field in schema
        if arrow_type(spark_type(field.type, field.name).json) != field.type
    }
    ranges: dict[str, Expression] = {}
    if dataset.ranges is not None:
        cuts = value(list(dataset.ranges.cuts))
        ranges["ranges"] = call("runtime.key_ranges", text(dataset.ranges.column), cuts)
    source = [why, assignment("DATASET", module.dataset_literal(dataset, **ranges))]
    types: dict[str, Expression] = {}
    if wider:
        source += comment("Types of the source that SCHEMA holds wider.", 0)
        source += [assignment("TYPES", value(wider))]
        types["types"] = "TYPES"
    drift = call("runtime.spark_drift", "DATASET", "SCHEMA", **types)
    types |= {"columns": "columns", "where": "where", "on_drift": "on_drift"}
    read = call("runtime.spark_dataframe", "spark", "DATASET", "SCHEMA", **types)
    shown = f"return {render(read, 4, before=7)}"
    looked = runtime_guard(render(drift, 4, before=7))
    return (
        _imports("from connectors import runtime"),
        ("\n".join(source),),
        (_READ % shown, *looked),
    )


def reader_options(dataset: Dataset) -> dict[str, str]:
    """Options of Spark's reader for a data set that it reads natively; none for other formats."""
    known = _OPTIONS.get(dataset.format or "")
    return known(dataset) if known else {}


def _imports(*more: str) -> str:
    return module.imports(
        "from collections.abc import Sequence",
        "from typing import Literal",
        "from pyspark.sql import Column, DataFrame, SparkSession",
        "from pyspark.sql import types as T",
        *more,
    )


def _csv_options(dataset: Dataset) -> dict[str, str]:
    # A row that does not fit is an error, a header that differs from SCHEMA too; a quote within
    # quotes is doubled. Nothing is null and "" is empty text: nullValue has to be what no cell is,
    # since Spark takes "" for null where it is the nullValue.
    header = dataset.option("header") != "false"
    options = {"header": "true", "enforceSchema": "false"} if header else {"header": "false"}
    options |= {"mode": "FAILFAST", "escape": '"', "nullValue": "\0"}
    delimiter = dataset.option("delimiter", ",") or ","
    return options if delimiter == "," else {**options, "sep": delimiter}


def _json_options(_: Dataset) -> dict[str, str]:
    return {"mode": "FAILFAST"}


def _parquet_options(_: Dataset) -> dict[str, str]:
    # Days before 1582 are those of Arrow's calendar, unless Spark 2 has marked the file as its own.
    return {"datetimeRebaseMode": "CORRECTED"}


_OPTIONS = {"csv": _csv_options, "jsonl": _json_options, "parquet": _parquet_options}


def _struct_call(schema: Schema) -> Call:
    fields = []
    for field in schema:
        held = spark_type(field.type, field.name)
        expression = _struct_field(field.name, held.json, nullable=field.nullable)
        fields.append(Item(expression, "", module.field_comments(field, held.notes)))
    return call("T.StructType", listing(fields))


def _struct_field(name: str, json: SparkJson, *, nullable: bool) -> Expression:
    required: dict[str, Expression] = {} if nullable else {"nullable": "False"}
    return call("T.StructField", text(name), spark_source(json), **required)


def spark_source(json: SparkJson) -> Expression:
    """The expression that makes a Spark type: `T.LongType()`, `T.ArrayType(…)`."""
    if isinstance(json, str):
        if json in _PLAIN:
            return _PLAIN[json]
        digits = json.removeprefix("decimal(").removesuffix(")").split(",")
        return call("T.DecimalType", *digits)
    if json["type"] == "struct":
        fields = (
            _struct_field(field["name"], field["type"], nullable=field["nullable"])
            for field in json["fields"]
        )
        return call("T.StructType", listing(fields))
    if json["type"] == "array":
        contains: dict[str, Expression] = {}
        if not json["containsNull"]:
            contains["containsNull"] = "False"
        return call("T.ArrayType", spark_source(json["elementType"]), **contains)
    contains = {} if json["valueContainsNull"] else {"valueContainsNull": "False"}
    parts = (spark_source(json["keyType"]), spark_source(json["valueType"]))
    return call("T.MapType", *parts, **contains)
