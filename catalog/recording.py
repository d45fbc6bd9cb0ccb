"""Telling the catalog how a run starts and ends, whatever happens in between."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.model import Outcome, Run
from catalog.openlineage import Port, RunFacts, ingest, run_event
from connectors.spark.execution import Made
from connectors.uri import redact
from schema.errors import HeadwaterError

if TYPE_CHECKING:
    from catalog.store import Store

from catalog.planning import Details


@dataclass(slots=True)
class Ending:
    """What a run tells when it ends well."""

    metrics: dict[str, float] = field(default_factory=dict)
    outputs: list[Port] = field(default_factory=list)
    details: Details = field(default_factory=dict)


@contextmanager
def recorded(store: Store, facts: RunFacts, details: Details) -> Iterator[tuple[Run, Ending]]:
    """Tell the catalog that a run starts, and how it ends: well, with what is in its Ending when
    the block is over, or not.
    """
    started = ingest(store, run_event("START", facts))
    assert started is not None
    ending = Ending(details=details)
    try:
        yield started, ending
        ended = run_event(
            "COMPLETE",
            facts,
            outputs=ending.outputs,
            metrics=ending.metrics,
            details=ending.details,
        )
        ingest(store, ended)
    except KeyboardInterrupt:
        ingest(store, run_event("ABORT", facts, error="stopped by Ctrl-C", details=details))
        raise
    except Exception as error:  # noqa: BLE001  whatever a pipeline raises is told by its run
        told = (
            str(error) if isinstance(error, HeadwaterError) else f"{type(error).__name__}: {error}"
        )
        trace = "".join(traceback.format_exception(error))
        failed = run_event("FAIL", facts, error=redact(told), trace=redact(trace), details=details)
        ingest(store, failed)


def written_port(store: Store, outcome: Outcome, made: Made, inputs: Mapping[str, Port]) -> Port:
    source, written = outcome.source, made.written
    schema = store.version(source.version).schema if source.version is not None else None
    return Port(
        source.namespace,
        source.name,
        source.uri,
        schema,
        row_count=written.rows,
        byte_count=written.bytes,
        file_count=written.files,
        columns={
            name: tuple((inputs[of], origin, how.value) for of, origin, how in origins)
            for name, origins in made.lineage.items()
        },
    )
