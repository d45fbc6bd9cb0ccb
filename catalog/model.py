"""The rows of the catalog as frozen values: Source, Version, Run, Edge, quality, search."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from catalog.alerts.model import Event
from catalog.joins.model import KeyColumn
from catalog.terms import Term
from connectors.model import Dataset
from schema.errors import InvalidInput
from schema.model import Finding, Schema
from schema.profile import TableProfile

if TYPE_CHECKING:
    from catalog.quality.references import Reference


class Status(StrEnum):
    """What a crawl made of one dataset."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    FAILED = "FAILED"
    GONE = "GONE"


class RunState(StrEnum):
    """OpenLineage's run states that a run can be seen in."""

    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    ABORT = "ABORT"


@dataclass(frozen=True, slots=True)
class Source:
    """One source as the catalog holds it; figures are those of its current version.

    `status` is what the last crawl made of it. `version` is the primary key of the current
    version, None while nothing of it could ever be read. `quality` is the last score, 0 to 100.
    Times are UTC and zone-aware.
    """

    pk: int
    namespace: str
    name: str
    uri: str
    format: str | None
    description: str | None
    tags: tuple[str, ...]
    owner: str | None
    status: Status
    version: int | None
    row_count: int | None
    byte_count: int | None
    quality: float | None
    findings: tuple[Finding, ...]
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime | None

    @property
    def id(self) -> str:
        return global_id("Source", self.pk)

    @property
    def label(self) -> str:
        """The last part of the name without suffixes, for people: `flights`, `weather`."""
        return label_of(self.name, self.uri)


