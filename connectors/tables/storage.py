"""How packages of table formats are told the way to a store that fsspec has opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa

from connectors.uri import file_path
from schema.errors import CorruptData, SourceError


@dataclass(frozen=True, slots=True)
class Folder:
    """A table's folder: its URI without secrets, and the fsspec file system, None for the local."""

    uri: str
    fs: Any = None

    @property
    def location(self) -> str:
        """The path or URI as packages take it. Raises SourceError for stores they do not know."""
        if self.fs is None:
            return file_path(self.uri)
        if not self.uri.startswith(("s3://", "s3a://")):
            kind = self.uri.partition("://")[0]
            message = f"tables of this format are read from local folders and S3, not from {kind}"
            raise SourceError(f"{self.uri}: {message}; copy it there")
        return self.uri.replace("s3a://", "s3://", 1)

    def uri_of(self, path: str) -> str:
        """The URI of a file by its path below the folder."""
        return f"{self.uri.rstrip('/')}/{quote(path) if self.fs is None else path}"

    def s3(self) -> dict[str, str]:
        """Key, secret, token, endpoint and region of S3, those that are known."""
        if self.fs is None:
            return {}
        options = dict(self.fs.storage_options)
        client = options.get("client_kwargs") or {}
        found = {
            "key": options.get("key"),
            "secret": options.get("secret"),
            "token": options.get("token"),
            "endpoint": options.get("endpoint_url") or client.get("endpoint_url"),
            "region": client.get("region_name"),
        }
        return {name: str(value) for name, value in found.items() if value}


def stay_below(folder: Folder, uris: Iterable[str]) -> None:
    """Raise CorruptData for a table whose metadata names files outside of its folder: who writes
    metadata must not choose what else is read.
    """
    root = folder.uri.rstrip("/") + "/"
    for uri in uris:
        below = uri.removeprefix(root)
        if below == uri or ".." in unquote(below).split("/") or "://" in below:
            message = f"its metadata names a file outside of its folder ({uri}); not followed"
            raise CorruptData(f"{folder.uri}: {message}")


def plain(schema: pa.Schema) -> pa.Schema:
    """The schema with texts, bytes and lists whose offsets have 32 bits, as files have them."""
    kinds = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}
    fields = []
    for field in schema:
        kind = kinds.get(field.type, field.type)
        if pa.types.is_large_list(kind):
            kind = pa.list_(kinds.get(kind.value_type, kind.value_type))
        fields.append(field.with_type(kind))
    return pa.schema(fields)
