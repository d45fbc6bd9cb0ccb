"""Types of columns as people read them: what is nested is a list that can be folded."""

from __future__ import annotations

import pyarrow as pa
from markupsafe import Markup

from catalog.web import present

MOST_OPEN = 12
"""Fields within a type that show without a click."""


def told(kind: pa.DataType) -> Markup:
    """A type; of a nested one what it holds, a line a field."""
    if not _members(kind):
        return Markup('<span class="type">{}</span>').format(kind)
    return Markup(
        '<details class="nested"{open}><summary><span class="type">{title}</span></summary>{within}'
        "</details>"
    ).format(
        open=Markup(" open") if _size(kind) <= MOST_OPEN else "",
        title=_title(kind),
        within=_within(kind),
    )


def _within(kind: pa.DataType) -> Markup:
    lines = [
        Markup('<li><span class="mono">{}</span> <span class="type">{}</span>{}</li>').format(
            present.value(field.name), _title(field.type), _within(field.type)
        )
        for field in _members(kind)
    ]
    return Markup("<ul>{}</ul>").format(Markup("").join(lines)) if lines else Markup("")


def _members(kind: pa.DataType) -> list[pa.Field]:
    """The named fields of a struct, also of one in lists."""
    if pa.types.is_struct(kind):
        return [kind.field(at) for at in range(kind.num_fields)]
    if _is_list(kind):
        return _members(kind.value_type)
    return []


def _title(kind: pa.DataType) -> str:
    """`list of struct`; what has no fields of its own is as pyarrow writes it."""
    if pa.types.is_struct(kind):
        return "struct"
    return f"list of {_title(kind.value_type)}" if _is_list(kind) else str(kind)


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _size(kind: pa.DataType) -> int:
    return sum(1 + _size(field.type) for field in _members(kind))
