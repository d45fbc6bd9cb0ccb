"""Conditions on single columns that follow from an Arrow expression, so that sources apply them.

An expression tells nobody how it is made. So every comparison of a column with a value that
the expression holds is a guess, and Arrow itself proves or rejects it: a guess is true of all rows
that are wanted when the expression, simplified by the guess's opposite, is never true. Rows are
chosen by the expression afterwards, whatever a source has left out already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_

from connectors.model import Term
from schema.model import Field, Schema

MOST_GUESSES = 2000
"""More are not made: of an expression with very many values in very many columns."""


def implied(where: pc.Expression | None, schema: Schema) -> tuple[Term, ...]:
    """Terms that are true of every row for which `where` is; none where nothing can be told."""
    if where is None:
        return ()
    text = str(where)
    fields = [field for field in schema if field.name in text]
    guesses = list(_guesses(fields, _values(where)))[:MOST_GUESSES]
    proofs = [opposite for guess in guesses for opposite in _opposites(guess, schema)]
    try:
        possible = satisfiable(proofs, where, schema)
    except (pa.ArrowException, ValueError):
        return ()  # reading with it says what is wrong
    proved, at = [], 0
    for guess in guesses:
        count = len(_opposites(guess, schema))
        if not possible.intersection(range(at, at + count)):
            proved.append(guess)
        at += count
    return tuple(_strongest(proved))


def satisfiable(
    guarantees: Sequence[pc.Expression], where: pc.Expression, schema: Schema
) -> set[int]:
    """The positions of those guarantees under which `where` may be true of a row."""
    import pyarrow.dataset as ds

    fragments = ds.FileSystemDataset.from_paths(
        [str(at) for at in range(len(guarantees))],
        schema=schema.to_arrow(),
        format=ds.ParquetFileFormat(),
        filesystem=pa.fs.LocalFileSystem(),
        partitions=list(guarantees),
    )
    return {int(fragment.path) for fragment in fragments.get_fragments(filter=where)}


def _values(where: pc.Expression) -> list[Any]:
    """The values that an expression holds, as it is pickled: a batch with a column for each."""
    try:
        _, (buffer,) = where.__reduce__()
        columns = pa.ipc.open_file(buffer).read_all().columns
    except (pa.ArrowException, TypeError, ValueError):
        return []
    found: list[Any] = []
    for column in columns:
        value = column[0].as_py()
        if isinstance(value, dict):  # the options of a function: values that `isin` looks for
            held = value.get("value_set")
            found += _ends(held) if isinstance(held, list) else []
        elif value is not None:
            found.append(value)
    return list(dict.fromkeys(found))


def _ends(values: list[Any]) -> list[Any]:
    """The least and the greatest of values of one type: no other is a bound that can be proved."""
    known = [value for value in values if value is not None and value == value]  # noqa: PLR0124
    return [min(known), max(known)] if known else []


def _guesses(fields: Sequence[Field], values: Sequence[Any]) -> Iterator[Term]:
    for field in fields:
        yield Term(field.name, "valid")
        for value in values:
            if _fits(value, field.type):
                yield Term(field.name, "==", value)
                yield Term(field.name, ">", value)
                yield Term(field.name, ">=", value)
                yield Term(field.name, "<", value)
                yield Term(field.name, "<=", value)


_PLAIN = (is_.is_integer, is_.is_floating, is_.is_string, is_.is_date32)


def _fits(value: Any, kind: pa.DataType) -> bool:
    """Whether a value is one of a column's type, exactly."""
    if not any(plain(kind) for plain in _PLAIN):
        return False
    try:
        return bool(pa.scalar(value, kind).as_py() == value) and type(value) is not bool
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return False


def _opposites(guess: Term, schema: Schema) -> list[pc.Expression]:
    """What a row may be for which the guess is not true: all of these together."""
    kind = schema.field(guess.column).type
    column = pc.field(guess.column)
    if guess.operator == "valid":
        return [column.is_null()]
    value = pa.scalar(guess.value, kind)
    found = {
        "==": [column < value, column > value],
        ">": [column <= value],
        ">=": [column < value],
        "<": [column >= value],
        "<=": [column > value],
    }[guess.operator]
    found.append(column.is_null())
    if is_.is_floating(kind):
        found.append(column == pa.scalar(float("nan"), kind))
    return found


def _strongest(proved: Sequence[Term]) -> Iterator[Term]:
    """Of the terms of each column its value, else the narrowest bounds."""
    for column in dict.fromkeys(term.column for term in proved):
        about = [term for term in proved if term.column == column]
        own = {
            operator: [term.value for term in about if term.operator == operator]
            for operator in ("==", ">", ">=", "<", "<=")
        }
        if own["=="]:
            yield Term(column, "==", own["=="][0])
            continue
        if not own[">="] + own["<="]:
            yield Term(column, "valid")
        for strict, loose, narrowest in ((">", ">=", max), ("<", "<=", min)):
            bounds = own[loose]  # a strict bound is proved as a loose one too
            if bounds:
                bound = narrowest(bounds)
                yield Term(column, strict if bound in own[strict] else loose, bound)  # type: ignore[arg-type]
