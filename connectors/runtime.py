"""All that generated connectors import: reads what an engine's own readers cannot read exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from connectors.model import Dataset, Entry, KeyRanges
from schema.errors import SchemaDrift
from schema.model import Schema

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

OnDrift = Literal["fail", "warn", "ignore"]
"""What to do when a source no longer has the columns that a connector was generated for."""


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
    ranges: KeyRanges | None = None,
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
        ranges=ranges,
    )


def key_ranges(column: str, cuts: Sequence[int | str]) -> KeyRanges:
    """The values of a table's key at which Spark cuts it, so that executors read the parts."""
    return KeyRanges(column, tuple(cuts))


def batches(
    dataset: Dataset,
    schema: pa.Schema,
    *,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    on_drift: OnDrift = "ignore",
) -> Iterator[pa.RecordBatch]:
    """Rows of `dataset` as `schema` has them: only `columns`, only where `where` is true.

    Raises SourceError when the source cannot be listed or read, SchemaDrift when its columns
    are others than those of `schema` and `on_drift` is `fail`.
    """
    from connectors.reading import read_dataset

    shape = Schema.from_arrow(schema)
    entries = None if on_drift == "ignore" else guard(dataset, schema, on_drift)
    return read_dataset(dataset, shape, columns=columns, where=where, entries=entries)


def table(
    dataset: Dataset,
    schema: pa.Schema,
    *,
    columns: Sequence[str] | None = None,
    where: pc.Expression | None = None,
    on_drift: OnDrift = "ignore",
) -> pa.Table:
    """The rows of `batches` in one table."""
    found = batches(dataset, schema, columns=columns, where=where, on_drift=on_drift)
    read = list(found)
    return pa.Table.from_batches(read, _chosen(schema, columns))


def drift(dataset: Dataset, schema: pa.Schema) -> list[str]:
    """How the columns that the source has now differ from `schema`, one sentence each."""
    from connectors.drift import drift as drift_of

    return drift_of(dataset, Schema.from_arrow(schema))[0]


def guard(dataset: Dataset, schema: pa.Schema, on_drift: OnDrift) -> tuple[Entry, ...] | None:
    """Look for drift: warn of it, or raise SchemaDrift; the entries that were listed for it."""
    return _guarded(dataset, Schema.from_arrow(schema), on_drift)


def _guarded(dataset: Dataset, schema: Schema, on_drift: OnDrift) -> tuple[Entry, ...] | None:
    import warnings

    from connectors.drift import drift as drift_of

    if on_drift == "ignore":
        return None
    changes, entries = drift_of(dataset, schema)
    if changes:
        message = f"{dataset.uri}: {', '.join(changes)}; generate this connector again"
        if on_drift != "warn":
            raise SchemaDrift(message)
        warnings.warn(message, stacklevel=4)
    return entries


def reader(
    dataset: Dataset, schema: pa.Schema, *, columns: Sequence[str] | None = None
) -> pa.RecordBatchReader:
    """The rows of `batches` as a stream that can be read once."""
    found = batches(dataset, schema, columns=columns)
    return pa.RecordBatchReader.from_batches(_chosen(schema, columns), found)


def polars_frame(dataset: Dataset, schema: pa.Schema) -> pl.LazyFrame:
    """Rows of `dataset` as a LazyFrame: the columns chosen on it reach the source, rows are
    chosen batch by batch.
    """
    import polars as pl
    from polars.io.plugins import register_io_source

    def frames(
        columns: list[str] | None, where: pl.Expr | None, limit: int | None, _size: int | None
    ) -> Iterator[pl.DataFrame]:
        names = None if columns is None else [*columns]
        if names is not None and where is not None:
            names += [name for name in where.meta.root_names() if name not in names]
        for batch in batches(dataset, schema, columns=names):
            frame = pl.DataFrame(batch)
            frame = frame if where is None else frame.filter(where)
            frame = frame if columns is None else frame.select(pl.selectors.by_name(*columns))
            yield frame if limit is None else frame.head(limit)
            limit = None if limit is None else limit - frame.height
            if limit is not None and limit <= 0:
                return

    return register_io_source(frames, schema=pl.Schema(schema))


def spark_dataframe(
    spark: SparkSession,
    dataset: Dataset,
    schema: StructType,
    *,
    types: Mapping[str, Any] | None = None,
    columns: Sequence[str] | None = None,
    where: Column | str | None = None,
    on_drift: OnDrift = "ignore",
) -> DataFrame:
    """Rows of `dataset` as a DataFrame: its entries are read by the executors, as Arrow batches.

    `types` are the source's own types, encoded, of the columns that `schema` holds wider. Raises
    SchemaDrift when the source has other columns and `on_drift` is `fail`.
    """
    from connectors.spark.distribute import dataframe, source_schema

    types = types or {}
    entries = _guarded(dataset, source_schema(_arrow(schema), types), on_drift)
    return dataframe(
        spark, dataset, schema, types=types, columns=columns, where=where, entries=entries
    )


def spark_drift(
    dataset: Dataset, schema: StructType, *, types: Mapping[str, Any] | None = None
) -> list[str]:
    """`drift` for a schema of Spark; `types` as for `spark_dataframe`."""
    from connectors.drift import drift as drift_of
    from connectors.spark.distribute import source_schema

    return drift_of(dataset, source_schema(_arrow(schema), types or {}))[0]


def _arrow(schema: StructType) -> pa.Schema:
    from connectors.targets.spark_types import arrow_field

    return pa.schema([arrow_field(field) for field in schema.jsonValue()["fields"]])


def _chosen(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    if columns is None:
        return schema
    return pa.schema([schema.field(schema.get_field_index(name)) for name in columns])
