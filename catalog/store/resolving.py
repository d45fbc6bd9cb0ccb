"""What a person wrote → the one source that is meant. Every step is a look-up in an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from catalog.model import Search, Source, Status, parse_id
from catalog.store import searching
from catalog.store.columns import digest
from catalog.store.naming import ends_with, folded, last_part, uri_key
from catalog.store.rows import source_by_pk, sources_by_pk, sources_where
from catalog.store.tables import sources
from schema.errors import Ambiguous, InvalidInput, NotFound

_SHOWN = 5
_CONSIDERED = 200
_LIKENESS = 0.5


def resolve(connection: Connection, ref: str | int) -> Source:
    """The source of a number, global id, URI, path, full name, or unique last part of a name.

    Raises NotFound with the names nearest to it, Ambiguous with up to five that it may mean.
    """
    if isinstance(ref, int):
        return source_by_pk(connection, ref)
    if not ref.strip():
        raise NotFound("no source has an empty name; give an id, a URI or a name")
    for find in (_by_number, _by_address, _by_full_name, _by_last_part):
        found = _wanted(find(connection, ref))
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(_ambiguous(ref, found))
    raise NotFound(_not_found(connection, ref))


def _by_number(connection: Connection, ref: str) -> list[Source]:
    pk = int(ref) if ref.isdecimal() and len(ref) < 19 else _from_global_id(ref)
    return [] if pk is None else list(sources_by_pk(connection, [pk]).values())


def _from_global_id(ref: str) -> int | None:
    try:
        kind, pk = parse_id(ref)
    except InvalidInput:
        return None
    return pk if kind == "Source" else None


def _by_address(connection: Connection, ref: str) -> list[Source]:
    """A URI, with or without credentials and trailing slash, or a path on this machine."""
    if "://" in ref:
        found = _where(connection, sources.c.uri_key.in_({uri_key(ref), uri_key(_bare(ref))}))
        exact = [source for source in found if source.uri == ref]
        return exact or found
    if "/" not in ref and not ref.startswith("~"):
        return []
    try:
        path = str(Path(ref).expanduser().resolve())
    except (OSError, ValueError, RuntimeError):
        return []
    return _where(connection, sources.c.key == digest("file", path))


def _bare(uri: str) -> str:
    """The URI as the catalog keeps it: without user and password."""
    base, mark, table = uri.partition("#")
    try:
        url = make_url(base)
    except (ArgumentError, ValueError):
        return uri
    if url.username is None and url.password is None:
        return uri
    return url._replace(username=None, password=None).render_as_string() + mark + table


def _by_full_name(connection: Connection, ref: str) -> list[Source]:
    names = {digest(ref), digest(ref.rstrip("/"))}
    return _where(connection, sources.c.name_key.in_(names))


def _by_last_part(connection: Connection, ref: str) -> list[Source]:
    """The last parts of a name as they are, then in any case, then its label, likewise."""
    last = ref.rstrip("/").rsplit("/", 1)[-1]
    tails = {folded(last), folded(last.rsplit(".", 1)[-1])}
    column = sources.c
    found = _where(connection, or_(column.last_key.in_(tails), column.label_key == folded(last)))
    trimmed = ref.rstrip("/")
    tests: tuple[Callable[[Source], bool], ...] = (
        lambda source: ends_with(source.name, source.uri, trimmed),
        lambda source: ends_with(source.name.lower(), source.uri, trimmed.lower()),
        lambda source: _label_path(source) == trimmed,
        lambda source: ends_with(_label_path(source), source.uri, trimmed),
        lambda source: ends_with(_label_path(source).lower(), source.uri, trimmed.lower()),
    )
    for test in tests:
        if fits := [source for source in found if test(source)]:
            return fits
    return []


def _label_path(source: Source) -> str:
    """The name with its last part cut down to the label: `/data/weather`."""
    last = last_part(source.name, source.uri)
    trimmed = source.name.rstrip("/")
    return trimmed[: len(trimmed) - len(last)] + source.label


def _wanted(found: list[Source]) -> list[Source]:
    """Those that are still there, if any is."""
    return [source for source in found if source.status is not Status.GONE] or found


def _where(connection: Connection, condition: ColumnElement[bool]) -> list[Source]:
    return sources_where(
        connection,
        lambda query: query.where(condition).order_by(sources.c.pk).limit(_CONSIDERED),
    )


def _ambiguous(ref: str, found: list[Source]) -> str:
    shown = ", ".join(f"{source.uri} ({source.pk})" for source in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{ref!r} may be any of {shown}{more}; give more of the name, the URI or the number"


def _not_found(connection: Connection, ref: str) -> str:
    near = list(dict.fromkeys(_near(connection, ref)))[:_SHOWN]
    if near:
        return f"no source {ref[:200]!r}; near to it: {', '.join(near)}"
    return f"no source {ref[:200]!r}; `headwater search` lists what there is"


def _near(connection: Connection, ref: str) -> Iterator[str]:
    last = ref.rstrip("/").rsplit("/", 1)[-1]
    page: Any = searching.search(connection, Search(text=last, first=20, include_gone=True))
    scored = [
        (SequenceMatcher(None, last.lower(), hit.source.label.lower()).ratio(), hit.source.label)
        for hit in page.hits
    ]
    yield from (label for ratio, label in sorted(scored, reverse=True) if ratio >= _LIKENESS)
