"""Fact: one thing that is said of a dataset or of one of its columns, and what says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LONGEST = 2_000
"""Characters of a fact; longer texts are cut."""

MOST = 10_000
"""Facts of one dataset; what is said beyond is left out."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_NAMING = ("@value", "title", "name", "schema:name", "foaf:name", "path", "url", "@id", "en")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said: `what` (`title`, `description`, `license`, `owner`, `type`, …), its `value`,
    and the `origin` that says it: the name of a file beside the data, or `parquet metadata`.

    `field` is the column that it is about, None for the dataset.
    """

    what: str
    value: str
    origin: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The dataset that facts are looked for: the paths by which a file beside it may name it (below
    that file's folder, `/` between parts), and its names without folders and suffixes.
    """

    paths: frozenset[str]
    labels: frozenset[str]

    def named(self, path: str) -> bool:
        """Whether a relative path in a document means it, or a file or folder of it."""
        path = path.removeprefix("./").rstrip("/")
        return path in self.paths or any(path.startswith(one + "/") for one in self.paths if one)

    def called(self, name: str) -> bool:
        return name.strip().casefold() in self.labels


def text(value: Any) -> str:
    """A value of a JSON document as one text: of an object what names it, of a list all items."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, str | int | float):
        return _CONTROLS.sub(" ", str(value))[:LONGEST].strip()
    if isinstance(value, list):
        return ", ".join(filter(None, (text(one) for one in value[:50])))[:LONGEST]
    if isinstance(value, dict):
        keys = [key for key in _NAMING if value.get(key)] or list(value)[:1]
        return next(filter(None, (text(value[key]) for key in keys)), "")
    return ""


def facts_of(pairs: dict[str, Any], origin: str, field: str | None = None) -> Iterator[Fact]:
    """A fact for each value that says something."""
    for what, value in pairs.items():
        if told := text(value):
            yield Fact(what, told, origin, field)


def listed(value: Any) -> list[Any]:
    """A value that may be one or a list of several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
