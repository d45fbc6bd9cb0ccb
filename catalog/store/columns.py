"""Column types: text that may hold anything, times, JSON, packed JSON, digests."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TEXT as POSTGRES_TEXT
from sqlalchemy.types import TypeDecorator

_ESCAPE = "\ue000"
_UNSTORABLE = re.compile(f"[\x00\ud800-\udfff{_ESCAPE}]")
_ESCAPED = re.compile(f"{_ESCAPE}([0-9a-f]{{4}})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Code point order on both databases: PostgreSQL would otherwise sort by the server's locale.
_TEXT = Text().with_variant(POSTGRES_TEXT(collation="C"), "postgresql")


def escape(text: str) -> str:
    """Text without NUL and lone surrogates, which databases refuse; `unescape` is its inverse."""
    return _UNSTORABLE.sub(lambda found: f"{_ESCAPE}{ord(found.group()):04x}", text)


def unescape(text: str) -> str:
    """The text that `escape` was given."""
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)


def digest(*parts: str) -> bytes:
    """16 bytes that stand for texts of any length in an index (PostgreSQL's end at 2,704 bytes)."""
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).digest()


def dumps(value: Any) -> bytes:
    """JSON of plain values and dataclasses; what is not finite becomes null, lone surrogates are
    kept as escapes.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":"), default=asdict).encode("ascii")


def loads(text: str | bytes) -> Any:
    """The value that `dumps` encoded."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


class AnyText(TypeDecorator[str]):
    """Text of any characters and length, sorted by code point."""

    impl = _TEXT
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else escape(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else unescape(value)


def moment(microseconds: int | None) -> Any:
    """The time that a column of type `Time` holds as a number; None for none."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


class Time(TypeDecorator[datetime]):
    """A zone-aware time as microseconds since 1970 UTC: sorts and compares alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        found: datetime | None = moment(value)
        return found


class Json(TypeDecorator[Any]):
    """A small JSON value as text."""

    impl = _TEXT
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else dumps(value).decode("utf-8")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else loads(value)


class PackedJson(TypeDecorator[Any]):
    """A large JSON value (a schema, a profile), compressed: about a sixth of its text."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else zlib.compress(dumps(value), 3)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else loads(zlib.decompress(value))


def shorten(text: str) -> str:
    """At most 200 characters that any database can index, for sorting and looking up."""
    return _UNSTORABLE.sub("?", text[:200])
