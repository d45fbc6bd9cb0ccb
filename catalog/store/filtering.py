"""The filters of a search as conditions on the rows of `sources`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from catalog.model import Condition, Search, Status
from catalog.store.columns import digest
from catalog.store.naming import folded
from catalog.store.tables import fields, namespaces, semantics, sources, tags


def filters_of(asked: Search, *, each: bool = False) -> list[ColumnElement[bool]]:
    """What every source that a search finds must fulfil; `each`: asked of one source after the
    other, where many fulfil it, not by going through all that do.
    """
    filters = [] if asked.include_gone else [sources.c.status != Status.GONE]
    filters += _tests(asked, each=each)
    if asked.where is not None:
        filters.append(holds(asked.where, each=each))
    return filters


def lets_all_through(asked: Search) -> bool:
    """Whether there is no filter but that for sources which are gone."""
    return not asked.include_gone and asked.where is None and not _tests(asked, each=False)


def holds(condition: Condition, *, each: bool = False) -> ColumnElement[bool]:
    """Whether a condition holds, never NULL: so that its opposite is what `not_` finds."""
    parts = _tests(condition, each=each)
    if condition.status is not None:
        parts.append(sources.c.status == condition.status)
    parts += [holds(part, each=each) for part in condition.all_of]
    if condition.any_of is not None:
        parts.append(or_(false(), *(holds(part, each=each) for part in condition.any_of)))
    if condition.not_ is not None:
        parts.append(not_(holds(condition.not_, each=each)))
    return and_(true(), *parts)


def looks_elsewhere(asked: Search | Condition | None) -> bool:
    """Whether a filter takes a look at other tables than `sources`."""
    if asked is None:
        return False
    if any(getattr(asked, name) is not None for name in _LINKED):
        return True
    if isinstance(asked, Search):
        return looks_elsewhere(asked.where)
    return any(map(looks_elsewhere, (*asked.all_of, *(asked.any_of or ()), asked.not_)))


def _tests(asked: Search | Condition, *, each: bool) -> list[ColumnElement[bool]]:
    told = {name: value for name in _TESTS if (value := getattr(asked, name)) is not None}
    told |= {name: value for name in _LINKED if (value := getattr(asked, name)) is not None}
    return [
        _TESTS[name](value) if name in _TESTS else _linked(name, value, each=each)
        for name, value in told.items()
    ]


def _is(column: ColumnElement[Any]) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: and_(column.is_not(None), column == value)


def _linked(name: str, value: str, *, each: bool) -> ColumnElement[bool]:
    """Whether a source is among those that another table links with a value."""
    linked, column, stored = _LINKED[name]
    has = select(linked).where(column == stored(value))
    return has.where(linked == sources.c.pk).exists() if each else sources.c.pk.in_(has)


# As the indexes have them, so that numbers stand in the text.
ROWS: ColumnElement[int] = func.coalesce(sources.c.row_count, literal_column("-1"))
RATED: ColumnElement[float] = func.coalesce(sources.c.quality, literal_column("-1.0"))
CHANGED: ColumnElement[int] = func.coalesce(
    type_coerce(sources.c.changed_at, BigInteger), literal_column("0")
)

_TESTS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "format": _is(sources.c.format),
    "owner": _is(sources.c.owner),
    "min_quality": lambda least: least <= RATED,
    "namespace": lambda name: sources.c.namespace_pk.in_(
        select(namespaces.c.pk).where(namespaces.c.key == digest(name))
    ),
}

_LINKED: dict[str, tuple[ColumnElement[int], ColumnElement[str], Callable[[str], str]]] = {
    "tag": (tags.c.source_pk, tags.c.tag, str),
    "semantic_type": (semantics.c.source_pk, semantics.c.semantic_type, str),
    "column": (fields.c.source_pk, fields.c.name_key, folded),
}
