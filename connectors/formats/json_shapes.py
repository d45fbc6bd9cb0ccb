"""Shapes of JSON documents that are tables without being arrays of objects.

The reader option `items` names the shape. Each is a function from a cursor, which stands at the
value that holds the rows, to rows; a value that is no row comes out as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from connectors.formats.json_cursor import LONGEST_VALUE, BrokenJson, Cursor
from connectors.formats.json_places import entries

OPTION = "items"
DOCUMENT = "document"
"""Told by a user: what is found is one row or an array of objects, whatever it looks like."""
VALUES = "values"
ENTRIES = "entries"
PAIRS = "pairs"
COLUMNS = "columns"
SPLIT = "split"
HEADER = "header"

KEY = "key"
VALUE = "value"

NAMES = frozenset(("columns", "fields", "header", "headers", "names"))
DATA = frozenset(("data", "rows", "values", "records"))
"""What an object calls the names of columns, and the arrays of cells below them."""


def objects(cursor: Cursor) -> Iterator[Any]:
    """`[{…}, …]`: the items of an array, or one value."""
    if cursor.peek() != "[":
        yield cursor.value()
        return
    yield from _items(cursor)


def values(cursor: Cursor) -> Iterator[Any]:
    """`[1, 2]`: each item is a row of one column."""
    for item in objects(cursor):
        yield {VALUE: item}


def by_entry(cursor: Cursor) -> Iterator[Any]:
    """`{"AF": {…}, "AX": {…}}`: each entry is a row, and its key a column."""
    for key in _entries(cursor):
        value = cursor.value()
        yield with_key(key, value) if isinstance(value, dict) else value


def by_pair(cursor: Cursor) -> Iterator[Any]:
    """`{"one": 1, "two": 2}`: each entry is a row of two columns."""
    for key in _entries(cursor):
        yield {KEY: key, VALUE: cursor.value()}


def by_column(cursor: Cursor) -> Iterator[Any]:
    """`{"a": [1, 2], "b": [3, 4]}` or `{"a": {"0": 1}, "b": {"0": 3}}`, as pandas writes frames.

    The document is held in memory. Raises BrokenJson when it is longer than a value may be.
    """
    start = cursor.passed
    found: dict[str, Any] = {}
    for key in _entries(cursor):
        found[key] = cursor.value()
        if cursor.passed - start > LONGEST_VALUE:
            raise BrokenJson(f"columns one after the other, of over {LONGEST_VALUE >> 20} MiB")
    if not all(isinstance(cells, dict) for cells in found.values()):
        cells = (cells if isinstance(cells, list) else [cells] for cells in found.values())
        for across in zip_longest(*cells):
            yield dict(zip(found, across, strict=True))
        return
    index = list(dict.fromkeys(key for cells in found.values() for key in cells))
    numbered = is_count(index)
    for at in index:
        row = {name: cells.get(at) for name, cells in found.items()}
        yield row if numbered else with_key(at, row)


def split(cursor: Cursor) -> Iterator[Any]:
    """`{"columns": ["a"], "data": [[1], [2]]}`."""
    names = None
    for key in _entries(cursor):
        if key in DATA and names is not None and cursor.peek() == "[":
            for cells in _items(cursor):
                yield _row(names, cells)
            continue
        value = cursor.value()
        names = value if key in NAMES and is_names(value) else names


def below_header(cursor: Cursor) -> Iterator[Any]:
    """`[["a", "b"], [1, 2]]`: the first item has the names of the columns."""
    names = None
    for item in objects(cursor):
        if names is None and is_names(item):
            names = item
        else:
            yield _row(names or [], item)


SHAPES: dict[str, Callable[[Cursor], Iterator[Any]]] = {
    DOCUMENT: objects,
    VALUES: values,
    ENTRIES: by_entry,
    PAIRS: by_pair,
    COLUMNS: by_column,
    SPLIT: split,
    HEADER: below_header,
}


def with_key(key: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row with its key; a column that has its name is `key_2`."""
    return {KEY: key, **{f"{KEY}_2" if name == KEY else name: row[name] for name in row}}


def is_names(value: Any) -> bool:
    """Whether an array is of names of columns: texts that all differ."""
    named = isinstance(value, list) and bool(value)
    return named and all(map(_is_name, value)) and len(set(value)) == len(value)


def is_count(keys: list[str]) -> bool:
    """Whether keys count from 0, as those of rows without names do."""
    return keys == [str(number) for number in range(len(keys))]


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _row(names: list[str], cells: Any) -> Any:
    if not isinstance(cells, list) or len(cells) != len(names):
        return cells
    return dict(zip(names, cells, strict=True))


def _entries(cursor: Cursor) -> Iterator[str]:
    if cursor.peek() != "{":
        raise BrokenJson("no object where the rows should be")
    return entries(cursor)


def _items(cursor: Cursor) -> Iterator[Any]:
    cursor.expect("[")
    if cursor.take("]"):
        return
    while True:
        yield cursor.value()
        if not cursor.take(","):
            cursor.expect("]")
            return
