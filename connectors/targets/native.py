"""Whether a target's own reader gives exactly the rows and types of Headwater's reader.

Where it does, generated code reads without Headwater, as fast as code written by hand. Where
there is any doubt it reads through `connectors.runtime`, and says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import Dataset
from connectors.uri import file_path
from schema.model import Schema
from schema.part_types import WIDENED

ARROW = "arrow"
DUCKDB = "duckdb"
POLARS = "polars"
PYSPARK = "pyspark"

_SUFFIXES = {
    "csv": (".csv", ".tsv", ".psv", ".tab", ".txt", ".dat", ".data"),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "parquet": (".parquet", ".pq", ".parq"),
}

_LINE_BREAKS = "csv-line-breaks"
_HARMLESS = frozenset(("hostile-name", _LINE_BREAKS))
"""Findings that tell a person something and change nothing for a reader."""

_PROMOTED = {ARROW: frozenset((WIDENED,))}
"""What Arrow's dataset does by itself, and Spark refuses."""

# Reader options that every native reader here is told or has as its default; any other option
# or value is something that only Headwater's reader knows.
_UTF8 = frozenset(("utf-8", "utf8", "ascii"))

_CSV_OPTIONS: dict[str, Callable[[str], bool]] = {
    "delimiter": lambda value: len(value) == 1 and value.isascii() and value not in "\"'\\\r\n",
    "encoding": lambda value: value.lower() in _UTF8,
    "escape": lambda value: not value,
    "header": lambda value: value in {"true", "false"},
    "quote": lambda value: value == '"',
    "skip": lambda value: value == "0",
}
_JSONL_OPTIONS: dict[str, Callable[[str], bool]] = {
    "encoding": lambda value: value.lower() in _UTF8,
}
_OPTIONS = {"csv": _CSV_OPTIONS, "jsonl": _JSONL_OPTIONS, "parquet": {}}


@dataclass(frozen=True, slots=True)
class Way:
    """How generated code reads: by the target itself, or through the runtime for `reasons`."""

    native: bool
    reasons: tuple[str, ...] = ()


def reads_natively(dataset: Dataset, schema: Schema, target: str) -> Way:
    """The target's own reader when nothing speaks against it, else the runtime with the reasons."""
    against = tuple(_against(dataset, schema, target))
    return Way(native=not against, reasons=against)


def local_path(dataset: Dataset) -> str | None:
    """The absolute path of a local data set, None when it is elsewhere."""
    return file_path(dataset.uri) if dataset.uri.startswith("file:///") else None


def has_line_breaks(dataset: Dataset, schema: Schema) -> bool:
    """Whether a line of a CSV file may end inside of a cell or of the name of a column."""
    found = any(finding.code == _LINE_BREAKS for finding in dataset.findings)
    return found or any(re.search(r"[\r\n]", name) for name in schema.names)


def _against(dataset: Dataset, schema: Schema, target: str) -> Iterator[str]:
    checks = _OPTIONS.get(dataset.format or "")
    path = local_path(dataset)
    if checks is None:
        yield f"{target} has no reader of its own for {dataset.format or 'this format'}"
        return
    if path is None:
        yield f"the data is not in a local file ({dataset.uri.partition(':')[0]})"
        return
    for name, value in dataset.options:
        if name not in checks or not checks[name](value):
            yield f"its {name} is {value!r}"
    harmless = _HARMLESS | _PROMOTED.get(target, frozenset())
    for code in sorted({finding.code for finding in dataset.findings} - harmless):
        yield f"it has findings ({code})"
    names = [name.casefold() for name in schema.names]
    if len(set(names)) < len(names):
        yield "some column names are equal, or equal but for their case"
    yield from _against_names(dataset, path)
    yield from _TARGETS[target](dataset, schema, path)


def _against_names(dataset: Dataset, path: str) -> Iterator[str]:
    suffixes = _SUFFIXES.get(dataset.format or "")
    last = (dataset.pattern or path).lower()
    if suffixes and not last.endswith(suffixes):
        yield "its name does not say what it holds (compressed, or another suffix)"


def _against_arrow(dataset: Dataset, schema: Schema, _path: str) -> Iterator[str]:
    data = _data_fields(dataset, schema)
    if dataset.format == "csv":
        yield from _unreadable(data, _csv_holds)
        if len(data) == 1:
            yield "an empty line is a row where there is one column"
    elif dataset.format == "jsonl":
        yield from _unreadable(data, _json_holds)


def _against_pyspark(dataset: Dataset, schema: Schema, path: str) -> Iterator[str]:
    data = _data_fields(dataset, schema)
    if re.search(r"[*?\[\]{}\\:,%]|[^\x20-\x7e]", path + (dataset.pattern or "").replace("*", "")):
        yield "Spark reads patterns into the characters of its path"
    if path.rsplit("/", 1)[-1].startswith(("_", ".")):
        yield "Spark hides files whose names begin with _ or ."
    if dataset.format == "csv":
        yield from _unreadable(data, _csv_holds)
        if len(data) == 1:
            yield "an empty line is a row where there is one column"
        if has_line_breaks(dataset, schema):
            yield "its cells or column names hold line breaks"
    elif dataset.format == "jsonl":
        yield from _unreadable(data, _json_holds)
    else:
        yield from _unreadable(data, _spark_parquet_holds)


