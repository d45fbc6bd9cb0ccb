"""The tabs of a source's page, and what each needs to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa

from catalog.access.masked import personal_names
from catalog.glossary import Meaning
from catalog.graphql.glossary import terms_of
from catalog.graphql.lineage import graph
from catalog.graphql.loading import Request
from catalog.graphql.quality import dimensions_of
from catalog.model import Expectation, ExpectationResult, Source, Version
from catalog.quality.wording import describe
from catalog.store.history import histories
from catalog.web.column_river import columns_picture
from catalog.web.river import picture
from connectors import registry
from schema.errors import HeadwaterError, NotFound
from schema.model import Field

Facts = dict[str, Any]
Query = Mapping[str, str]

SAMPLE_ROWS = 25
MOST_VERSIONS = 25
MOST_JOINS = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: its title, and what its template needs beside the source and its version."""

    title: str
    facts: Callable[[Request, Source, Version | None, Query], Facts]


def _columns(_request: Request, _source: Source, _version: Version | None, _query: Query) -> Facts:
    return {}


def _meanings(request: Request, source: Source, version: Version | None, _query: Query) -> Facts:
    found: dict[str, list[Meaning]] = {}
    for one in terms_of(request, source):
        found.setdefault(one.field, []).append(one)
    hidden = personal_names(version.schema) if version and not request.unmask else frozenset()
    kept = histories(version.figures) if version is not None and version.number > 1 else {}
    past = {name: one for (name, _), one in kept.items()}
    return {"meanings": found, "personal": hidden, "histories": past}


def _quality(request: Request, source: Source, _version: Version | None, _query: Query) -> Facts:
    report = request.quality(source.pk)
    history = request.store.quality_history(source.pk, first=50)
    results = request.results(report) if report else ()
    met: dict[str | None, list[ExpectationResult]] = {}
    for one in results:
        if one.success:
            met.setdefault(one.expectation.field, []).append(one)
    return {
        "dimensions": dimensions_of(request, report) if report else (),
        "worded": worded,
        "scores": [past.score for past in reversed(history)],
        "unmet": [one for one in results if not one.success],
        "met": met,
    }


def worded(expectation: Expectation) -> str:
    """What is expected, in words: by name where its arguments are odd, or masked."""
    try:
        return describe(expectation)
    except (KeyError, TypeError, ValueError):
        return expectation.type.removeprefix("expect_").replace("_", " ")


def _lineage(request: Request, source: Source, _version: Version | None, _query: Query) -> Facts:
    found = graph(request, source.pk, upstream=4, downstream=4)
    sources = {near.pk: near for near in request.sources(found.pks)}
    edges = [edge for edge in found.edges if {edge.upstream, edge.downstream} <= sources.keys()]
    runs = {edge.run: request.run(edge.run) for edge in edges[:100]}
    return {
        "picture": picture(source.pk, sources, edges) if edges else None,
        "columns_picture": columns_picture(source, sources, edges),
        "edges": [
            (
                sources[edge.upstream],
                sources[edge.downstream],
                runs[edge.run],
                edge.fields,
            )
            for edge in edges[:100]
        ],
    }


def _joins(request: Request, source: Source, _version: Version | None, _query: Query) -> Facts:
    from catalog.joins.asking import joins, partners

    every = joins(request.store, source)
    found = every[:MOST_JOINS]
    beside = partners(request.store, source, every)
    pks = {join.other for join in found} | {union.other for union in beside.unions}
    pks |= {addition.join.other for addition in beside.additions}
    sources = {one.pk: one for one in request.sources(sorted(pks))}
    return {
        "joins": [(join, sources[join.other]) for join in found if join.other in sources],
        "unions": [(one, sources[one.other]) for one in beside.unions if one.other in sources],
        "additions": [
            (one, sources[one.join.other]) for one in beside.additions if one.join.other in sources
        ],
    }


def _versions(request: Request, source: Source, _version: Version | None, query: Query) -> Facts:
    from catalog.comparing import compare
    from catalog.quality.drift import NONE, drift
    from catalog.quality.evidence import Evidence

    after = query.get("after", "")
    older_than = int(after) if after.isdecimal() and len(after) < 10 else None
    rows = request.store.versions(source.pk, first=MOST_VERSIONS + 1, after=older_than)
    changes = {
        newer.number: compare(older, newer)
        for older, newer in ((older, newer) for newer, older in pairwise(rows))
    }
    moved = {
        newer.number: [
            one for one in drift(Evidence.of(older), Evidence.of(newer)) if one.level != NONE
        ]
        for newer, older in pairwise(rows)
    }
    shown = rows[:MOST_VERSIONS]
    return {
        "versions": [
            (version, changes.get(version.number), moved.get(version.number, ()))
            for version in shown
        ],
        "next": f"?after={shown[-1].number}" if len(rows) > MOST_VERSIONS else None,
    }


def _connect(_request: Request, _source: Source, version: Version | None, query: Query) -> Facts:
    from catalog.connect import connector

    targets = list(registry.table("targets"))
    asked = query.get("target") or ("pyspark" if "pyspark" in targets else targets[0])
    if asked not in targets:
        raise NotFound(f"no connector target is called {asked!r}; there are {', '.join(targets)}")
    facts: Facts = {"targets": targets, "target": asked, "made": None, "problem": None}
    if version is not None:
        try:
            facts["made"] = connector(version, asked)
        except HeadwaterError as error:
            facts["problem"] = str(error)
    return facts


def _sample(request: Request, source: Source, version: Version | None, _query: Query) -> Facts:
    from catalog.access.rows import sample

    facts: Facts = {"sample": None, "problem": None, "numeric": ()}
    if version is not None:
        facts["numeric"] = {place for place, field in enumerate(version.schema) if _counts(field)}
        try:
            facts["sample"] = sample(
                request.store, source, first=SAMPLE_ROWS, unmask=request.unmask
            )
        except HeadwaterError as error:
            facts["problem"] = str(error)
    return facts


def _counts(field: Field) -> bool:
    """Whether the values of a field are numbers, which stand below each other."""
    kind = field.type
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _runs(request: Request, source: Source, _version: Version | None, _query: Query) -> Facts:
    rows = request.store.runs(source.pk, first=50)
    request.expect(sorted({pk for run in rows for pk in (*run.inputs, *run.outputs)}))
    return {
        "runs": [(run, request.sources(run.inputs), request.sources(run.outputs)) for run in rows]
    }


TABS = {
    "columns": Tab("Columns", _meanings),
    "sample": Tab("Sample", _sample),
    "quality": Tab("Quality", _quality),
    "lineage": Tab("Lineage", _lineage),
    "joins": Tab("Joins", _joins),
    "versions": Tab("Versions", _versions),
    "connect": Tab("Connect", _connect),
    "runs": Tab("Runs", _runs),
    "findings": Tab("Findings", _columns),
}
"""In the order that they are shown; each has a template `source_<name>.html`."""
