"""Filters: conditions on sources that can be joined by and, or and not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphene import Boolean, Float, InputField, InputObjectType, List, NonNull, String

from catalog import model
from catalog.graphql.enums import SourceStatus
from schema.errors import InvalidInput

MOST_CONDITIONS = 100
DEEPEST = 8


class SourceFilter(InputObjectType):
    """Conditions that all must hold; what is left out does not matter."""

    format = String(description="How it is stored: csv, parquet, …")
    namespace = String(description="Its namespace, exactly.")
    semantic_type = String(description="A semantic type that one of its fields has.")
    column = String(description="The name of one of its fields.")
    tag = String(description="One of its tags.")
    owner = String(description="Who answers for it.")
    min_quality = Float(description="The least quality score, 0 to 100.")
    status = InputField(SourceStatus, description="What the last crawl made of it.")
    include_gone = Boolean(
        description="Whether sources that are gone are found too; read at the outermost only."
    )
    # `and`, `or` and `not` are keywords of Python
    and_ = List(NonNull(lambda: SourceFilter), name="and", description="Filters that all hold.")
    or_ = List(
        NonNull(lambda: SourceFilter),
        name="or",
        description="Filters of which one at least holds; nothing is found by an empty list.",
    )
    not_ = InputField(lambda: SourceFilter, name="not", description="A filter that does not hold.")


def condition_of(given: Mapping[str, Any]) -> model.Condition:
    """The condition that a filter stands for. Raises InvalidInput when it is too large."""
    return _Reader().read(given, 1)


def includes_gone(given: Mapping[str, Any]) -> bool:
    """Whether a filter finds sources that are gone too."""
    return bool(given.get("include_gone")) or given.get("status") is model.Status.GONE


class _Reader:
    """Reads one filter and counts its parts."""

    def __init__(self) -> None:
        self.parts = 0

    def read(self, given: Mapping[str, Any], depth: int) -> model.Condition:
        self.parts += 1
        if self.parts > MOST_CONDITIONS or depth > DEEPEST:
            raise InvalidInput(
                f"the filter is too large: at most {MOST_CONDITIONS} conditions, {DEEPEST} deep"
            )
        quality = given.get("min_quality")
        if quality is not None and not 0 <= quality <= 100:
            raise InvalidInput(f"minQuality is {quality}; it must be 0 to 100")
        any_of = given.get("or_")
        not_ = given.get("not_")
        return model.Condition(
            format=given.get("format"),
            namespace=given.get("namespace"),
            semantic_type=given.get("semantic_type"),
            column=given.get("column"),
            tag=given.get("tag"),
            owner=given.get("owner"),
            min_quality=quality,
            status=given.get("status"),
            all_of=tuple(self.read(part, depth + 1) for part in given.get("and_") or ()),
            any_of=None if any_of is None else tuple(self.read(part, depth + 1) for part in any_of),
            not_=None if not_ is None else self.read(not_, depth + 1),
        )
