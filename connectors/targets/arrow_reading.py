"""How a generated module reads its source as Arrow: natively by pyarrow, or through the runtime.

Targets that hold Arrow's values (`arrow`, `pandas`, `polars`, …) put their own `read` on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.arrow_types import type_source
from connectors.targets.guard import native_guard, runtime_guard
from connectors.targets.native import ARROW, has_line_breaks, local_path, reads_natively
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

# One text file is parsed in parallel by the reader of whole files, not by a dataset, which parses
# files in parallel: 0.09 against 0.14 s for 46 MB of CSV on two cores.
_WHOLE = {
    "csv": """if where is None:
        names = SCHEMA.names if columns is None else list(columns)
        types = csv.ConvertOptions(column_types=SCHEMA, include_columns=names, **MISSING)
        LINES
        return csv.read_csv(PATH, READINGparse_options=PARSED, convert_options=types)
    """,
    "jsonl": """if where is None:
        names = SCHEMA.names if columns is None else columns
        shape = pa.schema([SCHEMA.field(name) for name in names])
        parsing = json.ParseOptions(explicit_schema=shape, unexpected_field_behavior="ignore")
        return json.read_json(PATH, parse_options=parsing)
    """,
}

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


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of a module that reads `columns` where `where`, unless it drifted.

    `table` and `batches` are bodies of functions with those three parameters; `dataset` is
    the expression of a `ds.Dataset`, None when the runtime reads.
    """

    imports: tuple[str, ...]
    constants: tuple[str, ...]
    guard: str
    """The statement that looks for drift; `table` and `batches` begin with it."""
    table: str
    batches: str
    functions: tuple[str, ...]
    """What the bodies call, and `drift`."""
    dataset_imports: tuple[str, ...]
    dataset_functions: tuple[str, ...]
    """The same for a module that reads by `dataset` alone."""
    dataset: str | None = None


def arrow_reading(dataset: Dataset, schema: Schema) -> Reading:
    """Reads by pyarrow alone where that gives the rows exactly, else through the runtime."""
    way = reads_natively(dataset, schema, ARROW)
    return _native(dataset, schema) if way.native else _runtime(dataset, way.reasons)


def files_constants(dataset: Dataset) -> tuple[str, ...]:
    """`PATH = …`, or `ROOT` and `PATTERN` where there are several files."""
    many = dataset.pattern is not None
    lines = [assignment("ROOT" if many else "PATH", text(local_path(dataset) or ""))]
    if many:
        lines.append(assignment("PATTERN", text(dataset.pattern or "")))
    return tuple(lines)


def files_function(dataset: Dataset) -> str:
    """`_files()`, where there are several files."""
    return "" if dataset.pattern is None else _FILES


def _native(dataset: Dataset, schema: Schema) -> Reading:
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
    whole = _whole(dataset, schema)
    unbroken = _unbroken(dataset, schema)
    imports = ["import pyarrow.dataset as ds", *(["import glob"] if many else [])]
    if form == "csv" or whole:
        imports.append({"csv": "from pyarrow import csv"}.get(form, "from pyarrow import json"))
    guard = native_guard(dataset)
    opening = f"def _dataset() -> ds.Dataset:\n    return {render(opened, 4, before=7)}"
    return Reading(
        imports=(*imports, *(["import os"] if unbroken else []), *guard.imports),
        constants=(
            "\n".join([module.reason_comment([reason]), *files_constants(dataset)]),
            *_format(dataset, schema),
            unbroken,
            assignment("PARTITIONING", _partitioning(partitions)) if partitions else "",
            guard.error,
        ),
        guard=guard.statement,
        table=f"{guard.statement}\n    {whole}"
        "return _dataset().to_table(columns=_chosen(columns), filter=where)",
        batches=f"{guard.statement}\n    "
        "yield from _dataset().to_batches(columns=_chosen(columns), filter=where)",
        functions=(*guard.functions, opening, _CHOSEN, files_function(dataset)),
        dataset_imports=(
            *(line for line in imports if line != "from pyarrow import json"),
            *guard.imports,
        ),
        dataset_functions=(*guard.functions, opening, files_function(dataset)),
        dataset="_dataset()",
    )


