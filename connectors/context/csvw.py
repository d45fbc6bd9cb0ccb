"""CSV on the Web: `x.csv-metadata.json` and `csv-metadata.json` (W3C, tabular metadata)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.context.model import Fact, Subject, facts_of, listed, text

_PREFIXES = ("", "dc:", "dcterms:", "dct:", "schema:", "rdfs:")


def is_csvw(document: dict[str, Any]) -> bool:
    named = "csvw" in str(document.get("@context"))[:500]
    return named or isinstance(document.get("tableSchema"), dict)


def facts(document: dict[str, Any], subject: Subject, origin: str) -> Iterator[Fact]:
    """What is said of the table that is called as the dataset is, else of the only one."""
    tables = [one for one in listed(document.get("tables")) if isinstance(one, dict)]
    table = next((one for one in tables if subject.named(text(one.get("url")))), None)
    if table is None and not tables:
        url = text(document.get("url"))
        table = document if not url or subject.named(url) else None
    if table is not None:
        yield from facts_of(
            {"title": _said(table, "title"), "description": _said(table, "description", "comment")},
            origin,
        )
        yield from _common(table, origin)
        schema = table.get("tableSchema")
        if isinstance(schema, dict):
            yield from _columns(schema, origin)
    if table is not document:
        yield from facts_of({"package": _said(document, "title")}, origin)
        yield from _common(document, origin)


def _common(value: dict[str, Any], origin: str) -> Iterator[Fact]:
    yield from facts_of(
        {
            "license": _said(value, "license"),
            "owner": _said(value, "publisher", "creator"),
            "source": _said(value, "source"),
            "keywords": value.get("dcat:keyword") or _said(value, "keywords"),
            "created": _said(value, "created", "issued", "modified"),
        },
        origin,
    )


def _columns(schema: dict[str, Any], origin: str) -> Iterator[Fact]:
    columns = [one for one in listed(schema.get("columns")) if isinstance(one, dict)]
    titles: dict[str, str] = {}
    for column in columns:
        name = text(column.get("titles")) or text(column.get("name"))
        if isinstance(column.get("titles"), list):
            name = text(column["titles"][:1]) or name
        if not name:
            continue
        titles[text(column.get("name"))] = name
        kind = column.get("datatype")
        form = kind.get("format") if isinstance(kind, dict) else None
        kind = kind.get("base") if isinstance(kind, dict) else kind
        said = _said(column, "description", "comment")
        told = {"description": said, "type": kind, "format": form}
        yield from facts_of(told, origin, name)
    for key in listed(schema.get("primaryKey")):
        if isinstance(key, str):
            name = titles.get(key, key)
            yield Fact("primary key", name, origin, name)
    for one in listed(schema.get("foreignKeys")):
        reference = one.get("reference") if isinstance(one, dict) else None
        if isinstance(reference, dict):
            ours, theirs = text(one.get("columnReference")), text(reference.get("columnReference"))
            table = text(reference.get("resource") or reference.get("schemaReference"))
            yield Fact("foreign key", f"{ours} → {table} ({theirs})", origin)


def _said(value: dict[str, Any], *names: str) -> Any:
    """The first annotation of those names under any of the usual prefixes."""
    for name in names:
        for prefix in _PREFIXES:
            if told := value.get(prefix + name):
                return told
    return None
