"""Functions that read objects as a plan has it, written for the plan and compiled.

What is unusual about a value raises, and graphql-core then does the whole object and tells of it:
nothing but reading was done. The text of a function holds no word of a document but names of
fields and aliases, which are letters, digits and underscores.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
)

from catalog.graphql.plans import LEAF, LEAVES, OBJECT, Reader, Step


class Unusual(Exception):
    """A value that graphql-core has to look at."""


_AS_THEY_ARE: dict[Any, str] = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLBoolean: "type({v}) is bool",
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is float and {v} - {v} == 0.0",
}
"""Built-in scalars, and when a value is serialized as it is."""

_AS_INTEGERS = "type({v}) is int"


class Lasting(list[Any]):
    """A list that is kept and never changes, nor do its objects: what was last read of it is kept
    with it, and is not to be changed either.
    """

    __slots__ = ("read",)

    def __init__(self, values: Iterable[Any]) -> None:
        super().__init__(values)
        self.read: tuple[Reader, list[Any]] | None = None


class Context:
    """All that a resolver marked with `reads` sees of the execution."""

    __slots__ = ("context",)

    def __init__(self, context: Any) -> None:
        self.context = context


_ONE = """
def one(s, info):
    if s is Undefined or s is None or isinstance(s, Exception): raise Unusual
    if isinstance(s, dict):
        get = s.get
        {keyed}
    {plain}
"""

_LIST = """
def {way}(values, info):
    if type(values) is not list and type(values) is not tuple:
        if type(values) is not Lasting: raise Unusual
        if values.read is not None and values.read[0] is {way}: return values.read[1]
    out = []
    last = keyed = None
    for s in values:
        kind = type(s)
        if kind is not last:
            if s is None: {null}
            if s is Undefined or issubclass(kind, Exception): raise Unusual
            last, keyed = kind, issubclass(kind, dict)
        if keyed:
            get = s.get
            {keyed}
        else:
            {plain}
    if {pure} and type(values) is Lasting: values.read = ({way}, out)
    return out
"""

_NULL = {"many": "out.append(None); continue", "all": "raise Unusual"}


def written(steps: Sequence[Step], way: str) -> Reader:
    """The function that reads what steps tell of one object or of a list: see `Plan.reader`."""
    names: dict[str, Any] = {
        "Undefined": Undefined, "Unusual": Unusual, "leaves": leaves, "serialized": serialized,
        "Lasting": Lasting,
    }  # fmt: skip
    keyed = [*_lines(steps, names, keyed=True)]
    plain = [*_lines(steps, names, keyed=False)]
    if way == "one":
        text = _ONE.format(keyed=_block(keyed, 8), plain=_block(plain, 4))
    else:
        text = _LIST.format(
            way=way,
            null=_NULL[way],
            pure=_is_pure(steps),
            keyed=_block(_appended(keyed), 12),
            plain=_block(_appended(plain), 12),
        )
    exec(text, names)  # noqa: S102 - see above
    made: Reader = names[way]
    return made


def _is_pure(steps: Sequence[Step]) -> bool:
    """Whether what is read depends on the objects alone."""
    return all(
        step.attribute is not None and (step.inner is None or _is_pure(step.inner.read))
        for step in steps
    )


def _block(lines: Sequence[str], spaces: int) -> str:
    return ("\n" + " " * spaces).join(lines)


def _lines(steps: Sequence[Step], names: dict[str, Any], *, keyed: bool) -> Iterator[str]:
    """Statements that read the object `s`, the last of which returns it."""
    for number, step in enumerate(steps):
        v = f"v{number}"
        yield f"{v} = {_read(step, number, names, keyed=keyed)}"
        yield from _completed(step, number, v, names)
    pairs = ", ".join(f"{step.name!r}: v{number}" for number, step in enumerate(steps))
    yield f"return {{{pairs}}}"


def _read(step: Step, number: int, names: dict[str, Any], *, keyed: bool) -> str:
    if step.attribute is None:
        assert step.definition is not None
        names[f"resolve{number}"] = step.definition.resolve
        names[f"given{number}"] = dict(step.arguments)
        return f"resolve{number}(s, info" + (f", **given{number})" if step.arguments else ")")
    names[f"default{number}"] = step.default
    if keyed:
        return f"get({step.attribute!r}, default{number})"
    if step.attribute.isidentifier() and not keyword.iskeyword(step.attribute):
        return f"s.{step.attribute}"
    return f"getattr(s, {step.attribute!r}, default{number})"


def _completed(step: Step, number: int, v: str, names: dict[str, Any]) -> Iterator[str]:
    if step.kind == LEAF:
        names[f"leaf{number}"] = step.leaf.serialize
        usual = as_it_is(step.leaf).format(v=v)
        null = "" if step.required else f"{v} is not None and "
        yield f"if {null}not ({usual}): {v} = serialized(leaf{number}, {v})"
        return
    if step.kind == LEAVES:
        names[f"step{number}"] = step
        yield f"if {v} is not None: {v} = leaves(step{number}, {v})"
    else:
        assert step.inner is not None
        way = "one" if step.kind == OBJECT else "all" if step.items_required else "many"
        names[f"inner{number}"] = step.inner.reader(way)
        yield f"if {v} is not None: {v} = inner{number}({v}, info)"
    if step.required:
        yield "else: raise Unusual"


def as_it_is(leaf: Any) -> str:
    """The condition under which a value of a leaf's type is serialized as it is."""
    integers = getattr(getattr(leaf, "graphene_type", None), "integers", False)
    return _AS_INTEGERS if integers else _AS_THEY_ARE.get(leaf, "False")


def serialized(serialize: Callable[[Any], Any], value: Any) -> Any:
    """A leaf's value. Raises whatever graphql-core has to tell."""
    if value is None or value is Undefined or isinstance(value, Exception):
        raise Unusual
    found = serialize(value)
    if found is None or found is Undefined:
        raise Unusual
    return found


def leaves(step: Step, values: Any) -> list[Any]:
    """A list of leaves."""
    if type(values) not in (list, tuple):
        raise Unusual
    serialize = step.leaf.serialize
    if step.items_required:
        return [serialized(serialize, value) for value in values]
    return [None if value is None else serialized(serialize, value) for value in values]


def _appended(lines: Sequence[str]) -> list[str]:
    *rest, last = lines
    return [*rest, f"out.append({last.removeprefix('return ')})"]
