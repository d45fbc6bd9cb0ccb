"""Target `arrow`: a module that reads a source as Arrow tables and record batches."""

from __future__ import annotations

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.arrow_reading import arrow_reading
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT
from connectors.targets.native import ARROW
from connectors.targets.python_source import assignment
from schema.model import Schema

_READ = f'''
def read(
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> pa.Table:
    """All rows, or those for which `where` is true; all columns, or `columns` in that order."""
    %s
'''

_BATCHES = f'''
def batches(
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> Iterator[pa.RecordBatch]:
    """The rows of `read`, a batch at a time, so that memory stays small."""
    %s
'''

_IMPORTS = (
    "from collections.abc import Iterator, Sequence",
    "from typing import Literal",
    "import pyarrow as pa",
    "import pyarrow.compute as pc",
)


class ArrowTarget:
    """Generates `read() -> pa.Table` and `batches() -> Iterator[pa.RecordBatch]`."""

    name = ARROW
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_arrow.py`."""
        return module.filename(dataset, ARROW)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        name = self.filename(dataset).removesuffix(".py")
        example = module.example_columns(schema)
        shape = assignment("SCHEMA", schema_call(schema))
        reading = arrow_reading(dataset, schema)
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=ARROW,
                reads="Arrow",
                usage=(f"import {name}", f"table = {name}.read({example})"),
            ),
            module.imports(*_IMPORTS, *reading.imports),
            module.fingerprint(schema),
            shape,
            *reading.constants,
            _READ % reading.table,
            _BATCHES % reading.batches,
            *reading.functions,
        )
