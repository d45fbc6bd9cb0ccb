"""Entry, Dataset and Limits, and the Protocols that sources, formats and targets implement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, BinaryIO, Literal, Protocol, runtime_checkable

import pyarrow as pa

from connectors.context.model import Fact
from schema.model import Finding, Schema

Name = tuple[str, str]
"""Namespace and name of a dataset."""

Options = tuple[tuple[str, str], ...]
"""Reader options as sorted (name, value) pairs, so that a dataset is hashable and comparable."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The rows of a table whose `column` is at least `low` and less than `high`.

    Bounds are whole numbers, or days and times as ISO text; None is no bound. Rows without a value
    are below every bound.
    """

    column: str
    low: int | str | None = None
    high: int | str | None = None


@dataclass(frozen=True, slots=True)
class KeyRanges:
    """The ordered values of `column` that cut a table into parts of about the same size."""

    column: str
    cuts: tuple[int | str, ...]

    def __iter__(self) -> Iterator[KeyRange]:
        """One more range than cuts; together they hold every row exactly once."""
        bounds = (None, *self.cuts, None)
        for low, high in pairwise(bounds):
            yield KeyRange(self.column, low, high)


@dataclass(frozen=True, slots=True)
class Term:
    """A condition on one column that a source can apply: `value` is what `operator` compares with,
    a tuple for `in`, nothing for `valid` (not null).
    """

    column: str
    operator: Literal["==", "<", "<=", ">", ">=", "in", "valid"]
    value: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One physical thing that a listing returned: a file, an object, a table.

    `stamp` is opaque and changes whenever the content may have (etag, or size and mtime in ns);
    `partition` holds Hive keys and values from the path, as text, None for
    `__HIVE_DEFAULT_PARTITION__`.
    """

    uri: str
    size: int | None
    stamp: str
    modified: datetime | None = None
    partition: tuple[tuple[str, str | None], ...] = ()
    range: KeyRange | None = None
    """The part of a table that is meant; None is all of it."""


