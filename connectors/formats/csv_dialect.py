"""The dialect of a CSV file as a value, and as the reader options that are stored."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.model import Options
from schema.errors import InvalidInput

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written. `quote` and `escape` are empty where there is none; a quote
    inside quotes is always doubled, or follows `escape`. `skip` lines stand before the header.
    `initial_space`: white space between a delimiter and a quote is no part of the cell.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    header: bool = True
    skip: int = 0
    initial_space: bool = False

    def to_options(self) -> Options:
        """Sorted name and value pairs, all text; `skip` only when lines are skipped."""
        pairs = {
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "escape": self.escape,
            "header": "true" if self.header else "false",
            "quote": self.quote,
        }
        if self.initial_space:
            pairs["initial_space"] = "true"
        if self.skip:
            pairs["skip"] = str(self.skip)
        return tuple(sorted(pairs.items()))

    def fixed(self, options: Options) -> Dialect:
        """This dialect with what `options` fix put in. Raises InvalidInput on unusable values."""
        given = dict(options)
        return Dialect(
            _encoding(given["encoding"]) if "encoding" in given else self.encoding,
            _character("delimiter", given.get("delimiter", self.delimiter)),
            _character("quote", given.get("quote", self.quote)),
            _character("escape", given.get("escape", self.escape)),
            _truth(given["header"]) if "header" in given else self.header,
            _count(given["skip"]) if "skip" in given else self.skip,
            _truth(given["initial_space"]) if "initial_space" in given else self.initial_space,
        )

    def rows(self, text: str) -> Iterator[list[str]]:
        """Records of text by Python's csv module, blank ones left out."""
        return (row for row in self.reader(io.StringIO(text, newline="")) if row)

    def reader(
        self, lines: Iterable[str], *, quoted: bool = True, strict: bool = False
    ) -> CsvReader:
        """Python's csv reader of this dialect; `quoted` False takes quotes as they stand."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if quoted and self.quote else csv.QUOTE_NONE,
            escapechar=self.escape or None,
            skipinitialspace=self.initial_space,
            strict=strict,
        )


_NAMED = {
    "\\t": "\t",
    "comma": ",",
    "none": "",
    "pipe": "|",
    "semicolon": ";",
    "space": " ",
    "tab": "\t",
}


def _character(name: str, value: str) -> str:
    value = _NAMED.get(value, value)
    one = len(value) == 1 and value.isascii() and value not in "\r\n"
    if not one and (value or name == "delimiter"):
        raise InvalidInput(f"csv: {name} must be one ASCII character, not {value!r}")
    return value


def _encoding(value: str) -> str:
    try:
        return codecs.lookup(value).name
    except LookupError:
        raise InvalidInput(f"csv: no encoding called {value!r}") from None


def _truth(value: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    try:
        return known[value.lower()]
    except KeyError:
        raise InvalidInput(f"csv: expected true or false, not {value!r}") from None


def _count(value: str) -> int:
    if not value.isdecimal():
        raise InvalidInput(f"csv: skip must be a number of lines, not {value!r}")
    return int(value)
