"""What files say of themselves: the key-value metadata of Parquet and Arrow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from connectors.context.model import Fact, facts_of
from connectors.context.plain import metadata_facts

_OF_WRITERS = (
    "ARROW:",
    "org.apache.",
    "parquet.",
    "writer.",
    "pandas",
    "iceberg.",
    "delta.",
    "huggingface",
)
MOST_KEYS = 50
LONGEST_VALUE = 100_000


def embedded_facts(metadata: Mapping[bytes, bytes] | None, origin: str) -> Iterator[Fact]:
    """The facts in key-value metadata; what a writer keeps there for itself is left out."""
    told: dict[str, object] = {}
    for key, value in list((metadata or {}).items())[: 4 * MOST_KEYS]:
        name = key.decode("utf-8", "replace")
        if name.startswith(_OF_WRITERS) or len(value) > LONGEST_VALUE or len(told) >= MOST_KEYS:
            continue
        told[name] = _value(value.decode("utf-8", "replace"))
    known = [one for one in metadata_facts(told, origin) if one.field is None]
    yield from known
    meant = {one.value for one in known}
    others = {name: value for name, value in told.items() if isinstance(value, str)}
    yield from (one for one in facts_of(dict(others), origin) if one.value not in meant)


def _value(text: str) -> object:
    """JSON where it is an object or a list, else the text."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
