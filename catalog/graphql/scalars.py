"""The scalars of the API: those that GraphQL lacks, and those that reject what cannot be used."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphene import Scalar
from graphql import (
    GraphQLError,
    IntValueNode,
    StringValueNode,
    ValueNode,
    value_from_ast_untyped,
)

from schema.errors import InvalidInput

MOST_PER_PAGE = 200
"""The largest page that a connection gives."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a connection begins: after `key` in the connection called `kind`."""

    kind: str
    key: str

    def encode(self) -> str:
        """The opaque cursor: URL-safe base 64 of `kind:key`, without padding."""
        return base64.urlsafe_b64encode(f"{self.kind}:{self.key}".encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> Position:
        """The inverse of `encode`. Raises InvalidInput when `text` is no cursor."""
        try:
            padded = text + "=" * (-len(text) % 4)
            plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        except (ValueError, binascii.Error, UnicodeDecodeError):
            plain = ""
        kind, colon, key = plain.partition(":")
        if not (colon and kind.isidentifier() and key):
            raise InvalidInput(
                f"not a cursor: {text[:80]!r}; pass an endCursor or a cursor of an edge"
            )
        return cls(kind, key)

    def within(self, kind: str) -> str:
        """The key, if the cursor came from the connection `kind`; else raises InvalidInput."""
        if self.kind != kind:
            raise InvalidInput(f"a cursor of {self.kind} cannot page through {kind}")
        return self.key

    def number(self, kind: str) -> int:
        """The key of a connection that is ordered by a whole number."""
        key = self.within(kind)
        if not key.isdecimal() or len(key) > 18:
            raise InvalidInput(f"not a cursor of {kind}: its key is {key[:40]!r}")
        return int(key)


class Cursor(Scalar):
    """An opaque position in a connection: pass an `endCursor` as `after` for the next page.

    Text that is not a cursor is rejected before anything is executed.
    """

    @staticmethod
    def serialize(value: Position | str) -> str:
        return value if isinstance(value, str) else value.encode()

    @staticmethod
    def parse_value(value: object) -> Position:
        if not isinstance(value, str):
            raise GraphQLError(f"Cursor cannot represent {type(value).__name__}; it is text")
        try:
            return Position.decode(value)
        except InvalidInput as error:
            raise GraphQLError(f"Cursor: {error}") from error

    @staticmethod
    def parse_literal(node: ValueNode, _variables: object = None) -> Position:
        if not isinstance(node, StringValueNode):
            raise GraphQLError("Cursor cannot represent a value that is not text", node)
        return Cursor.parse_value(node.value)


class PageSize(Scalar):
    """How many items a page has: a whole number from 1 to 200."""

    @staticmethod
    def serialize(value: int) -> int:
        return value

    @staticmethod
    def parse_value(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PER_PAGE:
            raise GraphQLError(f"PageSize is a whole number from 1 to {MOST_PER_PAGE}")
        return value

    @staticmethod
    def parse_literal(node: ValueNode, _variables: object = None) -> int:
        number = int(node.value) if isinstance(node, IntValueNode) and len(node.value) < 9 else None
        return PageSize.parse_value(number)


class Long(Scalar):
    """A whole number that may exceed 32 bits, such as a count of rows or of bytes."""

    integers = True  # are serialized as they are

    @staticmethod
    def serialize(value: int) -> int:
        return int(value)

    @staticmethod
    def parse_value(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise GraphQLError("Long is a whole number")
        return value

    @staticmethod
    def parse_literal(node: ValueNode, _variables: object = None) -> int:
        if not isinstance(node, IntValueNode) or len(node.value) > 20:
            raise GraphQLError("Long is a whole number", node)
        return int(node.value)


class DateTime(Scalar):
    """A moment in UTC as RFC 3339 has it: `2026-11-22T15:04:05.123456Z`."""

    @staticmethod
    def serialize(value: datetime) -> str:
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.isoformat().replace("+00:00", "Z")

    @staticmethod
    def parse_value(value: object) -> datetime:
        try:
            moment = datetime.fromisoformat(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise GraphQLError("DateTime is a moment such as 2026-11-22T15:04:05Z") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @staticmethod
    def parse_literal(node: ValueNode, _variables: object = None) -> datetime:
        return DateTime.parse_value(getattr(node, "value", None))


class Value(Scalar):
    """Any JSON value: a figure, text, truth value, list or object, as the column's type has it.

    Temporal values and decimals are canonical text, so that nothing is lost on the way.
    """

    @staticmethod
    def serialize(value: Any) -> Any:
        return dict(value) if isinstance(value, Mapping) else value

    @staticmethod
    def parse_value(value: Any) -> Any:
        return value

    @staticmethod
    def parse_literal(node: ValueNode, variables: Any = None) -> Any:
        return value_from_ast_untyped(node, variables)
