"""Codes for missing values in columns of text: whether they are missing, and the figures then."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from schema.column import ColumnSummary, Lengths
from schema.kind import Kind
from schema.kinds import NULL_CODES
from schema.sketches import RowSample

FEWEST_OTHERS = 2
"""Fewer other values do not tell what values of the column look like."""

_NEVER_VALUES = frozenset(
    (
        *("NaN", "nan", "NAN", "NaT", "N/A", "n/a", "#N/A", "n.a.", "N.A.", "NULL", "null", "Null"),
        *("\\N", "(null)", "<NA>", "<null>", "<N/A>", "(NA)", "#VALUE!", "#REF!", "#DIV/0!"),
        *("#NAME?", "#NULL!", "#NUM!", "no data", "No data", "No Data"),
    )
)
"""Codes that are written by programs or mean nothing else."""


def proven_codes(columns: Iterable[ColumnSummary]) -> frozenset[str]:
    """The codes that break columns of other types than text, which are these columns."""
    return frozenset(code for column in columns for code in column.missing if code)


def are_missing(column: ColumnSummary, sampled: pa.Array | None, proven: frozenset[str]) -> bool:
    """Whether each code in a column of text stands for a missing value.

    One without letters does where all other values have some. A word does where it could be
    nothing else, or where it is `proven` by other columns of the table and no other value is as
    short: `NA` among `N206JB` is missing, among `EU` and `AS` it is North America. `sampled` are
    values of the column, which are looked at where it has too many to know all.
    """
    codes = [code for code in column.missing if code]
    if not codes:
        return False
    others = _others(column, sampled)
    return len(others) >= FEWEST_OTHERS and all(_is_missing(code, others, proven) for code in codes)


def _is_missing(code: str, others: Iterable[str], proven: frozenset[str]) -> bool:
    if code in _NEVER_VALUES:
        return True
    if not _has_letters(code):
        return all(map(_has_letters, others))
    alike = len(code) + 1
    return code in proven and not any(len(text) <= alike and text.isalpha() for text in others)


def _others(column: ColumnSummary, sampled: pa.Array | None) -> list[str]:
    """Different values of a column that are no codes."""
    if column.values is not None:
        return list(map(str, column.values))
    if sampled is None:
        return []
    texts = pc.unique(pc.cast(sampled, pa.string())).to_pylist()
    return [text for text in texts if text and text not in NULL_CODES]


def told(column: ColumnSummary, *, quoted: bool = True) -> str:
    """How many values are codes for missing, and which where they are `quoted`."""
    codes = {code: count for code, count in column.missing.items() if code}
    number = sum(codes.values())
    shown = f" ({', '.join(map(repr, sorted(codes)))})" if quoted else ""
    which = "1 value is a code" if number == 1 else f"{number:,} values are codes"
    return f"{which} for missing{shown}"


def bounds(column: ColumnSummary, *, coded: bool) -> tuple[str | None, str | None]:
    """The first and the last text of a column, codes apart where it is `coded`."""
    low, high = column.low_text, column.high_text
    codes = {code for code in column.missing if code}
    if not coded or not {low, high} & codes:
        return low, high
    if column.values is not None:
        texts = [*map(str, column.values), *({""} & column.missing.keys())]
        return min(texts), max(texts)
    text = column.kinds.get(Kind.TEXT)
    ends = (str(text.low), str(text.high)) if text else (None, None)
    return ends[0] if low in codes else low, ends[1] if high in codes else high


def lengths(column: ColumnSummary, sampled: pa.Array | None) -> Lengths | None:
    """Characters of the texts of a coded column but for its codes. The least, where a code is
    shorter than all that is known to be, is that of the `sampled` values.
    """
    found = column.lengths
    if found is None:
        return None
    codes = [(len(code), count) for code, count in column.missing.items() if code]
    low, high = found.low, found.high
    if column.values is not None:
        sizes = [*map(len, map(str, column.values)), *(0 for code in column.missing if not code)]
        low, high = min(sizes), max(sizes)
    elif sampled is not None and any(size == low for size, _ in codes):
        low = pc.min(pc.utf8_length(sampled)).as_py()
    count = found.count - sum(count for _, count in codes)
    return Lengths(count, found.total - sum(size * count for size, count in codes), low, high)


def _has_letters(text: str) -> bool:
    return any(map(str.isalnum, text))


def sampled_texts(sample: RowSample | None, path: str) -> pa.Array | None:
    """The sampled values of a column, None where none were."""
    if sample is None or sample.rows.schema.get_field_index(path) < 0:
        return None
    values = sample.rows[path].combine_chunks()
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
