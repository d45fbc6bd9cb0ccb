"""Objects that wait to be published, or were replaced: what a reader of a store passes over.

Object stores rename nothing. So whoever replaces the objects of a folder keeps a journal beside
them, itself one object and so exchanged at once: it names those that are not, or no longer, part
of the folder. Without a journal all are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from schema.errors import SourceError

JOURNAL = ".headwater-publishing.json"


def journal(withheld: Iterable[str]) -> bytes:
    """The content of a journal; paths are relative to its folder."""
    return orjson.dumps({"withheld": sorted(withheld)})


def withheld(fs: Any, folder: str) -> frozenset[str] | None:
    """The paths below `folder` that its journal names; None without a journal.

    Raises SourceError for a journal that is none, and what the file system raises.
    """
    place = f"{folder.rstrip('/')}/{JOURNAL}"
    try:
        content = fs.cat_file(place)
    except FileNotFoundError:
        return None
    try:
        return frozenset(orjson.loads(content)["withheld"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SourceError(
            f"{place}: is not the journal of a publication; remove it when no run writes here"
        ) from error
