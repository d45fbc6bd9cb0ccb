"""What one request loads: everything that a page of sources needs, in one statement a kind.

Resolvers ask for one source at a time and execution is depth first, so whoever finds sources
announces them together (`Request.found`); the first question about one of them is then
answered for all of them.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from catalog.access.callers import LOCAL, Caller
from catalog.access.masked import masked_results, masked_store
from catalog.graphql.errors import TimedOut
from catalog.model import ExpectationResult, QualityReport, Run, Source, Version
from schema.errors import NotFound

if TYPE_CHECKING:
    from catalog.access.following import Following
    from catalog.access.jobs import Jobs
    from catalog.store import Store
    from catalog.store.stored import Outline

V = TypeVar("V")


@dataclass(slots=True)
class Request:
    """One request's view of the store, with what it has loaded so far.

    `deadline` is on the clock of `time.monotonic`; None is no limit. `store` shows no values of
    personal data unless the caller may see them. Not safe for use from several threads.
    """

    store: Store
    jobs: Jobs | None = None
    following: Following | None = None
    caller: Caller = LOCAL
    deadline: float | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:16])
    _group: dict[int, Sequence[int]] = field(default_factory=dict)
    _sources: dict[int, Source] = field(default_factory=dict)
    _runs: dict[int, Run] = field(default_factory=dict)
    _runs_expected: set[int] = field(default_factory=set)
    _loaded: dict[Hashable, dict[int, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.unmask:
            self.store = masked_store(self.store)

    @property
    def unmask(self) -> bool:
        """Whether the caller may see personal data."""
        return self.caller.unmask

    def check_time(self) -> None:
        """Raises TimedOut once the deadline has passed."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimedOut("the request took too long; ask for less at once")

    def found(self, sources: Iterable[Source]) -> list[Source]:
        """Announce sources that were found together; gives them back as a list."""
        found = list(sources)
        pks = [source.pk for source in found]
        self.expect(pks)
        self._sources.update(zip(pks, found, strict=True))
        return found

    def expect(self, pks: Sequence[int]) -> None:
        """Announce sources by primary key: what is asked about one will be asked about all."""
        for pk in pks:
            self._group.setdefault(pk, pks)

    def load(
        self, kind: Hashable, pk: int, load: Callable[[Sequence[int]], Mapping[int, V]]
    ) -> V | None:
        """The value that `load` gives for source `pk`, loaded for all that `pk` came with.

        `kind` tells questions apart: a name, with the arguments that change the answer.
        """
        known = self._loaded.get(kind)
        if known is None:
            known = self._loaded[kind] = {}
        if pk not in known:
            self.check_time()
            wanted = [key for key in self._group.get(pk, (pk,)) if key not in known]
            values = load(wanted)
            known.update((key, values.get(key)) for key in wanted)
        found: V | None = known[pk]
        return found

    def source(self, pk: int) -> Source | None:
        """A source by primary key; None when the catalog has it no more."""
        if pk not in self._sources:
            self.check_time()
            wanted = [key for key in self._group.get(pk, (pk,)) if key not in self._sources]
            self._sources.update(self.store.sources(wanted))
        return self._sources.get(pk)

    def sources(self, pks: Iterable[int]) -> list[Source]:
        """Those of `pks` that exist, in the order given."""
        wanted = list(dict.fromkeys(pks))
        self.expect(wanted)
        return [source for pk in wanted if (source := self.source(pk)) is not None]

    def version(self, source_pk: int) -> Version | None:
        """The current version of a source, None while nothing of it could be read."""
        return self.load("version", source_pk, self.store.current_versions)

    def outline(self, source_pk: int) -> Version | Outline | None:
        """The schema of the current version of a source, without its figures."""
        for kind in ("version", "outline"):
            known = self._loaded.get(kind)
            if known is not None and source_pk in known:
                found: Version | Outline | None = known[source_pk]
                return found
        return self.load("outline", source_pk, self.store.newest.outlines)

    def quality(self, source_pk: int) -> QualityReport | None:
        """The latest verdict on a source."""
        return self.load("quality", source_pk, self.store.quality)

    def found_runs(self, runs: Iterable[Run]) -> None:
        """Announce runs that were found together; their inputs and outputs are loaded so too."""
        found = list(runs)
        self._runs.update((run.pk, run) for run in found)
        self.expect(sorted({pk for run in found for pk in (*run.inputs, *run.outputs)}))

    def expect_runs(self, pks: Iterable[int]) -> None:
        """Announce runs by primary key: they will be loaded together."""
        self._runs_expected.update(pks)

    def results(self, report: QualityReport) -> tuple[ExpectationResult, ...]:
        """The verdicts of a report, with no values of personal data that the caller may not see."""
        version = None if self.unmask else self.version(report.source_pk)
        return masked_results(report.results, version.schema) if version else report.results

    def run(self, pk: int) -> Run:
        """A run by primary key. Raises NotFound."""
        if pk not in self._runs:
            self.check_time()
            wanted = {pk, *self._runs_expected} - self._runs.keys()
            self.found_runs(self.store.runs_by_pk(wanted).values())
            self._runs_expected.clear()
        if pk not in self._runs:
            raise NotFound(f"no run has the number {pk}")
        return self._runs[pk]
