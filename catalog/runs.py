"""Running a pipeline: inputs by typed connectors, the output catalogued, all of it recorded."""

from __future__ import annotations

import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from catalog.connect import connector
from catalog.crawl import crawl
from catalog.model import Outcome, Run, Search, Source, Status, Version
from catalog.openlineage import Port, RunFacts, ingest, run_event
from catalog.running import alive
from connectors.spark import pipeline as pipelines
from connectors.spark.cluster import Cluster, default_cluster
from connectors.spark.session import session
from schema.errors import HeadwaterError, NotFound, RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from catalog.store import Store

OnStep = Callable[[str], None]
SEARCH = "search:"
"""`search: late flights` as an input is the best hit of that search."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a pipeline: what the catalog has under the name that the pipeline gives."""

    name: str
    source: Source
    version: Version

    @property
    def port(self) -> Port:
        source = self.source
        return Port(source.namespace, source.name, source.uri, self.version.schema)


def run(
    path: str | Path,
    store: Store,
    cluster: Cluster | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    output: str | None = None,
    on_step: OnStep = lambda _: None,
) -> Run:
    """Run the pipeline of a Python file, record the run, and crawl what it wrote.

    `parameters` are values or texts by name, `output` replaces the pipeline's own. What goes
    wrong once the run has started is told by its state FAIL and its `error`; Ctrl-C makes it
    ABORT and is passed on. Raises RunError for a file that is no pipeline, NotFound for an input
    that the catalog does not have, InvalidInput for a parameter that does not fit.
    """
    pipeline = pipelines.load(path)
    arguments = pipeline.arguments(parameters or {})
    inputs = [resolve(store, name, ref) for name, ref in pipeline.inputs.items()]
    cluster = cluster or default_cluster()
    facts = RunFacts(
        uuid=str(uuid.uuid4()),
        pipeline=pipeline.name,
        inputs=tuple(one.port for one in inputs),
        master=cluster.master,
        parameters={name: _plain(value) for name, value in arguments.items()},
        code_hash=pipeline.code_hash,
        code_uri=Path(path).resolve().as_uri(),
        documentation=pipeline.doc,
        engine=("spark", _spark_version()),
    )
    with alive(facts.uuid), _recorded(store, facts) as started:
        began = time.monotonic()
        on_step(f"starting Spark on {cluster.master}")
        with session(cluster, f"headwater {pipeline.name}") as spark:
            on_step(f"running {pipeline.name}")
            frames = {one.name: read(one, spark) for one in inputs}
            result = pipelines.execute(pipeline, frames, arguments, output=output)
        seconds = time.monotonic() - began
        on_step(f"cataloguing {result.written.uri}")
        written = [
            outcome
            for outcome in crawl([result.written.uri], store, run=started.pk)
            if outcome.status is not Status.GONE
        ]
        metrics = {
            "rowsWritten": float(result.written.rows),
            "bytesWritten": float(result.written.bytes),
            "filesWritten": float(result.written.files),
            "seconds": round(seconds, 3),
            **result.metrics,
        }
        ports = {one.name: one.port for one in inputs}
        columns = {
            field: tuple((ports[name], origin, how.value) for name, origin, how in origins)
            for field, origins in result.fields.items()
        }
        outputs = [_written(store, outcome, result.written) for outcome in written]
        ended = run_event("COMPLETE", facts, outputs=outputs, columns=columns, metrics=metrics)
        ingest(store, ended)
    return store.run(facts.uuid)


def resolve(store: Store, name: str, ref: str) -> Input:
    """The source that an input means, by name, URI, id or `search:` words.

    Raises NotFound, saying to crawl, when the catalog does not have it or could never read it.
    """
    try:
        if ref.startswith(SEARCH):
            hits = store.search(Search(text=ref.removeprefix(SEARCH).strip(), first=1)).hits
            if not hits:
                raise NotFound(f"nothing is found for {ref!r}")
            source = hits[0].source
        else:
            source = store.source(ref)
    except NotFound as error:
        message = f"input {name}: {error}; `headwater crawl` the folder or database that has it"
        raise NotFound(message) from error
    if source.version is None:
        raise NotFound(
            f"input {name}: nothing of {source.uri} could be read yet; "
            f"`headwater show {source.id}` says why, `headwater crawl` tries again"
        )
    return Input(name, source, store.version(source.version))


def read(one: Input, spark: SparkSession) -> DataFrame:
    """The input as a DataFrame, read by its generated connector.

    Raises RunError naming the input when its connector cannot be made or fails.
    """
    try:
        made = connector(one.version, "pyspark")
        module = ModuleType(f"headwater_input_{one.name}")
        exec(compile(made.code, made.filename, "exec"), vars(module))  # noqa: S102  our own code
        frame: DataFrame = vars(module)["read"](spark)
    except HeadwaterError as error:
        raise RunError(f"input {one.name}: {error}") from error
    return frame


@contextmanager
def _recorded(store: Store, facts: RunFacts) -> Iterator[Run]:
    """Tell the catalog that a run starts, and how it ends when it does not end well."""
    started = ingest(store, run_event("START", facts))
    assert started is not None
    try:
        yield started
    except KeyboardInterrupt:
        ingest(store, run_event("ABORT", facts, error="stopped by Ctrl-C"))
        raise
    except Exception as error:  # noqa: BLE001  whatever a pipeline raises is told by its run
        told = (
            str(error) if isinstance(error, HeadwaterError) else f"{type(error).__name__}: {error}"
        )
        trace = "".join(traceback.format_exception(error))
        ingest(store, run_event("FAIL", facts, error=told, trace=trace))


def _written(store: Store, outcome: Outcome, written: Any) -> Port:
    source = outcome.source
    schema = store.version(source.version).schema if source.version is not None else None
    return Port(
        source.namespace,
        source.name,
        source.uri,
        schema,
        row_count=written.rows,
        byte_count=written.bytes,
        file_count=written.files,
    )


def _spark_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("pyspark")
    except PackageNotFoundError:
        return "unknown"


def _plain(value: Any) -> Any:
    """A parameter as JSON has it."""
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
