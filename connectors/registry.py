"""The doors for additions: literal tables of names, entry points second, imported when used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from schema.errors import InvalidInput, MissingDependency

if TYPE_CHECKING:
    from connectors.model import Limits, Source


@dataclass(frozen=True, slots=True)
class Lazy:
    """An attribute `module:name` imported on first use, and the extra that brings what it needs."""

    target: str
    extra: str | None = None

    def load(self, kind: str, name: str) -> Any:
        """Import it. Raises MissingDependency saying which extra to install."""
        module, _, attribute = self.target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ImportError as error:
            extra = f"; pip install 'headwater[{self.extra}]'" if self.extra else ""
            raise MissingDependency(f"{kind} {name}: {error}{extra}") from error


# Each table is sorted by name; the conformance suite runs over every line.
SOURCES: dict[str, Lazy] = {
    "duckdb": Lazy("connectors.sources.duckdb:DuckDbSource"),
    "files": Lazy("connectors.sources.files:FileSource"),
    "sql": Lazy("connectors.sources.sql:SqlSource"),
}

FORMATS: dict[str, Lazy] = {
    "arrow": Lazy("connectors.formats.arrow:ArrowIpc"),
    "avro": Lazy("connectors.formats.avro:Avro", extra="avro"),
    "csv": Lazy("connectors.formats.csv:Csv"),
    "excel": Lazy("connectors.formats.excel:Excel", extra="excel"),
    "fixed-width": Lazy("connectors.formats.fixed_width:FixedWidth"),
    "json": Lazy("connectors.formats.json:Json"),
    "jsonl": Lazy("connectors.formats.jsonl:JsonLines"),
    "orc": Lazy("connectors.formats.orc:Orc"),
    "parquet": Lazy("connectors.formats.parquet:Parquet"),
    "spark-ml-model": Lazy("connectors.formats.spark_ml:SparkModel"),
    "xml": Lazy("connectors.formats.xml:Xml"),
}

TABLES: dict[str, Lazy] = {
    "delta": Lazy("connectors.tables.delta:Delta", extra="delta"),
    "iceberg": Lazy("connectors.tables.iceberg:Iceberg", extra="iceberg"),
}

TARGETS: dict[str, Lazy] = {
    "arrow": Lazy("connectors.targets.arrow:ArrowTarget"),
    "avro": Lazy("connectors.targets.avro:AvroTarget"),
    "ddl": Lazy("connectors.targets.ddl:DdlTarget"),
    "duckdb": Lazy("connectors.targets.duckdb:DuckDbTarget"),
    "jsonschema": Lazy("connectors.targets.jsonschema:JsonSchemaTarget"),
    "pandas": Lazy("connectors.targets.pandas:PandasTarget", extra="pandas"),
    "polars": Lazy("connectors.targets.polars:PolarsTarget", extra="polars"),
    "pydantic": Lazy("connectors.targets.pydantic:PydanticTarget", extra="pydantic"),
    "pyspark": Lazy("connectors.targets.pyspark:PySparkTarget", extra="spark"),
    "scala": Lazy("connectors.targets.scala:ScalaTarget"),
    "sqlalchemy": Lazy("connectors.targets.sqlalchemy:SqlAlchemyTarget"),
}

_BUILT_IN: dict[str, Mapping[str, Lazy]] = {
    "sources": SOURCES,
    "formats": FORMATS,
    "tables": TABLES,
    "targets": TARGETS,
}


@cache
def table(kind: str) -> Mapping[str, Lazy]:
    """Everything registered of a kind (`sources`, `formats`, `tables`, `targets`), by name.

    Raises InvalidInput when an entry point claims a name that is taken.
    """
    found = dict(_BUILT_IN[kind])
    for point in entry_points(group=f"headwater.{kind}"):
        if point.name in found:
            message = f"{kind} {point.name!r} of {point.value} is registered already; rename one"
            raise InvalidInput(message)
        found[point.name] = Lazy(point.value)
    return dict(sorted(found.items()))


@cache
def load(kind: str, name: str) -> Any:
    """An instance of what is registered as `name`. Raises InvalidInput listing the known names."""
    try:
        lazy = table(kind)[name]
    except KeyError:
        known = ", ".join(table(kind))
        raise InvalidInput(f"no {kind[:-1]} called {name!r}; known: {known}") from None
    return lazy.load(kind[:-1], name)()


def open_source(uri: str, limits: Limits | None = None) -> Source:
    """The source behind a path, an fsspec URI or a SQLAlchemy URL.

    Sources of other distributions are asked first. Raises InvalidInput when no source knows the
    URI's scheme, SourceError (MissingDependency) when it cannot be opened.
    """
    from connectors.model import Limits
    from connectors.uri import scheme

    kinds = table("sources")
    for name in sorted(kinds, key=lambda name: (name in SOURCES, name)):
        kind = kinds[name].load("source", name)
        if kind.claims(uri):
            source: Source = kind(uri, limits or Limits())
            return source
    message = f"no source for {scheme(uri)}:// addresses; known are paths, every protocol of fsspec"
    raise InvalidInput(f"{message} and every dialect of SQLAlchemy that is installed")
