"""References by Great Expectations' engines: exactly, over the rows that are there now.

It has no expectation of keys elsewhere, so each engine adds a column that holds the value where it
is no key of the source referred to, and null elsewhere; Great Expectations expects it to be null.
Texts of references that nobody declared are compared without regard to case and to white space
around them, as the keys kept by the catalog are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from catalog.model import Expectation
from catalog.quality.evidence import is_text, value_type
from catalog.quality.frames import collect
from catalog.quality.references import KIND, Reference
from schema.lattice import join

if TYPE_CHECKING:
    import sqlalchemy as sa
    from pyspark.sql import Column, DataFrame

    from catalog.store import Store
    from schema.model import Schema

_BETWEEN = "\x1f"
Asked = dict[str, Reference]
"""References by the name of the column that holds what is no key."""


def asked(expectations: Sequence[Expectation], names: Sequence[str]) -> Asked:
    """The references among expectations, each with a name that no column has."""
    free = "headwater_orphans"
    while any(name.startswith(free) for name in names):
        free += "_"
    found = [Reference.of(one.kwargs) for one in expectations if one.type == KIND]
    return {f"{free}_{number}": one for number, one in enumerate(found)}


def as_nulls(expectations: Sequence[Expectation], added: Asked) -> list[Expectation]:
    """The expectations with those about references as ones that Great Expectations knows."""
    names = {reference: name for name, reference in added.items()}
    return [
        Expectation(
            "expect_column_values_to_be_null",
            one.field,
            {"column": names[Reference.of(one.kwargs)]},
            one.reason,
            one.dimension,
        )
        if one.type == KIND
        else one
        for one in expectations
    ]


def in_arrow(store: Store, table: pa.Table, added: Asked, *, most_cells: int) -> pa.Table:
    """The table with a column for each reference. Raises SourceError where the source referred to
    cannot be read, InvalidInput where its keys are more than `most_cells` cells.
    """
    from connectors.reading import read_dataset

    versions = store.current_versions({one.source for one in added.values()})
    for name, one in added.items():
        version = versions[one.source]
        typed = version.schema.select(one.key).to_arrow()
        entries = store.entries(one.source)
        batches = read_dataset(version.dataset, version.schema, entries=entries, columns=one.key)
        keys = collect(batches, typed, most_cells=most_cells)
        mine = [table[field] for field in one.fields]
        theirs = [keys[field] for field in one.key]
        column = _missing(mine, theirs, loose=not one.declared)
        table = table.append_column(name, column)
    return table


def _missing(
    mine: Sequence[pa.ChunkedArray], theirs: Sequence[pa.ChunkedArray], *, loose: bool
) -> pa.ChunkedArray:
    """The values that are not among others, null where they are or have none."""
    pairs = [_alike(a, b, loose=loose) for a, b in zip(mine, theirs, strict=True)]
    values, keys = (_together(list(side)) for side in zip(*pairs, strict=True))
    known = pc.or_(pc.is_in(values, value_set=pc.unique(keys)), pc.is_null(values))
    shown = mine[0] if len(mine) == 1 else values
    return pc.if_else(known, pa.scalar(None, shown.type), shown)


def _alike(
    mine: pa.ChunkedArray, theirs: pa.ChunkedArray, *, loose: bool
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Both in a type that holds both, as they are compared."""
    kind = join(value_type(mine.type), value_type(theirs.type))
    pair = tuple(one.cast(value_type(one.type)).cast(kind) for one in (mine, theirs))
    if loose and is_text(kind):
        pair = tuple(pc.utf8_lower(pc.utf8_trim_whitespace(one)) for one in pair)
    return cast("tuple[pa.ChunkedArray, pa.ChunkedArray]", pair)


def _together(columns: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """One column, or the texts of several; null where one of them is."""
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*(one.cast(pa.string()) for one in columns), _BETWEEN)


def in_sql(
    added: Asked,
    schema: Schema,
    columns: Mapping[str, sa.ColumnElement[Any]],
    others: Mapping[int, tuple[sa.TableClause, Mapping[str, sa.ColumnElement[Any]]]],
) -> dict[str, sa.ColumnElement[Any]]:
    """A column for each reference, of a table of a database that has `others` too, by source."""
    import sqlalchemy as sa

    made: dict[str, sa.ColumnElement[Any]] = {}
    for name, one in added.items():
        table, keys = others[one.source]
        loose = _loose(one, schema)
        mine = [_compared(columns[field], loose=loose) for field in one.fields]
        theirs = [_compared(keys[field], loose=loose) for field in one.key]
        there = sa.select(*theirs).select_from(table)
        there = there.where(sa.and_(*(key.is_not(None) for key in theirs)))
        whole = mine[0] if len(mine) == 1 else sa.tuple_(*mine)
        given = sa.and_(*(column.is_not(None) for column in mine))
        made[name] = sa.case((sa.and_(given, whole.not_in(there)), _bare(columns[one.fields[0]])))
    return made


def _compared(column: sa.ColumnElement[Any], *, loose: bool) -> sa.ColumnElement[Any]:
    import sqlalchemy as sa

    return sa.func.lower(sa.func.trim(_bare(column))) if loose else _bare(column)


def _bare(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column without the name that it is given."""
    import sqlalchemy as sa

    return column.element if isinstance(column, sa.Label) else column


def in_spark(
    frame: DataFrame, added: Asked, schema: Schema, others: Mapping[int, DataFrame]
) -> DataFrame:
    """The frame with a column for each reference, beside frames of the sources referred to."""
    from pyspark.sql import functions

    def key(column: Column, reference: Reference) -> Column:
        return functions.lower(functions.trim(column)) if _loose(reference, schema) else column

    for name, one in added.items():
        named = [f"{name}_{number}" for number in range(len(one.key))]
        theirs = [
            key(others[one.source][_quoted(field)], one).alias(alias)
            for field, alias in zip(one.key, named, strict=True)
        ]
        keys = others[one.source].select(*theirs).distinct()
        mine = [key(frame[_quoted(field)], one) for field in one.fields]
        pairs = zip(mine, named, strict=True)
        joined = frame.join(keys, [column == keys[alias] for column, alias in pairs], "left")
        given = functions.lit(True)  # noqa: FBT003  the neutral condition
        for column in mine:
            given &= column.isNotNull()
        missing = functions.when(given & joined[named[0]].isNull(), frame[_quoted(one.fields[0])])
        frame = joined.withColumn(name, missing).drop(*named)
    return frame


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _loose(reference: Reference, schema: Schema) -> bool:
    """Whether texts are compared without regard to case and to white space around them."""
    kinds = {field.name: value_type(field.type) for field in schema}
    return not reference.declared and all(is_text(kinds[name]) for name in reference.fields)
