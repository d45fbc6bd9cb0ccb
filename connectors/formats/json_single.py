"""JSON documents without objects: an array of values, or one value."""

from __future__ import annotations

import io

from connectors.formats.json_cursor import BrokenJson, Cursor

SURE = 0.6
LIKELY = 0.45
BROKEN = 0.25
"""Enough for a file that is named like JSON, and for no other."""


def recognise_value(text: bytes, *, whole: bool) -> tuple[float, str]:
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
