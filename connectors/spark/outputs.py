"""What a pipeline writes, and how: one frozen value for each of its outputs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from connectors.uri import file_path, scheme, take_apart
from schema.errors import RunError

Mode = Literal["overwrite", "append", "upsert"]
Breaking = Literal["fail", "warn"]

MODEL = "spark-ml-model"
"""The format of a saved Spark ML model; what a pipeline returns decides, not its output's name."""

TABLE = "table"

OPTIONS = {"csv": {"header": "true", "escape": '"', "emptyValue": '""', "nullValue": ""}}
"""What Spark's writers and readers of a format are told."""

_STORES = frozenset(("abfs", "abfss", "az", "gcs", "gs", "oss", "s3", "s3a"))
"""Schemes of object stores, written through fsspec; all have one object exchanged at once."""

_SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".orc": "orc",
    ".parquet": "parquet",
}
_NAMES = {"csv": "csv", "json": "json", "jsonl": "json", "orc": "orc", "parquet": "parquet"}


@dataclass(frozen=True, slots=True)
class Output:
    """Where and how a pipeline writes.

    `uri` is a local path, a `file:` URI, a folder of an object store (`s3://bucket/folder`) or
    `DATABASE-URL#table`. `format` is told by the suffix,
    Parquet without one. `mode` is `overwrite`, `append`, or `upsert` (tables: rows of the same
    `key` are replaced). `breaking` compares the schema with that of the version before: `fail`
    keeps the old output when those who read it would be broken, `warn` tells them. `credentials`
    is a reference (`env:NAME`, `file:PATH`) that opens a database or a store.
    """

    uri: str
    format: str = ""
    partition_by: tuple[str, ...] = ()
    mode: Mode = "overwrite"
    key: tuple[str, ...] = ()
    breaking: Breaking | None = None
    credentials: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises RunError for what cannot be written so."""
        object.__setattr__(self, "partition_by", _names(self.partition_by))
        object.__setattr__(self, "key", _names(self.key))
        object.__setattr__(self, "format", self._format())
        for given, known in ((self.mode, _MODES), (self.breaking, (None, "fail", "warn"))):
            if given not in known:
                choices = ", ".join(str(one) for one in known if one)
                raise RunError(f"output {self.place}: {given!r} is none of {choices}")
        if self.mode == "upsert" and not (self.is_table and self.key):
            raise RunError(f"output {self.place}: upsert needs a database table and a key=")
        if self.is_stored and take_apart(self.uri).clean != self.uri:
            raise RunError(
                f"output {self.place}: has a login in its address; name it by credentials="
            )
        if self.is_stored and not self.uri.partition("://")[2].strip("/").partition("/")[2]:
            raise RunError(f"output {self.place}: is a bucket; name a folder in it")
        if self.is_table and self.partition_by:
            raise RunError(f"output {self.place}: partition_by= is for files, not for tables")

    @property
    def is_table(self) -> bool:
        return scheme(self.uri) not in {None, "file", *_STORES}

    @property
    def is_stored(self) -> bool:
        """Whether it is a folder of an object store."""
        return scheme(self.uri) in _STORES

    @property
    def place(self) -> str:
        """The URI as it may be shown: without user and password."""
        return take_apart(self.uri).clean if self.is_table or self.is_stored else self.uri

    def at(self, uri: str) -> Output:
        """The same elsewhere; between files and tables the format is told anew."""
        moved = self.is_table != (scheme(uri) not in {None, "file", *_STORES})
        return replace(self, uri=uri, format="" if moved else self.format)

    def folder(self) -> Path:
        """The absolute folder of files, relative to the current one now."""
        path = file_path(self.uri) if scheme(self.uri) == "file" else self.uri
        return Path(os.path.abspath(path))  # noqa: PTH100 (a link is kept, and then replaced)

    def _format(self) -> str:
        if self.is_table:
            kind = scheme(self.uri)
            if not _names_a_table(self.uri):
                raise RunError(
                    f"output {self.place}: only local paths, object stores (s3, gs, az, …) and "
                    f"DATABASE-URL#table can be written, not {kind}://"
                )
            return TABLE
        if not self.format:
            return _SUFFIXES.get(Path(self.uri).suffix.lower(), "parquet")
        if self.format in _NAMES:
            return _NAMES[self.format]
        known = ", ".join(_NAMES)
        raise RunError(f"output {self.uri}: no format {self.format!r}; known: {known}")


_MODES = ("overwrite", "append", "upsert")

Outputs = Mapping[str, Output]


def outputs_of(
    given: str | Output | Mapping[str, str | Output], alone: str, **fields: object
) -> Outputs:
    """Outputs by name. One by itself is called `alone` and takes the further `fields`.

    Raises RunError for fields beside several outputs, which have their own.
    """
    set_ = {name: value for name, value in fields.items() if value}
    if isinstance(given, Mapping):
        if not given:
            raise RunError(f"pipeline {alone}: output names nothing")
        if set_:
            names = ", ".join(f"{name}=" for name in set_)
            raise RunError(
                f"pipeline {alone}: {names} beside several outputs; write "
                'output={"name": Output("path", …)} and give each its own'
            )
        made = {name: _output(value) for name, value in given.items()}
    else:
        made = {alone: replace(_output(given), **set_) if set_ else _output(given)}  # type: ignore[arg-type]
    return MappingProxyType(made)


def moved(outputs: Outputs, to: str | Mapping[str, str]) -> Outputs:
    """The outputs elsewhere: one by its new place, several by name. Raises RunError for a name
    that there is not, or a place alone where there are several.
    """
    if isinstance(to, str):
        if len(outputs) > 1:
            raise RunError(f"several outputs ({', '.join(outputs)}): say --output NAME=PATH")
        to = dict.fromkeys(outputs, to)
    for name in to:
        if name not in outputs:
            raise RunError(f"no output {name!r}; the outputs are {', '.join(outputs)}")
    return {name: output.at(to[name]) if name in to else output for name, output in outputs.items()}


def _output(given: str | Output) -> Output:
    return Output(given) if isinstance(given, str) else given


def _names(given: str | tuple[str, ...]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _names_a_table(uri: str) -> bool:
    from connectors.sources.sql import SqlSource

    return bool(uri.partition("#")[2]) and SqlSource.claims(uri)
