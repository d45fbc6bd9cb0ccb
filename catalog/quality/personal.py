"""Which columns hold personal data, whose values are masked wherever a report shows examples."""

from __future__ import annotations

import re
from typing import Any

from schema.model import Field
from schema.semantics.registry import personal_types

_NAMES = re.compile(
    r"(?:^|_)(?:e?mail|email_address|phone|mobile|telephone|iban|ssn|passport|password|passwd|"
    r"secret|token|api_key|birth_?date|date_of_birth|dob|first_?name|last_?name|surname|"
    r"full_?name|street|address|gender|credit_?card|ip_?address|salary)(?:$|_)",
    re.IGNORECASE,
)


def is_personal(field: Field) -> bool:
    """Whether the column's semantic type, or its name while none is known, is personal.

    A name is enough: to mask too much costs a look at the data, to mask too little cannot be
    taken back.
    """
    return field.semantic_type in personal_types() or bool(_NAMES.search(field.name))


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
