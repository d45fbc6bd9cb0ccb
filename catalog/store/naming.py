"""How a source is named and looked up: keys of namespace, name, URI, last part and label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from catalog.model import label_of
from catalog.store.columns import digest, shorten


@dataclass(frozen=True, slots=True)
class Keys:
    """The columns of `sources` that a look-up goes through."""

    key: bytes
    name_key: bytes
    uri_key: bytes
    sort_name: str
    last_key: str
    label_key: str

    @classmethod
    def of(cls, namespace: str, name: str, uri: str) -> Keys:
        return cls(
            key=digest(namespace, name),
            name_key=digest(name),
            uri_key=uri_key(uri),
            sort_name=shorten(name),
            last_key=folded(last_part(name, uri)),
            label_key=folded(label_of(name, uri)),
        )

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def uri_key(uri: str) -> bytes:
    """Equal for URIs that differ in percent encoding or a trailing slash only."""
    return digest(unquote(uri, errors="surrogateescape").rstrip("/"))


def folded(text: str) -> str:
    """Lower case and shortened, as labels and column names are looked up."""
    return shorten(text.lower())


def last_part(name: str, uri: str) -> str:
    """`weather.parquet` of a path; the table of `db.schema.table`, as its URI tells it is one."""
    last = name.rstrip("/").rsplit("/", 1)[-1]
    return last if is_file(name, uri) else last.rsplit(".", 1)[-1]


def is_file(name: str, uri: str) -> bool:
    """A table's URI ends in `#schema.table`."""
    return "/" in name or "#" not in uri


def ends_with(name: str, uri: str, suffix: str) -> bool:
    """Whether `suffix` is the last whole parts of a name: `raw/flights` of `/data/raw/flights`,
    `public.flights` of `db.public.flights`.
    """
    if name == suffix:
        return True
    separators = "/" if is_file(name, uri) else "."
    return name.endswith(suffix) and name[: -len(suffix)].endswith(separators)


def below(name: str, uri: str, prefix: str) -> bool:
    """Whether a name is `prefix` or stands below it, by whole parts."""
    if not prefix or name == prefix:
        return True
    if is_file(name, uri):
        return name.startswith((prefix.rstrip("/") + "/", prefix + "#"))
    return name.startswith(prefix if prefix.endswith(".") else prefix + ".")


def file_uri(path: str) -> str:
    """The URI of an absolute path."""
    return "file://" + quote(path)