def _runtime(dataset: Dataset, reasons: Sequence[str]) -> Reading:
    why = module.reason_comment([f"Read through Headwater, since {'; '.join(reasons)}."])
    arguments = "DATASET, SCHEMA, columns=columns, where=where, on_drift=on_drift"
    return Reading(
        imports=("from connectors import runtime",),
        constants=(f"{why}\n{assignment('DATASET', module.dataset_literal(dataset))}",),
        guard="runtime.guard(DATASET, SCHEMA, on_drift)",
        table=f"return runtime.table({arguments})",
        batches=f"return runtime.batches({arguments})",
        functions=runtime_guard(),
        dataset_imports=("from connectors import runtime",),
        dataset_functions=runtime_guard(),
    )


def _format(dataset: Dataset, schema: Schema) -> list[str]:
    if dataset.format == "csv":
        return _csv_format(dataset, schema)
    return [assignment("FORMAT", "ds.JsonFileFormat()")] if dataset.format == "jsonl" else []


def _csv_format(dataset: Dataset, schema: Schema) -> list[str]:
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
    parse = call("csv.ParseOptions", **_parse(dataset), newlines_in_values="True")
    parts["parse_options"] = "PARSING"
    parts["convert_options"] = call("csv.ConvertOptions", "**MISSING")
    return [
        "\n".join(
            [
                *lines,
                assignment("PARSING", parse),
                assignment("MISSING", value(missing)),
                assignment("FORMAT", call("ds.CsvFileFormat", **parts)),
            ]
        )
    ]


def _parse(dataset: Dataset) -> dict[str, Expression]:
    delimiter = dataset.option("delimiter", ",") or ","
    return {} if delimiter == "," else {"delimiter": text(delimiter)}


def _whole(dataset: Dataset, schema: Schema) -> str:
    """The statements that read one file of text as a whole, where that is quicker; else nothing."""
    if dataset.pattern is not None:
        return ""
    code = _WHOLE.get(dataset.format or "", "").replace("READING", _reading(dataset))
    if not _is_unbroken(dataset, schema):
        return code.replace("        LINES\n", "").replace("PARSED", "PARSING")
    broken = "os.path.getsize(PATH) != CRAWLED"
    options = call("csv.ParseOptions", **_parse(dataset), newlines_in_values=broken)
    parsing = f"parsing = {render(options, 8, before=10)}"
    return code.replace("LINES", parsing).replace("PARSED", "parsing")


def _is_unbroken(dataset: Dataset, schema: Schema) -> bool:
    """Whether one CSV file was read to its end, and no line break was in a cell of it.

    Looking out for them, Arrow cuts the file in blocks a quarter slower.
    """
    one = dataset.format == "csv" and dataset.pattern is None
    return one and dataset.read_bytes is not None and not has_line_breaks(dataset, schema)


def _unbroken(dataset: Dataset, schema: Schema) -> str:
    if not _is_unbroken(dataset, schema):
        return ""
    why = "While the file is as long as when it was crawled, no line ends inside of a cell."
    return f"{module.reason_comment([why])}\n{assignment('CRAWLED', f'{dataset.read_bytes:_}')}"


def _reading(dataset: Dataset) -> str:
    """The argument that names the columns of a CSV file without header, else nothing."""
    return "READING, " if dataset.option("header") == "false" else ""


def _partitioning(fields: Sequence[Field]) -> Call:
    keys = [call("pa.field", text(each.name), type_source(each.type, each.name)) for each in fields]
    return call("ds.partitioning", call("pa.schema", listing(keys)), flavor=text("hive"))
