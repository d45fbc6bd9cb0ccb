"""A crawl's reading on a cluster: executors summarise the entries of a dataset, driver merges."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from connectors.model import Dataset, Entry, KeyRanges, Source
from connectors.parts import Engine, OnBatch, Part, joined, read_parts
from connectors.sources.sql import SqlSource
from connectors.spark.distribute import balanced, cut
from connectors.spark.failure import one_line
from connectors.spark.shipping import ship
from connectors.uri import file_path, scheme
from schema.errors import ClusterError, InvalidInput, SourceError
from schema.model import Finding
from schema.summary import Summary

if TYPE_CHECKING:
    from pyspark import Broadcast
    from pyspark.sql import SparkSession

MOST_ENTRIES = 2000
"""Entries of one job: their summaries (some 10 kB each) come to the driver together."""

READERS = 4
"""Datasets whose jobs run at the same time, so that small ones do not wait for each other."""

_SENT = pa.schema([("number", pa.int64()), ("part", pa.string()), ("summary", pa.binary())])
_SENT_SQL = "number long, part string, summary binary"


def engine(spark: SparkSession) -> Engine:
    """The executors of `spark` as readers of a crawl."""
    return Engine(SparkSummaries(spark), READERS)


@dataclass(frozen=True, slots=True)
class SparkSummaries:
    """Reads entries in the executors: one job for each dataset that changed."""

    spark: SparkSession

    def __call__(
        self,
        source: Source,
        dataset: Dataset,
        entries: Sequence[Entry],
        *,
        rows: int | None,
        on_batch: OnBatch,
    ) -> Iterator[Part]:
        """Parts in the order of the entries; large tables are read by ranges of their keys.

        Executors open their own sources. Raises ClusterError when the cluster fails, or does not
        see files that this machine does; InvalidInput for a limit of rows.
        """
        if rows is not None:
            raise InvalidInput("a limit of rows is for reading on this machine: --engine local")
        ship(self.spark)
        dataset = replace(dataset, ranges=_ranges(source, dataset))
        for start in range(0, len(entries), MOST_ENTRIES):
            for part in self._job(dataset, entries[start : start + MOST_ENTRIES]):
                on_batch(part.bytes_read, part.rows)
                yield part

    def _job(self, dataset: Dataset, entries: Sequence[Entry]) -> list[Part]:
        context = self.spark.sparkContext
        numbered = {entry.uri: at for at, entry in enumerate(entries)}
        groups = balanced(cut(entries, dataset.ranges), context.defaultParallelism)
        shares = context.broadcast(groups)
        task = replace(dataset, entries=(), ranges=None)
        numbers = self.spark.range(0, len(groups), 1, max(1, len(groups)))
        try:
            with warnings.catch_warnings():
                # pyspark 3.5 asks distutils, which warns that it is old, for pandas' version.
                warnings.simplefilter("ignore", DeprecationWarning)
                sent = numbers.mapInArrow(_reader(task, shares, numbered), _SENT_SQL).collect()
        except Exception as error:
            raise ClusterError(
                f"{context.master}: reading {dataset.name} failed: {one_line(error)}; executors "
                "need Headwater's Python packages: `headwater cluster pack` makes an archive"
            ) from error
        finally:
            shares.unpersist()
        received = (_received(row["part"], row["summary"]) for row in sorted(sent))
        parts = [joined([*ranges]) for _, ranges in groupby(received, key=lambda part: part.uri)]
        if not context.master.startswith("local"):
            check_shared(parts, context.master)
        return parts


def _ranges(source: Source, dataset: Dataset) -> KeyRanges | None:
    """How executors share a table; None where it cannot be asked, which reading it then tells."""
    try:
        return source.key_ranges(dataset) if isinstance(source, SqlSource) else None
    except SourceError:
        return None


def _reader(
    dataset: Dataset, shares: Broadcast[list[tuple[Entry, ...]]], numbered: dict[str, int]
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def read(numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from connectors.reading import open_dataset

        source = open_dataset(dataset)
        for batch in numbers:
            for number in batch.column(0).to_pylist():
                for part in read_parts(source, dataset, shares.value[number]):
                    yield _sent(part, numbered[part.uri])

    return read


def _sent(part: Part, number: int) -> pa.RecordBatch:
    """A part on its way from an executor to the driver."""
    told: dict[str, Any] = {
        "uri": part.uri,
        "findings": [
            [each.code, each.message, each.place, each.severity] for each in part.findings
        ],
        "rows": part.rows,
        "bytes": part.bytes_read,
        "faults": sorted(part.faults),
    }
    summary = None if part.summary is None else part.summary.to_bytes()
    return pa.RecordBatch.from_pydict(
        {"number": [number], "part": [json.dumps(told)], "summary": [summary]}, schema=_SENT
    )


def _received(part: str, summary: bytes | None) -> Part:
    told = json.loads(part)
    return Part(
        told["uri"],
        None if summary is None else Summary.from_bytes(bytes(summary)),
        tuple(Finding(*each) for each in told["findings"]),
        told["rows"],
        told["bytes"],
        frozenset(told["faults"]),
    )


def check_shared(parts: Sequence[Part], master: str) -> None:
    """Raises ClusterError for a file that is here and that the executors do not find: that is no
    fault of the data, and must not be recorded as one.
    """
    for part in parts:
        if "unreachable" in part.faults and scheme(part.uri) == "file":
            path = Path(file_path(part.uri))
            if path.exists():
                raise ClusterError(
                    f"{path}: is here, but the executors of {master} cannot read it; give them the "
                    "folder too, or read it here (--engine local)"
                )
