"""Taking run events in: ours and those of any other producer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from catalog.model import Run, RunState
from catalog.openlineage.emit import PRODUCER, Event
from schema.errors import InvalidInput

if TYPE_CHECKING:
    from catalog.store import Store

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
    facts = _mapping(facets.get("headwater_run") or {}, "run.facets.headwater_run")
    pks = {
        (port["namespace"], port["name"]): store.stub_source(*_named(port)).pk
        for port in (*ports["inputs"], *ports["outputs"], *_origins(ports["outputs"]))
    }
    told = store.start_run(
        uuid=uuid,
        pipeline=pipeline,
        master=facts.get("master"),
        parameters=facts.get("parameters") or _parameters(facets),
        code_hash=facts.get("codeHash"),
        inputs=[pks[port["namespace"], port["name"]] for port in ports["inputs"]],
    )
    for port in ports["outputs"]:
        store.add_output(uuid, pks[port["namespace"], port["name"]], _columns(port, pks))
    kind = str(event.get("eventType") or "OTHER").upper()
    if kind in {"COMPLETE", "FAIL", "ABORT"}:
        error = _mapping(facets.get("errorMessage") or {}, "run.facets.errorMessage")
        metrics = facts.get("metrics") or {}
        return store.end_run(
            uuid,
            RunState(kind),
            metrics=metrics,
            error=error.get("message"),
            details=facts.get("details"),
        )
    return told


def _ports(event: Event, part: str) -> list[dict[str, Any]]:
    """The inputs or outputs of an event, each with namespace and name."""
    found = event.get(part)
    if found is None:
        return []
    if not isinstance(found, list):
        raise InvalidInput(f"OpenLineage event: {part} is not a list")
    for place, port in enumerate(found):
        for key in ("namespace", "name"):
            _text(_mapping(port, f"{part}[{place}]").get(key), f"{part}[{place}].{key}")
    return found


def _origins(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The data sets that columns of outputs are said to derive from."""
    return [origin for port in outputs for fields in _lineage(port).values() for origin in fields]


def _lineage(port: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The `columnLineage` facet of an output: output field → its input fields."""
    facet = (port.get("facets") or {}).get("columnLineage") or {}
    found = {}
    for output, value in (facet.get("fields") or {}).items():
        place = f"columnLineage of {port['name']}, {output}"
        origins = _mapping(value, place).get("inputFields") or []
        for origin in origins:
            for key in ("namespace", "name", "field"):
                _text(_mapping(origin, place).get(key), f"{place}: {key}")
        found[output] = origins
    return found


def _columns(
    port: dict[str, Any], pks: Mapping[tuple[str, str], int]
) -> dict[str, tuple[tuple[int, str, str], ...]]:
    return {
        output: tuple(
            (pks[origin["namespace"], origin["name"]], origin["field"], _kind(origin))
            for origin in origins
        )
        for output, origins in _lineage(port).items()
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
    """Namespace, name and URI of a data set; the URI by its facet, else put together."""
    namespace, name = port["namespace"], port["name"]
    facet = (port.get("facets") or {}).get("dataSource") or {}
    if facet.get("_producer") == PRODUCER and facet.get("uri"):
        return namespace, name, facet["uri"]
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
        for one in facet.get("parameters") or []
        if isinstance(one, dict) and "key" in one
    }


def _mapping(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"OpenLineage event: {place} is not an object")
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"OpenLineage event: {place} is missing or not a text")
    return value
