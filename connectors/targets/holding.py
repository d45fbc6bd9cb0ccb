"""What a target makes of Arrow's types: held exactly, widened with a note, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.types as is_

from schema.errors import UnsupportedType
from schema.model import Schema

Rule = tuple[Callable[[pa.DataType], bool], str | None]
"""A test of a type, and what becomes of it: a note of how it is widened, None if refused."""


def notes(schema: Schema, rules: tuple[Rule, ...], target: str) -> dict[str, tuple[str, ...]]:
    """The notes of each field, nested types included; the first rule that fits a type counts.

    Raises UnsupportedType naming the field that holds what is refused.
    """
    return {field.name: tuple(_notes(field.type, field.name, rules, target)) for field in schema}


def children(kind: pa.DataType) -> Iterator[pa.Field]:
    """The fields that a nested or encoded type is made of."""
    if isinstance(kind, pa.BaseExtensionType):
        yield pa.field("storage", kind.storage_type)
    elif is_.is_dictionary(kind) or is_.is_run_end_encoded(kind):
        yield pa.field("value", kind.value_type)
    elif is_.is_map(kind):
        yield kind.key_field
        yield kind.item_field
    elif is_.is_nested(kind):
        for index in range(kind.num_fields):
            yield kind.field(index)


def check_names(target: str, names: list[str], path: str = "", *, fold: bool = True) -> None:
    """Raise UnsupportedType where names are empty, hold NUL, or equal (but for their case)."""
    folded = [name.casefold() if fold else name for name in names]
    for name, same in zip(names, folded, strict=True):
        if folded.count(same) > 1:
            why = f"names are equal{' but for their case' if fold else ''}"
        elif not name or "\0" in name:
            why = "names are empty or hold NUL"
        else:
            continue
        where = f"{path}.{name}" if path else name
        raise UnsupportedType(f"{target}: field {where!r}: {why}; leave the field out")


def check_nested_names(target: str, kind: pa.DataType, path: str) -> None:
    """The same for the fields of structs, however deep."""
    if is_.is_struct(kind):
        names = [kind.field(index).name for index in range(kind.num_fields)]
        check_names(target, names, path)
    for child in children(kind):
        check_nested_names(target, child.type, f"{path}.{child.name}")


def refuse(target: str, path: str, kind: pa.DataType, why: str) -> UnsupportedType:
    """The error for a field that a target cannot hold."""
    return UnsupportedType(f"{target}: field {path!r}: {why} {kind}; leave the field out")


def _notes(kind: pa.DataType, path: str, rules: tuple[Rule, ...], target: str) -> Iterator[str]:
    for applies, note in rules:
        if applies(kind):
            if note is None:
                raise refuse(target, path, kind, f"{target} has no type for")
            yield f"{kind} in the source; {note}"
            break
    for child in children(kind):
        yield from _notes(child.type, f"{path}.{child.name}", rules, target)
