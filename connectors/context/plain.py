"""JSON Schema beside data, and JSON documents of metadata that follow no specification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.context.model import Fact, facts_of, listed, text

_ALIKE = {
    "title": ("title", "label", "display_name", "displayname"),
    "description": ("description", "abstract", "summary", "comment", "notes"),
    "license": ("license", "licence", "licenses", "rights"),
    "owner": ("owner", "publisher", "creator", "author", "authors", "maintainer", "contact"),
    "source": ("source", "sources", "provenance", "origin"),
    "keywords": ("keywords", "tags", "subjects"),
    "homepage": ("homepage", "url", "website"),
    "version": ("version",),
    "created": ("created", "issued", "published", "date"),
}
"""Facts, and the keys that tell them."""

_COLUMNS = ("columns", "fields", "variables", "attributes")


def is_json_schema(document: dict[str, Any]) -> bool:
    known = "json-schema.org" in str(document.get("$schema"))[:200]
    return known or isinstance(_properties(document), dict)


def json_schema_facts(document: dict[str, Any], origin: str) -> Iterator[Fact]:
    """What a JSON Schema says of records: of an object, or of the items of an array."""
    yield from facts_of({key: document.get(key) for key in ("title", "description")}, origin)
    properties = _properties(document)
    for name, field in (properties or {}).items():
        if not isinstance(field, dict):
            continue
        kinds = [kind for kind in listed(field.get("type")) if kind != "null"]
        told = {key: field.get(key) for key in ("title", "description", "format")}
        yield from facts_of({**told, "type": kinds}, origin, name)
        yield from facts_of({"allowed values": field.get("enum")}, origin, name)


def _properties(document: dict[str, Any]) -> dict[str, Any] | None:
    items = document.get("items")
    holder = items if isinstance(items, dict) else document
    found = holder.get("properties")
    return found if isinstance(found, dict) else None


def metadata_facts(document: dict[str, Any], origin: str) -> Iterator[Fact]:
    """What a document of metadata says under names that mean what they say."""
    known = {str(key).casefold(): value for key, value in document.items()}
    told = {
        what: next((known[key] for key in keys if known.get(key)), None)
        for what, keys in _ALIKE.items()
    }
    yield from facts_of(told, origin)
    columns = next((known[key] for key in _COLUMNS if known.get(key)), None)
    for name, about in _fields(columns):
        if isinstance(about, dict):
            keys = ("title", "description", "type", "unit", "format")
            yield from facts_of({key: about.get(key) for key in keys}, origin, name)
        else:
            yield from facts_of({"description": about}, origin, name)


def _fields(columns: Any) -> Iterator[tuple[str, Any]]:
    """Columns by name: from an object of them, or a list of objects that have names."""
    if isinstance(columns, dict):
        yield from columns.items()
    elif isinstance(columns, list):
        for one in columns:
            if isinstance(one, dict) and (name := text(one.get("name"))):
                yield name, one
