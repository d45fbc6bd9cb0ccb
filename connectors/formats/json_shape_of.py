"""Which shape a JSON document has, told from the first of what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from connectors.formats import json_shapes as shapes
from connectors.formats.json_cursor import LONGEST_VALUE, BrokenJson, Cursor
from connectors.formats.json_places import entries

LOOKED_AT = 1000
"""Entries or items."""
LEAST_ALIKE = 5
"""Objects that have their keys in common, for each to be a row, where their own do not count."""
LEAST_PAIRS = 100
"""Keys that nobody would give one object of one thing."""
LEAST_CELLS = 10
"""Items of arrays that are columns: shorter ones may have the same length by chance."""

Told = tuple[str, str] | None


def shape_of(cursor: Cursor) -> Told:
    """The shape of the value at the cursor, whose text may be cut off, and why; None when it is
    one row, or an array of objects.
    """
    start = cursor.peek()
    if start == "[":
        return _of_array(cursor)
    return _of_object(cursor) if start == "{" else (shapes.VALUES, "a value that is no object")


def _of_array(cursor: Cursor) -> Told:
    found: list[Any] = []
    with suppress(BrokenJson):
        cursor.expect("[")
        if cursor.peek() == "{":
            return None
        while cursor.peek() != "]" and len(found) < LOOKED_AT:
            found.append(cursor.value())
            if not cursor.take(","):
                break
    names, rows = found[:1], found[1:]
    if len(rows) > 1 and shapes.is_names(names[0]) and _are_rows(rows, len(names[0])):
        columns = zip(*rows, strict=True)
        if any(map(_numeric, columns)) and not any(map(_is_number, names[0])):
            return shapes.HEADER, f"arrays of {len(names[0])} cells, the first of them of names"
    return shapes.VALUES, f"the first {len(found)} items are no objects"


def _of_object(cursor: Cursor) -> Told:
    names: list[str] | None = None
    seen: dict[str, Any] = {}
    whole = False
    with suppress(BrokenJson):
        for key in entries(cursor):
            if key in shapes.DATA and names is not None and cursor.peek() == "[":
                return _of_data(cursor, names)
            seen[key] = cursor.value()
            if key in shapes.NAMES and shapes.is_names(seen[key]):
                names = seen[key]
            if cursor.passed > LONGEST_VALUE:
                return None
            if len(seen) == LOOKED_AT:
                break
        else:
            whole = True
    found = list(seen.values())
    if whole and (told := _of_columns(seen)):
        return told
    least = 2 if shapes.is_count([*seen]) else LEAST_ALIKE
    if len(found) >= least and all(isinstance(value, dict) for value in found):
        alike = _alike(found)
        if alike >= 1 / 2:
            return shapes.ENTRIES, f"{len(found)} objects that have {alike:.0%} of keys in common"
    kinds = {_kind(value) for value in found} - {None}
    if len(found) >= LEAST_PAIRS and len(kinds) == 1:
        return shapes.PAIRS, f"an object of {len(found)} keys whose values are all {kinds.pop()}s"
    return None


def _of_data(cursor: Cursor, names: list[str]) -> Told:
    """Whether cells below names are at the cursor."""
    rows: list[Any] = []
    with suppress(BrokenJson):
        cursor.expect("[")
        while cursor.peek() == "[" and len(rows) < LOOKED_AT:
            rows.append(cursor.value())
            if not cursor.take(","):
                break
    if not rows or not _are_rows(rows, len(names)):
        return None
    return shapes.SPLIT, f"names of {len(names)} columns, and arrays of as many cells"


def _of_columns(seen: dict[str, Any]) -> Told:
    """A whole object whose values are columns: arrays of one length, or objects of one set of
    keys that count from 0, or have values of one kind each where rows have several.
    """
    found = list(seen.values())
    if len(found) > 1 and all(isinstance(value, list) for value in found):
        lengths = {len(value) for value in found}
        scalars = all(_kind(cell) in _SCALARS for value in found for cell in value[:LOOKED_AT])
        if len(lengths) == 1 and min(lengths) >= LEAST_CELLS and scalars:
            return shapes.COLUMNS, f"{len(found)} arrays of {min(lengths)} values each"
        return None
    if not found or not all(isinstance(value, dict) and len(value) > 1 for value in found):
        return None
    keys = list(found[0])
    if any(value.keys() != found[0].keys() for value in found):
        return None
    rows = [[value[key] for value in found] for key in keys]
    if not all(_kind(cell) in _SCALARS for row in rows for cell in row):
        return None
    by_kind = not _mixed([list(value.values()) for value in found]) and _mixed(rows)
    if shapes.is_count(keys) or by_kind:
        return shapes.COLUMNS, f"{len(found)} objects with the same {len(keys)} keys, as columns"
    return None


def _are_rows(rows: Sequence[Any], width: int) -> bool:
    return all(isinstance(row, list) and len(row) == width for row in rows) and width > 1


def _alike(found: Sequence[dict[str, Any]]) -> float:
    """How much of their keys objects have in common with those that most of them have, 0 to 1."""
    counts: dict[str, int] = {}
    for one in found:
        for key in one:
            counts[key] = counts.get(key, 0) + 1
    common = {key for key, count in counts.items() if count * 2 >= len(found)}
    if not common:
        return 0.0
    return sum(len(common & one.keys()) / len(common | one.keys()) for one in found) / len(found)


_SCALARS = (None, "truth value", "number", "text")


def _kind(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "array" if isinstance(value, list) else "object"


def _mixed(groups: Sequence[Sequence[Any]]) -> bool:
    """Whether some group holds values of several kinds."""
    return any(len({_kind(value) for value in group} - {None}) > 1 for group in groups)


def _numeric(cells: Sequence[Any]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(map(_is_number, present))


def _is_number(cell: Any) -> bool:
    if isinstance(cell, str):
        try:
            float(cell)
        except ValueError:
            return False
        return True
    return _kind(cell) == "number"
