"""Parameters of pipelines: from annotations, from text, and clear when they do not fit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

from connectors.spark.parameters import Parameter, parameters_of, parse_pairs
from schema.errors import InvalidInput, RunError


def annotated(
    frame: Undefined,  # noqa: F821 (a type that is only known to a type checker)
    *,
    count: int = 100,
    share: float = 0.5,
    since: date | None = None,
    how: Literal["left", "inner"] = "left",
    strict: bool = False,
    label: str = "x",
    folder: Path = Path(),
    bare=3,
    needed: int,
) -> None: ...


KNOWN = {parameter.name: parameter for parameter in parameters_of(annotated)}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "7", 7),
        ("share", "1e-3", 0.001),
        ("since", "2013-01-31", date(2013, 1, 31)),
        ("since", "none", None),
        ("how", "inner", "inner"),
        ("strict", "Yes", True),
        ("strict", "0", False),
        ("label", "7", "7"),
        ("folder", "a/b", Path("a/b")),
        ("bare", "4", 4),
    ],
)
def test_text_becomes_the_type(name: str, text: str, value: Any) -> None:
    given = KNOWN[name].value(text)
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("count", "many", "int"),
        ("count", "1.5", "int"),
        ("how", "outer", "'left' | 'inner'"),
        ("strict", "maybe", "bool"),
        ("since", "yesterday", "date"),
    ],
)
def test_text_that_does_not_fit_is_told_with_the_type(name: str, text: str, told: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        KNOWN[name].value(text)
    assert name in str(raised.value)
    assert repr(text) in str(raised.value)
    assert told in str(raised.value)


def test_values_that_are_not_text_are_checked_too() -> None:
    assert KNOWN["share"].value(1) == 1.0
    for name, value in (("count", True), ("count", 1.5), ("label", 3)):
        with pytest.raises(InvalidInput, match=name):
            KNOWN[name].value(value)


def test_a_parameter_without_default_is_needed() -> None:
    assert [name for name, parameter in KNOWN.items() if parameter.required] == ["needed"]
    with pytest.raises(InvalidInput, match=r"needed.*int.*--param needed="):
        KNOWN["needed"].default_value()


def test_a_type_that_no_text_is_is_refused() -> None:
    def odd(*, table: dict[str, int]) -> None: ...

    with pytest.raises(RunError, match="table"):
        parameters_of(odd)


def test_pairs() -> None:
    assert parse_pairs(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    for wrong in ("a", "=1", "a b=1"):
        with pytest.raises(InvalidInput, match="NAME=VALUE"):
            parse_pairs([wrong])


def test_type_names_are_for_people() -> None:
    assert Parameter("a", int).type_name == "int"
    assert Parameter("a", Literal["x", "y"]).type_name == "'x' | 'y'"
