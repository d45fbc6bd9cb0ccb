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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from inspect import Parameter as Argument
from inspect import getdoc, getsource, signature
from pathlib import Path
from types import MappingProxyType
from typing import Any

from connectors.spark.outputs import Breaking, Mode, Output, Outputs, outputs_of
from connectors.spark.parameters import Parameter, parameters_of
from schema.errors import InvalidInput, RunError

_metrics: ContextVar[dict[str, float] | None] = ContextVar("metrics", default=None)


@dataclass(frozen=True, slots=True)
class Input:
    """What a pipeline reads: a source by name, URI, id or `search: words`.

    `new_only` gives the function only the rows of files and partitions that no earlier run of the
    pipeline has read; the run is over at once when there are none.
    """

    ref: str
    new_only: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A function with the names of what it reads and where it writes. Calling it calls the
    function, so that a pipeline is tested like any function.
    """

    name: str
    function: Callable[..., Any] = field(repr=False)
    inputs: Mapping[str, Input]
    outputs: Outputs
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


def pipeline(
    *,
    inputs: Mapping[str, str | Input],
    output: str | Output | Mapping[str, str | Output],
    format: str = "",  # noqa: A002 (reads as what it is where it is used)
    partition_by: Sequence[str] = (),
    mode: Mode = "overwrite",
    key: Sequence[str] = (),
    breaking: Breaking | None = None,
    name: str | None = None,
) -> Callable[[Callable[..., Any]], Pipeline]:
    """Make a function a pipeline; the module's docstring shows how.

    `output` is a path or `DATABASE-URL#table`, an Output, or several of them by name: the function
    then returns a dictionary with a value for each. `format`, `partition_by`, `mode`, `key` and
    `breaking` are those of the one output; see Output. Raises RunError when function, inputs and
    outputs do not fit.
    """

    def decorate(function: Callable[..., Any]) -> Pipeline:
        called = name or function.__name__
        arguments = signature(function).parameters.values()
        positional = [each.name for each in arguments if each.kind in _POSITIONAL]
        if sorted(positional) != sorted(inputs):
            raise RunError(
                f"pipeline {called}: the function takes {_listed(positional)}, but inputs names "
                f"{_listed(list(inputs))}; parameters of its own come after a *"
            )
        fields = {
            "format": format,
            "partition_by": tuple(partition_by),
            "mode": "" if mode == "overwrite" else mode,
            "key": tuple(key),
            "breaking": breaking,
        }
        return Pipeline(
            name=called,
            function=function,
            inputs=MappingProxyType({name: _input(value) for name, value in inputs.items()}),
            outputs=outputs_of(output, called, **fields),
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


@contextmanager
def collecting(into: dict[str, float] | None = None) -> Iterator[dict[str, float]]:
    """The metrics that `log_metric` records within the block, added to `into`."""
    logged: dict[str, float] = {} if into is None else into
    token = _metrics.set(logged)
    try:
        yield logged
    finally:
        _metrics.reset(token)


_POSITIONAL = (Argument.POSITIONAL_ONLY, Argument.POSITIONAL_OR_KEYWORD)


def _input(given: str | Input) -> Input:
    return Input(given) if isinstance(given, str) else given


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


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing"
