"""One file beside data, read and told apart: which kind of document it is, and what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.context import csvw, names, package, plain, prose
from connectors.context.model import Fact, Subject
from connectors.model import File
from schema.errors import SourceError

LARGEST_JSON = 4 << 20
LARGEST_TEXT = 64 << 10
"""Bytes of a document that are read; a larger JSON document is not read at all."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file beside data: what it holds, or the `fault` that it could not be read for."""

    name: str
    content: str | dict[str, Any] | None
    fault: str | None = None

    def facts(self, subject: Subject, *, own: bool) -> Iterator[Fact]:
        """What it says of a dataset. `own`: it lies in the folder that the dataset is in."""
        content = self.content
        if isinstance(content, str):
            if names.is_licence(self.name):
                found = prose.licence(content)
                yield from [Fact("license", found, self.name)] if found else []
            else:
                yield from prose.readme_facts(content, subject, self.name, own=own)
        elif isinstance(content, dict):
            if package.is_package(content):
                yield from package.facts(content, subject, self.name)
            elif csvw.is_csvw(content):
                yield from csvw.facts(content, subject, self.name)
            elif names.about(self.name) is None:
                yield from plain.metadata_facts(content, self.name)
            elif plain.is_json_schema(content):
                yield from plain.json_schema_facts(content, self.name)
            elif isinstance(content.get("fields"), list):  # a table schema by itself
                yield from plain.metadata_facts({**content, "fields": None}, self.name)
                yield from package.schema_facts(content, self.name)
            else:
                yield from plain.metadata_facts(content, self.name)


def read(name: str, file: File) -> Document:
    """The document in a file. One that is broken has a fault, never an error."""
    is_json = name.lower().endswith(".json")
    most = LARGEST_JSON if is_json else LARGEST_TEXT
    try:
        with file.open() as stream:
            data = stream.read(most + 1)
    except (SourceError, OSError, EOFError, ValueError) as error:
        return Document(name, None, " ".join(str(error).split())[:300])
    if not is_json:
        return Document(name, data[:most].decode("utf-8-sig", "replace"))
    if len(data) > most:
        return Document(name, None, f"larger than {most >> 20} MiB; nothing of it is taken up")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Document(name, None, f"not JSON: {' '.join(str(error).split())[:200]}")
    if not isinstance(content, dict):
        return Document(name, None, "not an object of JSON; nothing of it is taken up")
    return Document(name, content)
