"""Tables of table formats, written by the packages that define them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pyarrow as pa

FIRST = pa.table(
    {"id": [1, 2, 3], "city": ["a", "b c", None], "amount": [1.5, 2.0, None]},
)
SECOND = pa.table({"id": [4], "city": ["a"], "amount": [9.0], "note": ["z"]})


class DeltaWriter:
    """A Delta table, partitioned by city."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def create(self) -> None:
        from deltalake import write_deltalake

        about = {"name": "orders", "description": "All orders"}
        write_deltalake(self.path, FIRST, partition_by=["city"], **about)  # type: ignore[arg-type]

    def append_with_a_new_column(self) -> None:
        from deltalake import write_deltalake

        write_deltalake(self.path, SECOND, mode="append", schema_mode="merge")

    def append(self, rows: pa.Table) -> None:
        from deltalake import write_deltalake

        write_deltalake(self.path, rows, mode="append")

    def delete(self, number: int) -> None:
        from deltalake import DeltaTable

        DeltaTable(self.path).delete(f"id = {number}")


class IcebergWriter:
    """An Iceberg table, partitioned by city."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.table: Any = None

    def create(self) -> None:
        from pyiceberg.catalog.memory import InMemoryCatalog

        self.path.parent.mkdir(parents=True, exist_ok=True)
        catalog = InMemoryCatalog("tests", warehouse=f"file://{self.path.parent}")
        catalog.create_namespace_if_not_exists("n")
        about = {"comment": "All orders"}
        self.table = catalog.create_table(
            f"n.{self.path.name}", FIRST.schema, f"file://{self.path}", properties=about
        )
        with self.table.update_spec() as change:
            change.add_identity("city")
        self.table.append(FIRST)

    def append_with_a_new_column(self) -> None:
        from pyiceberg.types import StringType

        with self.table.update_schema() as change:
            change.add_column("note", StringType(), doc="as told by the customer")
        self.table.append(SECOND)

    def append(self, rows: pa.Table) -> None:
        self.table.append(rows)

    def delete(self, number: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.table.delete(f"id = {number}")


WRITERS = {"delta": DeltaWriter, "iceberg": IcebergWriter}
