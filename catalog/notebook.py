"""The catalog from Python: find sources, look at them, and read them with the engine at hand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from catalog.connect import Connector, connector
from catalog.model import Search, Source, Version
from catalog.settings import Settings
from catalog.store import Store
from schema.errors import NotFound
from schema.model import Field, Schema
from schema.profile import ColumnProfile, TableProfile

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyspark.sql import Column, DataFrame, SparkSession

_TABLE = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
_SHOWN = 200
"""Columns that a display lists before it tells how many more there are."""


def find(
    text: str | None = None, *, catalog: str | None = None, limit: int = 20, **filters: Any
) -> Found:
    """Sources by relevance, as `headwater search` finds them.

    `filters` are those of a search (`format`, `column`, `semantic_type`, `tag`, `owner`,
    `namespace`, `min_quality`); `catalog` is a SQLAlchemy URL, by default the one of the command
    line. Raises CatalogError when the catalog cannot be opened.
    """
    with _store(catalog) as store:
        page = store.search(Search(text=text, first=limit, **filters))
        sources = [hit.source for hit in page.hits]
        versions = store.current_versions([source.pk for source in sources])
        return Found([Handle(one, versions.get(one.pk)) for one in sources], page.total)


def source(ref: str | int, *, catalog: str | None = None) -> Handle:
    """One source by id, URI, name or the end of its name. Raises NotFound, Ambiguous."""
    with _store(catalog) as store:
        found = store.source(ref)
        return Handle(found, store.current_versions([found.pk]).get(found.pk))


class Handle:
    """One source: what is known of it, and its rows in the engine at hand."""

    __slots__ = ("_modules", "_source", "_version")

    def __init__(self, source: Source, version: Version | None):
        self._source = source
        self._version = version
        self._modules: dict[str, ModuleType] = {}

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def uri(self) -> str:
        return self._source.uri

    @property
    def schema(self) -> Schema:
        """Of the current version. Raises NotFound when nothing could be read yet."""
        return self.version.schema

    @property
    def profile(self) -> TableProfile:
        """Of the current version. Raises NotFound when nothing could be read yet."""
        return self.version.profile

    @property
    def version(self) -> Version:
        """The current version. Raises NotFound when nothing could be read yet."""
        if self._version is None:
            raise NotFound(f"{self.name} has no version yet: nothing of it could be read")
        return self._version

    def connector(self, target: str) -> Connector:
        """Generated code that reads it. Raises InvalidInput, UnsupportedType."""
        return connector(self.version, target)

    def to_arrow(
        self, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """All rows, or those for which `where` is true. Raises SourceError, SchemaDrift."""
        return self._read("arrow", columns=columns, where=where)

    def to_pandas(
        self, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pd.DataFrame:
        """The same as a DataFrame of Arrow-backed columns."""
        frame: pd.DataFrame = self._read("pandas", columns=columns, where=where)
        return frame

    def to_polars(
        self, columns: Sequence[str] | None = None, where: pl.Expr | None = None
    ) -> pl.DataFrame:
        """The same as a polars DataFrame."""
        frame: pl.DataFrame = self._read("polars", columns=columns, where=where)
        return frame

    def to_spark(
        self,
        spark: SparkSession,
        columns: Sequence[str] | None = None,
        where: Column | str | None = None,
    ) -> DataFrame:
        """The same as a Spark DataFrame, read when Spark runs."""
        return self._read("pyspark", spark, columns=columns, where=where)

    def _read(self, target: str, *given: Any, **chosen: Any) -> Any:
        """By the connector itself, so that what a notebook reads is what a pipeline reads."""
        if target not in self._modules:
            made = self.connector(target)
            module = ModuleType(made.filename.removesuffix(".py"))
            exec(compile(made.code, made.filename, "exec"), vars(module))  # noqa: S102 - our own
            self._modules[target] = module
        return self._modules[target].read(*given, **chosen)

    def __repr__(self) -> str:
        rows = "" if self._source.row_count is None else f", {self._source.row_count:,} rows"
        return f"<{self.name}{rows}>"

    def _repr_html_(self) -> str:
        told = Markup("<h3>{}</h3><p>{}<br><code>{}</code></p>").format(
            self._source.label, self._source.description or "", self.uri
        )
        if self._version is None:
            return str(told + Markup("<p>Nothing of it could be read yet.</p>"))
        figures = Markup("<p>{} · quality {} · schema <code>{}</code></p>").format(
            _count(self._source.row_count, "rows"),
            _figure(self._source.quality),
            self.schema.fingerprint,
        )
        more = len(self.schema) - _SHOWN
        rows = [
            _field(field, self.profile.column(field.name)) for field in self.schema.fields[:_SHOWN]
        ]
        rest = Markup("<p>and {} more columns</p>").format(more) if more > 0 else Markup()
        heads = ("column", "type", "meaning", "nulls", "distinct", "about")
        return str(told + figures + _table(heads, rows) + rest)


class Found(list[Handle]):
    """Sources that were found, the best first; `total` counts those beyond the limit too."""

    def __init__(self, handles: Iterable[Handle], total: int):
        super().__init__(handles)
        self.total = total

    def _repr_html_(self) -> str:
        rows = [
            (
                one._source.label,
                one._source.format,
                _figure(one._source.row_count),
                _figure(one._source.quality),
                one._source.description,
                one.uri,
            )
            for one in self
        ]
        heads = ("source", "format", "rows", "quality", "about", "where")
        told = Markup("<p>{} of {}</p>").format(len(self), _count(self.total, "sources"))
        return str(_table(heads, rows) + told)


def _store(catalog: str | None) -> Store:
    return Store.open(Settings.build(os.environ, catalog=catalog, json=False).catalog)


def _field(field: Field, profile: ColumnProfile | None) -> tuple[Any, ...]:
    nulls = distinct = None
    if profile is not None:
        nulls, distinct = profile.null_count, profile.distinct_count
    meaning = field.semantic_type
    return field.name, field.type, meaning, _figure(nulls), _figure(distinct), field.description


def _table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Markup:
    cell = Markup("<td>{}</td>")
    lines = (
        Markup("<tr>{}</tr>").format(
            Markup().join(cell.format("" if value is None else str(value)) for value in row)
        )
        for row in rows
    )
    head = Markup().join(Markup("<th>{}</th>").format(name) for name in heads)
    return _TABLE.format(head, Markup().join(lines))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _count(value: int | None, of: str) -> str:
    return f"{'?' if value is None else f'{value:,}'} {of}"
