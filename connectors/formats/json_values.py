"""JSON documents without objects: an array of values, or one value, as rows of one column."""

from __future__ import annotations

import io
from typing import Any

from connectors.formats.json_cursor import BrokenJson, Cursor

OPTION = ("items", "values")
"""The reader option of a document whose items are rows of one column."""

COLUMN = "value"
SURE = 0.6
LIKELY = 0.45
BROKEN = 0.25
"""Enough for a file that is named like JSON, and for no other."""


def recognise(text: bytes, *, whole: bool) -> tuple[float, str]:
    """How surely a text that starts with no object and no array of objects is one JSON value;
    `whole` when all of it is given.
    """
    cursor = Cursor(io.BytesIO(text))
    array = text.startswith(b"[")
    try:
        if array:
            cursor.expect("[")
            if cursor.take("]"):
                return (BROKEN, "an empty array") if cursor.peek() else (SURE, "an empty array")
            cursor.value()
            if cursor.peek() == "]":
                cursor.expect("]")
                return (BROKEN if cursor.peek() else SURE), "an array of one value"
            cursor.expect(",")
            cursor.value()
            return (LIKELY if whole else SURE), "an array of values"
        cursor.value()
    except BrokenJson:
        return (BROKEN, "starts like an array") if array else (0.0, "starts with no JSON value")
    if cursor.peek():
        return 0.0, "starts neither with an object nor with an array"
    return LIKELY, "one value"


def is_values(text: bytes) -> bool:
    """Whether the first item of the document is no object. `text` may be cut off."""
    cursor = Cursor(io.BytesIO(text))
    if cursor.peek() == "[":
        cursor.expect("[")
    return cursor.peek() != "{"


def row(value: Any) -> dict[str, Any]:
    """A value as a row."""
    return {COLUMN: value}
