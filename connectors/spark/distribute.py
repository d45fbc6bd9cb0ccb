"""Any data set as a Spark DataFrame: its entries are read in the executors, without a jar."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.model import Dataset, Entry
from connectors.targets.spark_types import arrow_field
from schema.codec import decode_type
from schema.errors import SchemaError
from schema.model import Field, Schema

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

TASK_BYTES = 64 << 20
"""About how much one task reads where entries are many and small."""


def dataframe(
    spark: SparkSession,
    dataset: Dataset,
    schema: StructType,
    types: Mapping[str, Any],
    columns: Sequence[str] | None,
    where: Column | str | None,
) -> DataFrame:
    """Rows of `dataset` in the types of `schema`; see `connectors.runtime.spark_dataframe`."""
    from connectors.reading import entries_of
    from connectors.spark.pushdown import pushed
    from connectors.spark.shipping import ship

    ship(spark)
    source = source_schema(schema.jsonValue(), types)
    predicate = pushed(spark, where, source)
    wanted = _wanted(source, columns, predicate.columns)
    struct = _nullable(schema, wanted)
    if columns is not None:
        source = source.select(tuple(name for name in source.names if name in wanted))
    groups = balanced(entries_of(dataset), spark.sparkContext.defaultParallelism)
    shipped = spark.sparkContext.broadcast(groups)
    frame = spark.range(0, len(groups), 1, max(len(groups), 1)).mapInArrow(
        reader(dataset, source, struct.jsonValue(), predicate.expression, shipped), struct
    )
    if where is not None:
        frame = frame.where(where)
    if columns is not None:
        frame = frame.select(["`" + name.replace("`", "``") + "`" for name in columns])
    return frame
