"""Target `arrow`: a module that reads a source as Arrow tables and record batches."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.arrow_types import schema_call, type_source
from connectors.targets.native import ARROW, local_path, reads_natively
from connectors.targets.python_source import (
    Call,
    Expression,
    assignment,
    call,
    listing,
    render,
    text,
    value,
)
from schema.model import Field, Schema

_READ = '''
def read(columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
    """All rows, or those for which `where` is true; all columns, or `columns` in that order."""
    %s
'''

# One text file is parsed in parallel by the reader of whole files, not by a dataset, which parses
# files in parallel: 0.09 against 0.14 s for 46 MB of CSV on two cores.
_WHOLE = {
    "csv": """if where is None:
        names = SCHEMA.names if columns is None else list(columns)
        types = csv.ConvertOptions(column_types=SCHEMA, include_columns=names, **MISSING)
        return csv.read_csv(PATH, READINGparse_options=PARSING, convert_options=types)
    """,
    "jsonl": """if where is None:
        names = SCHEMA.names if columns is None else columns
        shape = pa.schema([SCHEMA.field(name) for name in names])
        parsing = json.ParseOptions(explicit_schema=shape, unexpected_field_behavior="ignore")
        return json.read_json(PATH, parse_options=parsing)
    """,
}

_BATCHES = '''
def batches(
    columns: Sequence[str] | None = None, where: pc.Expression | None = None
) -> Iterator[pa.RecordBatch]:
    """The rows of `read`, a batch at a time, so that memory stays small."""
    %s
'''

_CHOSEN = """
def _chosen(columns: Sequence[str] | None) -> dict[str, pc.Expression] | None:
    return None if columns is None else {name: pc.field(name) for name in columns}
"""

_FILES = """
def _files() -> list[str]:
    found = sorted(glob.glob(PATTERN, root_dir=ROOT, recursive=True))
    if not found:
        raise FileNotFoundError(f"no file matches {PATTERN} below {ROOT}")
    return [f"{ROOT}/{name}" for name in found]
"""


class ArrowTarget:
    """Generates `read() -> pa.Table` and `batches() -> Iterator[pa.RecordBatch]`."""

    name = ARROW
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_arrow.py`."""
        return module.filename(dataset, ARROW)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        way = reads_natively(dataset, schema, ARROW)
        name = self.filename(dataset).removesuffix(".py")
        example = module.example_columns(schema)
        imports, *sections = (
            _native(dataset, schema) if way.native else _runtime(dataset, way.reasons)
        )
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=ARROW,
                reads="Arrow",
                usage=(f"import {name}", f"table = {name}.read({example})"),
            ),
            imports,
            module.fingerprint(schema),
            assignment("SCHEMA", schema_call(schema)),
            *sections,
        )


def _native(dataset: Dataset, schema: Schema) -> list[str]:
    many = dataset.pattern is not None
    form = dataset.format or ""
    arguments: dict[str, Expression] = {
        "schema": "SCHEMA",
        "format": text("parquet") if form == "parquet" else "FORMAT",
    }
    partitions = [schema.field(key) for key in dataset.partition_keys]
    if partitions:
        arguments |= {"partitioning": "PARTITIONING", "partition_base_dir": "ROOT"}
    opened = call("ds.dataset", "_files()" if many else "PATH", **arguments)
    reason = f"pyarrow reads this {form} exactly, so nothing else is needed."
    where = [assignment("ROOT" if many else "PATH", text(local_path(dataset) or ""))]
    if many:
        where.append(assignment("PATTERN", text(dataset.pattern or "")))
    whole = "" if many else _WHOLE.get(form, "").replace("READING", _reading(dataset))
    imports = ["import pyarrow.dataset as ds"]
    if form == "csv" or whole:
        imports.append({"csv": "from pyarrow import csv"}.get(form, "from pyarrow import json"))
    return [
        _imports(standard="import glob\n" if many else "", more=imports),
        "\n".join([module.reason_comment([reason]), *where]),
        *_format(dataset, schema),
        assignment("PARTITIONING", _partitioning(partitions)) if partitions else "",
        _READ % f"{whole}return _dataset().to_table(columns=_chosen(columns), filter=where)",
        _BATCHES % "yield from _dataset().to_batches(columns=_chosen(columns), filter=where)",
        f"def _dataset() -> ds.Dataset:\n    return {render(opened, 4, before=7)}",
        _CHOSEN,
        _FILES if many else "",
    ]


def _runtime(dataset: Dataset, reasons: Sequence[str]) -> list[str]:
    why = module.reason_comment([f"Read through Headwater, since {'; '.join(reasons)}."])
    arguments = "DATASET, SCHEMA, columns=columns, where=where"
    return [
        _imports(more=["\nfrom connectors import runtime"]),
        f"{why}\n{assignment('DATASET', module.dataset_literal(dataset))}",
        _READ % f"return runtime.table({arguments})",
        _BATCHES % f"return runtime.batches({arguments})",
    ]


def _imports(*, standard: str = "", more: Sequence[str]) -> str:
    lines = [
        "from __future__ import annotations\n",
        f"{standard}from collections.abc import Iterator, Sequence\n",
        "import pyarrow as pa",
        "import pyarrow.compute as pc",
        *more,
    ]
    return "\n".join(lines)


def _format(dataset: Dataset, schema: Schema) -> list[str]:
    if dataset.format == "csv":
        return _csv_format(dataset, schema)
    return [assignment("FORMAT", "ds.JsonFileFormat()")] if dataset.format == "jsonl" else []


def _csv_format(dataset: Dataset, schema: Schema) -> list[str]:
    delimiter = dataset.option("delimiter", ",") or ","
    parse: dict[str, Expression] = {} if delimiter == "," else {"delimiter": text(delimiter)}
    missing = {
        "null_values": [""],
        "strings_can_be_null": True,
        "quoted_strings_can_be_null": False,
    }
    lines = []
    parts: dict[str, Expression] = {}
    if _reading(dataset):
        names = [name for name in schema.names if name not in dataset.partition_keys]
        lines = [assignment("READING", call("csv.ReadOptions", column_names=value(names)))]
        parts["read_options"] = "READING"
    parts["parse_options"] = "PARSING"
    parts["convert_options"] = call("csv.ConvertOptions", "**MISSING")
    return [
        "\n".join(
            [
                *lines,
                assignment("PARSING", call("csv.ParseOptions", **parse, newlines_in_values="True")),
                assignment("MISSING", value(missing)),
                assignment("FORMAT", call("ds.CsvFileFormat", **parts)),
            ]
        )
    ]


def _reading(dataset: Dataset) -> str:
    """The argument that names the columns of a CSV file without header, else nothing."""
    return "READING, " if dataset.option("header") == "false" else ""


def _partitioning(fields: Sequence[Field]) -> Call:
    keys = [call("pa.field", text(each.name), type_source(each.type, each.name)) for each in fields]
    return call("ds.partitioning", call("pa.schema", listing(keys)), flavor=text("hive"))
