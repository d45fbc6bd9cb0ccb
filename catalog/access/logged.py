"""What the audit log keeps of what was asked: no login, and no more than is read by people."""

from __future__ import annotations

from typing import Any

import orjson

from connectors.uri import redact, take_apart

LONGEST_DETAILS = 4_000
"""Characters of JSON; what is longer is cut, so that a caller cannot fill the log."""


def cleaned(value: Any) -> Any:
    """A value as the log keeps it: JSON, and no address in it has a login."""
    if isinstance(value, str):
        return redact(take_apart(value).clean) if "://" in value else value
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return {str(key): cleaned(one) for key, one in value.items()}
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        return str(value)  # more than JSON is written with here
    return value if isinstance(value, bool | int | float | None) else str(value)


def shortened(details: dict[str, Any]) -> dict[str, Any]:
    """The details if they are short enough, else the beginning of them as text."""
    text = orjson.dumps(details, default=str, option=orjson.OPT_NON_STR_KEYS)
    if len(text) <= LONGEST_DETAILS:
        return details
    return {"cut": text[:LONGEST_DETAILS].decode("utf-8", "replace")}
