"""Sources and versions as their rows have them, decoded as far as they are asked for.

Decoding all profiles of 50 sources took 54 of the 59 ms of a query that showed none of them, and
decoding all of their own columns took 0.5 of 6.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, ClassVar, Self

from catalog.model import Source, Status, Version
from catalog.store import codec
from catalog.store.columns import loads, moment, unescape
from schema.model import Schema

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]

LONGEST_CACHED = 1_000
"""Bytes of a packed schema; longer ones are decoded anew each time."""


class _Stored:
    """What decodes a value when it is first asked for."""

    __slots__ = ()
    _decoded: ClassVar[Mapping[str, Callable[[Any], Any]]]

    def __getattr__(self, name: str) -> Any:
        """Decodes what has no value yet; threads that ask at once decode it twice, alike."""
        decode = self._decoded.get(name)
        if decode is None:
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        value = decode(self)
        object.__setattr__(self, name, value)
        return value


class StoredSource(_Stored, Source):
    """A source of which each value is decoded when first asked for."""

    __slots__ = ("_row",)

    @classmethod
    def of(cls, row: Any) -> Self:
        """The source of a row whose texts and times are as the database has them."""
        source: Self = object.__new__(cls)
        _set_row(source, row)
        _set_pk(source, row.pk)  # which are always asked for
        _set_name(source, unescape(row.name))
        return source

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and sent whole, since a row cannot be."""
        return (Source, tuple(getattr(self, name) for name in Source.__match_args__))

    _decoded = {  # noqa: RUF012 - told by the base class
        "namespace": lambda one: unescape(one._row.namespace),
        "uri": lambda one: unescape(one._row.uri),
        "format": lambda one: one._row.format and unescape(one._row.format),
        "description": lambda one: (
            unescape(one._row.user_description or one._row.description or "") or None
        ),
        "tags": lambda one: tuple(loads(one._row.tags)) if one._row.tags != "[]" else (),
        "owner": lambda one: one._row.owner and unescape(one._row.owner),
        "status": lambda one: Status(one._row.status),
        "version": lambda one: one._row.version_pk,
        "row_count": lambda one: one._row.row_count,
        "byte_count": lambda one: one._row.byte_count,
        "quality": lambda one: one._row.quality,
        "findings": lambda one: (
            codec.decode_findings(loads(one._row.findings)) if one._row.findings != "[]" else ()
        ),
        "first_seen": lambda one: moment(one._row.first_seen),
        "last_seen": lambda one: moment(one._row.last_seen),
        "changed_at": lambda one: moment(one._row.changed_at),
    }


# The frozen value's own slots: `object.__setattr__` looks each up by its name first.
_set_row: Callable[[StoredSource, Any], None] = vars(StoredSource)["_row"].__set__
_set_pk: Callable[[StoredSource, int], None] = vars(Source)["pk"].__set__
_set_name: Callable[[StoredSource, str], None] = vars(Source)["name"].__set__


class Outline:
    """The schema of a version, and nothing else of it: what most pages of sources show."""

    __slots__ = ("_packed", "fingerprint")

    def __init__(self, fingerprint: str, packed: bytes) -> None:
        self.fingerprint = fingerprint
        self._packed = packed

    @property
    def shape(self) -> Mapping[str, Any]:
        """The schema as plain values."""
        packed = bytes(self._packed)
        return (_cached_shape if len(packed) <= LONGEST_CACHED else _shape)(packed)


class StoredVersion(_Stored, Version):
    """A version whose schema, profile, dataset and findings are decoded when first asked for."""

    __slots__ = ("_change", "_figures", "_row", "_shape")

    @classmethod
    def of(cls, row: Any, change: Change | None = None) -> Self:
        """The version of a row with packed `schema` and `profile`, `dataset` and `findings` as
        text, and name, URI and namespace of the source. `change` is made to its figures.
        """
        version: Self = object.__new__(cls)
        object.__setattr__(version, "_row", row)
        object.__setattr__(version, "_change", change)
        return version

    @property
    def shape(self) -> Mapping[str, Any]:
        shape: Mapping[str, Any] = self._shape
        return shape

    @property
    def figures(self) -> Mapping[str, Any]:
        figures: Mapping[str, Any] = self._figures
        return figures

    def showing(self, change: Change) -> Version:
        before: Change | None = self._change
        both = change if before is None else (lambda figures: change(before(figures)))
        return super().showing(change) if self._row is None else self.of(self._row, both)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and sent whole, since a row cannot be."""
        return (Version, tuple(getattr(self, name) for name in Version.__match_args__))


def _figures(version: Any) -> Any:
    if version._row is None:
        return version.profile.to_dict()
    found = loads(zlib.decompress(version._row.profile))
    return found if version._change is None else version._change(found)


def _dataset(version: Any) -> Any:
    row = version._row
    return codec.decode_dataset(
        loads(row.dataset), *map(unescape, (row.namespace, row.name, row.uri))
    )


class Shape(dict[str, Any]):
    """A schema as plain values; `kept` is what was made of all of its fields, to be shown again,
    `personal` the names of those whose values are masked.
    """

    __slots__ = ("kept", "personal")
    kept: Any
    personal: frozenset[str]


def _shape(packed: bytes) -> Shape:
    return Shape(loads(zlib.decompress(packed)))


def _schema(packed: bytes) -> Schema:
    return Schema.from_dict(_shape(packed))


_cached_shape = lru_cache(4096)(_shape)  # the schemas of a catalog are much alike, and are asked
_cached_schema = lru_cache(2048)(_schema)  # again with every page


def forget() -> None:
    """Keep no decoded schemas: the next ones are decoded as if they were never seen."""
    _cached_shape.cache_clear()
    _cached_schema.cache_clear()


def _of_schema(short: Callable[[bytes], Any], long: Callable[[bytes], Any]) -> Callable[[Any], Any]:
    def decode(version: Any) -> Any:
        if version._row is None:
            return version.schema.to_dict()
        packed = bytes(version._row.schema)
        return (short if len(packed) <= LONGEST_CACHED else long)(packed)

    return decode


StoredVersion._decoded = {
    "_row": lambda _: None,  # made by `dataclasses.replace`, with everything in it
    "pk": lambda version: version._row.pk,
    "source_pk": lambda version: version._row.source_pk,
    "number": lambda version: version._row.number,
    "fingerprint": lambda version: version._row.fingerprint,
    "content_stamp": lambda version: version._row.content_stamp,
    "created_at": lambda version: moment(version._row.created_at),
    "_shape": _of_schema(_cached_shape, _shape),
    "_figures": _figures,
    "schema": _of_schema(_cached_schema, _schema),
    "profile": lambda version: codec.decode_profile(version.figures),
    "dataset": _dataset,
    "findings": lambda version: codec.decode_findings(loads(version._row.findings)),
}
