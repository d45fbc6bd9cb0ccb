"""Where the rows are in a JSON document: paths of keys to arrays of objects."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress

from connectors.formats.json_cursor import BrokenJson, Cursor

ROOT = "$"
DEEPEST = 3
"""Objects nested deeper than this are not searched for arrays of rows."""


def paths(text: bytes) -> list[str]:
    """Where the arrays of objects are in the objects of a document that may be cut off."""
    found: list[str] = []
    with suppress(BrokenJson):
        _search(Cursor(io.BytesIO(text)), ROOT, found)
    return found


def chosen(text: bytes, found: Sequence[str]) -> tuple[str, str]:
    """The path of the rows among those found, and why."""
    if text.lstrip().startswith(b"["):
        return ROOT, "the document is an array"
    if len(found) == 1:
        return found[0], "the only array of objects in the document"
    outer = [path for path in found if path.count(".") == 1]
    if len(outer) == 1:
        return outer[0], "the only array of objects that the document itself has"
    return ROOT, "the document is one object, and so one row"


def enter(cursor: Cursor, keys: Sequence[str]) -> None:
    """Go to the value at a path of keys. Raises BrokenJson when it is not there."""
    for key in keys:
        cursor.expect("{")
        while True:
            found = cursor.value()
            cursor.expect(":")
            if found == key:
                break
            cursor.value()
            if not cursor.take(","):
                raise BrokenJson(f"no key {key!r} where the rows should be")


def leave(cursor: Cursor, keys: Sequence[str]) -> None:
    """Go from behind the value at a path to the end of the document. Raises BrokenJson."""
    for _ in keys:
        while cursor.take(","):
            cursor.value()
            cursor.expect(":")
            cursor.value()
        cursor.expect("}")


def entries(cursor: Cursor) -> Iterator[str]:
    """The keys of the object at the cursor; whoever asks for the next has passed the value.

    Raises BrokenJson.
    """
    cursor.expect("{")
    if cursor.take("}"):
        return
    while True:
        key = cursor.value()
        cursor.expect(":")
        yield str(key)
        if not cursor.take(","):
            cursor.expect("}")
            return


def _search(cursor: Cursor, path: str, found: list[str]) -> None:
    if cursor.peek() != "{":
        return
    for key in entries(cursor):
        below = f"{path}.{key}"
        if cursor.peek() == "{" and path.count(".") < DEEPEST - 1:
            _search(cursor, below, found)
        elif cursor.peek() == "[" and "." not in key:
            cursor.expect("[")
            if cursor.peek() == "{":
                found.append(below)
            _pass_items(cursor)
        else:
            cursor.value()


def _pass_items(cursor: Cursor) -> None:
    while not cursor.take("]"):
        cursor.value()
        if not cursor.take(","):
            cursor.expect("]")
            return
