"""One Arrow array → ColumnSummary: the inner loop of `summarise`.

Everything is done over whole arrays by pyarrow.compute and numpy. A column of text with few
values is counted once and only its distinct values are looked at; one that read as a kind
before is read as that kind by one cast, and only when that fails value by value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schema.clipping import LONGEST
from schema.column import (
    MAX_EXAMPLES,
    MAX_VALUES,
    ColumnSummary,
    Example,
    Facet,
    Plain,
    add_counts,
)
from schema.counting import PROBE_ROWS, counted, frequencies, gathered, pairs
from schema.facets import (
    Weighted,
    facet,
    kind_of,
    lengths_of,
    with_texts,
    written_facet,
)
from schema.hashing import hash_values
from schema.keys import keys_of_text
from schema.kind import Kind
from schema.kinds import (
    KINDS,
    NUMERIC,
    TEMPORAL,
    WRITTEN,
    classify,
    parse_kind,
    read_all,
    vocabulary,
)
from schema.sketches import ALL, Distinct

_HINT_ROWS = 1000
_LONG_VALUE = 256  # characters; a column with longer texts keeps no frequencies
_HASHED_AS_TYPED = NUMERIC | TEMPORAL
_EMPTY = ColumnSummary()


def measure(
    path: str,
    array: pa.Array,
    before: Mapping[str, ColumnSummary],
    place: str,
    start: int,
    *,
    raw: bool,
    optional: bool = True,
) -> Iterator[tuple[str, ColumnSummary]]:
    """The summary of an array and of what is nested in it, by path (`a`, `a.b`, `a[]`).

    `before` is what earlier batches gave: it only steers, so that less has to be tried.
    """
    kind = array.type
    array = plain(array)
    known = before.get(path, _EMPTY)
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is shown as unknown
        flat = _measure_flat(array, known, place, start, raw=raw)
    summary = replace(
        flat,
        raw=raw,
        types={kind: len(array)},
        nulls=array.null_count,
        count=len(array) - array.null_count,
        optional=optional,
    )
    yield path, summary
    for child_path, child in _children(path, array):
        yield from measure(child_path, child, before, place, start, raw=False)


def plain(array: pa.Array) -> pa.Array:
    """The array in the encoding that kernels work on: no extension, view or run-end type."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return plain(array.storage)
    if pa.types.is_run_end_encoded(kind):
        return plain(pc.run_end_decode(array))
    if kind == pa.string_view():
        return pc.cast(array, pa.large_string())
    if kind == pa.binary_view():
        return pc.cast(array, pa.large_binary())
    if kind == pa.float16():
        return pc.cast(array, pa.float32())
    if kind == pa.date64():
        return pc.cast(array, pa.date32(), safe=False)
    if pa.types.is_decimal32(kind) or pa.types.is_decimal64(kind):
        return pc.cast(array, pa.decimal128(kind.precision, kind.scale))
    return array


def _children(path: str, array: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    kind = array.type
    if pa.types.is_struct(kind):
        present = array.drop_null()
        for field, child in zip(kind, present.flatten(), strict=True):
            yield f"{path}.{field.name}", child
    elif pa.types.is_map(kind):
        present = array.drop_null()
        yield f"{path}.key", present.keys
        yield f"{path}.value", present.items
    elif _is_list(kind):
        yield f"{path}[]", pc.list_flatten(array)


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or pa.types.is_list_view(kind)
        or pa.types.is_large_list_view(kind)
    )


def _measure_flat(
    array: pa.Array, known: ColumnSummary, place: str, start: int, *, raw: bool
) -> ColumnSummary:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _measure_dictionary(array, known, place, start, raw=raw)
    present = array.drop_null() if array.null_count else array
    if not len(present):
        return _EMPTY
    if pa.types.is_nested(kind) or pa.types.is_union(kind):
        lengths = lengths_of(pc.list_value_length(present), None) if _is_list(kind) else None
        return ColumnSummary(
            kinds={Kind.NESTED: Facet(len(present), None, None)}, lengths=lengths, values=None
        )
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        where = _Where(array, place, start)
        return _measure_text(present, known, where, raw=raw)
    if pa.types.is_floating(kind):
        present = pc.add(present, pa.scalar(0.0, kind))  # -0.0 is 0.0, as everywhere but in bits
    weighted = counted(present, known)
    found = weighted or Weighted(present)
    native = kind_of(kind)
    summary = ColumnSummary(
        kinds={native: facet(native, found)},
        distinct=_distinct(found, known),
        values=frequencies(weighted, native),
    )
    if native is Kind.BINARY:
        return replace(summary, lengths=lengths_of(pc.binary_length(found.values), found.counts))
    return summary


