"""Frictionless data packages (`datapackage.json`), as specs.frictionlessdata.io has them, and the
metadata of Kaggle, which follow them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.context.model import Fact, Subject, facts_of, listed, text

_COMMON = ("licenses", "sources", "contributors", "keywords", "homepage", "version", "created")


def is_package(document: dict[str, Any]) -> bool:
    return isinstance(document.get("resources"), list)


def facts(document: dict[str, Any], subject: Subject, origin: str) -> Iterator[Fact]:
    """What a package says of one of its resources; of others, what it says of all."""
    resource = _resource(document, subject)
    if resource is not None:
        yield from facts_of({key: resource.get(key) for key in ("title", "description")}, origin)
        yield from _common(resource, origin)
        schema = resource.get("schema")
        if isinstance(schema, dict):
            yield from schema_facts(schema, origin)
    alone = resource is not None and len(document["resources"]) == 1
    if alone:
        yield from facts_of({key: document.get(key) for key in ("title", "description")}, origin)
    else:
        yield from facts_of({"package": document.get("title") or document.get("name")}, origin)
    yield from _common(document, origin)


def _resource(document: dict[str, Any], subject: Subject) -> dict[str, Any] | None:
    found = [one for one in document["resources"] if isinstance(one, dict)]
    for one in found:
        paths = [path for path in listed(one.get("path")) if isinstance(path, str)]
        if any(map(subject.named, paths)):
            return one
    return next((one for one in found if subject.called(text(one.get("name")))), None)


def _common(value: dict[str, Any], origin: str) -> Iterator[Fact]:
    licences = value.get("licenses") or value.get("license")
    people = [one for one in listed(value.get("contributors")) if isinstance(one, dict)]
    owners = [one for one in people if text(one.get("role")) in {"", "author", "maintainer"}]
    yield from facts_of(
        {
            "license": [_licence(one) for one in listed(licences)],
            "owner": owners,
            "source": listed(value.get("sources")),
            "keywords": value.get("keywords"),
            **{key: value.get(key) for key in ("homepage", "version", "created")},
        },
        origin,
    )


def _licence(value: Any) -> str:
    """The name of a licence is its identifier, which its title only spells out."""
    return text(value.get("name") or value) if isinstance(value, dict) else text(value)


def schema_facts(schema: dict[str, Any], origin: str) -> Iterator[Fact]:
    """What a table schema says of fields and keys."""
    for field in listed(schema.get("fields")):
        name = field.get("name") if isinstance(field, dict) else None
        if not isinstance(name, str):
            continue
        told = {key: field.get(key) for key in ("title", "description", "type", "unit")}
        form = text(field.get("format"))
        yield from facts_of(told, origin, name)
        if form and form != "default":
            yield Fact("format", form, origin, name)
        constraints = field.get("constraints")
        if isinstance(constraints, dict):
            yield from facts_of({"allowed values": constraints.get("enum")}, origin, name)
    yield from facts_of({"missing values": schema.get("missingValues")}, origin)
    keys = [one for one in listed(schema.get("primaryKey")) if isinstance(one, str)]
    for key in keys:
        yield Fact("primary key", key, origin, key)
    for one in listed(schema.get("foreignKeys")):
        reference = one.get("reference") if isinstance(one, dict) else None
        if isinstance(reference, dict):
            ours, theirs = text(one.get("fields")), text(reference.get("fields"))
            table = text(reference.get("resource")) or "itself"
            yield Fact("foreign key", f"{ours} → {table} ({theirs})", origin)
