"""Sources and their versions: the centre of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphene import ID, Boolean, Field, Float, Int, List, NonNull, ObjectType, String

from catalog import model
from catalog.glossary import Meaning
from catalog.graphql.columns import SchemaType, TableProfileType
from catalog.graphql.connections import (
    Correction,
    Facet,
    Highlight,
    Page,
    connection,
    corrections_of,
    facets_of,
    page_arguments,
    page_of,
)
from catalog.graphql.details import Connector, Evidence, Fact, Rows, SchemaDiff
from catalog.graphql.details import Finding as FindingType
from catalog.graphql.enums import ConnectorTarget, SourceStatus
from catalog.graphql.glossary import FieldTerm, terms_of
from catalog.graphql.joins import Addition, Join, Union, additions_of, joins_of, unions_of
from catalog.graphql.lineage import DEEPEST, Graph, Lineage, graph, near
from catalog.graphql.loading import Request
from catalog.graphql.node import Node
from catalog.graphql.plans import knows, reads
from catalog.graphql.quality import QualityReportType
from catalog.graphql.runs import Run
from catalog.graphql.scalars import DateTime, Long, PageSize, Position
from catalog.graphql.versions import Version, VersionConnection, current, difference
from catalog.joins.model import Addition as AdditionRow
from catalog.joins.model import Join as JoinRow
from catalog.joins.model import Union as UnionRow
from catalog.store.stored import Outline
from connectors.context.model import Fact as FactRow
from connectors.model import Evidence as EvidenceRow
from schema.model import Finding

RunConnection = connection(Run, "runs")


class Source(ObjectType):
    """What is catalogued: one table, one data set of files, one saved model."""

    class Meta:
        """What it implements."""

        interfaces = (Node,)

    name = String(required=True, description="The name within the namespace.")
    label = String(description="The last part of the name, for people.")
    namespace = String(description="Where the name holds, as OpenLineage has it: `file`, …")
    uri = String(description="Where it is, without credentials.")
    format = String(description="How it is stored: csv, parquet, …; null when unknown.")
    description = String(description="What people or the source say about it.")
    tags = List(NonNull(String), description="Tags that people gave it.")
    owner = String(
        description="Who answers for it, by a user, else by what is told beside the data."
    )
    status = Field(SourceStatus, description="What the last crawl made of it.")
    row_count = Long(description="Rows of the current version.")
    byte_count = Long(description="Bytes of the current version, as stored.")
    first_seen = DateTime(description="When a crawl first found it.")
    last_seen = DateTime(description="When a crawl last found it.")
    changed_at = DateTime(description="When its schema or content last changed.")
    findings = List(NonNull(FindingType), description="Faults in it or in reaching it.")
    evidence = List(NonNull(Evidence), description="Why it is read as it is.")
    context = List(
        NonNull(Fact), description="What is said of it beside the data, what counts most first."
    )
    schema = Field(SchemaType, description="Its fields; null while nothing could be read.")
    profile = Field(TableProfileType, description="Figures of its current version.")
    quality = Field(QualityReportType, description="The latest verdict; null before the first.")
    version = Field(Version, description="The current version.")
    versions = Field(VersionConnection, **page_arguments(), description="Newest first.")
    diff = Field(
        SchemaDiff,
        # `from` is a keyword of Python
        from_=ID(
            name="from",
            description="The older version; the one before `to` if left out.",
        ),
        to=ID(description="The newer version; the current one if left out."),
        description="What changed in the schema between two versions.",
    )
    joins = List(
        NonNull(Join),
        field=String(description="Only what this column joins with."),
        first=PageSize(required=True, default_value=25, description="How many, 1 to 200."),
        description="What its columns join with elsewhere, surest first.",
    )
    unions = List(
        NonNull(Union),
        first=PageSize(required=True, default_value=10, description="How many, 1 to 200."),
        description="Sources whose rows can stand under its rows, most alike first.",
    )
    additions = List(
        NonNull(Addition),
        first=PageSize(required=True, default_value=10, description="How many, 1 to 200."),
        description="Sources that add columns to its rows, surest first.",
    )
    terms = List(
        NonNull(FieldTerm),
        description="What its fields mean by the glossary, and what they may mean.",
    )
    upstream = List(
        NonNull(lambda: Source),
        depth=Int(required=True, default_value=1, description="Steps to follow, at most 10."),
        description="The sources that it was made of, nearest first.",
    )
    downstream = List(
        NonNull(lambda: Source),
        depth=Int(required=True, default_value=1, description="Steps to follow, at most 10."),
        description="The sources that were made of it, nearest first.",
    )
    lineage = Field(
        Lineage,
        depth=Int(
            required=True, default_value=3, description="Steps to follow both ways, at most 10."
        ),
        description="Sources and edges around it, both ways.",
    )
    connector = Field(
        Connector,
        target=ConnectorTarget(required=True, description="What to generate it for."),
        description="A typed connector for the current version.",
    )
    sample = Field(
        Rows,
        first=PageSize(required=True, default_value=10, description="How many rows, 1 to 200."),
        description="Its first rows, read now; personal data is masked.",
    )
    runs = Field(RunConnection, **page_arguments(), description="Runs that read or wrote it.")

    @staticmethod
    @reads
    def resolve_status(source: model.Source, _info: Any) -> str:
        return source.status.value

    @staticmethod
    @reads
    def resolve_evidence(source: model.Source, info: Any) -> tuple[EvidenceRow, ...]:
        version = info.context.version(source.pk)
        return version.dataset.evidence if version else ()

    @staticmethod
    @reads
    def resolve_context(source: model.Source, info: Any) -> tuple[FactRow, ...]:
        version = info.context.version(source.pk)
        return version.dataset.context if version else ()

    @staticmethod
    @reads
    def resolve_findings(source: model.Source, _info: Any) -> tuple[Finding, ...]:
        return source.findings

    @staticmethod
    @knows("fields.profile")
    def resolve_schema(
        source: model.Source, info: Any, *, profile: bool = True
    ) -> model.Version | Outline | None:
        request: Request = info.context
        return request.version(source.pk) if profile else request.outline(source.pk)

    @staticmethod
    @reads
    def resolve_profile(source: model.Source, info: Any) -> model.Version | None:
        request: Request = info.context
        return request.version(source.pk)

    resolve_version = resolve_profile

    @staticmethod
    @reads
    def resolve_quality(source: model.Source, info: Any) -> model.QualityReport | None:
        request: Request = info.context
        return request.quality(source.pk)

    @staticmethod
    @reads
    def resolve_versions(
        source: model.Source, info: Any, first: int, after: Position | None = None
    ) -> Page:
        store = info.context.store
        position = after.number("versions") if after else None
        rows = info.context.load(
            ("versions", first, position),
            source.pk,
            lambda pks: store.newest.versions(pks, first=first + 1, after=position),
        )
        return page_of(
            rows or [],
            first,
            kind="versions",
            key=lambda version: version.number,
            after=after,
            count=lambda: info.context.load(
                "version count", source.pk, store.newest.version_counts
            ),
        )

    @staticmethod
    def resolve_diff(
        source: model.Source, info: Any, from_: str | None = None, to: str | None = None
    ) -> dict[str, Any]:
        return difference(info.context, source, from_, to)

    @staticmethod
    def resolve_joins(
        source: model.Source, info: Any, first: int, field: str | None = None
    ) -> list[JoinRow]:
        return joins_of(info.context, source, field, first)

    @staticmethod
    def resolve_unions(source: model.Source, info: Any, first: int) -> list[UnionRow]:
        return unions_of(info.context, source, first)

    @staticmethod
    def resolve_additions(source: model.Source, info: Any, first: int) -> list[AdditionRow]:
        return additions_of(info.context, source, first)

    @staticmethod
    def resolve_terms(source: model.Source, info: Any) -> list[Meaning]:
        return terms_of(info.context, source)

    @staticmethod
    def resolve_upstream(source: model.Source, info: Any, depth: int) -> list[model.Source]:
        return near(info.context, source.pk, depth, upstream=True)

    @staticmethod
    def resolve_downstream(source: model.Source, info: Any, depth: int) -> list[model.Source]:
        return near(info.context, source.pk, depth, upstream=False)

    @staticmethod
    def resolve_lineage(source: model.Source, info: Any, depth: int) -> Graph:
        steps = max(0, min(depth, DEEPEST))
        return graph(info.context, source.pk, upstream=steps, downstream=steps)

    @staticmethod
    def resolve_connector(source: model.Source, info: Any, target: Any) -> Any:
        from catalog.connect import connector

        return connector(current(info.context, source), target.value)

    @staticmethod
    def resolve_sample(source: model.Source, info: Any, first: int) -> dict[str, Any]:
        from catalog.access.rows import Known, sample

        request: Request = info.context
        entries = request.load("entries", source.pk, request.store.newest.entries)
        known = Known(request.version(source.pk), entries)
        found = sample(request.store, source, first=first, unmask=request.unmask, known=known)
        return {
            "columns": found.columns,
            "rows": found.rows,
            "row_count": len(found.rows),
            "masked": found.masked,
        }

    @staticmethod
    def resolve_runs(
        source: model.Source, info: Any, first: int, after: Position | None = None
    ) -> Page:
        position = after.number("runs") if after else None
        rows = info.context.load(
            ("runs", first, position),
            source.pk,
            lambda pks: _runs_of(info.context, pks, first + 1, position),
        )
        return runs_page(rows or [], first, after, lambda: None)


def _runs_of(
    request: Request, pks: Sequence[int], first: int, after: int | None
) -> dict[int, list[model.Run]]:
    found = request.store.newest.runs(pks, first=first, after=after)
    request.found_runs(run for runs in found.values() for run in runs)
    return found


@reads
def _facets(page: Page, _info: Any) -> Any:
    return facets_of(page)


@reads
def _corrections(page: Page, _info: Any) -> Any:
    return corrections_of(page)


SourceConnection = connection(
    Source,
    "sources",
    facts={
        "score": Float(description="Higher is better, within one search only."),
        "matched_fields": List(NonNull(String), description="Where the words were found."),
        "highlights": List(
            NonNull(Highlight), description="What has the words, with the places where they stand."
        ),
    },
    extra={
        "facets": List(NonNull(Facet), description="What the found sources have in common."),
        "resolve_facets": _facets,
        "total_is_exact": Boolean(
            description="Whether totalCount is exact; in large catalogs it may be a lower bound."
        ),
        "corrections": List(
            NonNull(Correction), description="Words that nothing has, and what was found instead."
        ),
        "resolve_corrections": _corrections,
    },
)


def runs_page(rows: list[model.Run], first: int, after: Position | None, count: Any) -> Page:
    """A page of runs out of rows that were asked for with one more than `first`."""
    return page_of(rows, first, kind="runs", key=lambda run: run.pk, after=after, count=count)
