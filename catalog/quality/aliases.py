"""Names that Great Expectations takes literally.

It compares column names without regard to case, strips quotes from them and refuses empty ones;
names from data may be `Name` beside `name`, `"x"` or nothing at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.model import Expectation

_LITERAL = re.compile(r"[^\W\d]\w*", re.ASCII)


_SINGLE = ("column", "column_A", "column_B")


class Aliases:
    """A name for each column that means the same to Great Expectations as to everyone else: its
    own wherever it can be.
    """

    def __init__(self, names: Iterable[str]) -> None:
        distinct = list(dict.fromkeys(names))
        folded = Counter(name.casefold() for name in distinct)
        self._alias: dict[str, str] = {}
        for index, name in enumerate(distinct):
            literal = _LITERAL.fullmatch(name) and folded[name.casefold()] == 1
            alias = name if literal else f"column_{index}"
            while not literal and alias in folded:
                alias += "_"
            self._alias[name] = alias
        self._name = {alias: name for name, alias in self._alias.items()}

    @classmethod
    def of(cls, names: Iterable[str], expectations: Iterable[Expectation]) -> Aliases:
        """Aliases for the columns of a table and for those that expectations name."""
        return cls([*names, *(name for one in expectations for name in _named(one.kwargs))])

    def alias(self, name: str) -> str:
        return self._alias[name]

    def name(self, alias: str) -> str:
        """The column's own name. An alias that was never given is returned as it is."""
        return self._name.get(alias, alias)

    def kwargs(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of an expectation with aliases for names of columns."""
        renamed = dict(kwargs)
        for key in _SINGLE:
            if key in renamed:
                renamed[key] = self.alias(renamed[key])
        for key in ("column_list", "column_set"):
            if key in renamed:
                renamed[key] = [self.alias(name) for name in renamed[key]]
        return renamed


def _named(kwargs: Mapping[str, Any]) -> list[str]:
    single = [kwargs[key] for key in _SINGLE if key in kwargs]
    return [*single, *kwargs.get("column_list", ()), *kwargs.get("column_set", ())]