@dataclass(frozen=True, slots=True)
class Version:
    """A source's schema and content at one time; `number` counts from 1 within the source.

    `dataset` is what a connector is generated from; its `entries` are left empty.
    """

    pk: int
    source_pk: int
    number: int
    fingerprint: str
    content_stamp: str
    created_at: datetime
    schema: Schema
    profile: TableProfile
    dataset: Dataset
    findings: tuple[Finding, ...]

    @property
    def id(self) -> str:
        return global_id("Version", self.pk)

    @property
    def shape(self) -> Mapping[str, Any]:
        """The schema as `Schema.to_dict` has it."""
        return self.schema.to_dict()

    @property
    def figures(self) -> Mapping[str, Any]:
        """The profile as `TableProfile.to_dict` has it; of a stored version with the long figures
        of a column as JSON text within `more` (`catalog.store.codec`).
        """
        return self.profile.to_dict()

    def showing(self, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Version:
        """The version with other figures: those that `change` makes of `figures`."""
        return replace(self, profile=TableProfile.from_dict(change(self.figures)))


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalog knows of a dataset before a crawl reads it: the stamp of each entry."""

    source_pk: int
    version: int | None
    dataset: Dataset
    stamps: Mapping[str, str]
    status: Status
    findings: tuple[Finding, ...] = ()
    """What the last crawl found wrong: a FAILED dataset need not be read again for the same."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A source that is unchanged when the entries listed now have that content stamp."""

    source: Source
    content_stamp: str


@dataclass(frozen=True, slots=True)
class Record:
    """What a crawl learned of one dataset; `schema` and `profile` are None when it could not be
    read. `parts` maps the URI of each entry that was read now to its Summary. `quality` gets its
    source and version when it is recorded, `run` is the run that wrote it. `joinable` are the
    columns that can be joined by.
    """

    dataset: Dataset
    schema: Schema | None
    profile: TableProfile | None
    parts: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    quality: QualityReport | None = None
    run: int | None = None
    bytes_read: int = 0
    joinable: tuple[KeyColumn, ...] = ()
    events: tuple[Event, ...] = ()
    """What happened, for the outbox of alerts."""
    unsettled: tuple[Reference, ...] | None = None
    """What it refers to and was not found there yet; None where there is nothing to settle."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a crawl did with one dataset."""

    source: Source
    status: Status
    findings: tuple[Finding, ...]
    bytes_read: int = 0
    unsettled: tuple[Reference, ...] | None = None
    """References to judge when all is crawled, as `Record` has them."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a pipeline. `uuid` is the OpenLineage run id."""

    pk: int
    uuid: str
    pipeline: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None
    master: str | None
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    code_hash: str | None
    error: str | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    details: Mapping[str, Any] = field(default_factory=dict)
    """JSON-ready: `environment` (versions by name), `inputs` and `outputs` (source and version by
    the pipeline's names), `read` (what inputs of new data have read so far).
    """

    @property
    def id(self) -> str:
        return global_id("Run", self.pk)


@dataclass(frozen=True, slots=True)
class Edge:
    """Lineage from one source to another through a run; `fields` maps an output field to the
    (input field, kind) pairs that it derives from, empty where unknown.
    """

    upstream: int
    downstream: int
    run: int
    fields: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A Great Expectations expectation as the catalog keeps it, with the reason it was derived."""

    type: str
    field: str | None
    kwargs: Mapping[str, Any]
    reason: str
    dimension: str
    """completeness, uniqueness, validity, consistency, timeliness or stability."""
    false_alarms: float | None = None
    """The share of clean versions that are expected not to meet it; None where not known."""
    key: str | None = None
    """What users call it by; None until a source's expectations are put together."""


@dataclass(frozen=True, slots=True)
class ExpectationResult:
    """One expectation's verdict; `observed` is JSON-ready."""

    expectation: Expectation
    success: bool
    observed: Any
    unexpected_count: int | None


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The verdict on one version. `engine` is `summary` (judged from the stored profile as the
    crawl ended) or `great_expectations` (validated by Great Expectations).
    """

    source_pk: int
    version: int
    score: float
    """0 to 100, the mean over dimensions; `catalog.quality.score` has the formula."""
    success: bool
    """Whether all expectations are met."""
    checked_at: datetime
    engine: str
    results: tuple[ExpectationResult, ...]
    rows_seen: int | None = None
    """Rows that the verdict rests on; None where a stored report does not say."""
    unjudged: tuple[str, ...] = ()
    """What nobody could judge, each with its reason: told by who validates, never stored."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a source has to be; None is any, and all that is given must hold.

    Of `any_of` one at least must hold, none when it is empty; `not_` must not hold.
    """

    format: str | None = None
    namespace: str | None = None
    semantic_type: str | None = None
    column: str | None = None
    tag: str | None = None
    owner: str | None = None
    min_quality: float | None = None
    status: Status | None = None
    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] | None = None
    not_: Condition | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A search: words, filters (None is any), order and keyset position.

    `text` None or blank lists all. `order` is RELEVANCE (default with text), NAME (default
    without), ROWS, QUALITY or CHANGED. `after` is a cursor of an earlier page. `where` must hold
    beside the other filters. Not `counted`, the total is that of the page and there are no facets.
    """

    text: str | None = None
    format: str | None = None
    namespace: str | None = None
    semantic_type: str | None = None
    column: str | None = None
    tag: str | None = None
    owner: str | None = None
    min_quality: float | None = None
    include_gone: bool = False
    where: Condition | None = None
    order: str | None = None
    first: int = 20
    after: str | None = None
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One found source; `score` is comparable within one search only, higher is better."""

    source: Source
    score: float
    matched_fields: tuple[str, ...]
    place: Callable[[], str] = field(compare=False)
    """Works out the cursor: most hits are shown without."""

    @property
    def cursor(self) -> str:
        """An opaque text for the position after it."""
        return self.place()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`facets` maps facet name (format, namespace, tag, owner, …) to (value, count) pairs, the most
    frequent first. `corrections` maps words that nothing has to those searched instead;
    `terms` are what was looked for in the end.
    """

    hits: tuple[Hit, ...]
    total: int
    has_next: bool
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    total_is_exact: bool = True
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()


def label_of(name: str, uri: str) -> str:
    """`weather` of `/data/weather.parquet`, `flights` of the table `db.public.flights`, which its
    URI's `#public.flights` tells from an object `flights.csv` at the root of a bucket;
    `book#Sheet1` of a table in `/data/book.xlsx`.
    """
    last = name.rstrip("/").rsplit("/", 1)[-1]
    if "/" in name and "#" in uri:  # a table in a file
        file, mark, table = last.rpartition("#")
        return (file.split(".", 1)[0] or file) + mark + table
    if "/" in name or "#" not in uri:
        return last.split(".", 1)[0] or last
    return last.rsplit(".", 1)[-1]


def global_id(kind: str, pk: int) -> str:
    """The Relay global id of a row: `global_id("Source", 12)` → `U291cmNlOjEy`."""
    return base64.urlsafe_b64encode(f"{kind}:{pk}".encode()).decode().rstrip("=")


def parse_id(text: str) -> tuple[str, int]:
    """The kind and primary key of a global id. Raises InvalidInput when it is not one."""
    try:
        padded = text + "=" * (-len(text) % 4)
        kind, _, pk = (
            base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(":")
        )
        return kind, int(pk)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise InvalidInput(f"not an id: {text!r}") from None
