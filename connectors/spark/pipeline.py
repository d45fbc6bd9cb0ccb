"""A pipeline: a function from typed inputs to an output, as a value, and one execution of it.

    @pipeline(inputs={"flights": "flights", "airports": "airports"}, output="out/delays")
    def delays(flights, airports, *, min_flights: int = 100):
        \"\"\"Mean arrival delay by destination.\"\"\"
        ...
        return frame

The keys of `inputs` are the function's positional parameters, their values are sources by name,
URI or id; keyword-only parameters are the pipeline's own, set by `--param min_flights=50`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from inspect import Parameter as Argument
from inspect import getdoc, getsource, signature
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from connectors.spark.failure import one_line
from connectors.spark.output import Output, Written, write
from connectors.spark.parameters import Parameter, parameters_of
from connectors.spark.plan import Origin, column_lineage
from schema.errors import HeadwaterError, InvalidInput, RunError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_metrics: ContextVar[dict[str, float] | None] = ContextVar("metrics", default=None)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A function with the names of what it reads and where it writes. Calling it calls the
    function, so that a pipeline is tested like any function.
    """

    name: str
    function: Callable[..., Any] = field(repr=False)
    inputs: Mapping[str, str]
    output: Output
    parameters: tuple[Parameter, ...]
    doc: str | None
    code_hash: str

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.function(*arguments, **keywords)

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values of all parameters: those given, text converted to its type, else the defaults.

        Raises InvalidInput for one that is unknown, does not fit, or has neither.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                names = ", ".join(known) or "none"
                raise InvalidInput(f"{self.name}: no parameter {name!r}; its parameters: {names}")
        return {
            name: parameter.value(given[name]) if name in given else parameter.default_value()
            for name, parameter in known.items()
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What an execution made: the output as written, and the metrics that the function logged."""

    written: Written
    metrics: Mapping[str, float]
    fields: Mapping[str, tuple[Origin, ...]]
    """For each output field: input name, input field and how it is made of it."""


def pipeline(
    *,
    inputs: Mapping[str, str],
    output: str,
    format: str | None = None,  # noqa: A002 (reads as what it is where it is used)
    partition_by: Sequence[str] = (),
    name: str | None = None,
) -> Callable[[Callable[..., Any]], Pipeline]:
    """Make a function a pipeline; the module's docstring shows how.

    `output` is a path or URI, relative to the current folder when it is run; `format` is told by
    its suffix (Parquet without one). Raises RunError when function and inputs do not fit.
    """

    def decorate(function: Callable[..., Any]) -> Pipeline:
        called = name or function.__name__
        arguments = signature(function).parameters.values()
        positional = [each.name for each in arguments if each.kind in _POSITIONAL]
        if sorted(positional) != sorted(inputs):
            raise RunError(
                f"pipeline {called}: the function takes {_listed(positional)}, but inputs names "
                f"{_listed(inputs)}; parameters of its own come after a *"
            )
        return Pipeline(
            name=called,
            function=function,
            inputs=MappingProxyType(dict(inputs)),
            output=Output.of(output, format, tuple(partition_by)),
            parameters=parameters_of(function),
            doc=getdoc(function),
            code_hash=_hash(_source(function)),
        )

    return decorate


def log_metric(name: str, value: float) -> None:
    """Record a figure of the run that is going on (`log_metric("r2", 0.93)`).

    Outside a run it does nothing, so that a function can be called by itself.
    """
    logged = _metrics.get()
    if logged is not None:
        logged[name] = float(value)


def load(path: str | Path) -> Pipeline:
    """The one pipeline that a Python file defines.

    The file runs as a script does: what lies beside it can be imported. Raises RunError in one
    line when it cannot be run, or defines none or several.
    """
    file = Path(path).resolve()
    try:
        text = file.read_bytes()
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from error
    module = _executed(file, text)
    found = [value for value in vars(module).values() if isinstance(value, Pipeline)]
    own = [each for each in found if each.function.__module__ == module.__name__]
    if len(own) != 1:
        names = f"defines {_listed([each.name for each in own])}" if own else "defines no pipeline"
        raise RunError(f"{path}: {names}; one function is to be decorated with @pipeline(…)")
    return own[0]


def execute(
    pipeline: Pipeline,
    frames: Mapping[str, DataFrame],
    arguments: Mapping[str, Any],
    *,
    output: str | None = None,
) -> Result:
    """Call the function with its inputs and write what it returns.

    `frames` are by input name, `arguments` as `Pipeline.arguments` gives them, `output` replaces
    the pipeline's own. The output that was there before stays until the new one is complete.
    Raises RunError saying what failed and where.
    """
    from pyspark import cloudpickle

    target = pipeline.output.at(output) if output is not None else pipeline.output
    module = sys.modules.get(pipeline.function.__module__)
    by_value = module is not None and module.__name__.startswith(_MODULE)
    if by_value:
        cloudpickle.register_pickle_by_value(module)
    try:
        with collecting() as metrics, told(pipeline):
            frame = pipeline.function(**frames, **arguments)
            if not hasattr(frame, "sparkSession"):
                kind = type(frame).__name__
                raise RunError(f"pipeline {pipeline.name}: returned {kind}, not a Spark DataFrame")
            fields = column_lineage(frame, frames)
            written = write(frame, target)
        return Result(written, metrics, fields)
    finally:
        if by_value:
            cloudpickle.unregister_pickle_by_value(module)


@contextmanager
def collecting() -> Iterator[dict[str, float]]:
    """The metrics that `log_metric` records within the block."""
    logged: dict[str, float] = {}
    token = _metrics.set(logged)
    try:
        yield logged
    finally:
        _metrics.reset(token)


@contextmanager
def told(pipeline: Pipeline) -> Iterator[None]:
    """Any error within the block as a RunError of one line, with its place in the pipeline."""
    try:
        yield
    except HeadwaterError:
        raise
    except Exception as error:
        raise RunError(f"pipeline {pipeline.name}: {one_line(error)}") from error


_POSITIONAL = (Argument.POSITIONAL_ONLY, Argument.POSITIONAL_OR_KEYWORD)
_MODULE = "headwater_pipeline_"


def _executed(file: Path, text: bytes) -> ModuleType:
    name = _MODULE + _hash(str(file).encode())[:16]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RunError(f"{file}: not a Python file; its name should end in .py")
    module = importlib.util.module_from_spec(spec)
    folder = str(file.parent)
    sys.modules[name] = module
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        exec(compile(text, str(file), "exec"), vars(module))  # noqa: S102 (what a run is for)
    except SyntaxError as error:
        raise RunError(f"{file}, line {error.lineno}: {error.msg}") from error
    except HeadwaterError as error:
        raise RunError(f"{file}: {error}") from error
    except Exception as error:
        raise RunError(f"{file}: {one_line(error)}") from error
    return module


def _source(function: Callable[..., Any]) -> bytes:
    """The text of the file that a function stands in, of the function alone when it has none."""
    try:
        return Path(function.__code__.co_filename).read_bytes()
    except OSError:
        pass
    try:
        return getsource(function).encode()
    except OSError:
        return bytes(function.__code__.co_code)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _listed(names: Sequence[str] | Mapping[str, str]) -> str:
    return ", ".join(names) if names else "nothing"
