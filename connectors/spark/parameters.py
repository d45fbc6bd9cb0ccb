"""Parameters of a pipeline: keyword-only arguments, their types, and values from text."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from inspect import Parameter as Argument
from inspect import signature
from pathlib import Path
from typing import Any, Literal, Union

from schema.errors import InvalidInput, RunError

_TRUE = frozenset(("true", "yes", "on", "1"))
_FALSE = frozenset(("false", "no", "off", "0"))


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError(text)


_FROM_TEXT: dict[Any, Callable[[str], Any]] = {
    bool: _boolean,
    int: int,
    float: float,
    str: str,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Path: Path,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `type` is what its annotation says, else what its default is.

    A parameter without default must be given.
    """

    name: str
    type: Any
    default: Any = Argument.empty

    @property
    def required(self) -> bool:
        return self.default is Argument.empty

    @property
    def type_name(self) -> str:
        """For people: `int`, `date | None`, `'a' | 'b'`."""
        choices = _choices(self.type)
        if choices:
            return " | ".join(map(repr, choices))
        return getattr(self.type, "__name__", str(self.type))

    def value(self, given: Any) -> Any:
        """`given` in the parameter's type, converted when it is text.

        Raises InvalidInput when it does not fit.
        """
        if not isinstance(given, str):
            return self._checked(given)
        for choice in _choices(self.type):
            if given == str(choice):
                return choice
        for kind in _members(self.type):
            if kind is type(None) and given.lower() in {"", "none", "null"}:
                return None
            if kind in _FROM_TEXT:
                try:
                    return _FROM_TEXT[kind](given)
                except ValueError:
                    continue
        raise InvalidInput(f"parameter {self.name}: {given!r} is not {self.type_name}")

    def default_value(self) -> Any:
        """The default. Raises InvalidInput when there is none."""
        if self.required:
            raise InvalidInput(
                f"parameter {self.name}: a value is needed ({self.type_name}); "
                f"give --param {self.name}=…"
            )
        return self.default

    def _checked(self, given: Any) -> Any:
        if given in _choices(self.type):
            return given
        kinds = tuple(kind for kind in _members(self.type) if isinstance(kind, type))
        if float in kinds and type(given) is int:
            return float(given)
        fits = isinstance(given, kinds) and (type(given) is not bool or bool in kinds)
        if not fits:
            raise InvalidInput(f"parameter {self.name}: {given!r} is not {self.type_name}")
        return given


def parameters_of(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The keyword-only arguments of a function. Raises RunError for a type that no text is."""
    found = []
    for argument in signature(function).parameters.values():
        if argument.kind is not Argument.KEYWORD_ONLY:
            continue
        parameter = Parameter(argument.name, _type(function, argument), argument.default)
        kinds = set(_members(parameter.type)) - {type(None)}
        if not _choices(parameter.type) and not kinds & set(_FROM_TEXT):
            known = ", ".join(kind.__name__ for kind in _FROM_TEXT)
            raise RunError(
                f"parameter {argument.name}: {parameter.type_name} cannot be given as text; "
                f"use one of {known}, Literal or None beside them"
            )
        found.append(parameter)
    return tuple(found)


def parse_pairs(texts: Iterable[str]) -> dict[str, str]:
    """`["a=1", "b=x=y"]` as `{"a": "1", "b": "x=y"}`. Raises InvalidInput for one without `=`."""
    pairs = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name.isidentifier():
            raise InvalidInput(f"parameter {text!r}: write NAME=VALUE")
        pairs[name] = value
    return pairs


def _type(function: Callable[..., Any], argument: Argument) -> Any:
    annotation = argument.annotation
    if isinstance(annotation, str):  # annotations as text, by `from __future__ import annotations`
        holder = types.SimpleNamespace(__annotations__={"value": annotation})
        try:
            annotation = typing.get_type_hints(holder, function.__globals__)["value"]
        except NameError:
            annotation = Argument.empty
    if annotation is not Argument.empty:
        return annotation
    given = argument.default
    return str if given is Argument.empty or given is None else type(given)


def _members(kind: Any) -> tuple[Any, ...]:
    """The members of a union, most special first; the type itself when it is none."""
    if typing.get_origin(kind) in {Union, types.UnionType}:
        return tuple(sorted(typing.get_args(kind), key=_strictness))
    return (kind,)


def _strictness(kind: Any) -> int:
    """Order of trying: text fits everything, so it comes last."""
    order = [type(None), bool, int, float, datetime, date, Path, str]
    return order.index(kind) if kind in order else len(order)


def _choices(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) is Literal else ()
