"""A version as its row has it, decoded as far as it is asked for.

Decoding all profiles of 50 sources took 54 of the 59 ms of a query that showed none of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Self

from catalog.model import Version
from catalog.store import codec
from catalog.store.columns import loads
from schema.model import Schema

Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]

LONGEST_CACHED = 4_000
"""Bytes of a packed schema; longer ones are decoded anew each time."""

_AT_ONCE = ("pk", "source_pk", "number", "fingerprint", "content_stamp", "created_at")


class StoredVersion(Version):
    """A version whose schema, profile, dataset and findings are decoded when first asked for."""

    __slots__ = ("_change", "_figures", "_row", "_shape")

    @classmethod
    def of(cls, row: Any, change: Change | None = None) -> Self:
        """The version of a row with packed `schema` and `profile`, `dataset` and `findings` as
        text, and name, URI and namespace of the source. `change` is made to its figures.
        """
        version: Self = object.__new__(cls)
        for name in _AT_ONCE:
            object.__setattr__(version, name, getattr(row, name))
        object.__setattr__(version, "_row", row)
        object.__setattr__(version, "_change", change)
        return version

    def __getattr__(self, name: str) -> Any:
        """Decodes what has no value yet; threads that ask at once decode it twice, alike."""
        decode = _DECODED.get(name)
        if decode is None:
            raise AttributeError(f"a version has no {name!r}")
        value = decode(self)
        object.__setattr__(self, name, value)
        return value

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
    return codec.decode_dataset(loads(row.dataset), row.namespace, row.name, row.uri)


def _unpacked(packed: bytes) -> Any:
    return loads(zlib.decompress(packed))


def _schema(packed: bytes) -> Schema:
    return Schema.from_dict(_unpacked(packed))


_cached_shape = lru_cache(2048)(_unpacked)  # the schemas of a catalog are much alike, and are asked
_cached_schema = lru_cache(2048)(_schema)  # again with every page


def _of_schema(short: Callable[[bytes], Any], long: Callable[[bytes], Any]) -> Callable[[Any], Any]:
    def decode(version: Any) -> Any:
        if version._row is None:
            return version.schema.to_dict()
        packed = bytes(version._row.schema)
        return (short if len(packed) <= LONGEST_CACHED else long)(packed)

    return decode


_DECODED: dict[str, Callable[[Any], Any]] = {
    "_row": lambda _: None,  # made by `dataclasses.replace`, with everything in it
    "_shape": _of_schema(_cached_shape, _unpacked),
    "_figures": _figures,
    "schema": _of_schema(_cached_schema, _schema),
    "profile": lambda version: codec.decode_profile(version.figures),
    "dataset": _dataset,
    "findings": lambda version: codec.decode_findings(loads(version._row.findings)),
}