def _against_polars(dataset: Dataset, schema: Schema, path: str) -> Iterator[str]:
    yield from _against_frames(dataset, schema, path)
    if dataset.format != "parquet":
        yield "pyarrow's readers of text know its types, those of polars do not"


def _against_duckdb(dataset: Dataset, schema: Schema, path: str) -> Iterator[str]:
    yield from _against_frames(dataset, schema, path)
    if re.search(r"[*?\[\]]", path):
        yield "DuckDB reads patterns into the characters of its path"
    if dataset.format == "csv":
        yield from _unreadable(_data_fields(dataset, schema), _duckdb_csv_holds)
        if has_line_breaks(dataset, schema):
            yield "its cells or column names hold line breaks"
        if len(schema) == 1:
            yield "an empty line is a row where there is one column"
    elif dataset.format == "jsonl":
        yield "pyarrow's reader of JSON Lines knows its types"


def _against_frames(dataset: Dataset, schema: Schema, _path: str) -> Iterator[str]:
    """Readers that give the types of the files as they are."""
    if dataset.partition_keys:
        yield "its partitions' keys are in its path"
    if dataset.pattern is not None:
        yield "its files may have other columns each"
    if dataset.format == "parquet":
        yield from _unreadable(_data_fields(dataset, schema), _frame_parquet_holds)


_TARGETS: dict[str, Callable[[Dataset, Schema, str], Iterator[str]]] = {
    ARROW: _against_arrow,
    DUCKDB: _against_duckdb,
    POLARS: _against_polars,
    PYSPARK: _against_pyspark,
}


def _data_fields(dataset: Dataset, schema: Schema) -> list[tuple[str, pa.DataType]]:
    return [
        (field.name, field.type) for field in schema if field.name not in dataset.partition_keys
    ]


def _unreadable(
    fields: list[tuple[str, pa.DataType]], holds: Callable[[pa.DataType], bool]
) -> Iterator[str]:
    for name, kind in fields:
        if not holds(kind):
            yield f"{name!r} is {kind}, which its own reader does not give"


def _plain(kind: pa.DataType) -> bool:
    return bool(is_.is_integer(kind) or is_.is_float64(kind) or is_.is_string(kind))


def _csv_holds(kind: pa.DataType) -> bool:
    return (
        _plain(kind)
        or is_.is_boolean(kind)
        or is_.is_date32(kind)
        or is_.is_decimal128(kind)
        or (is_.is_timestamp(kind) and kind.unit == "us" and kind.tz in {None, "UTC"})
    )


def _json_holds(kind: pa.DataType) -> bool:
    if is_.is_struct(kind):
        return all(_json_holds(kind.field(index).type) for index in range(kind.num_fields))
    if is_.is_list(kind):
        return _json_holds(kind.value_type)
    return kind in (pa.int64(), pa.float64(), pa.string(), pa.bool_())


def _spark_parquet_holds(kind: pa.DataType) -> bool:
    if is_.is_struct(kind):
        return all(_spark_parquet_holds(kind.field(index).type) for index in range(kind.num_fields))
    if is_.is_map(kind):
        return _spark_parquet_holds(kind.key_type) and _spark_parquet_holds(kind.item_type)
    if is_.is_list(kind) or is_.is_large_list(kind):
        return _spark_parquet_holds(kind.value_type)
    return (
        is_.is_integer(kind)
        or is_.is_float32(kind)
        or is_.is_float64(kind)
        or is_.is_boolean(kind)
        or is_.is_date32(kind)
        or is_.is_string(kind)
        or is_.is_large_string(kind)
        or is_.is_binary(kind)
        or is_.is_large_binary(kind)
        or (is_.is_decimal128(kind) and 0 <= kind.scale <= kind.precision)
        or (is_.is_timestamp(kind) and kind.unit in {"ms", "us"})
        or (is_.is_dictionary(kind) and is_.is_string(kind.value_type))
    )


def _duckdb_csv_holds(kind: pa.DataType) -> bool:
    return kind in (pa.int64(), pa.float64(), pa.string(), pa.date32())


def _frame_parquet_holds(kind: pa.DataType) -> bool:
    return (
        is_.is_signed_integer(kind)
        or kind in (pa.float32(), pa.float64(), pa.bool_(), pa.date32())
        or kind in (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())
        or (is_.is_decimal128(kind) and 0 <= kind.scale <= kind.precision)
        or (is_.is_timestamp(kind) and kind.unit in {"ms", "us"} and kind.tz in {None, "UTC"})
    )