SET_BY_USER = "set by the user"
"""The reason of evidence for an option that a user fixed; later crawls keep to it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a reader option was chosen: `choice` (`delimiter`), its `value`, the `reason`."""

    choice: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that refer to `referred_columns` of the table called `referred`."""

    columns: tuple[str, ...]
    referred: str
    referred_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Entries that are one table, named as OpenLineage names datasets.

    A listing yields it with `format` as a hint from names (or None); `Source.examine` returns it
    with format, options, declared schema, evidence and findings filled in. `uri` never holds
    credentials. `format` is None after examining when no registered format can read it.
    """

    namespace: str
    name: str
    uri: str
    entries: tuple[Entry, ...]
    format: str | None = None
    options: Options = ()
    pattern: str | None = None
    """Glob below `uri` that finds the entries, where there are several (`year=*/month=*/*.csv`)."""
    partition_keys: tuple[str, ...] = ()
    credentials: str | None = None
    """The reference (`env:NAME`) that opens it again; None when none is needed."""
    declared: Schema | None = None
    description: str | None = None
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    """As the database declares them."""
    ranges: KeyRanges | None = None
    """How a table can be read in parts, when that is known."""
    beside: tuple[Entry, ...] | None = None
    """Files that say something of it, as they were listed; None where nobody looked."""
    context: tuple[Fact, ...] = ()
    """What is said of it, by what counts most first."""
    read_bytes: int | None = None
    """The size of all entries when all of them were read, so that `findings` hold for each byte."""

    def option(self, name: str, default: str | None = None) -> str | None:
        """The value of a reader option."""
        return dict(self.options).get(name, default)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a user limits a crawl or a read to; None is no limit.

    `rows` is per dataset: every figure then says how many rows it has seen.
    `include` and `exclude` are globs on the path below the root (`**/*.csv`).
    """

    rows: int | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    options: Options = ()
    credentials: str | None = None
    """A reference (`env:NAME`, `file:PATH`), never the secret itself."""
    reach: Callable[[str], None] | None = None
    """Called with every address that a web server redirects to; raises to refuse it."""
    known: Callable[[Collection[Name]], Collection[Name]] | None = None
    """Which datasets of those names are catalogued: how they are grouped stays. None: nobody knows,
    so that a listing looks into files whose names leave it open."""
    unfixed: tuple[str, ...] = ()
    """Names of options that users fixed earlier and that are found out again from now on."""


class Source(Protocol):
    """A place that datasets are found in: a file system below a root, a database."""

    uri: str
    """Without credentials."""

    def datasets(self) -> Iterator[Dataset]:
        """List and group, by names and times. Content is read of containers (archives, databases
        in files), and the heads of a few numbered files that are not catalogued (`Limits.known`).

        Raises SourceError when the root cannot be listed; what fails below it becomes a
        finding on `listing_findings`.
        """

    @property
    def listing_findings(self) -> tuple[Finding, ...]:
        """Places that could not be listed, complete once `datasets` is exhausted."""

    @property
    def areas(self) -> tuple[tuple[str, str], ...]:
        """Namespace and name prefix of what a full listing covers, complete once `datasets` is
        exhausted: what is known below these and was not listed is gone. Empty when only a
        selection is listed.
        """

    def examine(self, dataset: Dataset) -> Dataset:
        """Read the head: decide format and options, with evidence and findings. Never raises
        for bad content.
        """

    def batches(
        self,
        dataset: Dataset,
        entry: Entry,
        *,
        columns: Sequence[str] | None = None,
        terms: Sequence[Term] = (),
    ) -> Iterator[pa.RecordBatch]:
        """Rows of one entry as the format has them: text formats yield strings, partition keys
        come last as strings. Rows that had to be set aside are told by `findings_of(entry)`.
        Rows that do not meet all `terms` may be left out, and need not be.

        Raises SourceError (CorruptData, MissingDependency) when the entry cannot be read on.
        """

    def findings_of(self, entry: Entry) -> tuple[Finding, ...]:
        """What was found wrong while `batches(…, entry)` was read."""


class File(Protocol):
    """One readable file handed to a format: local path when there is one, else a stream."""

    @property
    def uri(self) -> str: ...

    @property
    def size(self) -> int | None: ...

    @property
    def local_path(self) -> str | None:
        """A path that C libraries can open, or None."""

    @property
    def table(self) -> str | None:
        """Which table of the file is meant, where it holds several; None is the first."""

    def open(self) -> BinaryIO:
        """A new seekable binary stream, decompressed if the name or content says compressed."""


class Format(Protocol):
    """Facts about a file format and how to read one file of it."""

    name: str
    suffixes: tuple[str, ...]

    def recognise(self, head: bytes, file: File) -> tuple[float, str]:
        """How surely `head` (the first 64 KiB, decompressed) is this format, 0 to 1, and why."""

    def examine(self, file: File, options: Options) -> Examined:
        """Options (dialect, encoding, …), declared schema, evidence and findings of one file.
        `options` are what the user has fixed; they win and are returned unchanged.
        """

    def batches(
        self, file: File, options: Options, *, columns: Sequence[str] | None = None
    ) -> Reading:
        """Rows of one file."""


@runtime_checkable
class Skipping(Protocol):
    """A format whose files say of their parts what values these hold."""

    def skipping(
        self,
        file: File,
        options: Options,
        terms: Sequence[Term],
        *,
        columns: Sequence[str] | None = None,
    ) -> Reading:
        """Rows of one file as `batches` gives them; parts where a term is nowhere true may be
        left out.
        """


@runtime_checkable
class Book(Protocol):
    """A format whose files may hold several tables: each is a dataset, `file.table` its name."""

    def tables(self, file: File) -> tuple[str, ...]:
        """The names of the tables in a file, in its order. Raises SourceError."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a format learned from the head of a file."""

    options: Options = ()
    declared: Schema | None = None
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    context: tuple[Fact, ...] = ()


@dataclass(slots=True)
class Reading:
    """Batches of one file, and the findings that reading them turned up (complete at the end)."""

    batches: Iterator[pa.RecordBatch]
    findings: list[Finding]


class Target(Protocol):
    """A kind of generated code. Imports none of the libraries that it generates for."""

    name: str
    language: str
    """`python`, `scala`, `sql`, `json`: for highlighting and the file's suffix."""

    def filename(self, dataset: Dataset) -> str:
        """A safe file name for the generated module."""

    def generate(self, schema: Schema, dataset: Dataset) -> str:
        """The source text of a typed connector. Raises UnsupportedType naming the field."""


Json = dict[str, Any]
