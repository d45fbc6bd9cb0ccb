"""Target `polars`: a module that reads a source as a LazyFrame or a DataFrame."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.types as is_

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.arrow_reading import arrow_reading, files_constants, files_function
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT, native_guard
from connectors.targets.holding import Rule, notes
from connectors.targets.native import POLARS, reads_natively
from connectors.targets.python_source import assignment
from schema.model import Schema

_SCAN = f'''
def scan(
    columns: Sequence[str] | None = None,
    where: pl.Expr | None = None,
    {ON_DRIFT},
) -> pl.LazyFrame:
    """All rows, or those for which `where` is true; all columns, or `columns` in that order.

    What is chosen here or on the LazyFrame reaches the source.
    """
    %s
    frame = %s
    if where is not None:
        frame = frame.filter(where)
    return frame if columns is None else frame.select(cs.by_name(*columns))
'''

_READ = f'''
def read(
    columns: Sequence[str] | None = None,
    where: pl.Expr | None = None,
    {ON_DRIFT},
) -> pl.DataFrame:
    """The rows of `scan`, collected."""
    return scan(columns, where, on_drift).collect()
'''

_IMPORTS = (
    "from collections.abc import Sequence",
    "from typing import Literal",
    "import polars as pl",
    "import polars.selectors as cs",
    "import pyarrow as pa",
)

RULES: tuple[Rule, ...] = (
    (lambda kind: kind == pa.uuid(), "held as 16 bytes"),
    (lambda kind: isinstance(kind, pa.BaseExtensionType), "held as stored"),
    (is_.is_decimal256, None),
    (lambda kind: is_.is_decimal(kind) and not 0 <= kind.scale <= kind.precision, None),
    (lambda kind: kind == pa.month_day_nano_interval(), None),
    (is_.is_union, None),
    (is_.is_run_end_encoded, None),
    (lambda kind: is_.is_list_view(kind) or is_.is_large_list_view(kind), None),
    (is_.is_date64, "held as Datetime in milliseconds, since polars has days in 32 bits alone"),
    (
        lambda kind: (is_.is_timestamp(kind) or is_.is_duration(kind)) and kind.unit == "s",
        "held in milliseconds",
    ),
)
"""What polars widens and refuses; binary of a fixed size, views and large types are plain there."""


class PolarsTarget:
    """Generates `scan() -> pl.LazyFrame` and `read() -> pl.DataFrame`."""

    name = POLARS
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_polars.py`."""
        return module.filename(dataset, self.name)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        name = self.filename(dataset).removesuffix(".py")
        example = module.example_columns(schema)
        shape = assignment("SCHEMA", schema_call(schema, notes(schema, RULES, self.name)))
        imports, constants, guard, scanned, functions = _source(schema, dataset)
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=self.name,
                reads="polars frames",
                usage=(f"import {name}", f"frame = {name}.read({example})"),
            ),
            module.imports(*_IMPORTS, *imports),
            module.fingerprint(schema),
            shape,
            *constants,
            _SCAN % (guard, scanned),
            _READ,
            *functions,
        )


_Parts = tuple[tuple[str, ...], tuple[str, ...], str, str, tuple[str, ...]]


def _source(schema: Schema, dataset: Dataset) -> _Parts:
    """Imports, constants, guard, the expression of a LazyFrame, functions."""
    if reads_natively(dataset, schema, POLARS).native:
        why = module.reason_comment(
            ["polars reads this parquet exactly, so nothing else is needed."]
        )
        guard = native_guard(dataset)
        paths = "PATH" if dataset.pattern is None else "_files()"
        return (
            (*guard.imports, *(["import glob"] if dataset.pattern else [])),
            ("\n".join([why, *files_constants(dataset)]), guard.error),
            guard.statement,
            f"pl.scan_parquet({paths}, schema=pl.Schema(SCHEMA), glob=False)",
            (*guard.functions, files_function(dataset)),
        )
    reading = arrow_reading(dataset, schema)
    scanned = f"pl.scan_pyarrow_dataset({reading.dataset})"
    if reading.dataset is None:
        scanned = "runtime.polars_frame(DATASET, SCHEMA)"
    functions = reading.dataset_functions
    return reading.dataset_imports, reading.constants, reading.guard, scanned, functions
