"""All that generated connectors import: reads what an engine's own readers cannot read exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.model import Dataset
from schema.model import Schema

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType


def dataset(
    uri: str,
    *,
    namespace: str,
    name: str,
    format: str,  # noqa: A002 (reads as what it is in generated code)
    options: Mapping[str, str] | None = None,
    pattern: str | None = None,
    partition_keys: Sequence[str] = (),
    credentials: str | None = None,
) -> Dataset:
    """The data set that a connector was generated for; its entries are listed when it is read."""
    return Dataset(
        namespace=namespace,
        name=name,
        uri=uri,
        entries=(),
        format=format,
        options=tuple(sorted((options or {}).items())),
        pattern=pattern,
        partition_keys=tuple(partition_keys),
        credentials=credentials,
    )


def batches(
    dataset: Dataset,
    schema: pa.Schema,
    *,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
) -> Iterator[pa.RecordBatch]:
    """Rows of `dataset` as `schema` has them: only `columns`, only where `where` is true.

    Raises SourceError when the source cannot be listed or read.
    """
    from connectors.reading import read_dataset

    return read_dataset(dataset, Schema.from_arrow(schema), columns=columns, where=where)


def table(
    dataset: Dataset,
    schema: pa.Schema,
    *,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
) -> pa.Table:
    """The rows of `batches` in one table."""
    read = list(batches(dataset, schema, columns=columns, where=where))
    return pa.Table.from_batches(read, _chosen(schema, columns))


def spark_dataframe(
    spark: SparkSession,
    dataset: Dataset,
    schema: StructType,
    *,
    types: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
    where: Column | str | None = None,
) -> DataFrame:
    """Rows of `dataset` as a DataFrame: its entries are read by the executors, as Arrow batches.

    `types` are the source's own types, encoded, of the columns that `schema` holds wider.
    """
    from connectors.spark.distribute import dataframe

    return dataframe(spark, dataset, schema, types=types or {}, columns=columns, where=where)


def _chosen(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    if columns is None:
        return schema
    return pa.schema([schema.field(schema.get_field_index(name)) for name in columns])
