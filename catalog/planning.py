"""What a run will do: a pipeline with its arguments, its inputs found and its outputs named."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from catalog import incremental
from catalog.connect import connector
from catalog.environment import environment, spark_version
from catalog.model import Search, Source, Version
from catalog.openlineage import Port, RunFacts
from connectors.spark.cluster import Cluster, default_cluster
from connectors.spark.failure import one_line
from connectors.spark.loading import load
from connectors.spark.outputs import Output, Outputs, moved
from connectors.spark.pipeline import Pipeline
from schema.errors import HeadwaterError, NotFound, RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from catalog.store import Store

Details = dict[str, Any]
SEARCH = "search:"
"""`search: late flights` as an input is the best hit of that search."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a pipeline: what the catalog has under the name that the pipeline gives.

    `unread` is set for inputs of new data: the entries that no run has read.
    """

    name: str
    source: Source
    version: Version
    unread: incremental.Unread | None = None

    @property
    def port(self) -> Port:
        source = self.source
        return Port(source.namespace, source.name, source.uri, self.version.schema)


@dataclass(frozen=True, slots=True)
class Job:
    """A pipeline with all that one execution of it needs."""

    pipeline: Pipeline
    path: Path
    arguments: Mapping[str, Any]
    inputs: tuple[Input, ...]
    outputs: Outputs
    cluster: Cluster

    @property
    def nothing_new(self) -> bool:
        """Whether the pipeline reads new data and there is none."""
        unread = [one.unread for one in self.inputs if one.unread is not None]
        return bool(unread) and not any(one.entries for one in unread)

    def facts(self) -> RunFacts:
        """What the events of a new run have in common."""
        return RunFacts(
            uuid=str(uuid.uuid4()),
            pipeline=self.pipeline.name,
            inputs=tuple(one.port for one in self.inputs),
            master=self.cluster.master,
            parameters={name: _plain(value) for name, value in self.arguments.items()},
            code_hash=self.pipeline.code_hash,
            code_uri=self.path.resolve().as_uri(),
            documentation=self.pipeline.doc,
            engine=("spark", spark_version()),
        )

    def details(self) -> Details:
        """What is known before it runs: its environment and what it reads."""
        read = {
            one.name: {one.source.id: one.unread.marks}
            for one in self.inputs
            if one.unread is not None
        }
        return {
            "environment": environment(),
            "inputs": [used(one.name, one.source, one.version) for one in self.inputs],
            "outputs": [],
            **({incremental.READ: read} if read else {}),
        }


def plan(
    path: str | Path,
    store: Store,
    cluster: Cluster | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    output: str | Mapping[str, str] | None = None,
    full: bool = False,
) -> Job:
    """Load a pipeline and find its inputs. Raises as `run` does; nothing is recorded."""
    pipeline = load(path)
    arguments = pipeline.arguments(parameters or {})
    outputs = pipeline.outputs if output is None else moved(pipeline.outputs, output)
    if full:
        outputs = {
            name: replace(one, mode="overwrite") if one.mode == "append" else one
            for name, one in outputs.items()
        }
    there = {name: _there(one) for name, one in outputs.items()}
    last = store.last_run(pipeline.name) if all(there.values()) and not full else None
    inputs = []
    for name, wanted in pipeline.inputs.items():
        one = resolve(store, name, wanted.ref)
        if wanted.new_only:
            found = incremental.unread(one.version, one.source.id, name, last)
            one = replace(one, unread=found)
        inputs.append(one)
    return Job(
        pipeline, Path(path), arguments, tuple(inputs), outputs, cluster or default_cluster()
    )


def _there(output: Output) -> bool:
    """Whether an output has been written; Spark is not started for a store that is out of reach."""
    if output.is_stored:
        from connectors.spark.objects import exists

        return exists(output)
    return output.is_table or output.folder().exists()


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
        if one.unread is not None:
            return incremental.dataframe(spark, one.version, one.unread.entries)
        made = connector(one.version, "pyspark")
        module = ModuleType(f"headwater_input_{one.name}")
        exec(compile(made.code, made.filename, "exec"), vars(module))  # noqa: S102  our own code
        frame: DataFrame = vars(module)["read"](spark)
    except HeadwaterError as error:
        raise RunError(f"input {one.name}: {error}") from error
    except Exception as error:
        raise RunError(f"input {one.name}: {one_line(error)}") from error
    return frame


def used(name: str, source: Source, version: Version) -> Details:
    """An input or output as a run's details have it."""
    return {
        "name": name,
        "source": source.id,
        "version": version.number,
        "fingerprint": version.fingerprint,
    }


def _plain(value: Any) -> Any:
    """A parameter as JSON has it."""
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
