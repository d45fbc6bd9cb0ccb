"""What Headwater and other packages tell of a CSV file: dialect, header, columns and types."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from benchmarks.made.files import Case

Told = tuple[str, str]
"""Delimiter and quote, '' where there is none."""


@dataclass(frozen=True, slots=True)
class Structure:
    """Names from the header (None without one), number of columns, and kinds of their types."""

    names: tuple[str, ...] | None
    width: int
    types: tuple[str, ...]


def headwater(path: Path, _encoding: str) -> Told:
    """Nothing is told to it beforehand, the encoding neither."""
    from connectors.formats.csv import Csv
    from connectors.formats.csv_dialect import Dialect
    from connectors.sources.stored_file import StoredFile
    from connectors.uri import file_uri

    examined = Csv().examine(StoredFile(file_uri(str(path)), str(path), None), ())
    dialect = Dialect().fixed(examined.options)
    return dialect.delimiter, dialect.quote


def duckdb_lax(path: Path, encoding: str) -> Told:
    import duckdb

    known = {"latin-1", "utf-8", "utf-16"}
    told = f", encoding = '{encoding}'" if encoding in known else ""
    lax = f"strict_mode = false, ignore_errors = true, null_padding = true{told}"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT Delimiter, Quote FROM sniff_csv(?, {lax})", [str(path)]
        ).fetchone()
    assert found is not None
    return found[0], found[1].replace("(empty)", "")


def clevercsv(path: Path, encoding: str) -> Told:
    from clevercsv import Sniffer

    found = Sniffer().sniff(_text(path, encoding))
    return found.delimiter or "", found.quotechar or ""


def frictionless(path: Path, encoding: str) -> Told:
    from frictionless import Detector, Resource

    resource = Resource(
        path=path.name,
        basepath=str(path.parent),
        format="csv",
        encoding=encoding,
        detector=Detector(),
    )
    with resource:
        control = resource.dialect.get_control("csv")
        return getattr(control, "delimiter", ","), getattr(control, "quote_char", '"')


def csv_sniffer(path: Path, encoding: str) -> Told:
    found = csv.Sniffer().sniff(_text(path, encoding))
    return found.delimiter, found.quotechar or ""


def _text(path: Path, encoding: str) -> str:
    return path.read_bytes()[: 1 << 20].decode(encoding, "replace").removeprefix("\ufeff")


PEERS: dict[str, Callable[[Path, str], Told]] = {
    "headwater": headwater,
    "DuckDB sniff_csv, lax": duckdb_lax,
    "CleverCSV": clevercsv,
    "frictionless": frictionless,
    "csv.Sniffer": csv_sniffer,
}


def headwater_structure(path: Path, _case: Case) -> Structure:
    """As a crawl has it, nothing told beforehand."""
    from connectors.formats.csv import Csv
    from connectors.sources.stored_file import StoredFile
    from connectors.uri import file_uri
    from schema.infer import infer
    from schema.summary import summarise

    file = StoredFile(file_uri(str(path)), str(path), None)
    examined = Csv().examine(file, ())
    schema = infer(summarise(Csv().batches(file, examined.options).batches))
    header = dict(examined.options)["header"] == "true"
    types = tuple(_kind(field.type, field.semantic_type) for field in schema)
    names = tuple("" if _unnamed(name, at) else name for at, name in enumerate(schema.names))
    return Structure(names if header else None, len(types), types)


def _unnamed(name: str, at: int) -> bool:
    return name == f"column{at + 1}"


def _kind(kind: pa.DataType, meaning: str | None = None) -> str:
    types = pa.types
    if types.is_boolean(kind) or meaning == "boolean":
        return "boolean"
    if types.is_integer(kind):
        return "integer"
    if types.is_floating(kind) or types.is_decimal(kind):
        return "decimal"
    for test, name in (
        (types.is_date, "date"),
        (types.is_timestamp, "timestamp"),
        (types.is_time, "time"),
    ):
        if test(kind):
            return name
    return "text"


def _duckdb_structure(path: Path, case: Case) -> Structure:
    import duckdb

    known = {"utf-16": "utf-16", "cp1252": "latin-1"}
    told = f", encoding = '{known[case.encoding]}'" if case.encoding in known else ""
    lax = f"strict_mode = false, ignore_errors = true, null_padding = true{told}"
    with duckdb.connect() as connection:
        header, columns = connection.execute(
            f"SELECT HasHeader, Columns FROM sniff_csv(?, {lax}, sample_size = -1)", [str(path)]
        ).fetchone() or (False, [])
    kinds = {
        "BIGINT": "integer", "DOUBLE": "decimal", "DATE": "date", "TIMESTAMP": "timestamp",
        "TIME": "time", "BOOLEAN": "boolean", "TIMESTAMP WITH TIME ZONE": "timestamp",
    }  # fmt: skip
    names = tuple(
        "" if one["name"] == f"column{at}" else one["name"] for at, one in enumerate(columns)
    )
    types = tuple(kinds.get(str(one["type"]), "text") for one in columns)
    return Structure(names if header else None, len(columns), types)


def _frictionless_structure(path: Path, case: Case) -> Structure:
    from frictionless import Resource

    resource = Resource(
        path=path.name, basepath=str(path.parent), format="csv", encoding=case.encoding
    )
    resource.infer()
    kinds = {
        "number": "decimal", "datetime": "timestamp", "string": "text", "any": "text",
    }  # fmt: skip
    fields = resource.schema.fields
    header = resource.dialect.header
    types = tuple(kinds.get(field.type, field.type) for field in fields)
    return Structure(tuple(field.name for field in fields) if header else None, len(types), types)


def _pandas_structure(path: Path, case: Case) -> Structure:
    """pandas guesses the delimiter alone; the first row is always a header."""
    import pandas as pd

    frame = pd.read_csv(path, sep=None, engine="python", encoding=case.encoding).convert_dtypes()
    types = tuple(
        _kind(pa.Schema.from_pandas(frame).field(at).type) for at in range(frame.shape[1])
    )
    return Structure(tuple(str(name) for name in frame.columns), len(types), types)


def structures() -> dict[str, Callable[[Path, Case], Structure]]:
    """Who tells names, columns and types, by name."""
    return {
        "headwater": headwater_structure,
        "DuckDB sniff_csv, lax": _duckdb_structure,
        "frictionless": _frictionless_structure,
        "pandas, sep=None": _pandas_structure,
    }
