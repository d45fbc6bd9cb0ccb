"""Store: all that the catalog keeps. The SQL is in the modules beside this one; each method here
is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Any, Self

from sqlalchemy import Connection, false, func, select

from catalog import lineage
from catalog.alerts.model import Event
from catalog.joins.model import KeyColumn
from catalog.model import (
    Edge,
    Known,
    Outcome,
    QualityReport,
    Record,
    Run,
    RunState,
    Search,
    SearchPage,
    Settled,
    Source,
    Version,
)
from catalog.quality.choices import Choice
from catalog.store import (
    annotating,
    choices,
    crawls,
    known,
    recording,
    reports,
    resolving,
    runs,
    searching,
)
from catalog.store.access import Access
from catalog.store.alerts import Alerts, enqueue
from catalog.store.database import Database
from catalog.store.events import EventLog
from catalog.store.glossary import Glossary
from catalog.store.jobs import JobLog
from catalog.store.joining import JoinIndex
from catalog.store.migrate import migrate
from catalog.store.newest import Newest
from catalog.store.rows import (
    chunks,
    current_versions,
    is_pk,
    source_by_pk,
    sources_by_pk,
    versions_where,
)
from catalog.store.tables import entries, namespaces, sources, versions
from catalog.store.tables import runs as run_table
from connectors.model import Dataset, Entry
from schema.errors import NotFound
from schema.model import Finding, Schema
from schema.profile import TableProfile

_NONE: Mapping[str, Any] = MappingProxyType({})


class Store:
    """A catalog in SQLite or PostgreSQL; safe to use from several threads and processes.

    Every method raises CatalogError in one line when the database fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.newest = Newest(database)
        self.joins = JoinIndex(database)
        self.events = EventLog(database)
        self.jobs = JobLog(database)

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Store:
        """The catalog at a SQLAlchemy URL, made or brought up to date where needed.

        Raises CatalogError when it cannot be reached, is none, is of a newer version, or is not
        there and `create` is False.
        """
        database = Database.connect(url, create=create)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @property
    def url(self) -> str:
        """Where it is, with its password: for a process of our own that opens it too."""
        return self._database.engine.url.render_as_string(hide_password=False)

    @property
    def access(self) -> Access:
        """Tokens, sessions and the audit log."""
        return Access(self._database)

    @property
    def alerts(self) -> Alerts:
        """Rules of alerts, and what is to be told."""
        return Alerts(self._database)

    @property
    def glossary(self) -> Glossary:
        """Terms, and the columns that mean them."""
        return Glossary(self._database)

    def close(self) -> None:
        """Give back the connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- crawl side

    def known(self, namespace: str, name: str) -> Known | None:
        """What the last crawl saw of a dataset, the stamp of each entry with it.

        Stamps are those last listed, also when reading failed. For many datasets `known_many`
        is twenty times faster.
        """
        return self.known_many([(namespace, name)]).get((namespace, name))

    def known_many(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Known]:
        """`known` of many datasets by (namespace, name), two statements for each 1,000: a crawl
        asks for a batch of what it has listed, and tells `record_unchanged` of it at once.
        """
        with self._database.read() as connection:
            return {
                (one.dataset.namespace, one.dataset.name): one
                for one in known.by_name(connection, list(names))
            }

    def there(self, names: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of (namespace, name) that sources have which are not gone."""
        with self._database.read() as connection:
            return known.there(connection, names)

    def settled(self, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Settled]:
        """Sources by (namespace, name) of which a stamp alone tells whether they have changed;
        one statement for each 1,000, and none of their entries are looked at.
        """
        with self._database.read() as connection:
            return known.settled(connection, list(names))

    def known_all(self, namespace: str, name_prefix: str = "") -> Iterator[Known]:
        """`known` of every source below a prefix (by whole parts), in bounded memory; a source
        that is recorded meanwhile may come in its older or its newer state.
        """
        with self._database.read() as connection:
            pks = [pk for pk, _ in known.pks_below(connection, namespace, name_prefix)]
        for chunk in chunks(pks, 1000):
            with self._database.read() as connection:
                found = list(known.by_pk(connection, chunk))
            yield from found

    def namespaces(self, prefix: str = "") -> list[str]:
        """Every namespace that starts with `prefix`, sorted; there are few beside sources."""
        with self._database.read() as connection:
            found = connection.execute(select(namespaces.c.namespace)).scalars()
            return sorted(name for name in found if name.startswith(prefix))

    def part_summaries(
        self, source_pk: int, entry_uris: Collection[str]
    ) -> Iterator[tuple[str, bytes]]:
        """(entry URI, Summary bytes) of those entries, in bounded memory. An entry without a
        summary of its present stamp is left out: it has to be read.
        """
        for chunk in chunks(entry_uris, 500):
            with self._database.read() as connection:
                found = known.part_summaries(connection, source_pk, chunk)
            yield from found

    def record_many(self, records: Sequence[Record]) -> list[Outcome]:
        """Keep what a crawl learned of several sources, all of it or nothing; each source once.

        A new version only when the schema's fingerprint or the content stamp changed; else the
        current one takes the new figures. Entries that a dataset has no more are dropped. One
        without schema could not be read: FAILED, with the last good version kept, and the stamps
        of the failed content, so that a crawl can tell whether to try again.
        """
        if not records:
            return []
        return self._database.write(lambda connection: recording.record_many(connection, records))

    def record(
        self,
        dataset: Dataset,
        schema: Schema,
        profile: TableProfile,
        *,
        parts: Mapping[str, bytes],
        findings: tuple[Finding, ...] = (),
        quality: QualityReport | None = None,
        run: int | None = None,
        bytes_read: int = 0,
        joinable: tuple[KeyColumn, ...] = (),
    ) -> Outcome:
        """`record_many` of one source that was read."""
        one = Record(dataset, schema, profile, parts, findings, quality, run, bytes_read, joinable)
        return self.record_many([one])[0]

    def record_failure(self, dataset: Dataset, findings: tuple[Finding, ...]) -> Outcome:
        """`record_many` of one source that could not be read."""
        return self.record_many([Record(dataset, None, None, findings=findings)])[0]

    def record_unchanged(self, source_pks: Collection[int]) -> None:
        """They were listed with the stamps that are known: seen now. FAILED ones stay FAILED."""
        self._database.write(lambda connection: crawls.record_unchanged(connection, source_pks))

    def mark_gone(
        self,
        namespace: str,
        name_prefix: str,
        seen: Collection[int],
        *,
        since: datetime | None = None,
    ) -> list[Outcome]:
        """Sources of that prefix or below it (by whole parts) that a complete listing did not
        have become GONE; only those that were not yet are told. What another crawl has seen
        after `since`, when the listing began, is there.
        """
        return self._database.write(
            lambda connection: crawls.mark_gone(connection, namespace, name_prefix, seen, since)
        )

    def stub_source(self, namespace: str, name: str, uri: str) -> Source:
        """A data set known by lineage only, filled by the next crawl; as it is if it exists."""
        return self._database.write(
            lambda connection: annotating.stub(connection, namespace, name, uri)
        )

    # --- ask side

    def source(self, ref: str | int) -> Source:
        """The source of a number, global id, URI, path, full name or unique last part of one.

        Raises NotFound with near names, Ambiguous with the candidates.
        """
        with self._database.read() as connection:
            return resolving.resolve(connection, ref)

    def sources(self, pks: Collection[int]) -> dict[int, Source]:
        """Those that exist, in the order asked for; one statement."""
        with self._database.read() as connection:
            return sources_by_pk(connection, pks)

    def search(self, search: Search) -> SearchPage:
        """Ranked sources with totals and facets; a constant number of statements.

        Raises InvalidInput for a cursor that is none, an unknown order, a size out of range.
        """
        with self._database.read() as connection:
            return searching.search(connection, search)

    def versions(
        self, source_pk: int, *, first: int = 20, after: int | None = None
    ) -> list[Version]:
        """Newest first, older than the version number `after`."""
        older = () if after is None else (versions.c.number < after,)
        with self._database.read() as connection:
            return versions_where(
                connection,
                lambda query: (
                    query.where(versions.c.source_pk == source_pk, *older)
                    .order_by(versions.c.number.desc())
                    .limit(max(first, 0))
                ),
            )

    def version(self, pk: int) -> Version:
        """Raises NotFound when there is none."""
        with self._database.read() as connection:
            found = versions_where(
                connection, lambda query: query.where(versions.c.pk == pk if is_pk(pk) else false())
            )
        if not found:
            raise NotFound(f"no version has the number {pk}; `headwater show` tells a source's")
        return found[0]

    def current_versions(self, source_pks: Collection[int]) -> dict[int, Version]:
        """The current version of each source that has one, by source; one statement."""
        with self._database.read() as connection:
            return current_versions(connection, source_pks)

    def version_count(self, source_pk: int) -> int:
        return self.newest.version_counts((source_pk,))[source_pk]

    def entries(self, source_pk: int) -> tuple[Entry, ...]:
        """The entries that the last crawl listed, by URI."""
        with self._database.read() as connection:
            return annotating.entries_of(connection, source_pk)

    def annotate(
        self,
        source_pk: int,
        *,
        description: str | None = None,
        tags: Collection[str] | None = None,
        owner: str | None = None,
    ) -> Source:
        """Set what users say of a source, which is kept over crawls; None leaves it, empty takes
        it back. Raises InvalidInput for tags that are blank or above 100 characters.
        """
        return self._database.write(
            lambda connection: annotating.annotate(
                connection, source_pk, description=description, tags=tags, owner=owner
            )
        )

    def delete_source(self, source_pk: int) -> Source:
        """Forget a source and all that is known of it, edges of lineage too; gives what it was.

        Runs that read or wrote it stay, without it. Raises NotFound.
        """
        return self._database.write(
            lambda connection: annotating.delete_source(connection, source_pk)
        )

    def counts(self) -> dict[str, int]:
        """How many sources (gone ones too), entries, versions and runs there are."""
        tables = (sources, entries, versions, run_table)
        counted = [select(func.count()).select_from(table).scalar_subquery() for table in tables]
        with self._database.read() as connection:
            row = connection.execute(select(*counted)).one()
        return {table.name: count for table, count in zip(tables, row, strict=True)}

    # --- quality

    def record_quality(
        self, report: QualityReport, *, events: Sequence[Event] = (), occasion: str | None = None
    ) -> None:
        """Add a report on `report.version` of `report.source_pk`; it becomes the latest, and
        `events` go into the outbox of alerts, once for each `occasion` (the version).
        """

        def add(connection: Connection) -> None:
            source = source_by_pk(connection, report.source_pk)
            reports.add(connection, report, source_pk=report.source_pk, version_pk=report.version)
            enqueue(connection, source, events, stamp=occasion or str(report.version))

        self._database.write(add)

    def choices(self, source_pk: int) -> dict[str, Choice]:
        """What users say of the expectations of a source, by key."""
        with self._database.read() as connection:
            return choices.of_source(connection, source_pk)

    def choose(self, source_pk: int, chosen: Sequence[Choice], forget: Sequence[str] = ()) -> int:
        """Keep choices, and forget those of some keys; how many of them were forgotten."""

        def write(connection: Connection) -> int:
            source_by_pk(connection, source_pk)
            gone = choices.forget(connection, source_pk, forget)
            choices.keep(connection, source_pk, chosen)
            return gone

        return self._database.write(write)

    def unmet(self, source_pk: int) -> dict[int, frozenset[str | None]]:
        """By version whose last report is not met: the columns of what is not (None: the table)."""
        with self._database.read() as connection:
            return choices.unmet(connection, source_pk)

    def quality(self, source_pks: Collection[int]) -> dict[int, QualityReport]:
        """The latest report of each source that has one, by source; one statement."""
        with self._database.read() as connection:
            return reports.latest(connection, source_pks)

    def quality_history(self, source_pk: int, *, first: int = 50) -> list[QualityReport]:
        """Newest first."""
        with self._database.read() as connection:
            return reports.history(connection, source_pk, first)

    # --- runs and lineage

    def start_run(
        self,
        *,
        uuid: str,
        pipeline: str,
        master: str | None,
        parameters: Mapping[str, Any],
        code_hash: str | None,
        inputs: Collection[int],
    ) -> Run:
        """A run that is RUNNING; the same again when one of that uuid exists."""
        return self._database.write(
            lambda connection: runs.start(
                connection,
                uuid=uuid,
                pipeline=pipeline,
                master=master,
                parameters=parameters,
                code_hash=code_hash,
                inputs=inputs,
            )
        )

    def end_run(
        self,
        uuid: str,
        state: RunState,
        *,
        metrics: Mapping[str, float] = _NONE,
        error: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Run:
        """The run as it ended now. Raises NotFound when it never started."""
        return self._database.write(
            lambda connection: runs.end(connection, uuid, state, metrics, error, details=details)
        )

    def add_output(self, run_uuid: str, source_pk: int, fields: runs.FieldLineage = _NONE) -> None:
        """A source that a run wrote: output field → (input source pk, input field, kind)."""
        self._database.write(
            lambda connection: runs.add_output(connection, run_uuid, source_pk, fields)
        )

    def run(self, ref: str | int) -> Run:
        """By number, global id or OpenLineage id. Raises NotFound."""
        with self._database.read() as connection:
            return runs.one(connection, ref)

    def last_run(self, pipeline: str) -> Run | None:
        """The last run of a pipeline that ended well."""
        with self._database.read() as connection:
            return runs.last_complete(connection, pipeline)

    def runs(
        self, source_pk: int | None = None, *, first: int = 20, after: int | None = None
    ) -> list[Run]:
        """Newest first; of one source those that read or wrote it; older than run `after`."""
        with self._database.read() as connection:
            return runs.many(connection, source_pk, first=first, after=after)

    def runs_by_pk(self, pks: Collection[int]) -> dict[int, Run]:
        """Those runs that exist; three statements."""
        with self._database.read() as connection:
            return runs.by_pk(connection, pks)

    def edges_into(self, pks: Collection[int]) -> list[Edge]:
        """The lineage edges that end in those sources."""
        with self._database.read() as connection:
            return runs.edges_of(connection, pks, upstream=True)

    def edges_out_of(self, pks: Collection[int]) -> list[Edge]:
        """The lineage edges that begin in those sources."""
        with self._database.read() as connection:
            return runs.edges_of(connection, pks, upstream=False)

    def lineage(
        self, source_pk: int, *, upstream: int = 5, downstream: int = 5
    ) -> tuple[set[int], list[Edge]]:
        """The source and all within so many runs of it, and the edges between them."""
        above, edges_above = lineage.upstream(self, source_pk, upstream)
        below, edges_below = lineage.downstream(self, source_pk, downstream)
        edges = {(edge.upstream, edge.downstream, edge.run): edge for edge in edges_above}
        edges |= {(edge.upstream, edge.downstream, edge.run): edge for edge in edges_below}
        return {source_pk} | above | below, list(edges.values())
