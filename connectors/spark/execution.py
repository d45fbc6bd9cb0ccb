"""Executing a pipeline: its function is called, its outputs are all written, then put in place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.spark.failure import one_line
from connectors.spark.loading import MODULE
from connectors.spark.objects import staged_model_objects, staged_objects
from connectors.spark.outputs import Output, Outputs
from connectors.spark.pipeline import Pipeline, collecting
from connectors.spark.plan import Origin, column_lineage
from connectors.spark.tables import Transactions, staged_table
from connectors.spark.writing import Staged, Written, staged_files, staged_model
from schema.errors import HeadwaterError, RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Lineage = Mapping[str, tuple[Origin, ...]]
"""For each output field: input name, input field and how it is made of it."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What the function returned for each output (data frames not computed yet, models), with
    the metrics that it logged and the lineage of each output's fields.
    """

    values: Mapping[str, Any]
    metrics: dict[str, float]
    lineage: Mapping[str, Lineage]


@dataclass(frozen=True, slots=True)
class Made:
    """One output as it was written."""

    output: Output
    written: Written
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Result:
    """What an execution made: its outputs by name, and the metrics that the function logged."""

    outputs: Mapping[str, Made]
    metrics: Mapping[str, float]

    @property
    def rows(self) -> int:
        """Rows written to all outputs."""
        return sum(made.written.rows or 0 for made in self.outputs.values())


Check = Callable[[Staged], None]
"""Looks at an output that is complete and not yet in place; raises to keep what was there."""


def execute(
    pipeline: Pipeline,
    frames: Mapping[str, DataFrame],
    arguments: Mapping[str, Any],
    *,
    outputs: Outputs | None = None,
    check: Check | None = None,
) -> Result:
    """Call the function with its inputs and write what it returns.

    `frames` are by input name, `arguments` as `Pipeline.arguments` gives them, `outputs` replace
    the pipeline's own. The outputs that were there before stay until all new ones are
    complete. Raises RunError saying what failed and where.
    """
    outputs = pipeline.outputs if outputs is None else outputs
    with on_workers(pipeline):
        computed = compute(pipeline, frames, arguments)
        return finish(pipeline, outputs, computed, arguments, check)


def compute(
    pipeline: Pipeline, frames: Mapping[str, DataFrame], arguments: Mapping[str, Any]
) -> Computed:
    """Call the function. Raises RunError when it fails, or does not return what it should."""
    with collecting() as metrics, told(pipeline):
        returned = pipeline.function(**frames, **arguments)
        values = _by_output(pipeline, returned)
        lineage = {
            name: {} if _is_model(value) else column_lineage(value, frames)
            for name, value in values.items()
        }
    return Computed(values, metrics, lineage)


def finish(
    pipeline: Pipeline,
    outputs: Outputs,
    computed: Computed,
    arguments: Mapping[str, Any],
    check: Check | None = None,
) -> Result:
    """Write what was computed: every output beside its place, then all into place.

    `check` is asked about each output before any is put in place. Raises RunError.
    """
    files = [name for name, output in outputs.items() if not output.is_table]
    tables = [name for name, output in outputs.items() if output.is_table]
    staged: dict[str, Staged] = {}
    with collecting(computed.metrics) as metrics, told(pipeline), ExitStack() as stack:
        transactions = stack.enter_context(Transactions())
        for name in (*files, *tables):
            output, value = outputs[name], computed.values[name]
            opened: AbstractContextManager[Staged]
            if _is_model(value):
                if output.is_table:
                    raise RunError(f"output {output.place}: a model is saved to a folder")
                save = staged_model_objects if output.is_stored else staged_model
                opened = save(value, output, metrics, arguments)
            elif output.is_table:
                opened = staged_table(value, output, transactions)
            else:
                opened = (staged_objects if output.is_stored else staged_files)(value, output)
            staged[name] = stack.enter_context(opened)
            if check is not None:
                check(staged[name])
        written = {name: one.commit() for name, one in staged.items()}
        transactions.commit()
    return Result(
        {name: Made(outputs[name], written[name], computed.lineage[name]) for name in outputs},
        computed.metrics,
    )


@contextmanager
def on_workers(pipeline: Pipeline) -> Iterator[None]:
    """Functions of the pipeline's file travel to the workers by value within the block: the file
    is no module that they could import.
    """
    from pyspark import cloudpickle

    module = sys.modules.get(pipeline.function.__module__)
    by_value = module is not None and module.__name__.startswith(MODULE)
    if by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)


@contextmanager
def told(pipeline: Pipeline) -> Iterator[None]:
    """Any error within the block as a RunError of one line, with its place in the pipeline."""
    try:
        yield
    except HeadwaterError:
        raise
    except Exception as error:
        raise RunError(f"pipeline {pipeline.name}: {one_line(error)}") from error


def _by_output(pipeline: Pipeline, returned: Any) -> dict[str, Any]:
    """What the function returned for each output. Raises RunError for anything else."""
    names = list(pipeline.outputs)
    if len(names) == 1 and not isinstance(returned, Mapping):
        values = {names[0]: returned}
    elif isinstance(returned, Mapping) and set(returned) == set(names):
        values = {name: returned[name] for name in names}
    else:
        shown = ", ".join(map(str, returned)) if isinstance(returned, Mapping) else _kind(returned)
        raise RunError(
            f"pipeline {pipeline.name}: returned {shown}; one value for each of its outputs is "
            f"needed, as a dictionary: {', '.join(names)}"
        )
    for name, value in values.items():
        if not hasattr(value, "sparkSession") and not _is_model(value):
            raise RunError(
                f"pipeline {pipeline.name}: returned {_kind(value)} for {name}, not a Spark "
                "DataFrame or Spark ML model"
            )
    return values


def _is_model(value: Any) -> bool:
    """Whether a value is of pyspark.ml and can be saved."""
    return hasattr(value, "uid") and hasattr(value, "params") and hasattr(value, "write")


def _kind(value: Any) -> str:
    return type(value).__name__