def _measure_dictionary(
    array: pa.Array, known: ColumnSummary, place: str, start: int, *, raw: bool
) -> ColumnSummary:
    dictionary = plain(array.dictionary)
    if pa.types.is_nested(dictionary.type) or dictionary.null_count:
        return _measure_flat(plain(array.dictionary_decode()), known, place, start, raw=raw)
    indices = array.indices.drop_null()
    counts = np.bincount(indices.to_numpy().astype(np.int64), minlength=len(dictionary))
    used = counts > 0
    weighted = Weighted(dictionary.filter(pa.array(used)), counts[used].astype(np.int64))
    if not weighted.rows:
        return _EMPTY
    if pa.types.is_string(dictionary.type) or pa.types.is_large_string(dictionary.type):
        where = _Where(array.dictionary_decode(), place, start)
        return _summary_of_text(weighted, known, where, raw=raw)
    native = kind_of(dictionary.type)
    values = frequencies(weighted, native) if len(weighted.values) <= MAX_VALUES else None
    return ColumnSummary(
        kinds={native: facet(native, weighted)}, distinct=_distinct(weighted, known), values=values
    )


def _measure_text(
    present: pa.Array, known: ColumnSummary, where: _Where, *, raw: bool
) -> ColumnSummary:
    """Text, as text only or (`raw`) as what it can be read as."""
    hint = _hint(present, known) if raw else None
    if hint is Kind.INT and (fast := _read_as(present, Kind.INT, known, where)):
        return fast
    gather = gathered if len(present) > PROBE_ROWS else counted
    if weighted := gather(present, known):
        return _summary_of_text(weighted, known, where, raw=raw)
    if hint and (fast := _read_as(present, hint, known, where)):
        return fast
    return _summary_of_text(Weighted(present), known, where, raw=raw)


def _hint(present: pa.Array, known: ColumnSummary) -> Kind | None:
    if known.dominant or len(present) <= _HINT_ROWS:
        return known.dominant
    codes = classify(present.slice(0, _HINT_ROWS))
    read = codes[codes != KINDS.index(Kind.MISSING)]
    return KINDS[int(np.bincount(read).argmax())] if len(read) else None


def _read_as(
    present: pa.Array, kind: Kind, known: ColumnSummary, where: _Where
) -> ColumnSummary | None:
    """All texts but the codes for missing as one kind, or None when that is not so."""
    texts = codes = present.slice(0, 0)
    typed = read_all(present, kind)
    if typed is not None:
        texts = present
    elif kind in NUMERIC or known.missing:
        texts, codes = _without_codes(present, known)
        typed = read_all(texts, kind) if len(codes) and len(texts) else None
    if typed is None:
        return None
    missing = pairs(codes) if len(codes) else {}
    weighted = counted(typed, known) if kind is Kind.INT else None
    found = weighted or Weighted(typed)
    base = _text_figures(_as_written(weighted, texts) or Weighted(texts), ascii_only=True)
    if missing:
        counts = np.array(list(missing.values()))
        base += _text_figures(Weighted(pa.array(list(missing), pa.string()), counts))
    read = with_texts(facet(kind, found), kind, texts)
    return replace(
        base,
        kinds={kind: where.exemplify(read, kind, texts, known)},
        missing=missing,
        distinct=_distinct(found, known),
        values=frequencies(weighted, kind),
    )


def _without_codes(present: pa.Array, known: ColumnSummary) -> tuple[pa.Array, pa.Array]:
    """The texts, and those among them that are codes for missing: only empty ones, where no
    other was met before, which is a quarter of the work.
    """
    codes = pc.equal(present, "")
    if known.missing.keys() - {""} or not pc.any(codes).as_py():
        codes = pc.or_(codes, pc.is_in(present, vocabulary(Kind.MISSING)))
    return present.filter(pc.invert(codes)), present.filter(codes)


