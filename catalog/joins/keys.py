"""A recorded version → the columns of it that are kept to be joined, and their index keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from catalog.joins import names
from catalog.joins.model import Declared, Family, KeyColumn
from connectors.model import ForeignKey
from schema.column import ColumnSummary
from schema.hashing import mix
from schema.keys import keys_of
from schema.model import Field, Schema
from schema.profile import ColumnProfile, TableProfile
from schema.summary import Summary

INDEXED = 16
INDEXED_UNIQUE = 64
"""Hashes a column is found by; more of a unique one, which far smaller columns may refer to."""
ASKED = 512
"""Hashes of a column that are looked up, of the `KEYS_SIZE` that are kept of it."""

_BANDS = 8
_CODE = 4  # characters; longer texts are names
_BIT = 2**63


def key_columns(
    label: str,
    summary: Summary,
    schema: Schema,
    profile: TableProfile,
    foreign_keys: Sequence[ForeignKey] = (),
) -> tuple[KeyColumn, ...]:
    """The top-level columns that can be joined by: no fractions, booleans or nested values, and
    more than one value. Positions are those in the schema. `foreign_keys` are what the table is
    declared to refer to.
    """
    table = names.table_words(label)
    words = names.without_prefix([names.words_of(field.name) for field in schema])
    figures = {column.name: column for column in profile.columns}
    found = []
    for position, field in enumerate(schema):
        column, figure = summary.columns.get(field.name), figures.get(field.name)
        if column is None or figure is None or (figure.distinct_count or 0) < 2:
            continue
        family = _family(field, column, summary)
        if family is None:
            continue
        unique = figure.unique and figure.count > 1
        low, high = (figure.min, figure.max) if family is Family.NUMBER else (None, None)
        found.append(
            KeyColumn(
                field.name,
                words[position],
                table,
                family,
                figure.count,
                figure.distinct_count or 0,
                unique,
                keys_of(column),
                float(low) if low is not None else None,
                float(high) if high is not None else None,
                figure.mean_length if family is Family.TEXT else None,
                field.semantic_type,
                unique
                and _is_key(
                    figure, position, schema, named_so=names.is_key(words[position], table)
                ),
                _declared(field.name, foreign_keys),
                position=position,
            )
        )
    return tuple(found)


def _declared(name: str, foreign_keys: Iterable[ForeignKey]) -> tuple[Declared, ...]:
    found = []
    for key in foreign_keys:
        pairs = list(zip(key.columns, key.referred_columns, strict=False))
        for mine, other in pairs:
            if mine == name:
                beside = tuple(pair for pair in pairs if pair != (mine, other))
                found.append(Declared(key.referred, other, beside))
    return tuple(found)


def _is_key(figure: ColumnProfile, position: int, schema: Schema, *, named_so: bool) -> bool:
    """Whether a unique column is what others refer to: declared so, named so, a code, or the first
    column of a table that declares nothing.
    """
    if schema.primary_key == (figure.name,) or named_so:
        return True
    if schema.primary_key:
        return False
    return position == 0 or (figure.max_length or _CODE + 1) <= _CODE


def _family(field: Field, column: ColumnSummary, summary: Summary) -> Family | None:
    kind, types = field.type, pa.types
    if types.is_integer(kind) or (types.is_decimal(kind) and kind.scale <= 0):
        return Family.NUMBER
    if types.is_floating(kind):
        return Family.NUMBER if _whole(field.name, column, summary) else None
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return Family.TEXT
    if types.is_dictionary(kind) and types.is_string(kind.value_type):
        return Family.TEXT
    if types.is_date(kind):
        return Family.DATE
    if types.is_timestamp(kind):
        return Family.TIME
    if types.is_fixed_size_binary(kind) or isinstance(kind, pa.UuidType):
        return Family.BINARY
    return None


def _whole(name: str, column: ColumnSummary, summary: Summary) -> bool:
    """Whether doubles are whole: the keys of rows where some have none (pandas has no other)."""
    if column.values is not None:
        return bool(column.values) and all(map(_is_whole, column.values))
    if name not in summary.sample.rows.column_names:
        return False
    sampled = summary.sample.rows[name].slice(0, 200).drop_null().to_pylist()
    return bool(sampled) and all(map(_is_whole, sampled))


def _is_whole(value: object) -> bool:
    """Whether a number, or the text of one, has no fraction."""
    try:
        return isinstance(value, int | float | str) and float(value).is_integer()
    except ValueError:
        return False


def place_of(namespace: str, name: str) -> str:
    """What sources beside each other share: the folder or the database schema."""
    separator = "/" if "/" in name else "."
    return f"{namespace}\0{name.rstrip('/').rpartition(separator)[0]}"


def index_keys(column: KeyColumn, place: str) -> set[int]:
    """The 64-bit keys (signed) that a column is found by: the least hashes of its values, unless
    they are such as overlap by chance, its name, and what its name says in its place.
    """
    keys = {*_name_key(column.words), *_place_keys(place, names.stems(column.words))}
    what = names.core(column.words)
    if column.unique and (not what or names.alike(what, column.table)):
        keys.update(_place_keys(place, names.stems(column.table)))
    if not column.dense:
        most = INDEXED_UNIQUE if column.unique else INDEXED
        keys.update(column.keys.hashes[:most].view("int64").tolist())
    keys.update(_declared_keys(column, place))
    return keys


def question_keys(column: KeyColumn, place: str) -> Iterator[tuple[int, float]]:
    """The keys that columns to join with are looked up by, each with the weight of a hit."""
    for key in _declared_keys(column, place):
        yield key, 100.0
    for key in _name_key(column.words):
        yield key, 4.0
    stems = names.stems(column.words) | names.people(column.words)
    if column.unique:
        stems |= names.stems(column.table)
    for key in _place_keys(place, stems):
        yield key, 3.0
    if not column.dense:
        for key in column.keys.hashes[:ASKED].view("int64").tolist():
            yield key, 1.0


def _declared_keys(column: KeyColumn, place: str) -> Iterator[int]:
    """The keys that columns of databases are found by where one is declared to refer to another:
    one for itself, and one for each that it refers to.
    """
    namespace, separator, _ = place.partition("\0")
    if not separator or namespace == "file":
        return
    yield _digest("declared", place, *column.table, "", column.name)
    for one in column.refers:
        label = one.table.rpartition(".")[2]
        where = place_of(namespace, one.table)
        yield _digest("declared", where, *names.table_words(label), "", one.column)


def _name_key(words: tuple[str, ...]) -> list[int]:
    return [_digest("name", "".join(words))] if names.core(words) else []


def _place_keys(place: str, stems: frozenset[str] | set[str]) -> list[int]:
    return [_digest(place, stem) for stem in sorted(stems)]


def shape_keys(columns: Iterable[str]) -> list[int]:
    """Keys that sources with mostly the same column names share: eight bands of two minima each
    (MinHash, Broder 1997); names in common to 80 % share one with a probability of 99.97 %.
    """
    words = {_digest("column", name_of(name)) for name in columns}
    if not words:
        return []
    hashed = np.array(sorted(words), dtype=np.int64).view(np.uint64)
    with np.errstate(over="ignore"):
        seeds = mix(np.arange(2 * _BANDS, dtype=np.uint64))
        least = mix(hashed[None, :] ^ seeds[:, None]).min(axis=1)
        bands = mix(least[::2] ^ mix(least[1::2].copy()))
    return list(bands.view(np.int64).tolist())


def name_of(name: str) -> str:
    """A column name as columns of the same name are recognised, whatever its case and joints."""
    return "".join(names.words_of(name)) or name


@lru_cache(50_000)
def _digest(*parts: str) -> int:
    """A signed 64-bit number that stands for texts."""
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    number = int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest(), "little")
    return number - 2 * _BIT if number >= _BIT else number
