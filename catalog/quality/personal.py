"""Which columns hold personal data, whose values are masked wherever a report shows examples."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from schema.model import Field, Finding
from schema.semantics.registry import personal_types

_NAMES = re.compile(
    r"(?:^|_)(?:e?mail|email_address|phone|mobile|telephone|iban|ssn|passport|password|passwd|"
    r"secret|token|api_key|birth_?date|date_of_birth|dob|first_?name|last_?name|surname|"
    r"full_?name|street|address|gender|credit_?card|ip_?address|salary)(?:$|_)",
    re.IGNORECASE,
)


def is_personal(field: Field) -> bool:
    """Whether the column's semantic type or its name is personal, or a name of a field within it.

    A name is enough: to mask too much costs a look at the data, to mask too little cannot be
    taken back.
    """
    if _is_called_so(field.name, field.semantic_type):
        return True
    return pa.types.is_nested(field.type) and _holds_personal(field.type)


def personal_in(shape: Mapping[str, Any]) -> frozenset[str]:
    """The names of the personal columns of a schema as `Schema.to_dict` has it: of what a version
    shows most columns need no type to be told.
    """
    return frozenset(
        field["name"]
        for field in shape["fields"]
        if _is_called_so(field["name"], field.get("semanticType"))
        or (not isinstance(field["type"], str) and is_personal(Field.from_dict(field)))
    )


def _is_called_so(name: str, semantic_type: str | None) -> bool:
    return semantic_type in personal_types() or _NAMES.search(name) is not None


def _holds_personal(kind: pa.DataType) -> bool:
    """Whether a field anywhere within a nested type has a personal name."""
    return any(
        _NAMES.search(inner.name) or _holds_personal(inner.type)
        for inner in (kind.field(at) for at in range(kind.num_fields))
    )


def masked(value: Any) -> Any:
    """A value of which only length and shape remain: `ada@example.org` → `aaa@aaaaaaa.aaa`.

    Numbers and what is not text become `***`.
    """
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return "***"
    letters = re.sub(r"[^\W\d_]", "a", value)
    return re.sub(r"\d", "9", letters)


def masked_all(value: Any) -> Any:
    """A value, or the values of a list or of a dictionary, masked; not which quantiles they are."""
    if isinstance(value, dict):
        return {
            key: item if key == "quantiles" else masked_all(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked_all(item) for item in value]
    return masked(value)


def column_of(path: str, names: Collection[str]) -> str:
    """The column that a profile's path lies in: names may hold the signs of paths themselves."""
    if path in names:
        return path
    inside = [name for name in names if path.startswith((f"{name}.", f"{name}["))]
    return max(inside, key=len, default=path)


def without_cells(finding: Finding) -> Finding:
    """The finding of a source with personal columns: cells that it quotes are masked, where nobody
    knows of which column they are.
    """
    if finding.code not in _QUOTING:
        return finding
    return replace(finding, message=without_quotes(finding.message))


def without_quotes(text: str) -> str:
    """A text in which whatever is quoted, or has an @ in it, is masked."""
    return _QUOTED.sub(lambda quoted: str(masked(quoted[0])), text)


_QUOTING = frozenset(("csv-ragged-row",))
_QUOTED = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?!\w)|\S+@\S+""")