def _as_written(weighted: Weighted | None, texts: pa.Array) -> Weighted | None:
    """Integers as the texts that they were read from, None where zero is written in two ways."""
    if weighted is None:
        return None
    if pc.any(pc.equal(weighted.values, 0)).as_py() and pc.any(pc.equal(texts, "-0")).as_py():
        return None
    return Weighted(pc.cast(weighted.values, pa.string()), weighted.counts)


def _summary_of_text(
    found: Weighted, known: ColumnSummary, where: _Where, *, raw: bool
) -> ColumnSummary:
    codes = (
        classify(found.values)
        if raw
        else np.full(len(found.values), KINDS.index(Kind.TEXT), dtype=np.int8)
    )
    kinds: dict[Kind, Facet] = {}
    missing: dict[str, int] = {}
    few = found.counts is not None and len(found.values) <= 2 * MAX_VALUES
    values: dict[Plain, int] | None = {} if few and known.values is not None else None
    distinct = Distinct()
    texts: pa.Array | None = None
    others = Distinct()
    for code in np.unique(codes):
        kind = KINDS[code]
        part = found.where(codes == code) if kinds or (codes != code).any() else found
        if kind is Kind.MISSING:
            missing = pairs(part.values, part.counts)
            continue
        if kind in WRITTEN:
            typed, read = part, written_facet(kind, part)
        else:
            typed = Weighted(parse_kind(part.values, kind), part.counts)
            read = with_texts(facet(kind, typed), kind, part.values)
        kinds[kind] = where.exemplify(read, kind, part.values, known)
        hashed = _distinct(typed if kind in _HASHED_AS_TYPED else part, known)
        distinct += hashed
        if kind is Kind.TEXT:
            texts = part.values
        else:
            others += hashed
        if values is not None and part.counts is not None:
            keyed = typed if kind is Kind.INT else part
            add_counts(values, keyed.values.to_pylist(), part.counts)
    base = _text_figures(found)
    if values is not None and (len(values) > MAX_VALUES or _has_long(base)):
        values = None
    keys = None
    if values is None and texts is not None:
        theta = known.keys.theta if known.keys else ALL
        keys = keys_of_text(texts, theta) + others.keys()
    return replace(base, kinds=kinds, missing=missing, distinct=distinct, values=values, keys=keys)


def _has_long(summary: ColumnSummary) -> bool:
    return summary.lengths is not None and summary.lengths.high > _LONG_VALUE


def _text_figures(found: Weighted, *, ascii_only: bool = False) -> ColumnSummary:
    values, counts = found.values, found.counts
    lengths = pc.binary_length(values) if ascii_only else pc.utf8_length(values)
    bounds = pc.min_max(values)
    empty = pc.equal(lengths, 0)
    empties = (
        pc.sum(empty).as_py() or 0
        if counts is None
        else int(counts[empty.to_numpy(zero_copy_only=False)].sum())
    )
    return ColumnSummary(
        empties=empties,
        lengths=lengths_of(lengths, counts),
        low_text=bounds["min"].as_py()[:LONGEST],
        high_text=bounds["max"].as_py()[:LONGEST],
    )


def _distinct(found: Weighted, known: ColumnSummary) -> Distinct:
    if not len(found.values):
        return Distinct()
    return Distinct.of(hash_values(found.values), found.counts, known.distinct.theta)


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the values of an array stand, to give examples of them."""

    array: pa.Array
    place: str
    start: int

    def exemplify(self, read: Facet, kind: Kind, texts: pa.Array, known: ColumnSummary) -> Facet:
        """The facet with the first values of its kind, unless enough are known already."""
        seen = known.kinds.get(kind)
        if seen and len(seen.examples) >= MAX_EXAMPLES:
            return read
        examples = []
        for text in texts.slice(0, MAX_EXAMPLES):
            row = pc.index(self.array, text.cast(self.array.type)).as_py()
            shown = text.as_py()[:_LONG_VALUE]
            examples.append(Example(self.place, self.start + row + 1, shown))
        return replace(read, examples=tuple(sorted(set(examples))))
