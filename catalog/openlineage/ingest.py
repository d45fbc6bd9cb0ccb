"""Taking run events in: ours and those of any other producer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from catalog.model import Run, RunState
from catalog.openlineage.emit import PRODUCER, Event
from connectors.uri import redact, take_apart
from schema.errors import InvalidInput

if TYPE_CHECKING:
    from catalog.store import Store

MOST_DATASETS = 2_000
LONGEST_TEXT = 4_000
"""What an event may name, so that none of them takes the catalog long."""

FILE_DATABASES = frozenset(("duckdb", "sqlite"))
DATABASES = frozenset(
    ("awsathena", "azure", "cratedb", "db2", "mssql", "mysql", "oceanbase", "oracle", "postgres",
     "postgresql", "redshift", "snowflake", "sqlserver", "teradata", "trino")
)  # fmt: skip
"""Namespaces whose data sets are tables (https://openlineage.io/docs/spec/naming)."""


def ingest(store: Store, event: Event) -> Run | None:
    """Record what a run event tells: the run, its state, its inputs and outputs.

    Data sets that the catalog does not know become stub sources, which the next crawl fills.
    Events may come twice and in any order; a run that has ended stays ended. Events about a job
    or a data set alone are taken without effect (None). Raises InvalidInput, saying which part
    of the event cannot be used.
    """
    event = _mapping(event, "event")
    if "run" not in event and ("job" in event or "dataset" in event):
        return None
    run, job = _mapping(event.get("run"), "run"), _mapping(event.get("job"), "job")
    uuid, pipeline = _text(run.get("runId"), "run.runId"), _text(job.get("name"), "job.name")
    ports = {part: _ports(event, part) for part in ("inputs", "outputs")}
    facets = _mapping(run.get("facets") or {}, "run.facets")
    facts = _facts(facets)
    kind = str(event.get("eventType") or "OTHER").upper()
    error = _mapping(facets.get("errorMessage") or {}, "run.facets.errorMessage").get("message")
    named = {
        (port["namespace"], port["name"]): _named(port)
        for port in (*_origins(ports["outputs"]), *ports["inputs"], *ports["outputs"])
    }
    if len(named) > MOST_DATASETS:
        raise InvalidInput(
            f"OpenLineage event: {len(named):,} data sets, {MOST_DATASETS:,} at most are taken"
        )
    columns = [_lineage(port) for port in ports["outputs"]]
    pks = {key: store.stub_source(*name).pk for key, name in named.items()}
    told = store.start_run(
        uuid=uuid,
        pipeline=pipeline,
        master=facts.get("master"),
        parameters=facts.get("parameters") or _parameters(facets),
        code_hash=facts.get("codeHash"),
        inputs=[pks[port["namespace"], port["name"]] for port in ports["inputs"]],
    )
    for port, fields in zip(ports["outputs"], columns, strict=True):
        store.add_output(uuid, pks[port["namespace"], port["name"]], _columns(fields, pks))
    if kind in {"COMPLETE", "FAIL", "ABORT"}:
        return store.end_run(
            uuid,
            RunState(kind),
            metrics=facts.get("metrics") or {},
            error=None if error is None else redact(str(error)),
            details=facts.get("details"),
        )
    return told


def _facts(facets: dict[str, Any]) -> dict[str, Any]:
    """The facet of our own runs; anybody may send it, so each part of it is looked at."""
    place = "run.facets.headwater_run"
    facts = _mapping(facets.get("headwater_run") or {}, place)
    for part in ("parameters", "metrics", "details"):
        if facts.get(part) is not None:
            _mapping(facts[part], f"{place}.{part}")
    for part in ("master", "codeHash"):
        if facts.get(part) is not None:
            _text(facts[part], f"{place}.{part}")
    for name, value in (facts.get("metrics") or {}).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInput(f"OpenLineage event: {place}.metrics.{name} is not a number")
    return facts


def _ports(event: Event, part: str) -> list[dict[str, Any]]:
    """The inputs or outputs of an event, each with namespace and name."""
    found = _list(event.get(part), part)
    for place, port in enumerate(found):
        for key in ("namespace", "name"):
            _text(_mapping(port, f"{part}[{place}]").get(key), f"{part}[{place}].{key}")
    return found


def _origins(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The data sets that columns of outputs are said to derive from."""
    return [origin for port in outputs for fields in _lineage(port).values() for origin in fields]


def _lineage(port: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The `columnLineage` facet of an output: output field → its input fields."""
    place = f"columnLineage of {port['name']}"
    facet = _mapping(_facets(port).get("columnLineage") or {}, place)
    found = {}
    for output, value in _mapping(facet.get("fields") or {}, place).items():
        below = f"{place}, {output}"
        origins = _list(_mapping(value, below).get("inputFields"), below)
        for origin in origins:
            for key in ("namespace", "name", "field"):
                _text(_mapping(origin, below).get(key), f"{below}: {key}")
            for one in _list(origin.get("transformations"), below):
                _mapping(one, below)
        found[output] = origins
    return found


def _facets(port: dict[str, Any]) -> dict[str, Any]:
    return _mapping(port.get("facets") or {}, f"facets of {port['name']}")


def _columns(
    fields: Mapping[str, list[dict[str, Any]]], pks: Mapping[tuple[str, str], int]
) -> dict[str, tuple[tuple[int, str, str], ...]]:
    return {
        output: tuple(
            (pks[origin["namespace"], origin["name"]], origin["field"], _kind(origin))
            for origin in origins
        )
        for output, origins in fields.items()
    }


def _kind(origin: dict[str, Any]) -> str:
    """The strongest of the transformations between an input field and an output field."""
    subtypes = [
        str(one.get("subtype") or one.get("type") or "").upper()
        for one in origin.get("transformations") or []
    ]
    for kind in ("AGGREGATION", "TRANSFORMATION", "IDENTITY"):
        if kind in subtypes:
            return kind
    return subtypes[0] if subtypes and subtypes[0] else "TRANSFORMATION"


def _named(port: dict[str, Any]) -> tuple[str, str, str]:
    """Namespace, name and URI of a data set, without logins; the URI by the facet of our own
    events, else put together.
    """
    namespace, name = take_apart(port["namespace"]).clean, take_apart(port["name"]).clean
    facet = _mapping(_facets(port).get("dataSource") or {}, f"dataSource of {name}")
    if facet.get("_producer") == PRODUCER and facet.get("uri"):
        return namespace, name, take_apart(_text(facet["uri"], f"dataSource of {name}: uri")).clean
    if namespace == "file":
        return namespace, name, f"file://{quote(name)}"
    if namespace.partition(":")[0].lower() in FILE_DATABASES:
        return namespace, name, f"{namespace}#{name}"
    if namespace.partition(":")[0].lower() in DATABASES and "." in name:
        database, _, table = name.partition(".")
        return namespace, name, f"{namespace.rstrip('/')}/{database}#{table}"
    return namespace, name, f"{namespace.rstrip('/')}/{name.lstrip('/')}"


def _parameters(facets: dict[str, Any]) -> dict[str, Any]:
    facet = _mapping(facets.get("executionParameters") or {}, "run.facets.executionParameters")
    return {
        str(one["key"]): one.get("value")
        for one in _list(facet.get("parameters"), "run.facets.executionParameters.parameters")
        if isinstance(one, dict) and "key" in one
    }


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"OpenLineage event: {place} is not an object")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidInput(f"OpenLineage event: {place} is not a list")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"OpenLineage event: {place} is missing or not a text")
    if len(value) > LONGEST_TEXT:
        raise InvalidInput(
            f"OpenLineage event: {place} has {len(value):,} characters, {LONGEST_TEXT:,} at most "
            "are taken"
        )
    return value
