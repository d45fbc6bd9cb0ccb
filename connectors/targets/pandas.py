"""Target `pandas`: a module that reads a source as a DataFrame of Arrow-backed columns."""

from __future__ import annotations

from connectors.model import Dataset
from connectors.targets import module
from connectors.targets.arrow_reading import arrow_reading
from connectors.targets.arrow_types import schema_call
from connectors.targets.guard import ON_DRIFT
from connectors.targets.python_source import assignment
from schema.model import Schema

_READ = f'''
def read(
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    {ON_DRIFT},
) -> pd.DataFrame:
    """All rows, or those for which `where` is true; all columns, or `columns` in that order.

    Columns are backed by Arrow: each has its type in SCHEMA, and whole numbers stay whole
    where values are missing.
    """
    table = _table(columns, where, on_drift)
    frame: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
'''

_TABLE = """
def _table(
    columns: Sequence[str] | None,
    where: pc.Expression | None,
    on_drift: %s,
) -> pa.Table:
    %s
"""

_IMPORTS = (
    "from collections.abc import Sequence",
    "from typing import Literal",
    "import pandas as pd",
    "import pyarrow as pa",
    "import pyarrow.compute as pc",
)


class PandasTarget:
    """Generates `read() -> pd.DataFrame`; pandas holds every Arrow type as it is."""

    name = "pandas"
    language = "python"

    def filename(self, dataset: Dataset) -> str:
        """`flights_pandas.py`."""
        return module.filename(dataset, self.name)

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The module's source text. Raises UnsupportedType naming the field."""
        name = self.filename(dataset).removesuffix(".py")
        example = module.example_columns(schema)
        shape = assignment("SCHEMA", schema_call(schema))
        reading = arrow_reading(dataset, schema)
        kind = ON_DRIFT.partition(": ")[2].partition(" = ")[0]
        return module.module(
            module.docstring(
                dataset,
                schema,
                target=self.name,
                reads="a pandas DataFrame",
                usage=(f"import {name}", f"frame = {name}.read({example})"),
            ),
            module.imports(*_IMPORTS, *reading.imports),
            module.fingerprint(schema),
            shape,
            *reading.constants,
            _READ,
            _TABLE % (kind, reading.table),
            *reading.functions,
        )
