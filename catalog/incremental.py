"""Inputs of new data: which files and partitions earlier runs have read, kept with each run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connectors.model import Entry
from connectors.reading import list_entries

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from catalog.model import Run, Version

READ = "read"
"""In a run's details: input name → source id → marks of the entries read so far."""


@dataclass(frozen=True, slots=True)
class Unread:
    """The entries of an input that no run has read, and the marks of all, once this run has."""

    entries: tuple[Entry, ...]
    marks: Mapping[str, str]


def unread(version: Version, source_id: str, name: str, last: Run | None) -> Unread:
    """The entries that are there now without those that the last run knew.

    An entry that was written anew is unread again. Raises SourceError when nothing is left of it.
    """
    known = ((last.details.get(READ) or {}).get(name) or {}) if last is not None else {}
    seen: dict[str, str] = known.get(source_id) or {}
    entries = list_entries(version.dataset)
    marks = {mark(entry.uri): mark(entry.stamp) for entry in entries}
    fresh = (entry for entry in entries if seen.get(mark(entry.uri)) != mark(entry.stamp))
    return Unread(tuple(fresh), marks)


def dataframe(spark: SparkSession, version: Version, entries: Iterable[Entry]) -> DataFrame:
    """The rows of those entries alone, in the types of the version."""
    from pyspark.sql.types import StructType

    from connectors.spark.distribute import dataframe as distributed
    from connectors.targets.spark_types import arrow_type, spark_struct, spark_type
    from schema.codec import encode_type

    schema = version.schema
    struct = StructType.fromJson(spark_struct(schema).json)
    wider = {
        field.name: encode_type(field.type)
        for field in schema
        if arrow_type(spark_type(field.type, field.name).json) != field.type
    }
    dataset = replace(version.dataset, entries=())
    return distributed(
        spark,
        dataset,
        struct,
        types=wider,
        columns=None,
        where=None,
        entries=tuple(entries),
    )


def mark(text: str) -> str:
    """16 hexadecimal digits that stand for a URI or a stamp."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
