"""Which samples connectors are generated for, and how their modules are loaded."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pyarrow as pa

from catalog.connect import Connector

Written = dict[tuple[str, str], tuple[Path, Connector]]
"""Connectors and where they were written, by sample and target."""

SAMPLES = (
    "airports.csv",
    "airlines",
    "bom.csv",
    "broken_lines.jsonl",
    "conflicting.jsonl",
    "data.csv",
    "duplicate_columns.csv",
    "flights",
    "header_only.csv",
    "it's 50% odd #1.csv",
    "latin1.csv",
    "lone_value.csv",
    "missing_codes.csv",
    "names.csv",
    "planes.jsonl",
    "ragged.csv",
    "routes",
    "utf16.csv",
    "v1/monthly.csv",
    "v2/monthly.csv",
    "weather.parquet",
    "wrong_suffix.csv",
)

EDGES = (
    *("codes.csv", "headerless.csv", "infinite.csv", "lines.csv", "one_column.csv", "quotes.csv"),
    *(
        "types.csv",
        "tabs.tsv",
        "times.csv",
        "nested.jsonl",
        "dates.jsonl",
        "parted",
        "deep.parquet",
    ),
    *("fixed.txt", "records.xml"),
    *("book.xlsx#cells", "in_delta", "in_iceberg"),
    *("deep.arrow", "deep.orc", "table.json", "table.avro"),
    *("short.csv", "zipped.csv.gz"),
)
"""Of the folder that `edges` makes: what engines' own readers are known to read differently."""


def load(path: Path) -> ModuleType:
    name = f"{path.stem}_in_{path.parent.name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # models look their annotations up there
    spec.loader.exec_module(module)
    return module


def same(table: pa.Table, other: pa.Table) -> bool:
    """Equal schemas and rows in the same order; NaN is NaN."""
    return table.schema == other.schema and repr(table.to_pylist()) == repr(other.to_pylist())
