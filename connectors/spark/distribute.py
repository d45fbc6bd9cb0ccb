"""Any data set as a Spark DataFrame: its entries are read in the executors, without a jar."""

from __future__ import annotations

import heapq
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_

from connectors.model import Dataset, Entry, KeyRanges, Term
from connectors.spark.names import quoted
from connectors.targets.spark_types import SparkJson, arrow_field
from schema.codec import decode_type
from schema.errors import SchemaError
from schema.model import Field, Schema

if TYPE_CHECKING:
    from pyspark import Broadcast
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

TASK_BYTES = 64 << 20
"""About how much one task reads where entries are many."""


@dataclass(frozen=True, slots=True)
class Task:
    """What an executor needs to read its share; `schema` has the source's own types."""

    dataset: Dataset
    schema: Schema
    where: pc.Expression | None
    struct: pa.Schema
    """What Spark is given, field for field the types of the DataFrame."""
    terms: tuple[Term, ...] = ()


def dataframe(
    spark: SparkSession,
    dataset: Dataset,
    schema: StructType,
    *,
    types: Mapping[str, Any],
    columns: Sequence[str] | None,
    where: Column | str | None,
    entries: Sequence[Entry] | None = None,
) -> DataFrame:
    """Rows of `dataset` in the types of `schema`; see `connectors.runtime.spark_dataframe`.

    `entries` are read instead of those that a new listing finds.
    """
    from pyspark.sql.types import StructType

    from connectors.reading import list_entries
    from connectors.spark.pushdown import pushed
    from connectors.spark.shipping import ship

    json = schema.jsonValue()
    held = Schema.from_arrow(pa.schema([arrow_field(field) for field in json["fields"]]))
    condition = pushed(spark, where, held)
    names = _needed(held, columns, condition.columns)
    fields = [_nullable(field) for field in json["fields"] if field["name"] in names]
    struct = pa.schema([arrow_field(field) for field in fields])
    task = Task(
        dataset, source_schema(struct, types), condition.expression, struct, condition.terms
    )
    listed = cut(list_entries(dataset) if entries is None else entries, dataset.ranges)
    groups = balanced(listed, spark.sparkContext.defaultParallelism)
    ship(spark)
    shares = spark.sparkContext.broadcast(groups)
    numbers = spark.range(0, len(groups), 1, max(1, len(groups)))
    with warnings.catch_warnings():
        # pyspark 3.5 asks distutils, which warns that it is old, for the version of pandas.
        warnings.simplefilter("ignore", DeprecationWarning)
        frame = numbers.mapInArrow(
            _reader(task, shares), StructType.fromJson({"type": "struct", "fields": fields})
        )
    if where is not None:
        frame = frame.where(where)
    if columns is not None:
        frame = frame.select([quoted(name) for name in columns])
    return frame


def source_schema(struct: pa.Schema, types: Mapping[str, Any]) -> Schema:
    """The source's own fields: those that Spark holds wider have their type in `types`."""
    return Schema(
        tuple(
            Field(field.name, decode_type(types[field.name]) if field.name in types else field.type)
            for field in struct
        )
    )


def cut(entries: Sequence[Entry], ranges: KeyRanges | None) -> Sequence[Entry]:
    """Tables as their ranges, each an entry of its own."""
    if ranges is None:
        return entries
    return [replace(entry, range=each) for entry in entries for each in ranges]


def balanced(entries: Iterable[Entry], parallelism: int) -> list[tuple[Entry, ...]]:
    """Entries in groups of about the same size, one a task: the largest first, each to the
    group that has least so far. As many groups as entries, unless those are many and small.
    """
    known = list(entries)
    total = sum(entry.size or 0 for entry in known)
    count = min(len(known), max(2 * parallelism, total // TASK_BYTES))
    groups: list[list[tuple[int, Entry]]] = [[] for _ in range(count)]
    heap = [(0, at) for at in range(count)]
    order = sorted(enumerate(known), key=lambda item: (-(item[1].size or 0), item[0]))
    for position, entry in order:
        size, at = heapq.heappop(heap)
        groups[at].append((position, entry))
        heapq.heappush(heap, (size + (entry.size or 0) + 1, at))
    groups.sort(key=lambda group: min(group)[0])
    return [
        tuple(entry for _, entry in sorted(group, key=lambda item: item[0])) for group in groups
    ]


def spark_batch(batch: pa.RecordBatch, struct: pa.Schema) -> pa.RecordBatch:
    """A batch in the types that Spark is given. Raises SchemaError naming the column that has a
    value which Spark's type cannot hold.
    """
    columns = [_held(batch.column(at), field) for at, field in enumerate(struct)]
    return pa.RecordBatch.from_arrays(columns, schema=struct)


def _held(column: pa.Array, field: pa.Field) -> pa.Array:
    try:
        return held(column, field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SchemaError(
            f"pyspark: column {field.name!r}: a value of {column.type} does not fit in Spark's "
            f"{field.type}: {error}"
        ) from error


def held(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """The values of `column` as `kind`, whatever its encoding."""
    if isinstance(column, pa.ExtensionArray):
        return held(column.storage, kind)
    if is_.is_run_end_encoded(column.type):
        return held(pc.run_end_decode(column), kind)
    return pc.cast(column, kind)


def _reader(
    task: Task, shares: Broadcast[list[tuple[Entry, ...]]]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def read(numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from connectors.reading import read_dataset

        for batch in numbers:
            for number in batch.column(0).to_pylist():
                for rows in read_dataset(
                    task.dataset,
                    task.schema,
                    where=task.where,
                    entries=shares.value[number],
                    terms=task.terms,
                ):
                    yield spark_batch(rows, task.struct)

    return read


def _needed(
    schema: Schema, columns: Sequence[str] | None, condition: frozenset[str] | None
) -> frozenset[str]:
    """The columns to read: those asked for and those of the condition; all when in doubt.

    Raises SchemaError for a column that there is not.
    """
    if columns is None or condition is None:
        return frozenset(schema.names)
    return frozenset(schema.field(name).name for name in columns) | condition


def _nullable(field: dict[str, Any]) -> dict[str, Any]:
    """The field as Spark's own readers have it: a file may hold nulls whatever its schema says."""
    return {**field, "type": _nullable_type(field["type"]), "nullable": True}


def _nullable_type(kind: SparkJson) -> SparkJson:
    if isinstance(kind, str):
        return kind
    if kind["type"] == "struct":
        return {**kind, "fields": [_nullable(field) for field in kind["fields"]]}
    if kind["type"] == "array":
        return {**kind, "elementType": _nullable_type(kind["elementType"]), "containsNull": True}
    return {**kind, "valueType": _nullable_type(kind["valueType"]), "valueContainsNull": True}
