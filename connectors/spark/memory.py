"""Amounts of memory as Spark writes them: `512m`, `2g`."""

from __future__ import annotations

import re

from schema.errors import InvalidInput

_SIZE = re.compile(r"([1-9]\d*)([kmgt])b?", re.IGNORECASE)
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_memory(text: str) -> int:
    """Bytes of `2g`. Raises InvalidInput for anything but a number and k, m, g or t."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"memory {text!r}: a number and k, m, g or t (2g)")
    return int(match[1]) * _UNITS[match[2].lower()]
