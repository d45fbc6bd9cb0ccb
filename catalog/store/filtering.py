"""The filters of a search as conditions on the rows of `sources`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true

from catalog.model import Condition, Search, Status
from catalog.store.columns import digest
from catalog.store.naming import folded
from catalog.store.tables import fields, namespaces, semantics, sources, tags


def filters_of(asked: Search) -> list[ColumnElement[bool]]:
    """What every source that a search finds must fulfil."""
    filters = [] if asked.include_gone else [sources.c.status != Status.GONE]
    filters += _tests(asked)
    if asked.where is not None:
        filters.append(holds(asked.where))
    return filters


def lets_all_through(asked: Search) -> bool:
    """Whether there is no filter but that for sources which are gone."""
    return not asked.include_gone and asked.where is None and not _tests(asked)


def holds(condition: Condition) -> ColumnElement[bool]:
    """Whether a condition holds, never NULL: so that its opposite is what `not_` finds."""
    parts = _tests(condition)
    if condition.status is not None:
        parts.append(sources.c.status == condition.status)
    parts += [holds(part) for part in condition.all_of]
    if condition.any_of is not None:
        parts.append(or_(false(), *(holds(part) for part in condition.any_of)))
    if condition.not_ is not None:
        parts.append(not_(holds(condition.not_)))
    return and_(true(), *parts)


def looks_elsewhere(asked: Search | Condition | None) -> bool:
    """Whether a filter takes a look at other tables than `sources`."""
    if asked is None:
        return False
    if any((asked.column, asked.tag, asked.semantic_type)):
        return True
    if isinstance(asked, Search):
        return looks_elsewhere(asked.where)
    return any(map(looks_elsewhere, (*asked.all_of, *(asked.any_of or ()), asked.not_)))


def _tests(asked: Search | Condition) -> list[ColumnElement[bool]]:
    return [
        test(value) for name, test in _TESTS.items() if (value := getattr(asked, name)) is not None
    ]


def _is(column: ColumnElement[Any]) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: and_(column.is_not(None), column == value)


def _among(
    linked: ColumnElement[int], column: ColumnElement[Any], value: Any
) -> ColumnElement[bool]:
    return sources.c.pk.in_(select(linked).where(column == value))


_TESTS: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "format": _is(sources.c.format),
    "owner": _is(sources.c.owner),
    "min_quality": lambda least: and_(sources.c.quality.is_not(None), sources.c.quality >= least),
    "namespace": lambda name: sources.c.namespace_pk.in_(
        select(namespaces.c.pk).where(namespaces.c.key == digest(name))
    ),
    "tag": lambda tag: _among(tags.c.source_pk, tags.c.tag, tag),
    "semantic_type": lambda kind: _among(semantics.c.source_pk, semantics.c.semantic_type, kind),
    "column": lambda name: _among(fields.c.source_pk, fields.c.name_key, folded(name)),
}
